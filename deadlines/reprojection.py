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
from typing import Any, NamedTuple

import structlog
from django.db import connection
from django.utils.translation import gettext as _

from deadlines.clocks import set_timers, timer_of
from deadlines.due import Due, due_of_rule
from deadlines.ladder import rungs_of
from deadlines.models import Deadline, Firing
from deadlines.pinned import rule_of
from kernel.dates import long_date
from regimes.calendar import Calendar
from regimes.errors import RegimeError
from regimes.flow import ClockChange
from regimes.rules import DeadlineRule
from regimes.state import Extension, Interval

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
    standing = _standing(case_ids)
    recount = functools.cache(functools.partial(_recount, functools.cache(calendar_of)))
    dues: dict[int, Due] = {}
    rungs: dict[int, Sequence[dt.datetime]] = {}
    for pk, *basis in standing:
        found = recount(*basis)
        if found.due is not None:
            dues[pk] = found.due
        if found.rungs is not None:
            rungs[pk] = found.rungs
    moved = list(_moved(dues, words))
    _rearm(rungs, at)
    return Recounted(len(standing), moved)


# As texts: thousands of clocks share a rule, a start and an end, and each distinct one is read and counted once.
_STANDING = """
SELECT d.id, d.court_id, d.pack_code, d.pack_version, d.pack_digest, d.rule_id, d.run, d.start, d.stated,
    d.suspensions::text, d.extensions::text, d.due_on::text, d.due_at::text, d.raw_on::text, d.provisional, d.state,
    t.rungs::text
FROM deadlines_deadline d LEFT JOIN deadlines_timer t ON t.deadline_id = d.id
WHERE d.case_id = ANY(%s) AND d.state IN ('running', 'suspended') ORDER BY d.case_id, d.id
"""


def _standing(case_ids: Collection[int]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(case_ids)])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


class _Found(NamedTuple):
    """due: the new end, None where it stands; rungs: to be armed with, None where the timer stands."""

    due: Due | None = None
    rungs: Sequence[dt.datetime] | None = None


def _recount(
    calendar_of: Callable[[int], Calendar],
    court_id: int,
    code: str,
    version: int,
    digest: str,
    rule_id: str,
    run: int,
    start: str,
    stated: str,
    suspensions: str,
    extensions: str,
    due_on: str | None,
    due_at: str | None,
    raw_on: str | None,
    provisional: bool,
    state: str,
    armed: str | None,
) -> _Found:
    """What becomes of a clock that stands so."""
    named = rule_of(code, version, digest, rule_id)
    if named is None:
        return _Found()
    row = Deadline(
        rule_id=rule_id,
        run=run,
        start=start,
        stated=stated,
        suspensions=json.loads(suspensions),
        extensions=json.loads(extensions),
    )
    try:
        due = due_of_rule(_as_change(row, named[1]), calendar_of(court_id))
    except RegimeError as error:
        log.error("clock.not_counted", rule_id=rule_id, start=start, problem=str(error))
        return _Found()
    row.due_on, row.due_at, row.state = due.on, due.at, _state(due)
    was = (_day(due_on), _instant(due_at), _day(raw_on), provisional, state)
    is_changed = (due.on, due.at, due.raw_on, due.provisional, row.state) != was
    rungs = rungs_of(named[1], row, calendar_of(court_id)) if row.state == Deadline.State.RUNNING else []
    # A clock that has fired to its end and did not move stays at rest.
    is_shifted = due.at != was[1] if armed is None else _instants(armed) != rungs
    return _Found(due if is_changed else None, rungs if is_shifted else None)


def _as_change(row: Deadline, rule: DeadlineRule) -> ClockChange:
    return ClockChange(
        "restart",
        rule,
        0,
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


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _instant(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def _instants(array: str) -> list[dt.datetime]:
    """{"2026-03-05 01:00:00+00",...} as PostgreSQL writes it."""
    return [dt.datetime.fromisoformat(each.strip('"')) for each in array.strip("{}").split(",") if each]


def _state(due: Due) -> str:
    return str(Deadline.State.RUNNING if due.overdue_at else Deadline.State.SUSPENDED)


def _moved(dues: Mapping[int, Due], words: str) -> Iterator[Moved]:
    """Write the new ends; the clocks for which a reader of the case sees a difference."""
    rows = list(Deadline.objects.filter(pk__in=dues).order_by("case_id", "pk")) if dues else []
    found: list[Moved] = []
    for row in rows:
        due = dues[row.pk]
        each = Moved(row, row.due_on, row.due_at)
        seen = row.provisional
        row.due_on, row.due_at, row.overdue_at, row.raw_on = due.on, due.at, due.overdue_at, due.raw_on
        row.provisional, row.state = due.provisional, _state(due)
        if each.is_another_day:
            row.reason = _reason(each, words)
        if each.is_another_day or seen != row.provisional:
            found.append(each)
    _write(rows)
    return iter(found)


def _reason(moved: Moved, words: str) -> str:
    old, new = moved.old, moved.clock.due_on
    text = _("%(words)s，由%(old)s改为%(new)s") % {
        "words": words,
        "old": long_date(old) if old else _("中止计时"),
        "new": long_date(new) if new else _("中止计时"),
    }
    return text[:REASON_LONGEST]


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


def _rearm(shifted: Mapping[int, Sequence[dt.datetime]], at: dt.datetime) -> None:
    if not shifted:
        return
    fired = _fired(list(shifted))
    disarmed, timers = [], []
    for clock, rungs in shifted.items():
        rung = _next(rungs, fired.get(clock, frozenset()), at)
        if rung is None:
            disarmed.append(clock)
        else:
            timers.append(timer_of(clock, rungs, rung))
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
