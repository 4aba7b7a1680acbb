"""我的节点: what is to be done, overdue first, one row a node with the clock that binds it first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Case as Choice
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from cases.models import Case, Node, Subject, Task
from cases.querysets import NodeQuerySet
from courts.models import User
from deadlines.models import Deadline
from deadlines.querysets import DeadlineQuerySet
from desk.reach import Reach, reach_of
from desk.rulewords import NATIONAL
from desk.selectors.matching import of_matching_cases
from desk.selectors.people import handlers_seen_by
from desk.selectors.worklist_counts import MOST, MOST_TYPED, Counts, count, with_tallies
from desk.selectors.worklist_rows import Item, items_of, places_of
from kernel.keyset import SIZE, Segment, page
from kernel.time import at_local, today
from supervision.tallies import Kept, fresh

# Of two clocks that end at once the court's own is shown.
_RANK = Choice(When(pack_code=NATIONAL, then=Value(1)), default=Value(0))
InHand = tuple[int, str, tuple[int, ...]]
"""Case, kind of node, subjects whose clocks bind it."""
MOST_IN_HAND = 100
VIEWS = ("overdue", "today", "3d", "7d", "hold", "done")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list is wanted. view: of VIEWS, or "" for all that is open. on: a last day."""

    view: str = ""
    text: str = ""
    kind: str = ""
    officer: int | None = None
    on: dt.date | None = None
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Worklist:
    """The page: whose list, the figures of the tiles and their instant, the rows, what the filters offer."""

    reach: Reach
    asked: Asked
    today: dt.date
    at: dt.datetime
    counts: Counts
    counted_at: dt.datetime
    items: list[Item]
    next: str
    prev: str
    kinds: list[tuple[str, str]]
    officers: list[tuple[int, str]]


def worklist(*, user: User, asked: Asked, at: dt.datetime, size: int | None = None) -> Worklist:
    """The worklist of a member of staff at an instant. At most nineteen queries, however much there is."""
    reach, on = _wide(reach_of(user)), today(at)
    source = _Source(user, reach, asked, _in_hand(user))
    kept = _tallied(source, user, at)
    running = source.running().filter(kept.beside) if kept else source.running()
    counts = count(
        running, source.stopped(), source.done_since(on), at,
        most=MOST_TYPED if asked.text else MOST, is_common=source.matching.is_common,
    )  # fmt: skip
    found = page(_segments(source, at), after=asked.after, before=asked.before, size=size or SIZE)
    return Worklist(
        reach=reach,
        asked=asked,
        today=on,
        at=at,
        counts=with_tallies(counts, kept.rows, on) if kept else counts,
        counted_at=kept.at if kept else at,
        items=items_of(found.rows, at),
        next=found.next,
        prev=found.prev,
        kinds=reach.kinds(),
        officers=handlers_seen_by(user, on) if reach.sees_colleagues else [],
    )


def further(found: Worklist, user: User, *, after: str, size: int) -> Worklist:
    """The rows of a list behind a cursor, its figures and filters as they were read: for a workbook."""
    source = _Source(user, found.reach, found.asked, _in_hand(user))
    part = page(_segments(source, found.at), after=after, size=size)
    return replace(found, items=items_of(part.rows, found.at), next=part.next, prev="")


def first_places(
    *, user: User, asked: Asked, at: dt.datetime, size: int
) -> tuple[list[tuple[int, tuple[int, ...]]], bool]:
    """(case, its open nodes) of the first rows of a list in its order, and whether there are more."""
    source = _Source(user, _wide(reach_of(user)), asked, _in_hand(user))
    found = page(_segments(source, at), after="", before="", size=size)
    return places_of(found.rows), bool(found.next)


def overdue_nodes(user: User, at: dt.datetime) -> DeadlineQuerySet:
    """The clocks behind the number of overdue nodes in a person's worklist, one a node."""
    return _Source(user, reach_of(user), Asked()).running().filter(overdue_at__lte=at)


