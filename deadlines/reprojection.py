"""Count open clocks anew after the calendar has changed: what moved, and the timers that wake them.

A clock keeps everything it was counted from, so that nothing else of its case is asked. Joins the caller's
transaction, which holds the cases. A few statements for any number of clocks.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.db import connection
from django.utils.translation import gettext as _

from deadlines.clocks import set_timers, timer_of
from deadlines.due import Due, due_of_rule
from deadlines.ladder import rungs_of
from deadlines.models import Deadline, Firing, Timer
from deadlines.pinned import rule_of
from kernel.dates import long_date
from regimes.calendar import Calendar
from regimes.errors import RegimeError
from regimes.flow import ClockChange, Extension, Interval
from regimes.rules import DeadlineRule

log = structlog.get_logger(__name__)
REASON_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock whose last day is another than before (None: suspended), or whose year is no longer provisional."""

    clock: Deadline
    old: dt.date | None
    old_at: dt.datetime | None

    @property
    def is_another_day(self) -> bool:
        """Whether its end moved, and not only the word of its calendar."""
        return (self.old, self.old_at) != (self.clock.due_on, self.clock.due_at)


@dataclass(frozen=True, slots=True)
class Recounted:
    """clocks: how many were counted; moved: those that changed, written."""

    clocks: int
    moved: Sequence[Moved]


def reproject(
    case_ids: Collection[int], *, calendar_of: Callable[[int], Calendar], words: str, at: dt.datetime
) -> Recounted:
    """Count every open clock of these cases by the calendar of its court and write what changed.

    words: why, kept in the `reason` of a clock that moved. A rung that has fired and whose new time is past does not
    fire again; a moved rung that lies ahead does. A clock whose rule cannot be read any more is left as it stands.
    """
    rows = list(Deadline.objects.open().filter(case_id__in=case_ids).order_by("case_id", "id"))
    timers = {t.deadline_id: t for t in Timer.objects.filter(deadline__in=[row.pk for row in rows])}
    counted = _Counter(calendar_of)
    moved: list[Moved] = []
    altered: list[Deadline] = []
    shifted: list[tuple[Deadline, list[dt.datetime]]] = []
    for row in rows:
        rule = _rule(row)
        due = counted.due(row, rule) if rule is not None else None
        if rule is None or due is None:
            continue
        before = (row.due_on, row.due_at, row.provisional)
        if _set(row, due):
            altered.append(row)
        if before != (row.due_on, row.due_at, row.provisional):
            moved.append(Moved(row, before[0], before[1]))
        rungs = counted.rungs(row, rule)
        if _is_shifted(rungs, timers.get(row.pk), is_moved=before[1] != row.due_at):
            shifted.append((row, rungs))
    for each in moved:
        if each.is_another_day:
            each.clock.reason = _reason(each, words)
    _write(altered)
    _rearm(shifted, at)
    return Recounted(len(rows), moved)


class _Counter:
    """Due days and rungs by what they are counted from: thousands of clocks share a rule and a start."""

    def __init__(self, calendar_of: Callable[[int], Calendar]) -> None:
        self.calendar_of = functools.cache(calendar_of)
        self._dues: dict[object, Due | None] = {}
        self._rungs: dict[object, list[dt.datetime]] = {}

    def due(self, row: Deadline, rule: DeadlineRule) -> Due | None:
        key = (*_origin(row), row.run, row.stated, json.dumps(row.extensions))
        if key not in self._dues:
            self._dues[key] = _count(row, rule, self.calendar_of(row.court_id))
        return self._dues[key]

    def rungs(self, row: Deadline, rule: DeadlineRule) -> list[dt.datetime]:
        if row.state != Deadline.State.RUNNING:
            return []
        key = (*_origin(row), row.due_at)
        if key not in self._rungs:
            self._rungs[key] = rungs_of(rule, row, self.calendar_of(row.court_id))
        return self._rungs[key]


def _origin(row: Deadline) -> tuple[object, ...]:
    return row.court_id, row.pack_digest, row.rule_id, row.start, json.dumps(row.suspensions)


def _rule(row: Deadline) -> DeadlineRule | None:
    found = rule_of(row.pack_code, row.pack_version, row.pack_digest, row.rule_id)
    return found[1] if found else None


def _count(row: Deadline, rule: DeadlineRule, calendar: Calendar) -> Due | None:
    """Where the clock ends by what it keeps of itself; None, and a line in the log, where that cannot be counted."""
    try:
        return due_of_rule(_as_change(row, rule), calendar)
    except RegimeError as error:
        log.error("clock.not_counted", clock=row.pk, rule_id=row.rule_id, problem=str(error))
        return None


