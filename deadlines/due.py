"""From a plan's clock to its instants: the last day, and the first moment at which it is late."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import cast

from kernel.time import at_local
from regimes.amounts import Amount, Unit
from regimes.calendar import Calendar
from regimes.flow import ClockChange
from regimes.periods import Result, compute
from regimes.suspensions import Suspension


@dataclass(frozen=True, slots=True)
class Due:
    """Where a clock ends; all None while suspended.

    on: last day (also for hours). at: last instant. overdue_at: the first instant at which it is late.
    """

    on: dt.date | None
    at: dt.datetime | None
    overdue_at: dt.datetime | None
    raw_on: dt.date | None
    provisional: bool


def result_of(change: ClockChange, calendar: Calendar) -> Result:
    """The full computation behind a clock, with its steps: suspensions, and extensions in their own units.

    Raises RegimeError as `regimes.periods.compute` does.
    """
    return compute(
        change.rule.terms,
        change.start,
        calendar,
        suspensions=[Suspension(interval.first, interval.last) for interval in change.suspensions],
        extensions=[Amount(extension.days, cast(Unit, extension.unit)) for extension in change.extensions],
    )


def due_of_rule(change: ClockChange, calendar: Calendar) -> Due:
    """Where the clock of a change ends. A detector is late from its flag day, a duty after its last day."""
    result = result_of(change, calendar)
    if change.stated:
        stated = dt.date.fromisoformat(change.stated)
        # A detector marks the day after the last day, also where a paper states that day.
        after = dt.timedelta(days=1 if change.rule.kind == "detector" else 0)
        end: dt.date | dt.datetime | None = stated + after
    elif result.dues:
        end = result.dues[change.run - 1] if change.run <= len(result.dues) else None
    else:
        end = result.due
    raw = result.raw.date() if isinstance(result.raw, dt.datetime) else result.raw
    if end is None:
        return Due(None, None, None, raw, result.provisional)
    if isinstance(end, dt.datetime):
        at = end.astimezone(dt.UTC)
        return Due(end.date(), at, at + dt.timedelta(microseconds=1), raw, result.provisional)
    if change.rule.kind == "detector":
        flagged = at_local(end)
        return Due(end, flagged, flagged, raw, result.provisional)
    midnight = at_local(end + dt.timedelta(days=1))
    return Due(end, midnight - dt.timedelta(microseconds=1), midnight, raw, result.provisional)
