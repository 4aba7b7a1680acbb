"""The explanation of a date, day by day: what was counted, what was left out, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from regimes.amounts import Amount, Period, Unit
from regimes.calendar import MAKE_UP, WEEKDAYS, Calendar
from regimes.counting import ONE_DAY, add_calendar, lengthened, midnight
from regimes.suspensions import Interval

StepKind = Literal[
    "start", "date", "year", "month", "count", "skip", "hour", "suspend", "extend", "repeat", "roll", "due",
    "flag", "gap", "note",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the explanation.

    on: the date or instant it speaks of. n: the running number of a counted working day, the number of units
    added, or None. reason: Chinese, for people.
    """

    kind: StepKind
    on: dt.date | dt.datetime | None
    n: int | None
    reason: str


def tell_calendar(
    begin: dt.date, period: Period, suspended: Sequence[Interval]
) -> tuple[list[Step], dt.date]:
    """Steps of the years, months and days of a period, and where they end (suspended days added).

    Where an open suspension stops the count the last step says so and the end is the day before it.
    """
    steps: list[Step] = []
    end = begin
    for amount in period:
        if amount.unit != "workday":
            before, end = end, add_calendar(end, amount)
            steps.append(_calendar_step(amount, before, end))
    if end == begin:
        return steps, end
    pushed, added = lengthened(begin, end, suspended)
    for interval in added:
        if interval.last is None:
            steps.append(_stopped(interval))
            return steps, interval.first - ONE_DAY
        days = (interval.last - interval.first).days + 1
        steps.append(
            Step("suspend", interval.first, days, f"{interval.first}至{interval.last}不计，顺延{days}日")
        )
    return steps, pushed or end


def tell_workdays(
    begin: dt.date, end: dt.date | None, calendar: Calendar, suspended: Sequence[Interval]
) -> list[Step]:
    """One step for each date after `begin` up to `end`; a suspended stretch is one step.

    end None: an open suspension stops the count; the walk ends there.
    """
    steps: list[Step] = []
    waiting = [each for each in suspended if each.last is None or each.last > begin]
    day, counted = begin, 0
    while end is None or day < end:
        day += ONE_DAY
        if waiting and waiting[0].covers(day):
            interval = waiting.pop(0)
            if interval.last is None:
                steps.append(_stopped(interval))
                return steps
            left_out = calendar.workdays_between(day - ONE_DAY, interval.last)
            steps.append(Step("suspend", day, left_out, f"{day}至{interval.last}不计（{left_out}个工作日）"))
            day = interval.last
        elif calendar.is_workday(day):
            counted += 1
            make_up = f"（{MAKE_UP}，计入）" if calendar.reason(day) else ""
            steps.append(Step("count", day, counted, f"第{counted}个工作日{make_up}"))
        else:
            steps.append(Step("skip", day, None, f"{rest_name(day, calendar)}，不计"))
    return steps


def tell_hours(
    begin: dt.datetime, end: dt.datetime | None, period: Period, suspended: Sequence[Interval]
) -> list[Step]:
    """The suspended stretches inside an hour clock, then the hours themselves."""
    steps: list[Step] = []
    for interval in suspended:
        resumed = midnight(interval.last + ONE_DAY) if interval.last is not None else None
        if (resumed is None or resumed > begin) and (end is None or midnight(interval.first) < end):
            if resumed is None or interval.last is None:
                return [*steps, _stopped(interval)]
            steps.append(Step("suspend", interval.first, None, f"{interval.first}至{interval.last}不计"))
    steps.extend(Step("hour", end, amount.n, f"满{amount.chinese}") for amount in period)
    return steps


def tell_backward(until: dt.date, latest: dt.date, period: Period) -> list[Step]:
    """Counting back from an event: the latest date that still keeps the distance."""
    length = "".join(amount.chinese for amount in period)
    return [Step("gap", latest, (until - latest).days, f"在{until}之前至少{length}")]


def tell_roll(end: dt.date, due: dt.date, calendar: Calendar) -> list[Step]:
    """One step for each rest day over which the end is moved; none if it is not moved."""
    if end == due:
        return []
    way = ONE_DAY if due > end else -ONE_DAY
    word = "顺延" if due > end else "提前"
    steps: list[Step] = []
    while end != due:
        steps.append(Step("roll", end, None, f"{rest_name(end, calendar)}，{word}"))
        end += way
    return steps


def rest_name(date: dt.date, calendar: Calendar) -> str:
    """周六 or 国庆节假期."""
    reason = calendar.reason(date)
    return reason if reason in WEEKDAYS else f"{reason}假期"


def _calendar_step(amount: Amount, before: dt.date, end: dt.date) -> Step:
    if amount.unit == "day":
        return Step("count", end, amount.n, f"自次日起算第{amount.n}日")
    kinds: dict[Unit, StepKind] = {"year": "year", "month": "month"}
    clipped = f"，该月无{before.day}日，以月末日计" if end.day != before.day else "，到期月的对应日"
    return Step(kinds[amount.unit], end, amount.n, f"{amount.chinese}{clipped}")


def _stopped(interval: Interval) -> Step:
    return Step("suspend", interval.first, None, f"自{interval.first}起中止，尚未恢复，期限停止计算")