def _as_change(row: Deadline, rule: DeadlineRule) -> ClockChange:
    return ClockChange(
        "restart",
        rule,
        row.subject_id,
        row.run,
        start=_moment(row.start),
        suspensions=tuple(
            Interval(kind, dt.date.fromisoformat(first), dt.date.fromisoformat(last) if last else None)
            for kind, first, last in row.suspensions
        ),
        extensions=tuple(Extension(row.rule_id, None, days, unit) for days, unit in row.extensions),
        stated=row.stated,
    )


def _moment(text: str) -> dt.date | dt.datetime | None:
    if not text:
        return None
    return dt.date.fromisoformat(text) if len(text) == 10 else dt.datetime.fromisoformat(text)


def _set(row: Deadline, due: Due) -> bool:
    """Put the new end into the row; whether anything of it is new."""
    state = Deadline.State.RUNNING if due.overdue_at else Deadline.State.SUSPENDED
    new = (due.on, due.at, due.overdue_at, due.raw_on, due.provisional, state)
    if new == (row.due_on, row.due_at, row.overdue_at, row.raw_on, row.provisional, row.state):
        return False
    row.due_on, row.due_at, row.overdue_at, row.raw_on, row.provisional, row.state = new
    return True


def _reason(moved: Moved, words: str) -> str:
    old, new = moved.old, moved.clock.due_on
    text = _("%(words)s，由%(old)s改为%(new)s") % {
        "words": words,
        "old": long_date(old) if old else _("中止计时"),
        "new": long_date(new) if new else _("中止计时"),
    }
    return text[:REASON_LONGEST]


def _is_shifted(rungs: Sequence[dt.datetime], timer: Timer | None, *, is_moved: bool) -> bool:
    """Whether the timer has to be set anew. A clock that has fired to its end and did not move stays at rest."""
    if timer is None:
        return is_moved
    return list(timer.rungs) != list(rungs)


_WRITE = """
UPDATE deadlines_deadline d SET due_on = v.due_on, due_at = v.due_at, overdue_at = v.overdue_at, raw_on = v.raw_on,
    provisional = v.provisional, state = v.state, reason = v.reason
FROM json_to_recordset(%s) AS v(id bigint, due_on date, due_at timestamptz, overdue_at timestamptz, raw_on date,
    provisional boolean, state text, reason text)
WHERE d.id = v.id
"""


def _write(rows: Sequence[Deadline]) -> None:
    if not rows:
        return
    values = [
        {
            "id": row.pk,
            "due_on": _iso(row.due_on),
            "due_at": _iso(row.due_at),
            "overdue_at": _iso(row.overdue_at),
            "raw_on": _iso(row.raw_on),
            "provisional": row.provisional,
            "state": str(row.state),
            "reason": row.reason,
        }
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [json.dumps(values, ensure_ascii=False)])


def _iso(value: dt.date | None) -> str | None:
    return value.isoformat() if value is not None else None


def _rearm(shifted: Sequence[tuple[Deadline, list[dt.datetime]]], at: dt.datetime) -> None:
    if not shifted:
        return
    fired = _fired([row.pk for row, _rungs in shifted])
    disarmed, timers = [], []
    for row, rungs in shifted:
        rung = _next(rungs, fired.get(row.pk, frozenset()), at)
        if rung is None:
            disarmed.append(row.pk)
        else:
            timers.append(timer_of(row.pk, rungs, rung))
    set_timers(disarmed, timers)


def _next(rungs: Sequence[dt.datetime], fired: Collection[int], at: dt.datetime) -> int | None:
    """The earliest rung that lies ahead, or is past and has never fired."""
    left = list(_left(rungs, fired, at))
    return min(left)[1] if left else None


def _left(
    rungs: Sequence[dt.datetime], fired: Collection[int], at: dt.datetime
) -> Iterator[tuple[dt.datetime, int]]:
    for index, instant in enumerate(rungs):
        if instant > at or index not in fired:
            yield instant, index


def _fired(clocks: Sequence[int]) -> Mapping[int, set[int]]:
    """Which rungs of these clocks have fired at any time. One query."""
    found: dict[int, set[int]] = {}
    for clock, rung in Firing.objects.filter(deadline__in=clocks).values_list("deadline_id", "rung"):
        found.setdefault(clock, set()).add(rung)
    return found
