"""When something is due: terms, a start, a calendar, suspensions and extensions -> a date, and why.

`compute` gives the date with every step; `due_of` gives the same date without the steps and is fast.
Sources: 民事诉讼法 第八十五条 (start day, roll); 民诉法解释 第一百二十五条 (hours); 民法典 第二百零二条.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from regimes.amounts import Amount, Period, is_clock, period_chinese, times
from regimes.calendar import Calendar
from regimes.counting import (
    COURT_ZONE,
    ONE_DAY,
    Hours,
    Roll,
    backward_date,
    first_instant,
    forward_date,
    forward_instant,
    length_of,
    rolled,
)
from regimes.errors import RegimeError
from regimes.steps import Step, tell_backward, tell_calendar, tell_hours, tell_roll, tell_workdays
from regimes.suspensions import Interval, Suspension, merged

Kind = Literal[
    "due", "detector", "soft_target", "min_gap", "min_elapsed", "max_length", "right", "absolute", "average",
    "at_once",
]  # fmt: skip
Direction = Literal["forward", "backward"]
Moment = dt.date | dt.datetime

NOT_CLOCKS: frozenset[Kind] = frozenset({"average", "at_once"})
DAY_AFTER: frozenset[Kind] = frozenset({"detector", "min_elapsed"})
EARLIEST_KINDS: frozenset[Kind] = frozenset({"min_gap", "min_elapsed"})


@dataclass(frozen=True, slots=True)
class Repeat:
    """Due again and again: every k × `every` from the original start, while not after start + `until`."""

    every: Period
    until: Period


@dataclass(frozen=True, slots=True)
class Terms:
    """How one rule counts. `date` only for kind absolute; no `period` for absolute, average, at_once."""

    kind: Kind = "due"
    period: Period = ()
    direction: Direction = "forward"
    hours: Hours = "next_full_hour"
    roll: Roll = "none"
    date: dt.date | None = None
    repeat: Repeat | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What follows from the terms. Dates for days and longer, court-zone instants for hours.

    start: as counted (a date for day clocks). raw: end before extensions and the roll. last_day: last day
    that belongs to the period. due: the date of the rule: last day of a due, flag day of a detector, earliest
    day of a gap, first of a repeated one; None when suspended or not a clock. earliest: only gaps. dues: only
    repeats. provisional: a holiday notice that is not out yet can still change it.
    """

    start: Moment | None
    raw: Moment | None = None
    due: Moment | None = None
    last_day: Moment | None = None
    earliest: Moment | None = None
    dues: tuple[dt.date, ...] = ()
    provisional: bool = False
    state: Literal["set", "suspended", "not_a_clock"] = "set"
    steps: tuple[Step, ...] = ()


def compute(
    terms: Terms,
    start: Moment | None,
    calendar: Calendar,
    *,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Amount] = (),
) -> Result:
    """The date of a rule and the steps that lead to it.

    start: a date, or an instant (aware, or naive court time); needed except for kind absolute. Suspensions
    lengthen the raw end in date order, then extensions are added (both skip suspended days), then one roll.
    Raises RegimeError for a missing start, a bare date under an hour clock, or a date outside the calendar.
    """
    if terms.kind in NOT_CLOCKS:
        return Result(local_date(start) if start is not None else None, state="not_a_clock")
    suspended = merged(suspensions) if suspensions else ()
    if terms.repeat is not None:
        return _compute_repeat(terms, terms.repeat, _date(start), calendar, suspended)
    if is_clock(terms.period):
        return _compute_instant(terms, _instant(start), suspended, extensions)
    return _compute_date(terms, start, calendar, suspended, extensions)


def due_of(
    terms: Terms,
    start: Moment | None,
    calendar: Calendar,
    *,
    suspensions: Sequence[Suspension] = (),
    extensions: Sequence[Amount] = (),
) -> Moment | None:
    """`compute(...).due` without the steps, for lists and sweeps. Raises the same errors."""
    if terms.kind in NOT_CLOCKS:
        return None
    suspended = merged(suspensions) if suspensions else ()
    if terms.repeat is not None:
        return next(iter(_occurrences(terms, terms.repeat, _date(start), calendar, suspended)), (None, None))[
            1
        ]
    if is_clock(terms.period):
        begin = (
            first_instant(_instant(start), terms.hours) if terms.direction == "forward" else _instant(start)
        )
        return _instant_end(terms, begin, suspended, extensions)
    end: dt.date | None = _raw_date(terms, start, calendar, suspended)
    for extension in extensions:
        if end is not None:
            end = forward_date(end, (extension,), calendar, suspended)
    return None if end is None else _settled(terms, end, calendar)


