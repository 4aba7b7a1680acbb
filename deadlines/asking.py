"""What a person writes who asks when something is due: dates, interruptions, extensions, facts, as values."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from courts.calendar import calendar_for, version
from courts.models import Court
from kernel.dates import parse_date
from kernel.errors import BadInput
from kernel.text import normalise_width
from regimes.amounts import Amount, Period, parse_amount, parse_period
from regimes.calendar import EARLIEST, LATEST, Calendar
from regimes.errors import did_you_mean
from regimes.packs import Library, Pack
from regimes.periods import Moment
from regimes.rules import DeadlineRule
from regimes.suspensions import Suspension
from regimes.vocabulary import Fact, Vocabulary

_DAY_LENGTH = len("2023-04-24")
_TIME = re.compile(r"(?:[T\s]|(?<=[日号]))\s*(\d{1,2})[:：](\d{2})(?::\d{2}(?:\.\d+)?)?$")
_SPOKEN = {"true", "false", "yes", "no", "1", "0", "是", "否"}
# No clock of enforcement is longer, and the engine's dates end in 2079.
_MOST_YEARS = 100
_MOST: Mapping[str, int] = {
    "year": _MOST_YEARS,
    "month": _MOST_YEARS * 12,
    "day": _MOST_YEARS * 366,
    "workday": _MOST_YEARS * 366,
    "hour": _MOST_YEARS * 366 * 24,
    "minute": _MOST_YEARS * 366 * 24 * 60,
}
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What surrounds a count: the start, what interrupted it, what was granted, and the recorded facts."""

    start: Moment | None = None
    suspensions: tuple[Suspension, ...] = ()
    extensions: tuple[Amount, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def read_start(text: str, *, today: dt.date) -> Moment:
    """The start: a date in any form a person writes, or an instant (2025-03-07T18:30, 2025年3月7日 18:30).

    An instant without an offset is court time. Raises BadInput (field start).
    """
    text = _short(text, "start")
    if len(text) <= _DAY_LENGTH:
        return read_day(text, today=today, field="start")
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        clock = _TIME.search(text)
        day = read_day(text[: clock.start()] if clock else text, today=today, field="start")
        return day if clock is None else _at(day, clock[1], clock[2])
    if not _TIME.search(text) and moment.tzinfo is None:
        return read_day(text, today=today, field="start")
    _in_range(moment.date(), "start")
    return moment


def read_day(text: str, *, today: dt.date, field: str) -> dt.date:
    """A date inside the calendar, in any form a person writes. Raises BadInput naming the field."""
    text = _short(text, field)
    # The usual form first: it is read a hundred times faster, and 100,000 lines are asked at once.
    if len(text) == _DAY_LENGTH and text[4] == text[7] == "-":
        with contextlib.suppress(ValueError):
            return _in_range(dt.date.fromisoformat(text), field)
    return _in_range(parse_date(text, today=today, field=field), field)


def read_suspension(first: str, last: str | None, *, today: dt.date) -> Suspension:
    """Days that do not count, both included; no last day: not resumed yet.

    Raises BadInput (field suspensions).
    """
    begin = read_day(first, today=today, field="suspensions")
    return Suspension(begin, read_day(last, today=today, field="suspensions") if last else None)


@functools.lru_cache(maxsize=256)
def read_extension(text: str) -> Amount:
    """A granted extension: 30日, 30 days, 10个工作日; a bare number is days.

    Raises BadInput (field extensions).
    """
    text = _short(text, "extensions")
    try:
        amount = parse_amount(f"{text} days" if text.isdecimal() else text)
    except BadInput as error:
        fix = _("写一个数和一个单位，例如 30日 或 10个工作日")
        raise BadInput(error.message, field="extensions", fix=fix) from error
    return _measured((amount,), "extensions")[0]


def read_period(text: str) -> Period:
    """A free period: 5个工作日, 3 months + 15 days. Raises BadInput (field period)."""
    return _measured(parse_period(_short(text, "period")), "period")


def read_fact(pair: str) -> tuple[str, str]:
    """`name=value` as a pair. Raises BadInput (field facts)."""
    name, equals, value = pair.partition("=")
    if not equals or not name.strip() or not value.strip():
        message = _("看不懂事实“%(pair)s”") % {"pair": pair[:_LONGEST]}
        raise BadInput(message, field="facts", fix=_("写成 名称=值，例如 service_channel=electronic"))
    return name.strip(), value.strip()


def check_facts(facts: Mapping[str, object], vocabulary: Vocabulary) -> None:
    """Every fact is declared and has a value it can have. Raises BadInput (field facts) with the closest."""
    for name, value in facts.items():
        fact = vocabulary.facts.get(name)
        if fact is None:
            message = _("没有这个事实“%(name)s”") % {"name": name[:_LONGEST]}
            advice = did_you_mean(name, list(vocabulary.facts), _("事实的名称见词汇表的 facts"))
            raise BadInput(message, field="facts", fix=advice)
        if value is not None:
            for each in value if isinstance(value, (list, tuple)) else (value,):
                _check_value(fact, each)


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, object]:
    """Pairs as facts; a name given twice holds several values."""
    held: dict[str, list[str]] = {}
    for name, value in pairs:
        held.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in held.items()}


