"""The arithmetic of periods without any narration: where a count that begins on one date ends.

Everywhere the starting date itself is not counted (民事诉讼法 第八十五条第二款), and None means that an open
suspension has stopped the count before its end.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from regimes.amounts import Amount, Period
from regimes.calendar import EARLIEST, LATEST, Calendar
from regimes.errors import RegimeError
from regimes.suspensions import Interval

COURT_ZONE = ZoneInfo("Asia/Shanghai")
Roll = Literal["none", "next_workday", "previous_workday"]
Hours = Literal["next_full_hour", "exact"]

ONE_DAY = dt.timedelta(days=1)
_CALENDAR_UNITS = frozenset({"year", "month", "day"})


def add_calendar(date: dt.date, amount: Amount, sign: int = 1) -> dt.date:
    """`date` plus (or minus) years, months or days.

    A month ends on the same day number, or on the last day of a month that lacks it (民法典 第二百零二条).
    Raises RegimeError for other units and for a date outside the calendar.
    """
    if amount.unit not in _CALENDAR_UNITS:
        raise RegimeError(f"{amount.chinese}不能加在日期上", field="period", fix="小时、分钟要从时刻起算")
    try:
        if amount.unit == "day":
            end = date + sign * amount.n * ONE_DAY
        else:
            months = date.year * 12 + date.month - 1 + sign * amount.n * (12 if amount.unit == "year" else 1)
            year, month = divmod(months, 12)
            end = dt.date(year, month + 1, min(date.day, monthrange(year, month + 1)[1]))
    except (ValueError, OverflowError):
        end = dt.date.max
    if not EARLIEST <= end <= LATEST:
        raise RegimeError(
            f"自 {date} 起算{amount.chinese}，超出日历范围", field="period", fix="请检查期间是否写错"
        )
    return end


def lengthened(
    begin: dt.date, end: dt.date, suspended: Sequence[Interval]
) -> tuple[dt.date | None, tuple[Interval, ...]]:
    """Push `end` by the suspended days after `begin`, in date order, so that the longer end meets later ones.

    Also returns the stretches that were added, for the explanation; an open one comes last, with end None.
    """
    added: list[Interval] = []
    for interval in suspended:
        first = max(interval.first, begin + ONE_DAY)
        if first > end:
            break
        if interval.last is None:
            added.append(Interval(first, None))
            return None, tuple(added)
        if interval.last >= first:
            added.append(Interval(first, interval.last))
            end += interval.last - first + ONE_DAY
    return end, tuple(added)


def workdays_end(begin: dt.date, n: int, calendar: Calendar, suspended: Sequence[Interval]) -> dt.date | None:
    """The n-th working day after `begin` that is not suspended."""
    at = begin
    for interval in suspended:
        if interval.last is not None and interval.last <= at:
            continue
        free = calendar.workdays_between(at, interval.first - ONE_DAY)
        if n <= free:
            break
        if interval.last is None:
            return None
        n -= free
        at = interval.last
    return calendar.add_workdays(at, n)


def forward_date(
    begin: dt.date, period: Period, calendar: Calendar, suspended: Sequence[Interval]
) -> dt.date | None:
    """The last day of a period of days, working days, months or years that starts after `begin`."""
    end = begin
    workdays = 0
    for amount in period:
        if amount.unit == "workday":
            workdays = amount.n
        else:
            end = add_calendar(end, amount)
    if suspended and end > begin:
        pushed, _ = lengthened(begin, end, suspended)
        if pushed is None:
            return None
        end = pushed
    return workdays_end(end, workdays, calendar, suspended) if workdays else end


def backward_date(until: dt.date, period: Period, calendar: Calendar) -> dt.date:
    """The latest date from which the period forward ends no later than `until`."""
    guess = until
    for amount in reversed(period):
        if amount.unit == "workday":
            guess = calendar.add_workdays(calendar.previous_workday(guess), -amount.n)
        else:
            guess = add_calendar(guess, amount, -1)
    # Going back over a month's end or a run of rest days is not unique: the latest such date wins.
    while (end := forward_date(guess + ONE_DAY, period, calendar, ())) is not None and end <= until:
        guess += ONE_DAY
    return guess


def first_instant(start: dt.datetime, hours: Hours) -> dt.datetime:
    """From when an hour clock runs: the next full hour (民诉法解释 第一百二十五条), or the instant itself."""
    if hours == "exact":
        return start
    return start.replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)


def forward_instant(
    begin: dt.datetime, length: dt.timedelta, suspended: Sequence[Interval]
) -> dt.datetime | None:
    """`length` after `begin`, leaving out the hours of suspended dates."""
    at = begin
    for interval in suspended:
        resumed = midnight(interval.last + ONE_DAY) if interval.last is not None else None
        if resumed is not None and resumed <= at:
            continue
        free = max(midnight(interval.first) - at, dt.timedelta())
        if length <= free:
            break
        if resumed is None:
            return None
        length -= free
        at = resumed
    return at + length


def length_of(period: Period) -> dt.timedelta:
    """Hours and minutes as one length. A day (of an extension) is 24 hours; months have no fixed length."""
    total = dt.timedelta()
    for amount in period:
        if amount.unit not in ("minute", "hour", "day"):
            raise RegimeError(
                f"按小时计算的期限不能延长{amount.chinese}", field="extensions", fix="请用小时、分钟或日"
            )
        total += dt.timedelta(**{f"{amount.unit}s": amount.n})
    return total


def midnight(date: dt.date) -> dt.datetime:
    """00:00 of the date in the court's zone."""
    return dt.datetime(date.year, date.month, date.day, tzinfo=COURT_ZONE)


def rolled(date: dt.date, roll: Roll, calendar: Calendar) -> dt.date:
    """The date moved off a rest day, if the rule moves it (民事诉讼法 第八十五条第三款)."""
    if roll == "next_workday":
        return calendar.next_workday(date)
    if roll == "previous_workday":
        return calendar.previous_workday(date)
    return date
