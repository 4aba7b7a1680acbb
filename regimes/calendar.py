"""The court's calendar as a value: which dates are working days, and how far that is only provisional."""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from chinese_calendar import constants

from regimes.errors import RegimeError
from regimes.festivals import festival_days

# Dates outside this span are refused: no enforcement clock reaches them, and the tables stay small.
EARLIEST, LATEST = dt.date(1980, 1, 1), dt.date(2079, 12, 31)

# A New Year's holiday can move working days at the end of December (2006-12-30, 2018-12-29, 2018-12-31), and
# it is the notice of the *following* year that says so. Ten days before 1 January cover every such move.
TURN_OF_YEAR = (12, 22)

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
MAKE_UP = "调休上班"
STATUTE = "全国年节及纪念日放假办法第二条（当年安排未公布，暂定）"

_FESTIVALS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利70周年纪念日",
}
_BASE = EARLIEST.toordinal()


@dataclass(frozen=True, slots=True)
class Day:
    """One date of a published notice. name: the festival, 调休上班, or empty."""

    is_workday: bool
    name: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of a court.

    days: the dates on which the table says more than "weekday or weekend" (listing every date is fine too).
    first_year..last_year: years the table covers; in other years the statutory festival days of
    data/festivals.yaml rest, and every answer is provisional. provisional_years: covered years whose notice
    is still missing; they are treated the same way, the dates in `days` coming first.
    """

    days: Mapping[dt.date, Day] = field(hash=False)
    provisional_years: frozenset[int]
    first_year: int
    last_year: int
    version: int
    _counts: array[int] = field(init=False, repr=False, compare=False)
    _workdays: array[int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        counts, workdays = self._tables()
        object.__setattr__(self, "_counts", counts)
        object.__setattr__(self, "_workdays", workdays)

    @staticmethod
    def of(
        days: Mapping[dt.date, Day], *, provisional_years: frozenset[int] = frozenset(), version: int = 0
    ) -> Calendar:
        """A calendar from the rows of a table; the covered years run from its first date to its last.

        Raises RegimeError when there is no row at all: a court without a calendar cannot count working days.
        """
        if not days:
            raise RegimeError("日历是空的", field="calendar", fix="先导入节假日数据，再计算期限")
        years = [date.year for date in days]
        return Calendar(days, provisional_years, min(years), max(years), version)

    @staticmethod
    @lru_cache(maxsize=8)
    def seed(through: int | None = None) -> Calendar:
        """The published notices 2004-2026 as the chinesecalendar package holds them.

        through: also list the statutory days of the years after them, up to this one, as provisional.
        """
        days: dict[dt.date, Day] = {}
        for date, name in constants.holidays.items():
            days[date] = Day(False, _FESTIVALS[name], _notice(date.year))
        for date in constants.workdays:
            days[date] = Day(True, MAKE_UP, _notice(date.year))
        published = max(days).year
        unpublished = range(published + 1, (through or published) + 1)
        for year in unpublished:
            days.update({date: Day(False, name, STATUTE) for date, name in festival_days(year).items()})
        return Calendar.of(days, provisional_years=frozenset(unpublished))

    def is_workday(self, date: dt.date) -> bool:
        """True on a working day, make-up Saturdays and Sundays included."""
        at = self._index(date)
        return self._counts[at + 1] > self._counts[at]

    def reason(self, date: dt.date) -> str:
        """Why the date is unlike its weekday: 周六, 国庆节, 调休上班; empty for an ordinary working day."""
        day = self.days.get(date)
        weekend = WEEKDAYS[date.weekday()] if date.weekday() >= 5 else ""
        if day is not None:
            if day.is_workday:
                return day.name or (MAKE_UP if weekend else "")
            return day.name or weekend or "休息日"
        festival = festival_days(date.year).get(date, "") if self._is_unpublished(date.year) else ""
        return festival or weekend

    def is_provisional(self, date: dt.date) -> bool:
        """True where a notice not yet published can still change this date."""
        if self._is_unpublished(date.year):
            return True
        return (date.month, date.day) >= TURN_OF_YEAR and self._is_unpublished(date.year + 1)

    def is_any_provisional(self, first: dt.date, last: dt.date) -> bool:
        """True if some date of first..last (both included) is provisional."""
        if first > last:
            return False
        if self.is_provisional(first) or self.is_provisional(last):
            return True
        return any(self._is_unpublished(year) for year in range(first.year + 1, last.year + 1))

    def add_workdays(self, date: dt.date, n: int) -> dt.date:
        """The n-th working day after `date`; for a negative n the |n|-th before it; `date` itself for 0."""
        at = self._index(date)
        if n == 0:
            return date
        wanted = self._counts[at + 1] + n - 1 if n > 0 else self._counts[at] + n
        if not 0 <= wanted < len(self._workdays):
            raise _outside(date)
        return dt.date.fromordinal(self._workdays[wanted])

    def workdays_between(self, first: dt.date, last: dt.date) -> int:
        """How many working days lie after `first`, up to and including `last`; 0 if last <= first."""
        if last <= first:
            return 0
        return self._counts[self._index(last) + 1] - self._counts[self._index(first) + 1]

    def next_workday(self, date: dt.date) -> dt.date:
        """`date` if it is a working day, else the first one after it (民事诉讼法 第八十五条第三款)."""
        return date if self.is_workday(date) else self.add_workdays(date, 1)

    def previous_workday(self, date: dt.date) -> dt.date:
        """`date` if it is a working day, else the last one before it."""
        return date if self.is_workday(date) else self.add_workdays(date, -1)

    def _is_unpublished(self, year: int) -> bool:
        return not self.first_year <= year <= self.last_year or year in self.provisional_years

    def _index(self, date: dt.date) -> int:
        at = date.toordinal() - _BASE
        if not 0 <= at < len(self._counts) - 1:
            raise _outside(date)
        return at

    def _tables(self) -> tuple[array[int], array[int]]:
        """counts[i]: working days before the i-th date of the span; workdays: their ordinals in order."""
        span = LATEST.toordinal() - _BASE + 1
        is_work = bytearray((_BASE + at - 1) % 7 < 5 for at in range(span))
        for year in range(EARLIEST.year, LATEST.year + 1):
            if self._is_unpublished(year):
                for date in festival_days(year):
                    is_work[date.toordinal() - _BASE] = 0
        for date, day in self.days.items():
            if EARLIEST <= date <= LATEST:
                is_work[date.toordinal() - _BASE] = day.is_workday
        counts, total = array("l", [0]), 0
        for flag in is_work:
            total += flag
            counts.append(total)
        return counts, array("l", (_BASE + at for at in range(span) if is_work[at]))


def _notice(year: int) -> str:
    return f"国务院办公厅关于{year}年部分节假日安排的通知（chinesecalendar 1.11）"


def _outside(date: dt.date) -> RegimeError:
    return RegimeError(
        f"日期 {date} 超出日历范围（{EARLIEST} 至 {LATEST}）", field="start", fix="请检查起算日期是否写错"
    )