def court_of(code: str) -> Court:
    """The court of a code. Raises BadInput (field court) with the closest code."""
    court = Court.objects.filter(code=code).first()
    if court is None:
        known = list(Court.objects.order_by("code").values_list("code", flat=True))
        message = _("没有代字为“%(code)s”的法院") % {"code": code[:_LONGEST]}
        fix = did_you_mean(code, known) if known else _("还没有登记法院")
        raise BadInput(message, field="court", fix=fix)
    return court


def calendar_in_use(court_id: int | None) -> Calendar:
    """The court's calendar (None: the national one); the published notices while the database has none."""
    return calendar_for(court_id) if version() else Calendar.seed()


def deadline_of(library: Library, rule_id: str, on: dt.date | None) -> tuple[Pack, DeadlineRule]:
    """The deadline rule of an id in any width and case: of the version in force on a day, else of the newest.

    Raises BadInput (field rule) naming the closest id.
    """
    name = rule_id if rule_id.isascii() and rule_id.isupper() else normalise_width(rule_id).upper()
    name = name.strip()[:_LONGEST]
    try:
        return library.deadline(name, on)
    except BadInput as error:
        known = [rule.id for pack in library.packs for rule in pack.deadlines]
        padded = re.sub(r"-(\d)$", r"-0\1", name)
        fix = (
            _("是否想写 %(id)s？") % {"id": padded}
            if padded in known
            else did_you_mean(name, known, str(error.fix))
        )
        raise BadInput(error.message, field="rule", fix=fix) from error


def error_words(error: BadInput) -> str:
    """What is wrong and what to do, as one text for a person."""
    sentences = [text for text in (str(error), str(error.fix)) if text]
    return "".join(text if text[-1] in "。？！" else f"{text}。" for text in sentences)


def _check_value(fact: Fact, value: object) -> None:
    names = {"name": fact.id, "zh": fact.zh, "value": str(value)[:_LONGEST]}
    if fact.type == "enum":
        if not isinstance(value, str) or value not in fact.values:
            options = _("可选的值：%(values)s") % {"values": "、".join(fact.values)}
            advice = did_you_mean(str(value), list(fact.values), options)
            raise BadInput(_("“%(name)s”（%(zh)s）没有值“%(value)s”") % names, field="facts", fix=advice)
    elif fact.type == "boolean":
        if not isinstance(value, bool) and str(value).lower() not in _SPOKEN:
            message = _("“%(name)s”（%(zh)s）应当是“是”或“否”，现在是“%(value)s”") % names
            raise BadInput(message, field="facts", fix=_("写 true 或 false"))
    elif fact.type == "number" and not _is_number(value):
        message = _("“%(name)s”（%(zh)s）应当是数，现在是“%(value)s”") % names
        raise BadInput(message, field="facts", fix=_("写数字，例如 100000"))
    elif fact.type == "date":
        read_day(str(value), today=EARLIEST, field="facts")


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return False
    try:
        return math.isfinite(Decimal(str(value).replace(",", "")))
    except (InvalidOperation, OverflowError, ValueError):
        return False


def _measured(period: Sequence[Amount], field: str) -> Period:
    """The period, unless it is longer than any clock can be."""
    for amount in period:
        if amount.n > _MOST[amount.unit]:
            message = _("%(amount)s太长") % {"amount": amount.chinese}
            fix = _("最长 %(years)d 年，请检查是否写错") % {"years": _MOST_YEARS}
            raise BadInput(message, field=field, fix=fix)
    return tuple(period)


def _in_range(day: dt.date, field: str) -> dt.date:
    if not EARLIEST <= day <= LATEST:
        message = _("日期 %(day)s 超出日历范围") % {"day": day}
        fix = _("日历从 %(first)s 到 %(last)s，请检查年份是否写错") % {"first": EARLIEST, "last": LATEST}
        raise BadInput(message, field=field, fix=fix)
    return day


def _at(day: dt.date, hour: str, minute: str) -> dt.datetime:
    try:
        return dt.datetime.combine(day, dt.time(int(hour), int(minute)))
    except ValueError as error:
        message = _("没有 %(hour)s:%(minute)s 这个时刻") % {"hour": hour, "minute": minute}
        raise BadInput(message, field="start", fix=_("时刻从 00:00 到 23:59")) from error


def _short(text: str, field: str) -> str:
    text = text.strip()
    if len(text) > _LONGEST:
        message = _("“%(text)s…”太长") % {"text": text[:20]}
        raise BadInput(message, field=field, fix=_("最多 %(n)d 个字") % {"n": _LONGEST})
    return text
