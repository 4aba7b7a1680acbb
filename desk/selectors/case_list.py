"""The list of cases: newest first, with what is overdue in each and what is due next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Case as Choice
from django.db.models import CharField, Count, Exists, Min, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Concat

from cases.models import Case
from cases.querysets import CaseQuerySet
from cases.selectors import flags
from cases.selectors.flags import Flag
from cases.states import OPEN_STATES, CaseState
from courts.models import Unit, User
from deadlines.models import Deadline
from deadlines.querysets import DeadlineQuerySet
from desk.countdown import SOON_DAYS
from desk.selectors.matching import matching_cases
from desk.selectors.parties import sides_of
from desk.selectors.people import handlers_seen_by
from kernel.keyset import SIZE, Segment, page
from kernel.time import at_local, today
from regimes.rules import FlagRule
from supervision.models import Order
from supervision.policy import may_order_somewhere

ALL = "all"
STATES = (ALL, *CaseState.values)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases. state: one of STATES, "" = still open. since, until: days of filing, both included.

    stage: of vocabulary.stages. flag: of vocabulary.flags, or a group of flags such as five_over.
    """

    text: str = ""
    state: str = ""
    team: int | None = None
    officer: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    overdue: bool = False
    stage: str = ""
    flag: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one case: duties past their last day, duties that end within three days, the next last instant."""

    overdue: int = 0
    soon: int = 0
    next_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the list; its handler and its court are loaded."""

    case: Case
    parties: str
    figures: Figures
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseList:
    """The page. Whether there is more is all it knows of its own length.

    stages: how many cases not yet archived stand in each stage, whatever is filtered. orders: the newest open 督办 of
    each case, None for who issues none. flags: what can be filtered by.
    """

    asked: Asked
    at: dt.datetime
    today: dt.date
    lines: list[Line]
    next: str
    prev: str
    teams: list[tuple[int, str]]
    officers: list[tuple[int, str]]
    stages: dict[str, int] = field(default_factory=dict)
    orders: dict[int, Order] | None = None
    flags: dict[str, FlagRule] = field(default_factory=dict)


def case_list(*, user: User, asked: Asked, at: dt.datetime, size: int | None = None) -> CaseList:
    """One page of the cases a person may see. Nine queries, however many there are; ten for who issues 督办."""
    rules = flags.flags_in_use(user)
    segments = _segments(user, asked, at, rules)
    found = page(segments, after=asked.after, before=asked.before, size=size or SIZE)
    return CaseList(
        asked=asked,
        at=at,
        today=today(at),
        lines=_lines([row for _name, row in found.rows], at),
        next=found.next,
        prev=found.prev,
        teams=_teams(user),
        officers=handlers_seen_by(user, today(at)),
        stages=flags.count_by_stage(user),
        orders=_orders([row.pk for _name, row in found.rows]) if may_order_somewhere(user) else None,
        flags=rules,
    )


def _orders(case_ids: Sequence[int]) -> dict[int, Order]:
    rows = Order.objects.unsettled().filter(case_id__in=case_ids, kind=Order.Kind.ORDER).order_by("pk")
    return {row.case_id: row for row in rows}


def further(found: CaseList, user: User, *, after: str, size: int) -> CaseList:
    """The cases of a list behind a cursor, its figures and filters as they were read: for a workbook."""
    part = page(_segments(user, found.asked, found.at, found.flags), after=after, size=size)
    return replace(found, lines=_lines([row for _name, row in part.rows], found.at), next=part.next, prev="")


def _segments(user: User, asked: Asked, at: dt.datetime, rules: Mapping[str, FlagRule]) -> list[Segment]:
    rows = _narrowed(Case.objects.visible_to(user), user, asked, at, rules)
    # What carries a flag is sorted before the page is cut: who handles it is then read for the page alone.
    rows = rows.prefetch_related("owner", "court") if asked.flag else rows.select_related("owner", "court")
    return [Segment("case", rows.defer("packs"), ("-filed_on", "-id"))]


