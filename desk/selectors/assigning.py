"""分案与移交: who holds how much, which cases wait for a handler, what a hand-over would move."""

from __future__ import annotations

import datetime as dt
import heapq
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cases.actions.assigning import loads_of
from cases.models import Case, Node
from cases.querysets import CaseQuerySet
from cases.states import OPEN_STATES, CaseState
from courts.models import Membership, Unit, User
from desk.selectors.case_list import Figures, Line, figures_of
from desk.selectors.parties import sides_of
from kernel.keyset import Page, Segment, page
from kernel.time import today

SIZE = 100
"""Cases of a page."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who may hold cases. cases: open ones; team: the unit they belong to now."""

    user_id: int
    name: str
    cases: int
    team: Unit | None = None

    @property
    def words(self) -> str:
        """李明法（执行一团队，在办 12 件）"""
        team = f"{self.team.name}，" if self.team else ""
        return _("%(name)s（%(team)s在办 %(n)d 件）") % {"name": self.name, "team": team, "n": self.cases}


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A filed case without a handler, and whom the load proposes."""

    case: Case
    parties: str
    proposed: int | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """A page of those who wait. officers: court -> those who may be given a case. total: on all pages."""

    cases: list[Unassigned]
    officers: Mapping[int, list[Officer]]
    total: int
    next: str = ""
    prev: str = ""


@dataclass(frozen=True, slots=True)
class Handover:
    """The page of a hand-over. givers: those with open cases; lines: a page of the chosen one's; receivers: of the
    same court.
    """

    givers: list[Officer]
    giver: Officer | None
    lines: list[Line]
    receivers: list[Officer]
    next: str = ""
    prev: str = ""


@dataclass(frozen=True, slots=True)
class Moving:
    """What a hand-over would move: cases in the order of filing, their open nodes, overdue and soon duties."""

    cases: list[Case]
    nodes: int
    overdue: int
    soon: int


def assignment(
    *, user: User, at: dt.datetime, after: str = "", before: str = "", size: int = SIZE
) -> Assignment:
    """Cases that wait for a handler, oldest first, each with the lightest one if all before it are given as proposed.

    Seven queries, however many there are and of however many courts.
    """
    waiting = waiting_cases(user)
    found = _page(waiting, after, before, size)
    shown = [case for _name, case in found.rows]
    ahead = _ahead(waiting, shown[0] if shown else None)
    officers = officers_in({case.court_id for case in shown}, today(at))
    parties = sides_of({case.pk for case in shown}) if shown else {}
    proposed = _proposals(officers, {court: n for court, (_all, n) in ahead.items()}, shown)
    rows = [
        Unassigned(case, parties.get(case.pk, ""), owner) for case, owner in zip(shown, proposed, strict=True)
    ]
    total = sum(n for n, _before in ahead.values())
    return Assignment(rows, officers, total, found.next, found.prev)


def proposed(*, user: User, at: dt.datetime, most: int) -> dict[int, dict[str, int | None]]:
    """Of all that wait, the oldest `most`: case -> {owner, team} by load; cases of a court without handlers are left out."""
    cases = list(waiting_cases(user).order_by("filed_on", "id").only("pk", "court_id")[:most])
    officers = officers_in({case.court_id for case in cases}, today(at))
    teams = {o.user_id: o.team and o.team.pk for known in officers.values() for o in known}
    owners = _proposals(officers, {}, cases)
    return {
        case.pk: {"owner": owner, "team": teams[owner]}
        for case, owner in zip(cases, owners, strict=True)
        if owner is not None
    }


def handover(
    *,
    user: User,
    giver_id: int | None,
    at: dt.datetime,
    after: str = "",
    before: str = "",
    size: int = SIZE,
) -> Handover:
    """Who holds open cases that the person sees, and those of the chosen one. Eight queries at most."""
    visible = open_cases(user)
    givers = _givers(visible)
    giver = next((officer for officer in givers if officer.user_id == giver_id), None)
    if giver is None:
        return Handover(givers, None, [], [])
    found = _page(visible.filter(owner_id=giver.user_id).select_related("court"), after, before, size)
    shown = [case for _name, case in found.rows]
    ids = {case.pk for case in shown}
    figures, parties = (figures_of(ids, at), sides_of(ids)) if ids else ({}, {})
    courts = {case.court_id for case in shown}
    receivers = [
        o for known in officers_in(courts, today(at)).values() for o in known if o.user_id != giver.user_id
    ]
    lines = [Line(case, parties.get(case.pk, ""), figures.get(case.pk, Figures())) for case in shown]
    return Handover(givers, giver, lines, receivers, found.next, found.prev)


def moving(*, user: User, case_ids: Collection[int], at: dt.datetime) -> Moving:
    """What giving these cases away would move; cases the person does not see are left out. Three queries."""
    cases = list(open_cases(user).filter(pk__in=case_ids).order_by("filed_on", "id").defer("packs"))
    ids = {case.pk for case in cases}
    figures = figures_of(ids, at).values()
    return Moving(
        cases=cases,
        nodes=Node.objects.open().filter(case_id__in=ids).count(),
        overdue=sum(figure.overdue for figure in figures),
        soon=sum(figure.soon for figure in figures),
    )


def officers_of(court_id: int, on: dt.date) -> list[Officer]:
    """Those who may be given a case of a court, the lightest first. Four queries."""
    return officers_in([court_id], on)[court_id]


def officers_in(court_ids: Collection[int], on: dt.date) -> dict[int, list[Officer]]:
    """The same of several courts, by court. Four queries, none without a court."""
    if not court_ids:
        return {}
    held = loads_of(court_ids, on)
    everyone = {pk for known in held.values() for pk, _n in known}
    teams = teams_of(everyone, on)
    names = dict(User.objects.filter(pk__in=everyone).values_list("pk", "full_name"))
    return {
        court: sorted(
            (Officer(pk, names[pk], n, teams.get(pk)) for pk, n in known),
            key=lambda officer: (officer.cases, officer.user_id),
        )
        for court, known in held.items()
    }


def teams_of(user_ids: Collection[int], on: dt.date) -> dict[int, Unit]:
    """The team that each belongs to on a day. One query."""
    rows = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on),
        user_id__in=user_ids,
        since__lte=on,
        unit__kind=Unit.Kind.TEAM,
    )
    return {row.user_id: row.unit for row in rows.select_related("unit").order_by("-since", "-id")}


def open_cases(user: User) -> CaseQuerySet:
    """Open cases the person sees."""
    return Case.objects.visible_to(user).filter(state__in=OPEN_STATES)


def waiting_cases(user: User) -> CaseQuerySet:
    """Filed cases without a handler that the person sees."""
    return Case.objects.visible_to(user).filter(state=CaseState.FILED, owner__isnull=True)


def held_cases(user: User, giver_id: int) -> CaseQuerySet:
    """Open cases of one handler that the person sees, in the order of the page."""
    return open_cases(user).filter(owner_id=giver_id).order_by("filed_on", "id")


def _page(cases: CaseQuerySet, after: str, before: str, size: int) -> Page:
    segment = Segment("case", cases.defer("packs"), ("filed_on", "id"))
    return page([segment], after=after, before=before, size=size)


def _ahead(waiting: CaseQuerySet, first: Case | None) -> dict[int, tuple[int, int]]:
    """Court -> (all that wait, those of them in front of the page). One query."""
    earlier = Q(pk__isnull=True)
    if first is not None:
        earlier = Q(filed_on__lt=first.filed_on) | Q(filed_on=first.filed_on, pk__lt=first.pk)
    rows = waiting.order_by().values_list("court_id")
    counted = rows.annotate(n=Count("pk"), before=Count("pk", filter=earlier))
    return {court: (n, before) for court, n, before in counted}


def _proposals(
    officers: Mapping[int, Sequence[Officer]], ahead: Mapping[int, int], cases: Sequence[Case]
) -> list[int | None]:
    """The lightest handler for each case, after the `ahead` of its court have been given so; each adds to a load."""
    heaps = {court: [(o.cases, o.user_id) for o in known] for court, known in officers.items()}
    for court, heap in heaps.items():
        heapq.heapify(heap)
        for _n in range(ahead.get(court, 0)):
            _take(heap)
    return [_take(heaps[case.court_id]) for case in cases]


def _take(heap: list[tuple[int, int]]) -> int | None:
    if not heap:
        return None
    held, owner = heap[0]
    heapq.heapreplace(heap, (held + 1, owner))
    return owner


def _givers(visible: CaseQuerySet) -> list[Officer]:
    rows = visible.filter(owner__isnull=False).order_by().values_list("owner_id", "owner__full_name")
    return [
        Officer(pk, name, n)
        for pk, name, n in rows.annotate(n=Count("pk")).order_by("owner__initials", "owner_id")
    ]
