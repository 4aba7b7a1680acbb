"""统计期: a month, quarter or year, or any days; and the periods before it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kernel.errors import BadInput

ONE_DAY = dt.timedelta(days=1)
KINDS = ("month", "quarter", "year", "range")
_MONTHS: Mapping[str, int] = {"month": 1, "quarter": 3, "year": 12}
_FORMS: Mapping[str, re.Pattern[str]] = {
    "month": re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    "quarter": re.compile(r"(\d{4})-Q([1-4])"),
    "year": re.compile(r"(\d{4})()"),
    "range": re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})"),
}
LONGEST_DAYS = 3660
DAILY = ("BASE-I-04", "BASE-I-05")
"""Indicators counted for each day: overdue nodes, those that became so, those that were settled."""
TREND = 12
"""Periods of a trend; so many are counted each night."""


@dataclass(frozen=True, slots=True)
class Span:
    """first to last, both counted. kind: of KINDS. text: as an address says it (2025-06, 2025-Q2, 2025, a..b)."""

    kind: str
    first: dt.date
    last: dt.date
    text: str

    @property
    def words(self) -> str:
        """2025年6月 / 2025年第2季度 / 2025年 / 2025年3月1日至2025年4月5日."""
        first, last = self.first, self.last
        match self.kind:
            case "month":
                return _("%(year)d年%(month)d月") % {"year": first.year, "month": first.month}
            case "quarter":
                return _("%(year)d年第%(quarter)d季度") % {
                    "year": first.year,
                    "quarter": (first.month + 2) // 3,
                }
            case "year":
                return _("%d年") % first.year
        return f"{_day(first)}{_('至')}{_day(last)}"

    @property
    def short(self) -> str:
        """For the axis of a chart: 6月, 2季度, 2025."""
        match self.kind:
            case "month":
                return _("%d月") % self.first.month
            case "quarter":
                return _("%d季度") % ((self.first.month + 2) // 3)
        return str(self.first.year)

    def before(self, n: int = 1) -> Span:
        """The n-th period before; of any days, as many days before."""
        if self.kind == "range":
            days = (self.last - self.first).days + 1
            first = self.first - n * days * ONE_DAY
            return between(first, first + (days - 1) * ONE_DAY)
        months = self.first.year * 12 + self.first.month - 1 - n * _MONTHS[self.kind]
        return _whole(self.kind, dt.date(months // 12, months % 12 + 1, 1))


def span_of(text: str) -> Span:
    """The period of an address. Raises BadInput for what is none."""
    for kind, pattern in _FORMS.items():
        if found := pattern.fullmatch(text):
            try:
                return _READERS[kind](found[1], found[2])
            except ValueError:
                break
    raise BadInput(
        _("没有这个统计期：%s。") % text[:40],
        field="period",
        fix=_("写作 2026-06、2026-Q2、2026 或者 2026-03-01..2026-04-05。"),
    )


def between(first: dt.date, last: dt.date) -> Span:
    """Any days. Raises BadInput when they run backwards or over more than ten years."""
    if last < first or (last - first).days > LONGEST_DAYS:
        raise BadInput(_("统计期的起止日期不对。"), field="period", fix=_("止日不早于起日，最长十年。"))
    return Span("range", first, last, f"{first}..{last}")


def span_around(kind: str, day: dt.date) -> Span:
    """The month, quarter or year that a day lies in."""
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[kind]
    return _whole(kind, dt.date(day.year, month, 1))


def last_spans(span: Span, n: int) -> list[Span]:
    """The n periods that end with this one, oldest first."""
    return [span.before(back) for back in range(n - 1, 0, -1)] + [span]


def days_before(today: dt.date, n: int = 30) -> list[Span]:
    """The n days before this one, each a period of its own, oldest first."""
    days = [today - back * ONE_DAY for back in range(n, 0, -1)]
    return [between(day, day) for day in days]


def _whole(kind: str, first: dt.date) -> Span:
    months = first.year * 12 + first.month - 1 + _MONTHS[kind]
    last = dt.date(months // 12, months % 12 + 1, 1) - ONE_DAY
    texts = {
        "month": f"{first:%Y-%m}",
        "quarter": f"{first.year}-Q{(first.month + 2) // 3}",
        "year": str(first.year),
    }
    return Span(kind, first, last, texts[kind])


_READERS: Mapping[str, Callable[[str, str], Span]] = {
    "month": lambda year, month: _whole("month", dt.date(int(year), int(month), 1)),
    "quarter": lambda year, quarter: _whole("quarter", dt.date(int(year), int(quarter) * 3 - 2, 1)),
    "year": lambda year, _rest: _whole("year", dt.date(int(year), 1, 1)),
    "range": lambda first, last: between(dt.date.fromisoformat(first), dt.date.fromisoformat(last)),
}


def _day(day: dt.date) -> str:
    return _("%(year)d年%(month)d月%(day)d日") % {"year": day.year, "month": day.month, "day": day.day}
