"""集约事项: the nodes in the queues of groups, in whose hands each is, and how many of each there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Exists, OuterRef, Q, Subquery

from cases.models import Node, Subject, Task
from cases.querysets import NodeQuerySet
from courts.models import Appointment, Membership, Unit, User
from courts.scope import group_name, roles
from deadlines.models import Deadline
from desk.selectors.matching import of_matching_cases
from desk.selectors.worklist_rows import Item, items_of_nodes
from kernel.keyset import SIZE, Segment, page
from kernel.time import at_local, today

VIEWS = ("free", "mine", "offered", "overdue", "3d", "disputed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the list is wanted. view: of VIEWS, or "" for all; group: a role, or ""."""

    view: str = ""
    group: str = ""
    text: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """Open nodes of one group, or of all shown. disputed: a hand-over was refused and nothing decided since."""

    open: int = 0
    free: int = 0
    mine: int = 0
    offered: int = 0
    overdue: int = 0
    soon: int = 0
    disputed: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Hands:
    """Where a node is: the task that is held, the one offered, the last one refused."""

    held: Task | None = None
    offered: Task | None = None
    refused: Task | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One node of the list. claimable: it lies free in a queue of the person's own."""

    node_id: int
    group: str
    item: Item
    hands: Hands
    claimable: bool


@dataclass(frozen=True, slots=True)
class Central:
    """The page."""

    asked: Wanted
    user: User
    today: dt.date
    at: dt.datetime
    figures: Figures
    by_group: Mapping[str, Figures]
    names: Mapping[str, str]
    lines: list[Line]
    next: str = ""
    prev: str = ""


def central(*, user: User, asked: Wanted, at: dt.datetime, size: int | None = None) -> Central:
    """The queues of a person's groups, what they have in hand, and what groups do in their own cases.

    At most eleven queries, however much there is.
    """
    in_hand = list(Task.objects.live().filter(doer=user).values_list("node_id", flat=True))
    rows = _nodes(user, in_hand, at)
    by_group = _figures(rows, user, at)
    chosen = rows.filter(group=asked.group) if asked.group and asked.group in by_group else rows
    found = page(
        _segments(_narrowed(chosen, user, asked, at)),
        after=asked.after,
        before=asked.before,
        size=size or SIZE,
    )
    return Central(
        asked=asked,
        user=user,
        today=today(at),
        at=at,
        figures=by_group.get(asked.group or "-") or sum(by_group.values(), Figures()),
        by_group=by_group,
        names=names_of_groups(by_group, user),
        lines=_lines(found.rows, user),
        next=found.next,
        prev=found.prev,
    )


def further(found: Central, *, after: str, size: int) -> Central:
    """The rows of a list behind a cursor, its figures as they were read: for a workbook."""
    asked, user = found.asked, found.user
    in_hand = list(Task.objects.live().filter(doer=user).values_list("node_id", flat=True))
    rows = _nodes(user, in_hand, found.at)
    chosen = rows.filter(group=asked.group) if asked.group and asked.group in found.by_group else rows
    part = page(_segments(_narrowed(chosen, user, asked, found.at)), after=after, size=size)
    return replace(found, lines=_lines(part.rows, user), next=part.next, prev="")


def names_of_groups(groups: Iterable[str], user: User) -> dict[str, str]:
    """Group -> what the court calls its unit of that function; the role's name where it has none, or several courts do."""
    wanted = [group for group in groups if group]
    courts = user.scope.courts | user.scope.home
    found: dict[str, str] = {}
    if len(courts) == 1:
        units = Unit.objects.filter(
            Q(until__isnull=True),
            court_id__in=courts,
            function__in=wanted,
            kind__in=("group", "window", "office"),
        )
        for function, name in units.order_by("parent_id", "pk").values_list("function", "name"):
            found.setdefault(function, name)
    return {group: found.get(group) or group_name(group) for group in wanted}


def hands_of(node_ids: Iterable[int]) -> dict[int, Hands]:
    """Node -> in whose hands it is. One query."""
    states = ("held", "offered", "refused")
    tasks = Task.objects.filter(node_id__in=node_ids, state__in=states).select_related("doer", "by", "unit")
    found: dict[int, dict[str, Task]] = {}
    for task in tasks.order_by("pk"):
        found.setdefault(task.node_id, {})[task.state] = task
    return {node_id: _settled(Hands(**each)) for node_id, each in found.items()}


def queues_of(user: User) -> tuple[frozenset[tuple[int, str]], frozenset[int]]:
    """(court, group) of the person's own queues, and the courts whose every queue they oversee."""
    scope = user.scope
    oversees = any(scope.may("tasks", letter) for letter in "RA") and not scope.has("handler")
    return scope.groups, scope.courts if oversees else frozenset()


def all_groups() -> list[tuple[str, str]]:
    """(role, name) of every role with a queue."""
    return [(role, str(entry["zh"])) for role, entry in roles().items() if entry.get("queue")]


def members_of(court_id: int, group: str, on: dt.date) -> list[User]:
    """Who works in a group's queue on a day: its units' members and those appointed to the role, by name."""
    in_force = Q(until__isnull=True) | Q(until__gte=on)
    joined = Membership.objects.filter(
        in_force, since__lte=on, unit__court_id=court_id, unit__function=group, user_id=OuterRef("pk")
    )
    held = Appointment.objects.filter(
        in_force, since__lte=on, court_id=court_id, role=group, user_id=OuterRef("pk")
    )
    people = User.objects.filter(Exists(joined) | Exists(held), court_id=court_id, is_active=True)
    return list(people.order_by("initials", "pk"))