def _compute_date(
    terms: Terms,
    start: Moment | None,
    calendar: Calendar,
    suspended: tuple[Interval, ...],
    extensions: Sequence[Amount],
) -> Result:
    raw = _raw_date(terms, start, calendar, suspended)
    begin = None if terms.kind == "absolute" and start is None else _date(start)
    steps = list(_tell(terms, begin, raw, calendar, suspended))
    end = raw
    for extension in extensions:
        if end is not None:
            end = forward_date(end, (extension,), calendar, suspended)
            steps.append(Step("extend", end, extension.n, f"延长{extension.chinese}"))
    if raw is None or end is None:
        return Result(begin, raw, state="suspended", steps=tuple(steps))
    due = _settled(terms, end, calendar)
    steps.extend(_tell_end(terms, end, due, calendar))
    early, late = min(end, due), max(end, due)
    if begin is not None and _counts_workdays(terms.period, extensions):
        early, late = min(begin + ONE_DAY, early), max(begin, late)
    looks = _counts_workdays(terms.period, extensions) or terms.roll != "none"
    return Result(
        begin,
        raw,
        due,
        last_day=due - ONE_DAY if terms.kind in DAY_AFTER else due,
        earliest=due if terms.kind in EARLIEST_KINDS else None,
        provisional=looks and calendar.is_any_provisional(early, late),
        steps=tuple(steps),
    )


def _compute_instant(
    terms: Terms, start: dt.datetime, suspended: tuple[Interval, ...], extensions: Sequence[Amount]
) -> Result:
    begin = first_instant(start, terms.hours) if terms.direction == "forward" else start
    raw = _instant_end(terms, begin, suspended, ())
    due = _instant_end(terms, begin, suspended, extensions) if raw is not None else None
    steps = [Step("start", start, None, "起算时刻")]
    if begin != start:
        steps.append(Step("start", begin, None, "自下一个整点起算"))
    if terms.direction == "backward" and raw is not None:
        steps.append(
            Step("gap", raw, None, f"在{start:%Y-%m-%d %H:%M}之前至少{period_chinese(terms.period)}")
        )
    else:
        steps.extend(tell_hours(begin, raw, terms.period, suspended))
    steps.extend(Step("extend", due, extension.n, f"延长{extension.chinese}") for extension in extensions)
    if raw is None or due is None:
        return Result(start, raw, state="suspended", steps=tuple(steps))
    steps.append(_last_step(terms, due))
    earliest = due if terms.kind in EARLIEST_KINDS else None
    return Result(start, raw, due, last_day=due, earliest=earliest, steps=tuple(steps))


def _compute_repeat(
    terms: Terms, repeat: Repeat, start: dt.date, calendar: Calendar, suspended: tuple[Interval, ...]
) -> Result:
    steps = [Step("start", start, None, "起算日，不计入")]
    raws: list[dt.date] = []
    dues: list[dt.date] = []
    for raw, due in _occurrences(terms, repeat, start, calendar, suspended):
        if raw is None or due is None:
            steps.append(Step("suspend", None, None, "中止尚未恢复，以后各次待恢复后计算"))
            break
        raws.append(raw)
        dues.append(due)
        steps.append(
            Step(
                "repeat",
                raw,
                len(dues),
                f"第{len(dues)}次：自起算日起{len(dues)}×{period_chinese(repeat.every)}",
            )
        )
        steps.extend(tell_roll(raw, due, calendar))
    if not dues:
        return Result(start, state="suspended", steps=tuple(steps))
    looks = terms.roll != "none" or _counts_workdays(repeat.every, ())
    provisional = looks and calendar.is_any_provisional(min(raws), max(dues))
    return Result(start, raws[0], dues[0], dues[0], None, tuple(dues), provisional, "set", tuple(steps))


