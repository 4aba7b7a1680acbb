"""超期节点统计表: the clocks behind a number as lines, the longest late first (SQ 第九条)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cases.models import Case, Subject
from courts.models import User
from deadlines.matters import Matters, matters_in_use
from deadlines.models import Deadline
from kernel.keyset import SIZE, Segment, page
from supervision.board import Asked, Names, day_of, names_of, rows_of
from supervision.models import Order

MOST_LINES = 20_000
"""Rows of one table as a file; more are narrowed first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One node. days: how many calendar days it is late, 0 or less when it is not yet; source: where the
    rule stands; order: what supervises it.
    """

    clock: Deadline
    case_id: int
    number: str
    matter: str
    source: str
    court: str
    team: str
    officer: str
    day: dt.date
    days: int
    order: Order | None


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the table; the cursors are "" at an end."""

    lines: Sequence[Line]
    next: str
    prev: str


def lines(
    user: User,
    asked: Asked,
    at: dt.datetime,
    on: dt.date,
    *,
    after: str = "",
    before: str = "",
    size: int = SIZE,
) -> Lines:
    """The nodes of a number, longest late first. Nine queries, however many there are."""
    rows = Segment("clock", rows_of(user, asked, at), ("overdue_at", "id"))
    found = page([rows], after=after, before=before, size=size)
    return Lines(_lines([clock for _name, clock in found.rows], on), found.next, found.prev)


def _lines(clocks: Sequence[Deadline], on: dt.date) -> list[Line]:
    if not clocks:
        return []
    numbers = dict(Case.objects.filter(pk__in={c.case_id for c in clocks}).values_list("pk", "number"))
    labels = {
        pk: "" if kind == "case" else label
        for pk, kind, label in Subject.objects.filter(pk__in={c.subject_id for c in clocks}).values_list(
            "pk", "kind", "label"
        )
    }
    names = names_of((c.court_id for c in clocks), (c.team_id for c in clocks), (c.owner_id for c in clocks))
    orders, matters = orders_of(c.pk for c in clocks), matters_in_use()
    return [_line(clock, on, numbers, labels, names, orders, matters) for clock in clocks]


def orders_of(clock_ids: Iterable[int]) -> dict[int, Order]:
    """Clock -> its newest order or reminder that is not settled. One query."""
    rows = Order.objects.unsettled().filter(clock_id__in=list(clock_ids)).order_by("kind", "pk")
    # "order" sorts before "reminder": the order speaks where both stand.
    found: dict[int, Order] = {}
    for row in rows:
        found.setdefault(row.clock_id or 0, row)
    return found


def _line(
    clock: Deadline,
    on: dt.date,
    numbers: dict[int, str],
    labels: dict[int, str],
    names: Names,
    orders: dict[int, Order],
    matters: Matters,
) -> Line:
    label = labels.get(clock.subject_id, "")
    day = day_of(clock)
    return Line(
        clock=clock,
        case_id=clock.case_id,
        number=numbers.get(clock.case_id, ""),
        matter=f"{matters.of(clock)}（{label}）" if label else matters.of(clock),
        source=matters.source(clock.rule_id),
        court=names.courts.get(clock.court_id, ""),
        team=names.teams.get(clock.team_id or 0, ""),
        officer=names.people.get(clock.owner_id or 0, ""),
        day=day,
        days=(on - day).days,
        order=orders.get(clock.pk),
    )