def _settled(hands: Hands) -> Hands:
    """A refusal counts while the one who wanted to hand over still has the node."""
    refused = hands.refused
    if refused is not None and (hands.held is None or hands.held.doer_id != refused.by_id):
        return Hands(hands.held, hands.offered, None)
    return hands


def _nodes(user: User, in_hand: list[int], at: dt.datetime) -> NodeQuerySet:
    own, whole = queues_of(user)
    reached = Q(pk__in=in_hand) | Q(owner_id=user.pk) & ~Q(group="")
    for court_id in sorted({court for court, _group in own}):
        groups = sorted(group for court, group in own if court == court_id)
        reached |= Q(court_id=court_id, group__in=groups)
    if whole:
        reached |= Q(court_id__in=sorted(whole)) & ~Q(group="")
    held = Task.objects.filter(node_id=OuterRef("pk"), state="held")
    offered = Task.objects.filter(node_id=OuterRef("pk"), state="offered")
    # Only a refusal that the giver still waits for: once somebody else has the node it is settled.
    refused = Task.objects.filter(node_id=OuterRef("pk"), state="refused", by_id=OuterRef("doer"))
    return (
        Node.objects.visible_to(user)
        .open()
        .filter(reached)
        .annotate(
            due=clocks_of("overdue_at", output_field=DateTimeField()),
            clock=clocks_of("pk"),
            doer=Subquery(held.values("doer_id")[:1]),
            receiver=Subquery(offered.values("doer_id")[:1]),
        )
        .annotate(disputed=Exists(refused))
    )


def clocks_of(column: str, **kwargs: Any) -> Subquery:
    """A column of the running clock that binds the outer node first: about its subject, what that is a part of, or the
    whole case.
    """
    # What the subject is a part of is looked up only for a clock of the node's kind, not for every node.
    about = Subject.objects.filter(Q(kind="case") | Q(children=OuterRef(OuterRef("subject_id"))))
    line = Q(subject_id=OuterRef("subject_id")) | Exists(about.filter(pk=OuterRef("subject_id")))
    rows = (
        Deadline.objects.binding()
        .running()
        .filter(line, case_id=OuterRef("case_id"), node_kind=OuterRef("kind"))
        .order_by("overdue_at", "pk")
    )
    return Subquery(rows.values(column)[:1], **kwargs)


def _figures(rows: NodeQuerySet, user: User, at: dt.datetime) -> dict[str, Figures]:
    """Group -> its figures, the groups in the order of roles.yaml. One query."""
    inner, given = rows.order_by().values_list(*_COLUMNS).query.sql_with_params()
    about = {"user": user.pk, "at": at, "end": _end(at)}
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES.replace("ROWS", inner), [*(about[name] for name in _ORDER), *given])
        found = {group: Figures(*numbers) for group, *numbers in cursor.fetchall()}
    order = list(roles())
    return {
        name: found[name]
        for name in sorted(found, key=lambda n: order.index(n) if n in order else len(order))
    }


_COLUMNS = ("group", "doer", "receiver", "due", "disputed")
_ORDER = ("user", "user", "at", "at", "end")
# Each node's hands and clock are looked up once, whatever is counted of them: OFFSET 0 keeps them from being put in again.
_FIGURES = """
SELECT "group", count(*), count(*) FILTER (WHERE doer IS NULL AND "group" <> ''), count(*) FILTER (WHERE doer = %s),
       count(*) FILTER (WHERE receiver = %s), count(*) FILTER (WHERE due <= %s),
       count(*) FILTER (WHERE due > %s AND due <= %s), count(*) FILTER (WHERE disputed)
FROM (ROWS OFFSET 0) AS r("group", doer, receiver, due, disputed)
GROUP BY 1
"""


def _narrowed(rows: NodeQuerySet, user: User, asked: Wanted, at: dt.datetime) -> NodeQuerySet:
    if asked.text:
        rows = rows.filter(of_matching_cases(asked.text).rows)
    match asked.view:
        case "free":
            return rows.filter(doer=None).exclude(group="")
        case "mine":
            return rows.filter(doer=user.pk)
        case "offered":
            return rows.filter(receiver=user.pk)
        case "overdue":
            return rows.filter(due__lte=at)
        case "3d":
            return rows.filter(due__gt=at, due__lte=_end(at))
        case "disputed":
            return rows.filter(disputed=True)
    return rows


def _segments(rows: NodeQuerySet) -> list[Segment]:
    return [
        Segment("running", rows.filter(due__isnull=False), ("due", "id")),
        Segment("free", rows.filter(due__isnull=True), ("id",)),
    ]


def _lines(found: Sequence[tuple[str, Node]], user: User) -> list[Line]:
    nodes = [node for _name, node in found]
    wanted = {node.clock for node in nodes if node.clock}
    clocks = {c.pk: c for c in Deadline.objects.filter(pk__in=wanted)} if wanted else {}
    hands = hands_of([node.pk for node in nodes]) if nodes else {}
    items = items_of_nodes([(name, node, clocks.get(node.clock)) for name, node in found])
    own = user.scope.groups
    return [
        Line(
            node_id=node.pk,
            group=node.group,
            item=item,
            hands=hands.get(node.pk, Hands()),
            claimable=node.doer is None and (node.court_id, node.group) in own,
        )
        for node, item in zip(nodes, items, strict=True)
    ]


def _end(at: dt.datetime) -> dt.datetime:
    """The first instant after the third day on."""
    return at_local(today(at) + dt.timedelta(days=4))