def _lines(cases: Sequence[Case], at: dt.datetime) -> list[Line]:
    ids = {case.pk for case in cases}
    figures = figures_of(ids, at) if ids else {}
    parties = sides_of(ids) if ids else {}
    up = flags.flags_of(ids, at)
    return [
        Line(c, parties.get(c.pk, ""), figures.get(c.pk, Figures()), tuple(up.get(c.pk, ()))) for c in cases
    ]


def rows_asked(*, user: User, lists: Sequence[Asked], at: dt.datetime) -> list[CaseQuerySet]:
    """The cases of several such lists, for who counts them. Queries only where a flag is asked for."""
    rules = flags.flags_in_use(user) if any(asked.flag for asked in lists) else {}
    return [_narrowed(Case.objects.visible_to(user), user, asked, at, rules) for asked in lists]


def figures_of(case_ids: Collection[int], at: dt.datetime) -> Mapping[int, Figures]:
    """The figures of these cases, one duty counted once however many clocks it has. One query."""
    soon_end = at_local(today(at) + dt.timedelta(days=SOON_DAYS + 1))
    about = Cast("subject_id", CharField())
    duty = Choice(
        When(node_kind="", then=Concat("rule_id", Value(":"), about)),
        default=Concat("node_kind", Value(":"), about),
        output_field=CharField(),
    )
    rows = (
        duties()
        .filter(case_id__in=case_ids)
        .order_by()
        .values("case_id")
        .annotate(
            over=Count(duty, distinct=True, filter=Q(overdue_at__lte=at)),
            near=Count(duty, distinct=True, filter=Q(overdue_at__lte=soon_end)),
            next_at=Min("overdue_at"),
        )
    )
    return {row["case_id"]: Figures(row["over"], row["near"] - row["over"], row["next_at"]) for row in rows}


def duties() -> DeadlineQuerySet:
    """Running clocks that call for work: binding ones, without mere flags of a case."""
    return Deadline.objects.running().binding().exclude(kind="detector", node_id__isnull=True)


def _narrowed(
    cases: CaseQuerySet, user: User, asked: Asked, at: dt.datetime, rules: Mapping[str, FlagRule]
) -> CaseQuerySet:
    cases = cases.filter(matching_cases(asked.text))
    if asked.state in CaseState.values:
        cases = cases.filter(state=asked.state)
    elif asked.stage:
        cases = cases.exclude(state__in=(CaseState.ARCHIVED, CaseState.CANCELLED))
    elif asked.state != ALL and not asked.flag:
        cases = cases.filter(state__in=OPEN_STATES)
    given = {
        "team_id": asked.team,
        "owner_id": asked.officer,
        "filed_on__gte": asked.since,
        "filed_on__lte": asked.until,
    }
    cases = cases.filter(**{name: value for name, value in given.items() if value is not None})
    if asked.stage:
        cases = cases.filter(stage=asked.stage)
    if asked.flag:
        cases = flags.with_flag(cases, user, flags.names_in(asked.flag, rules) or [asked.flag], at)
    if asked.overdue:
        reached = user.scope.rows() | Q(case_id__in=user.scope.let_in)
        late = duties().filter(reached, case_id=OuterRef("pk"), overdue_at__lte=at)
        cases = cases.filter(Exists(late))
    return cases


def _teams(user: User) -> list[tuple[int, str]]:
    """The teams a person sees, by name; with several courts the court's name in front."""
    scope = user.scope
    units = Unit.objects.filter(Q(court_id__in=scope.courts) | Q(pk__in=scope.teams), kind=Unit.Kind.TEAM)
    rows = units.order_by("court_id", "name").values_list("pk", "name", "court__short_name")
    several = len(scope.courts) > 1
    return [(pk, f"{court} {name}" if several else name) for pk, name, court in rows]
