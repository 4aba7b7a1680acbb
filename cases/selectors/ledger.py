"""What a ledger is compared with: the cases that stand already, the people who may hold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.ledger_past import past_node
from cases.ledger_rows import Entry, Place
from cases.models import Case, ContactPoint, Node, Party
from cases.states import CaseState
from courts.models import Court, Membership, Unit, User
from kernel.fields import blind_index
from kernel.money import format_yuan


@dataclass(slots=True)
class Standing:
    """A case of this number that stands, with what a ledger may say of it."""

    case: Case
    names: dict[str, list[str]] = field(default_factory=dict)
    ids: set[bytes] = field(default_factory=set)
    phones: set[bytes] = field(default_factory=set)
    done: dict[str, set[dt.date]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a row says otherwise. field: the column."""

    field: str
    ledger: str
    standing: str


def place_of(court: Court) -> Place:
    """Where the court is, from its name: 云州市东湖区人民法院 under 云州市中级人民法院."""
    city = court.parent.name.removesuffix("中级人民法院") if court.parent else ""
    name = court.name.removesuffix("中级人民法院").removesuffix("人民法院")
    # An intermediate court's own area is its whole city.
    return Place(court.code, name.removeprefix(city) or name, city or name)


def standing_cases(court: Court, entries: Iterable[Entry]) -> dict[str, Standing]:
    """By number, the cases of these rows that stand. Four queries."""
    keys = [entry.number.loose_key for entry in entries]
    cases = Case.objects.filter(court=court, number_key__in=keys).exclude(state=CaseState.CANCELLED)
    found = {case.pk: Standing(case) for case in cases.select_related("owner").defer("packs")}
    parties = Party.objects.filter(case__in=found).values_list("case_id", "role", "name", "id_index")
    for case_id, role, name, index in parties:
        found[case_id].names.setdefault(role, []).append(name)
        if index:
            found[case_id].ids.add(bytes(index))
    contacts = ContactPoint.objects.filter(party__case__in=found, kind="mobile")
    for case_id, index in contacts.values_list("party__case_id", "index"):
        found[case_id].phones.add(bytes(index))
    done = Node.objects.filter(case__in=found, state="done").values_list("case_id", "kind", "done_on")
    for case_id, kind, day in done:
        found[case_id].done.setdefault(kind, set()).add(day)
    return {known.case.number_key: known for known in found.values()}


def differences(entry: Entry, standing: Standing) -> list[Difference]:
    """What the row says otherwise than the case that stands. A number or a phone is never spelled out. Pure."""
    case, filing = standing.case, entry.filing
    pairs: list[tuple[str, Any, Any]] = [
        ("filed_on", filing.filed_on, case.filed_on),
        ("received_on", filing.received_on or case.received_on, case.received_on),
        ("application_on", filing.application_on or case.application_on, case.application_on),
        ("cause", filing.cause.strip(), case.cause),
        ("basis", filing.basis.strip(), case.basis),
        ("claim_amount", filing.claim_amount, case.claim_amount),
    ]
    for role in ("applicant", "respondent"):
        names = [party.name.strip() for party in filing.parties if party.role == role]
        pairs.append((role, "、".join(sorted(names)), "、".join(sorted(standing.names.get(role, ())))))
    found = [Difference(name, _said(one), _said(other)) for name, one, other in pairs if one != other]
    return found + list(_hidden(entry, standing)) + list(_past(entry, standing))


def _hidden(entry: Entry, standing: Standing) -> Iterator[Difference]:
    for party in entry.filing.parties:
        number = party.id_number.strip().upper()
        if number and blind_index(number, purpose="id") not in standing.ids:
            yield Difference(f"{party.role}_id", _("%s的证件号") % party.name, _("没有这个号码"))
        phones = [*party.phones, *(agent.phone for agent in party.agents if agent.phone)]
        if any(blind_index(phone.strip(), purpose="mobile") not in standing.phones for phone in phones):
            yield Difference(f"{party.role}_phone", _("%s的电话") % party.name, _("没有这个号码"))


def _past(entry: Entry, standing: Standing) -> Iterator[Difference]:
    for name, day in entry.past.acts:
        known = standing.done.get(past_node(name).node, set())
        if day not in known:
            yield Difference(name, _said(day), "、".join(sorted(map(_said, known))) or _("没有办结"))
    owner = standing.case.owner
    if entry.past.handler and entry.past.assigned_on is not None and owner is not None:
        if owner.full_name != entry.past.handler:
            yield Difference("handler", entry.past.handler, owner.full_name)


def _said(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return format_yuan(value) if hasattr(value, "as_tuple") else str(value or _("没有"))


def twins(court: Court, entries: Sequence[Entry]) -> Mapping[str, str]:
    """By number of a row, another number with the same basis and the same parties. Two queries."""
    said = {entry.number.loose_key: _sides(entry) for entry in entries}
    cases = Case.objects.filter(court=court, basis__in={entry.filing.basis.strip() for entry in entries})
    rows = dict(cases.exclude(state=CaseState.CANCELLED).values_list("pk", "number"))
    names: dict[int, set[tuple[str, str]]] = {}
    bases = dict(cases.values_list("pk", "basis"))
    for case_id, role, name in Party.objects.filter(case__in=rows).values_list("case_id", "role", "name"):
        names.setdefault(case_id, set()).add((role, name))
    others: dict[tuple[str, frozenset[tuple[str, str]]], list[str]] = {}
    for case_id, sides in names.items():
        others.setdefault((bases[case_id], frozenset(sides)), []).append(rows[case_id])
    for entry in entries:
        others.setdefault(said[entry.number.loose_key], []).append(str(entry.number))
    return {
        str(entry.number): other
        for entry in entries
        if (other := next((n for n in others[said[entry.number.loose_key]] if n != str(entry.number)), ""))
    }


def _sides(entry: Entry) -> tuple[str, frozenset[tuple[str, str]]]:
    parties = frozenset((party.role, party.name.strip()) for party in entry.filing.parties)
    return entry.filing.basis.strip(), parties


def holders(court: Court, on: dt.date) -> dict[str, list[tuple[User, Unit | None]]]:
    """The handlers of a court by name, each with the team they are in. Two queries."""
    now = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))
    people = User.objects.filter(
        court=court, is_active=True, appointments__role="handler", appointments__since__lte=on
    ).exclude(appointments__role="handler", appointments__until__lt=on)
    members = Membership.objects.filter(now, user__court=court, unit__kind=Unit.Kind.TEAM)
    team = {row.user_id: row.unit for row in members.select_related("unit").order_by("-pk")}
    found: dict[str, list[tuple[User, Unit | None]]] = {}
    for user in people.distinct():
        found.setdefault(user.full_name, []).append((user, team.get(user.pk)))
    return found
