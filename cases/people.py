"""The parties of a case with their contacts, in one statement: its papers and its messages both want them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from cases.models import Case, ContactPoint, Party

_PARTY = tuple(column.attname for column in Party._meta.concrete_fields)
_CONTACT = tuple(column.attname for column in ContactPoint._meta.concrete_fields)


def people_of(case: Case) -> list[tuple[Party, list[ContactPoint]]]:
    """Every party in its order, with its contacts and its agents' in the order in which they were entered."""
    return people_of_each([case.pk]).get(case.pk, [])


def people_of_each(case_ids: Collection[int]) -> dict[int, list[tuple[Party, list[ContactPoint]]]]:
    """The same for several cases; those without parties are absent."""
    rows = (
        Party.objects.filter(case__in=case_ids)
        .order_by("id", "contacts__id")
        .values_list(*_PARTY, *(f"contacts__{name}" for name in _CONTACT))
    )
    people: dict[int, tuple[Party, list[ContactPoint]]] = {}
    for row in rows:
        party: Party = _read(Party, _PARTY, row[: len(_PARTY)])
        contacts = people.setdefault(party.pk, (party, []))[1]
        if row[len(_PARTY)] is not None:
            contacts.append(_read(ContactPoint, _CONTACT, row[len(_PARTY) :]))
    found: dict[int, list[tuple[Party, list[ContactPoint]]]] = {}
    for party, contacts in people.values():
        found.setdefault(party.case_id, []).append((party, contacts))
    return found


def _read(model: type[Any], names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    row = model(**dict(zip(names, values, strict=True)))
    row._state.adding = False
    return row
