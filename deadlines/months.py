"""The months of a count as grids for components/calendar.html: what every day of it was."""

from __future__ import annotations

import calendar as weeks
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from regimes.amounts import is_clock
from regimes.calendar import Calendar
from regimes.counting import ONE_DAY, forward_date
from regimes.periods import DAY_AFTER, Moment, Result, Terms, local_date
from regimes.steps import rest_name
from regimes.suspensions import Interval, Suspension, merged

# More months are not read day by day: the first and the last ones tell how the count began and ended.
MOST_MONTHS = 6
AT_EACH_END = 3
# How much of an interruption that has not ended is drawn.
OPEN_DAYS = 14
# A rest day's name that still fits into its square.
LONGEST_MARK = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """What one day was. kind: counted makeup skipped suspended start due; text: short; words: read aloud."""

    kind: str
    text: str
    words: str


@dataclass(frozen=True, slots=True)
class Count:
    """One computed count: its terms and result, the calendar it used, the interruptions deducted."""

    terms: Terms
    result: Result
    calendar: Calendar
    suspensions: Sequence[Suspension] = ()


@dataclass(frozen=True, slots=True)
class Months:
    """Grids for the calendar component; kinds: the kinds of day in them; omitted: months left out between."""

    grids: list[dict[str, Any]] = field(default_factory=list)
    kinds: frozenset[str] = frozenset()
    omitted: int = 0


def months_of(count: Count, today: dt.date) -> Months:
    """The months that hold a day of the count, of a long one the first and the last. today: court-local."""
    marks = marks_of(count)
    shown = sorted({(day.year, day.month) for day in marks})
    omitted = 0
    if len(shown) > MOST_MONTHS:
        omitted = len(shown) - 2 * AT_EACH_END
        shown = shown[:AT_EACH_END] + shown[-AT_EACH_END:]
    kinds = frozenset(mark.kind for day, mark in marks.items() if (day.year, day.month) in shown)
    return Months([_grid(year, month, marks, today) for year, month in shown], kinds, omitted)


def marks_of(count: Count) -> dict[dt.date, Mark]:
    """Day -> what it was, from the start to the end of the count."""
    terms, result = count.terms, count.result
    marks: dict[dt.date, Mark] = {}
    if terms.repeat is None and result.start is not None and result.state != "not_a_clock":
        marks.update(_backward(count) if terms.direction == "backward" else _forward(count))
    if result.start is not None:
        words = _("起算日，不计入") if terms.direction == "forward" else _("自该日起倒推")
        marks[local_date(result.start)] = Mark("start", _("起"), words)
    for due in result.dues or ((result.due,) if result.due is not None else ()):
        marks[local_date(due)] = _end(terms, due)
    return marks


def _forward(count: Count) -> Iterator[tuple[dt.date, Mark]]:
    """The counted, free and interrupted days, then the extension, then the rest days it rolled over."""
    result = count.result
    begin = local_date(result.start or dt.date.min)
    suspended = merged(count.suspensions)
    raw = None if result.raw is None else local_date(result.raw)
    last = raw if raw is not None else _open_end(begin, suspended)
    plain = _calendar_end(count, begin, last, suspended)
    days_only = all(amount.unit == "day" for amount in count.terms.period)
    yield from _days(begin, plain, count.calendar, suspended, _numbered if days_only else _counted)
    yield from _days(plain, last, count.calendar, suspended, _workdays_counted)
    if raw is None or result.due is None:
        return
    granted = [local_date(step.on) for step in result.steps if step.kind == "extend" and step.on is not None]
    extended = max([raw, *granted])
    yield from ((day, Mark("counted", _("延"), _("延长的期间"))) for day in _after(raw, extended))
    if count.terms.kind in DAY_AFTER:
        yield extended, Mark("counted", _("满"), _("期间最后一日"))
    else:
        yield from _rolled(count, extended, local_date(result.due))


def _rolled(count: Count, end: dt.date, due: dt.date) -> Iterator[tuple[dt.date, Mark]]:
    """The rest days over which the end was moved."""
    words = _("%(name)s，顺延") if due > end else _("%(name)s，提前")
    for day in _after(end - ONE_DAY, due - ONE_DAY) if due > end else _after(due, end):
        name = rest_name(day, count.calendar)
        yield day, Mark("skipped", _rest_mark(day, count.calendar), words % {"name": name})


