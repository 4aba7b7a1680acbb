"""The parties of a case with their contacts, in one statement: its papers and its messages both want them."""

from __future__ import annotations

from typing import Any

from cases.models import Case, ContactPoint, Party

_PARTY = tuple(column.attname for column in Party._meta.concrete_fields)
_CONTACT = tuple(column.attname for column in ContactPoint._meta.concrete_fields)


def people_of(case: Case) -> list[tuple[Party, list[ContactPoint]]]:
    """Every party in its order, with its contacts and its agents' in the order in which they were entered."""
    rows = (
        Party.objects.filter(case=case)
        .order_by("id", "contacts__id")
        .values_list(*_PARTY, *(f"contacts__{name}" for name in _CONTACT))
    )
    people: dict[int, tuple[Party, list[ContactPoint]]] = {}
    for row in rows:
        party: Party = _read(Party, _PARTY, row[: len(_PARTY)])
        contacts = people.setdefault(party.pk, (party, []))[1]
        if row[len(_PARTY)] is not None:
            contacts.append(_read(ContactPoint, _CONTACT, row[len(_PARTY) :]))
    return list(people.values())


def _read(model: type[Any], names: tuple[str, ...], values: tuple[Any, ...]) -> Any:
    row = model(**dict(zip(names, values, strict=True)))
    row._state.adding = False
    return row
