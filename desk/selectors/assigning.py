"""分案与移交: who holds how much, which cases wait for a handler, what a hand-over would move."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cases.actions.assigning import lightest, loads
from cases.models import Case, Node
from cases.querysets import CaseQuerySet
from cases.states import OPEN_STATES, CaseState
from courts.models import Membership, Unit, User
from desk.selectors.case_list import Figures, Line, figures_of
from desk.selectors.parties import sides_of
from kernel.time import today

LIMIT = 100


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
    """The page of assignment. officers: court -> those who may be given a case. more: not all are shown."""

    cases: list[Unassigned]
    officers: Mapping[int, list[Officer]]
    more: bool


@dataclass(frozen=True, slots=True)
class Handover:
    """The page of a hand-over. givers: those with open cases; lines: the chosen one's; receivers: of the same court."""

    givers: list[Officer]
    giver: Officer | None
    lines: list[Line]
    receivers: list[Officer]
    more: bool


@dataclass(frozen=True, slots=True)
class Moving:
    """What a hand-over would move: cases in the order of filing, their open nodes, overdue and soon duties."""

    cases: list[Case]
    nodes: int
    overdue: int
    soon: int


def assignment(*, user: User, at: dt.datetime) -> Assignment:
    """Cases that wait for a handler, oldest first, each with the lightest one if all before it are given as proposed.

    Two queries, and four for each court among them.
    """
    waiting = Case.objects.visible_to(user).filter(state=CaseState.FILED, owner__isnull=True)
    cases = list(waiting.order_by("filed_on", "id").defer("packs")[: LIMIT + 1])
    shown = cases[:LIMIT]
    officers = {court: officers_of(court, today(at)) for court in {case.court_id for case in shown}}
    load = {court: {o.user_id: o.cases for o in known} for court, known in officers.items()}
    parties = sides_of({case.pk for case in shown}) if shown else {}
    rows = []
    for case in shown:
        held = load[case.court_id]
        proposed = lightest(list(held.items()))
        if proposed is not None:
            held[proposed] += 1
        rows.append(Unassigned(case, parties.get(case.pk, ""), proposed))
    return Assignment(rows, officers, len(cases) > LIMIT)


def handover(*, user: User, giver_id: int | None, at: dt.datetime) -> Handover:
    """Who holds open cases that the person sees, and those of the chosen one. Eight queries at most."""
    visible = open_cases(user)
    givers = _givers(visible)
    giver = next((officer for officer in givers if officer.user_id == giver_id), None)
    if giver is None:
        return Handover(givers, None, [], [], False)
    held = (
        visible.filter(owner_id=giver.user_id)
        .order_by("filed_on", "id")
        .select_related("court")
        .defer("packs")
    )
    cases = list(held[: LIMIT + 1])
    shown = cases[:LIMIT]
    ids = {case.pk for case in shown}
    figures, parties = figures_of(ids, at), sides_of(ids)
    receivers = [o for o in officers_of(shown[0].court_id, today(at)) if o.user_id != giver.user_id]
    lines = [Line(case, parties.get(case.pk, ""), figures.get(case.pk, Figures())) for case in shown]
    return Handover(givers, giver, lines, receivers, len(cases) > LIMIT)


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
    held = dict(loads(court_id, on))
    teams = teams_of(held, on)
    people = User.objects.filter(pk__in=held).values_list("pk", "full_name")
    officers = [Officer(pk, name, held[pk], teams.get(pk)) for pk, name in people]
    return sorted(officers, key=lambda officer: (officer.cases, officer.user_id))


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


def _givers(visible: CaseQuerySet) -> list[Officer]:
    rows = visible.filter(owner__isnull=False).order_by().values_list("owner_id", "owner__full_name")
    return [
        Officer(pk, name, n)
        for pk, name, n in rows.annotate(n=Count("pk")).order_by("owner__initials", "owner_id")
    ]