def _calendar_end(count: Count, begin: dt.date, last: dt.date, suspended: tuple[Interval, ...]) -> dt.date:
    """Until when every day counts; from there on only working days do."""
    period = count.terms.period
    if is_clock(period) or all(amount.unit != "workday" for amount in period):
        return last
    plain = tuple(amount for amount in period if amount.unit != "workday")
    return (forward_date(begin, plain, count.calendar, suspended) or last) if plain else begin


def _backward(count: Count) -> Iterator[tuple[dt.date, Mark]]:
    result = count.result
    if result.start is None or result.due is None:
        return
    until, latest = local_date(result.start), local_date(result.due)
    only_workdays = any(amount.unit == "workday" for amount in count.terms.period)
    counted = _workdays_counted if only_workdays else _numbered
    yield from _days(latest, until - ONE_DAY, count.calendar, (), counted)


def _counted(_day: dt.date, _number: int, _calendar: Calendar) -> Mark:
    return Mark("counted", "", _("计入"))


def _numbered(_day: dt.date, number: int, _calendar: Calendar) -> Mark:
    return Mark("counted", str(number), _("第%(n)d日") % {"n": number})


def _workdays_counted(day: dt.date, number: int, calendar: Calendar) -> Mark | None:
    if not calendar.is_workday(day):
        return None
    words = _("第%(n)d个工作日") % {"n": number}
    if calendar.reason(day):
        return Mark("makeup", str(number), _("%(words)s，调休上班") % {"words": words})
    return Mark("counted", str(number), words)


def _days(
    begin: dt.date,
    last: dt.date,
    calendar: Calendar,
    suspended: Sequence[Interval],
    counted: Callable[[dt.date, int, Calendar], Mark | None],
) -> Iterator[tuple[dt.date, Mark]]:
    """Every day after `begin` up to `last`, numbered as it counts."""
    number = 0
    for day in _after(begin, last):
        if any(interval.covers(day) for interval in suspended):
            yield day, Mark("suspended", _("停"), _("停止计时"))
            continue
        mark = counted(day, number + 1, calendar)
        if mark is None:
            words = _("%(name)s，不计") % {"name": rest_name(day, calendar)}
            mark = Mark("skipped", _rest_mark(day, calendar), words)
        else:
            number += 1
        yield day, mark


def _after(begin: dt.date, last: dt.date) -> Iterator[dt.date]:
    for ordinal in range(begin.toordinal() + 1, last.toordinal() + 1):
        yield dt.date.fromordinal(ordinal)


def _open_end(begin: dt.date, suspended: Sequence[Interval]) -> dt.date:
    """Where the drawing of a stopped count ends: some days into the interruption that has not ended."""
    opened = next((interval.first for interval in suspended if interval.last is None), begin)
    return max(opened, begin) + OPEN_DAYS * ONE_DAY


def _end(terms: Terms, due: Moment) -> Mark:
    if terms.kind == "detector":
        return Mark("due", _("标记"), _("标记日"))
    if terms.kind in ("min_gap", "min_elapsed"):
        return Mark("due", _("最早"), _("最早可以进行的日期"))
    if isinstance(due, dt.datetime):
        return Mark("due", f"{due:%H:%M}", _("到期，%(time)s") % {"time": f"{due:%H:%M}"})
    return Mark("due", _("到期"), _("到期日"))


def _rest_mark(day: dt.date, calendar: Calendar) -> str:
    """国庆节 where it fits, else 休."""
    name = calendar.reason(day)
    return name if name.endswith("节") and len(name) <= LONGEST_MARK else _("休")


def _grid(year: int, month: int, marks: Mapping[dt.date, Mark], today: dt.date) -> dict[str, Any]:
    rows = weeks.Calendar().monthdayscalendar(year, month)
    return {
        "title": _("%(year)d年%(month)d月") % {"year": year, "month": month},
        "weeks": [
            [_square(dt.date(year, month, n), marks, today) if n else None for n in row] for row in rows
        ],
    }


def _square(day: dt.date, marks: Mapping[dt.date, Mark], today: dt.date) -> dict[str, Any]:
    mark = marks.get(day, Mark("", "", ""))
    return {
        "number": day.day,
        "kind": mark.kind,
        "mark": mark.text,
        "words": mark.words,
        "today": day == today,
    }