def _occurrences(
    terms: Terms, repeat: Repeat, start: dt.date, calendar: Calendar, suspended: tuple[Interval, ...]
) -> Iterator[tuple[dt.date | None, dt.date | None]]:
    """(raw, due) of each occurrence, counted from the original start; (None, None) once suspended."""
    limit = forward_date(start, repeat.until, calendar, ())
    k = 1
    while limit is not None:
        period = times(repeat.every, k)
        planned = forward_date(start, period, calendar, ())
        if planned is None or planned > limit:
            return
        raw = forward_date(start, period, calendar, suspended)
        yield (raw, None if raw is None else rolled(raw, terms.roll, calendar))
        if raw is None:
            return
        k += 1


def _raw_date(
    terms: Terms, start: Moment | None, calendar: Calendar, suspended: tuple[Interval, ...]
) -> dt.date | None:
    """The end before extensions and roll; None when suspended."""
    if terms.kind == "absolute":
        if terms.date is None:
            raise RegimeError("固定日期的规则没有写日期", field="date", fix="写 date: 2023-06-30")
        return terms.date
    if not terms.period:
        raise RegimeError("规则没有写期间", field="period", fix="写 period，例如 5 workdays")
    begin = _date(start)
    if terms.direction == "backward":
        return backward_date(begin, terms.period, calendar)
    return forward_date(begin, terms.period, calendar, suspended)


def _instant_end(
    terms: Terms, begin: dt.datetime, suspended: tuple[Interval, ...], extensions: Sequence[Amount]
) -> dt.datetime | None:
    length = length_of(terms.period)
    if terms.direction == "backward":
        return begin - length
    return forward_instant(begin, length + length_of(tuple(extensions)), suspended)


def _settled(terms: Terms, end: dt.date, calendar: Calendar) -> dt.date:
    """Detectors and minimum waits look at the day after the last day; gaps do not roll; the rest may."""
    if terms.kind in DAY_AFTER:
        return end + ONE_DAY
    return end if terms.kind == "min_gap" else rolled(end, terms.roll, calendar)


def _tell(
    terms: Terms,
    begin: dt.date | None,
    raw: dt.date | None,
    calendar: Calendar,
    suspended: tuple[Interval, ...],
) -> Iterator[Step]:
    if terms.kind == "absolute" or begin is None:
        yield Step("date", raw, None, "文件规定的日期")
        return
    if terms.direction == "backward":
        yield Step("start", begin, None, "自该日起倒推")
        if raw is not None:
            yield from tell_backward(begin, raw, terms.period)
        return
    yield Step("start", begin, None, "起算日，不计入")
    steps, end = tell_calendar(begin, terms.period, suspended)
    yield from steps
    stopped = bool(steps) and steps[-1].kind == "suspend" and steps[-1].n is None
    if not stopped and _counts_workdays(terms.period, ()):
        yield from tell_workdays(end, raw, calendar, suspended)


def _tell_end(terms: Terms, end: dt.date, due: dt.date, calendar: Calendar) -> Iterator[Step]:
    if terms.kind not in DAY_AFTER:
        yield from tell_roll(end, due, calendar)
    yield _last_step(terms, due)


def _last_step(terms: Terms, due: Moment) -> Step:
    if terms.kind == "detector":
        return Step("flag", due, None, "期满次日仍未完成，予以标记")
    if terms.kind in EARLIEST_KINDS:
        return Step("gap", due, None, "最早可以进行的日期")
    return Step("due", due, None, "期限届满")


def _counts_workdays(period: Period, extensions: Sequence[Amount]) -> bool:
    return any(amount.unit == "workday" for amount in (*period, *extensions))


def _date(start: Moment | None) -> dt.date:
    """The court-local date of the start. Raises RegimeError if there is none."""
    if start is None:
        raise RegimeError("没有起算日期", field="start", fix="请填写起算事件发生的日期")
    return local_date(start)


def local_date(start: Moment) -> dt.date:
    """The court-local date of a date or an instant (naive instants are court time)."""
    return _local(start).date() if isinstance(start, dt.datetime) else start


def _instant(start: Moment | None) -> dt.datetime:
    """The start on the court's wall clock. Raises RegimeError for a bare date: hours need a time of day."""
    if not isinstance(start, dt.datetime):
        raise RegimeError(
            "按小时计算的期限需要起算时刻，只有日期不够", field="start", fix="写成 2025-03-07T18:30"
        )
    return _local(start)


def _local(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=COURT_ZONE)
    return moment.astimezone(COURT_ZONE)