def rows_asked(*, user: User, lists: Sequence[Asked], at: dt.datetime) -> list[list[QuerySet]]:
    """The rows of several such lists, one a stretch of each, for who counts them. One query, none for no lists."""
    if not lists:
        return []
    reach, in_hand = reach_of(user), _in_hand(user)
    sources = [_Source(user, reach, asked, in_hand) for asked in lists]
    return [[segment.rows for segment in _segments(source, at)] for source in sources]


class _Source:
    """The rows that a person's reach and the filters leave over."""

    def __init__(self, user: User, reach: Reach, asked: Asked, in_hand: Sequence[InHand] = ()) -> None:
        self.reach, self.asked, self.in_hand = reach, asked, in_hand
        self.scope = user.scope
        self.matching = of_matching_cases(asked.text)
        self.hidden = Case.objects.hidden_from(user).values("pk")

    def clocks(self) -> DeadlineQuerySet:
        """Binding clocks: of open nodes, and of duties that no open node stands for, flags excepted."""
        of_open_node = Exists(
            Node.objects.open().filter(subject_id=OuterRef("subject_id"), kind=OuterRef("node_kind"))
        )
        return Deadline.objects.binding().filter(
            self._narrowed("node_kind"), ~Q(kind="detector") | of_open_node
        )

    def running(self) -> DeadlineQuerySet:
        """The clock that binds each node first; duties without a node each by their own clock."""
        tie = Q(rank__lt=OuterRef("rank")) | Q(rank=OuterRef("rank"), pk__lt=OuterRef("pk"))
        at_once = Q(overdue_at=OuterRef("overdue_at")) & tie
        earlier = (
            _same_node()
            .running()
            .annotate(rank=_RANK)
            .filter(Q(overdue_at__lt=OuterRef("overdue_at")) | at_once)
        )
        return self.clocks().running().annotate(rank=_RANK).filter(~Exists(earlier))

    def stopped(self) -> DeadlineQuerySet:
        """One clock of each node whose clocks are all stopped."""
        before = _same_node().filter(Q(state="running") | Q(state="suspended", pk__lt=OuterRef("pk")))
        return self.clocks().filter(~Exists(before), state="suspended")

    def free(self) -> NodeQuerySet:
        """Open nodes that no clock binds, neither their own nor one of what they are a part of."""
        root = Subject.objects.filter(pk=OuterRef("subject_id"), kind="case")
        line = (
            Q(subject_id=OuterRef("subject_id")) | Q(subject_id=OuterRef("subject__parent_id")) | Exists(root)
        )
        bound = (
            Deadline.objects.binding()
            .open()
            .filter(line, case_id=OuterRef("case_id"), node_kind=OuterRef("kind"))
        )
        return Node.objects.open().filter(self._narrowed("kind"), ~Exists(bound))

    def done_since(self, on: dt.date) -> NodeQuerySet:
        """Nodes done in the week of a day; `late`: after the last day."""
        monday = on - dt.timedelta(days=on.weekday())
        late = Deadline.objects.filter(
            case_id=OuterRef("case_id"),
            node_kind=OuterRef("kind"),
            subject_id=OuterRef("subject_id"),
            met_on=OuterRef("done_on"),
            state="met_late",
        )
        week = Node.objects.filter(self._narrowed("kind"), state="done", done_on__gte=monday)
        return week.annotate(late=Exists(late))

    def _narrowed(self, kind: str) -> Q:
        rows = self.reach.rows(kind)
        for case_id, name, subjects in self.in_hand:
            # A row of the reach lies in the scope; what is in hand might have left it.
            seen = self.scope.rows() | Q(case_id__in=self.scope.let_in)
            rows |= Q(case_id=case_id, subject_id__in=subjects, **{kind: name}) & seen
        if self.asked.kind:
            rows &= Q(**{kind: self.asked.kind})
        if self.asked.officer and self.reach.sees_colleagues:
            rows &= Q(owner_id=self.asked.officer)
        if self.asked.text:
            rows &= self.matching.rows
        return rows & ~Q(case_id__in=self.hidden)


