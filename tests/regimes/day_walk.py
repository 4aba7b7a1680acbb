"""A slow second implementation of the counting, for comparison only. It shares no code with regimes.

It knows nothing but `chinese_calendar.is_workday` and walks one date (or one minute) at a time, 2004-2026.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import chinese_calendar

DAY = dt.timedelta(days=1)
MINUTE = dt.timedelta(minutes=1)
Part = tuple[int, str]
Gap = tuple[dt.date, dt.date | None]


def is_off(date: dt.date, gaps: Sequence[Gap]) -> bool:
    """The date lies in a suspension."""
    return any(first <= date and (last is None or date <= last) for first, last in gaps)


def is_off_for_good(date: dt.date, gaps: Sequence[Gap]) -> bool:
    """The date lies in a suspension that has no end."""
    return any(first <= date and last is None for first, last in gaps)


def same_day_of_month(start: dt.date, months: int) -> dt.date:
    """Walk on until `months` month ends are crossed, then to the same day number or the end of that month."""
    at, crossed = start, 0
    while crossed < months:
        at += DAY
        if at.day == 1:
            crossed += 1
    while at.day != start.day and (at + DAY).day != 1:
        at += DAY
    return at


def plain_end(start: dt.date, parts: Sequence[Part]) -> dt.date:
    """Years, then months, then days, nothing suspended."""
    end = start
    for unit, months in (("year", 12), ("month", 1)):
        for n, found in parts:
            if found == unit:
                end = same_day_of_month(end, n * months)
    for n, unit in parts:
        if unit == "day":
            for _ in range(n):
                end += DAY
    return end


def count_on(start: dt.date, parts: Sequence[Part], gaps: Sequence[Gap]) -> dt.date | None:
    """The last day of the period, with suspended days skipped one by one; None if it never comes."""
    left = (plain_end(start, parts) - start).days
    at = start
    while left:
        at += DAY
        if is_off_for_good(at, gaps):
            return None
        left -= not is_off(at, gaps)
    left = sum(n for n, unit in parts if unit == "workday")
    while left:
        at += DAY
        if is_off_for_good(at, gaps):
            return None
        left -= chinese_calendar.is_workday(at) and not is_off(at, gaps)
    return at


def due(
    start: dt.date,
    parts: Sequence[Part],
    *,
    roll: str = "none",
    gaps: Sequence[Gap] = (),
    extensions: Sequence[Part] = (),
) -> dt.date | None:
    """Period, extensions, then one roll."""
    end = count_on(start, parts, gaps)
    for extension in extensions:
        if end is None:
            return None
        end = count_on(end, [extension], gaps)
    if end is None:
        return None
    while roll != "none" and not chinese_calendar.is_workday(end):
        end += DAY if roll == "next_workday" else -DAY
    return end


def latest_before(event: dt.date, parts: Sequence[Part]) -> dt.date:
    """Walk back until the period, counted forward, fits before the event."""
    at = event
    while (end := count_on(at, parts, ())) is None or end > event:
        at -= DAY
    return at


def due_instant(
    start: dt.datetime, minutes: int, *, exact: bool, gaps: Sequence[Gap] = ()
) -> dt.datetime | None:
    """Minute by minute on a wall clock without zone; minutes of suspended dates do not run."""
    at = start
    if not exact:
        at += MINUTE
        while at.minute:
            at += MINUTE
    while minutes:
        if is_off_for_good(at.date(), gaps):
            return None
        if not is_off(at.date(), gaps):
            minutes -= 1
        at += MINUTE
    return at
