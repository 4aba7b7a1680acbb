"""How a clock stands at an instant, in the states and words of the pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Node
from cases.states import NodeState
from deadlines.models import Deadline
from kernel.time import local
from regimes.book import RuleBook
from regimes.packs import Pack
from regimes.rules import DeadlineRule
from regimes.state import Subject

SOON_DAYS = 3
SOFT = ("soft_target", "right")
SHARED_PACK = "BASE"


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock as a page shows it. state: over soon prog hold done late_done todo. days: to the last day, negative when past.

    binds: it can be late. words: of the pill, e.g. 超期 3 日.
    """

    row: Deadline
    rule: DeadlineRule
    pack: Pack
    state: str
    days: int | None
    words: str
    binds: bool

    @property
    def due_on(self) -> dt.date | None:
        """The last day, or the day of the flag; None while suspended."""
        return self.row.due_on

    @property
    def last_on(self) -> dt.date | None:
        """The last day on which it is not late: a detector flags the day after."""
        return _last_day(self.row)

    @property
    def is_open(self) -> bool:
        """Running or suspended."""
        return self.row.state in (Deadline.State.RUNNING, Deadline.State.SUSPENDED)

    @property
    def is_national(self) -> bool:
        """From the rules that bind every court."""
        return self.pack.code == SHARED_PACK


def views(rows: Iterable[Deadline], book: RuleBook, at: dt.datetime, today: dt.date) -> tuple[ClockView, ...]:
    """The clocks of a case whose rule its book still holds, in the order of their last days."""
    known = {rule.id for rule in book.deadlines}
    shown = [_view(row, book, at, today) for row in rows if row.rule_id in known]
    return tuple(sorted(shown, key=_order))


def of_node(
    node: Node, emitted: Set[str], clocks: Iterable[ClockView], subjects: Mapping[int, Subject]
) -> list[ClockView]:
    """The clocks of a node: those hung on it, those of its kind that started on a wider subject before it opened, and,
    while it is open, those that need it among others (现场、公积金、不动产三项调查). emitted: what completing it makes happen.
    """
    line = _line(node.subject_id, subjects)
    is_open = node.state == NodeState.OPEN
    return [
        clock
        for clock in clocks
        if clock.row.node_id == node.pk
        or (clock.row.subject_id in line and (_wider(clock, node) or is_open and _shares(clock, emitted)))
    ]


def duties(clocks: Iterable[ClockView]) -> list[ClockView]:
    """One clock for each duty that is not done: of several layers that bind the same node, the earliest."""
    first: dict[tuple[str, int], ClockView] = {}
    for clock in clocks:
        if clock.binds and clock.is_open:
            first.setdefault((clock.row.node_kind or clock.rule.id, clock.row.subject_id), clock)
    return list(first.values())


def leading(clocks: Sequence[ClockView]) -> ClockView | None:
    """The clock a page puts first: the earliest that binds and still counts, a court's own before the national one."""
    counted = [c for c in clocks if c.is_open] or [
        c for c in clocks if c.row.state != Deadline.State.CANCELLED
    ]
    ranked = sorted(counted, key=lambda c: (not c.binds, _order(c)))
    return ranked[0] if ranked else None


def _line(subject: int, subjects: Mapping[int, Subject]) -> set[int]:
    """A subject and all above it."""
    line: set[int] = set()
    at: int | None = subject
    while at is not None:
        line.add(at)
        at = subjects[at].parent
    return line


def _wider(clock: ClockView, node: Node) -> bool:
    return clock.row.node_id is None and clock.row.node_kind == node.kind


def _shares(clock: ClockView, emitted: Set[str]) -> bool:
    met = clock.rule.met_by
    return met is not None and met.mode == "all" and not emitted.isdisjoint(met.events)


def _order(clock: ClockView) -> tuple[dt.date, bool]:
    return clock.due_on or dt.date.max, clock.is_national


def _view(row: Deadline, book: RuleBook, at: dt.datetime, today: dt.date) -> ClockView:
    binds = row.kind not in SOFT
    last = _last_day(row)
    days = (last - today).days if last else None
    state = _state(row, binds, days, at)
    return ClockView(
        row=row,
        rule=book.rule(row.rule_id),
        pack=book.pack_of(row.rule_id),
        state=state,
        days=days,
        words=_words(row, state, days, binds, today),
        binds=binds,
    )


def _last_day(row: Deadline) -> dt.date | None:
    """A detector is flagged on the day after its last day."""
    if row.due_on is not None and row.kind == "detector":
        return row.due_on - dt.timedelta(days=1)
    return row.due_on


def _state(row: Deadline, binds: bool, days: int | None, at: dt.datetime) -> str:
    match row.state:
        case Deadline.State.MET:
            return "done"
        case Deadline.State.MET_LATE:
            return "late_done"
        case Deadline.State.CANCELLED:
            return "todo"
        case Deadline.State.SUSPENDED:
            return "hold"
    if row.overdue_at is not None and row.overdue_at <= at:
        return "over" if binds else "soon"
    return "soon" if days is not None and days <= SOON_DAYS else "prog"


def _words(row: Deadline, state: str, days: int | None, binds: bool, today: dt.date) -> str:
    if state == "hold":
        return _("停止计时")
    if state in ("done", "late_done") and row.met_on and row.due_on and state == "late_done":
        return _("超期 %(days)d 日办结") % {"days": (row.met_on - row.due_on).days}
    if state not in ("over", "soon", "prog") or days is None:
        return ""
    if days < 0:
        return (_("超期 %(days)d 日") if binds else _("已过目标日 %(days)d 日")) % {"days": -days}
    if days == 0:
        return _today_words(row, state)
    return _("还剩 %(days)d 日") % {"days": days}


def _today_words(row: Deadline, state: str) -> str:
    if state == "over":
        return _("已超期")
    if row.due_at is not None and local(row.due_at).time() < dt.time(23, 59):
        return _("今天 %(time)s 到期") % {"time": f"{local(row.due_at):%H:%M}"}
    return _("今天到期")
