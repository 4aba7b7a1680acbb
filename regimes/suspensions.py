"""Recorded intervals that do not count: a stay, a suspension, an approved deduction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from regimes.errors import RegimeError


@dataclass(frozen=True, slots=True)
class Suspension:
    """Dates first..last, both included; last None = still running. kind: an interval of the vocabulary."""

    first: dt.date
    last: dt.date | None
    kind: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.last is not None and self.last < self.first:
            raise RegimeError(
                f"中止的终止日 {self.last} 早于起始日 {self.first}", field="suspensions", fix="请核对起止日期"
            )


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of uncounted days after merging; last None = open."""

    first: dt.date
    last: dt.date | None

    def covers(self, date: dt.date) -> bool:
        """True if the date does not count."""
        return self.first <= date and (self.last is None or date <= self.last)


def merged(suspensions: Iterable[Suspension]) -> tuple[Interval, ...]:
    """The same uncounted days as disjoint intervals in date order; an open one swallows all that follows.

    Overlapping intervals must not be added twice: a day that is suspended for two reasons is one day.
    """
    intervals: list[Interval] = []
    for suspension in sorted(suspensions, key=lambda each: each.first):
        last = intervals[-1].last if intervals else None
        if intervals and last is None:
            break
        if last is None or suspension.first > last + dt.timedelta(days=1):
            intervals.append(Interval(suspension.first, suspension.last))
            continue
        end = None if suspension.last is None else max(last, suspension.last)
        intervals[-1] = Interval(intervals[-1].first, end)
    return tuple(intervals)
