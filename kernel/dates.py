"""Dates as people, papers and spreadsheets write them. A legal date is a date, never an instant."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from django.utils.translation import gettext_lazy as _

from .errors import BadInput
from .text import NUMERALS, from_numerals, normalise_width
from .time import SHANGHAI, local

_EXCEL_DAY_ZERO = dt.date(1899, 12, 30)
# From 1900-03-01, before which Excel's own calendar is wrong, to 2099-12-31.
_EXCEL_DAYS = range(61, 73051)
_YEARS = range(1900, 2100)
_WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
_WEEKDAY_NAMES = "一二三四五六日"
_RELATIVE = {"前天": -2, "昨天": -1, "今天": 0, "今日": 0, "明天": 1, "后天": 2}

_TIME = re.compile(r"[T\s]\s*[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?\s*(Z|[+-][0-9]{2}:?[0-9]{2})?$")
_WEEKDAY = re.compile(r"\(?(?:周|星期)([一二三四五六日天])\)?$")
_WITH_YEAR = re.compile(
    r"(\d{4})(?:年(\d{1,2})月(\d{1,2})[日号]?|-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})"
    r"|\.(\d{1,2})\.(\d{1,2})|(\d\d)(\d\d))",
    re.ASCII,
)
_WITHOUT_YEAR = re.compile(r"(?:\d{2}[-./年])?(\d{1,2})[-./月](\d{1,2})[日号]?", re.ASCII)
_IN_NUMERALS = re.compile(rf"([{NUMERALS}]{{4}})年([{NUMERALS}十]{{1,3}})月([{NUMERALS}十]{{1,3}})日?")
_SERIAL = re.compile(r"[1-9][0-9]{4}(\.[0-9]+)?")


def parse_date(value: object, *, today: dt.date, field: str = "date") -> dt.date:
    """The court-local date that a person, a paper or a spreadsheet cell states.

    Understood: 2023年3月5日, 2023.3.5, 2023/3/5, 2023-03-05, 20230305, 二〇二三年三月五日, full-width digits,
    a weekday or a time of day behind it, 今天 / 昨天 / 明天, an Excel serial number, date, and datetime (an
    aware one in the court's zone). The year must have four digits: a legal date is never guessed.
    today: court-local date. Raises BadInput naming `field`, saying why and what to write.
    """
    if isinstance(value, dt.datetime):
        return (value.astimezone(SHANGHAI) if value.tzinfo else value).date()
    if isinstance(value, dt.date):
        return value
    text = _plain(value)
    if not text:
        raise BadInput(_("没有填写日期"), field=field, fix=_form(today))
    if text in _RELATIVE:
        return today + dt.timedelta(days=_RELATIVE[text])
    if _SERIAL.fullmatch(text):
        return _from_excel(text, today, field)
    return _from_parts(text, today, field)


def long_date(day: dt.date) -> str:
    """2026年11月20日（周五）"""
    return _("%(year)d年%(month)d月%(day)d日（%(weekday)s）") % {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "weekday": _WEEKDAYS[day.weekday()],
    }


def long_instant(at: dt.datetime) -> str:
    """2026年11月20日 10:26, on the court's clock."""
    here = local(at)
    return f"{long_date(here.date()).partition('（')[0]} {here:%H:%M}"


def _plain(value: object) -> str:
    """Text without a time of day and spaces; a number from a cell as its digits."""
    if value is None or isinstance(value, bool):
        return ""
    text = normalise_width(str(value)).strip().replace("○", "〇").replace("零", "〇")
    text = re.sub(r"\s", "", _TIME.sub("", text))
    return text.removesuffix(".0") if isinstance(value, float) else text


def _from_excel(text: str, today: dt.date, field: str) -> dt.date:
    serial = int(text.partition(".")[0])
    if serial not in _EXCEL_DAYS:
        raise BadInput(_("“%(text)s”不是表格里的日期") % {"text": text}, field=field, fix=_form(today))
    return _EXCEL_DAY_ZERO + dt.timedelta(days=serial)


def _from_parts(text: str, today: dt.date, field: str) -> dt.date:
    weekday = _WEEKDAY.search(text)
    written = _IN_NUMERALS.sub(_in_digits, text[: weekday.start()] if weekday else text)
    match = _WITH_YEAR.fullmatch(written)
    if match is None:
        raise _unreadable(written, today, field)
    year, month, day = (int(part) for part in match.groups() if part)
    found = _checked(year, month, day, field)
    if weekday and _WEEKDAY_NAMES[found.weekday()] != weekday[1].replace("天", "日"):
        message = _("%(date)s，与后面写的星期不一致") % {"date": long_date(found)}
        raise BadInput(message, field=field, fix=_("请核对日期和星期"))
    return found


def _checked(year: int, month: int, day: int, field: str) -> dt.date:
    """The date, or why there is none."""
    names = {"year": year, "month": month, "day": day}
    if year not in _YEARS:
        raise BadInput(_("年份%(year)d不合理") % names, field=field, fix=_("年份应在1900年至2099年之间"))
    if not 1 <= month <= 12:
        raise BadInput(_("没有%(month)d月") % names, field=field, fix=_("月份是1到12"))
    last = calendar.monthrange(year, month)[1]
    if 1 <= day <= last:
        return dt.date(year, month, day)
    message = _("%(year)d年2月没有29日") if (month, day) == (2, 29) else _("%(month)d月没有%(day)d日")
    fix = _("%(year)d年%(month)d月的最后一天是%(last)d日") % {**names, "last": last}
    raise BadInput(message % names, field=field, fix=fix)


def _unreadable(text: str, today: dt.date, field: str) -> BadInput:
    message = _("看不懂日期“%(text)s”") % {"text": text[:20]}
    if _WITHOUT_YEAR.fullmatch(text):
        message = _("日期“%(text)s”没有四位数的年份") % {"text": text[:20]}
    return BadInput(message, field=field, fix=_form(today))


def _form(today: dt.date) -> str:
    example = f"{today.year}年{today.month}月{today.day}日"
    return _("请写明年月日，例如 %(example)s 或 %(iso)s") % {"example": example, "iso": today.isoformat()}


def _in_digits(match: re.Match[str]) -> str:
    year = "".join(str(NUMERALS.index(char)) for char in match[1])
    month, day = (from_numerals(part.removeprefix("〇")) for part in match.groups()[1:])
    return f"{year}年{month}月{day}日" if month and day else match[0]