def _tallied(source: _Source, user: User, at: dt.datetime) -> Kept | None:
    """The sweep's tallies of the list, where it holds all of the courts that the person sees whole and nothing else, or
    of these one kind of node, or one officer.
    """
    asked, reach = source.asked, source.reach
    whole = bool(reach.courts) and reach.courts == source.scope.courts
    if (
        not whole
        or reach.owners
        or reach.teams
        or source.in_hand
        or asked.text
        or (asked.kind and asked.officer)
    ):
        return None
    if asked.kind:
        return fresh(user, at, "kind", asked.kind)
    return fresh(user, at, "officer", str(asked.officer)) if asked.officer else fresh(user, at, "court")


def _wide(reach: Reach) -> Reach:
    """The reach without the person's own cases, where all of them lie in the courts or teams seen whole anyway.

    An index starts with the court or the team and ends with the last day: with an owner beside them the database
    would have to read and sort everything in reach for a page of it. One query, none for who sees no court and no team.
    """
    if not (reach.courts or reach.teams) or reach.groups or reach.helped:
        return reach
    seen = Q(court_id__in=reach.courts) | Q(team_id__in=reach.teams)
    if Case.objects.filter(owner_id__in=reach.owners).exclude(seen).exists():
        return reach
    return replace(reach, owners=())


def _in_hand(user: User) -> list[InHand]:
    """What the person has claimed or was given with a task sheet, the newest first; their own cases' left out."""
    root = Subject.objects.filter(case_id=OuterRef("case_id"), kind="case").values("pk")[:1]
    held = Task.objects.filter(doer=user, state="held").exclude(node__owner_id=user.pk)
    rows = held.order_by("-pk").values_list(
        "case_id", "node__kind", "node__subject_id", "node__subject__parent_id", Subquery(root)
    )
    # A clock may run for what the node's subject is a part of: a respondent, the whole case.
    return [(case, kind, tuple(pk for pk in subjects if pk)) for case, kind, *subjects in rows[:MOST_IN_HAND]]


def _same_node() -> DeadlineQuerySet:
    """Binding clocks of the node of the outer row: of one kind, about one subject, hung on it or started before it.

    The case is named because the table's index starts with it.
    """
    return (
        Deadline.objects.binding()
        .filter(
            case_id=OuterRef("case_id"), node_kind=OuterRef("node_kind"), subject_id=OuterRef("subject_id")
        )
        .exclude(node_kind="")
    )


def _segments(source: _Source, at: dt.datetime) -> list[Segment]:
    due, first = ("overdue_at", "id"), ("id",)
    on = today(at)
    ahead = source.running().filter(overdue_at__gt=at)
    if source.asked.on is not None:
        return [Segment("running", _due(source, _end(source.asked.on, -1), _end(source.asked.on, 0)), due)]
    match source.asked.view:
        case "overdue":
            return [Segment("running", source.running().filter(overdue_at__lte=at), due)]
        case "today":
            return [Segment("running", ahead.filter(overdue_at__lte=_end(on, 0)), due)]
        case "3d":
            return [Segment("running", ahead.filter(overdue_at__lte=_end(on, 3)), due)]
        case "7d":
            # Most pages end within tomorrow: the rest of the week is not sorted for them.
            week, soon = ahead.filter(overdue_at__lte=_end(on, 7)), _end(on, 1)
            return [
                Segment("running", week.filter(overdue_at__lte=soon), due),
                Segment("later", week.filter(overdue_at__gt=soon), due),
            ]
        case "hold":
            return [Segment("hold", source.stopped(), first)]
        case "done":
            return [Segment("done", source.done_since(on), ("-done_on", "-id"))]
        case _:
            return [
                Segment("running", source.running(), due),
                Segment("hold", source.stopped(), first),
                Segment("free", source.free(), first),
            ]


def due_between(*, user: User, asked: Asked, since: dt.datetime, until: dt.datetime) -> DeadlineQuerySet:
    """The clocks of the list that end after `since` and no later than `until`. One query for what is in hand."""
    return _due(_Source(user, reach_of(user), asked, _in_hand(user)), since, until)


def _due(source: _Source, since: dt.datetime, until: dt.datetime) -> DeadlineQuerySet:
    return source.running().filter(overdue_at__gt=since, overdue_at__lte=until)


def _end(day: dt.date, days: int) -> dt.datetime:
    """The first instant after the day so many days on."""
    return at_local(day + dt.timedelta(days=days + 1))
