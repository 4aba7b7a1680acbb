"""Amounts of time as a clerk writes them: `5 workdays`, `3 months + 15 days`, `5个工作日`, `3个半月`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from regimes.errors import RegimeError

Unit = Literal["minute", "hour", "workday", "day", "month", "year"]

# The order in which the parts of one period are applied: years, months, then days, then working days.
UNITS: tuple[Unit, ...] = ("year", "month", "day", "workday", "hour", "minute")
CLOCK_UNITS: frozenset[Unit] = frozenset({"hour", "minute"})

_ENGLISH = {name: unit for unit in UNITS for name in (unit, unit + "s")}
_CHINESE: dict[str, Unit] = {
    "个工作日": "workday", "工作日": "workday", "个月": "month", "月": "month", "年": "year", "日": "day",
    "天": "day", "个小时": "hour", "小时": "hour", "分钟": "minute",
}  # fmt: skip
_CHINESE_NAMES: dict[Unit, str] = {
    "year": "年", "month": "个月", "day": "日", "workday": "个工作日", "hour": "小时", "minute": "分钟",
}  # fmt: skip
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_NUMERAL = "零〇一二两三四五六七八九十百"

_PART = re.compile(
    rf"\s*(?P<minus>[-−])?\s*(?P<number>\d+|[{_NUMERAL}]+)\s*"
    rf"(?P<unit>[a-zA-Z]+|{'|'.join(sorted(_CHINESE, key=len, reverse=True))})\s*(?:\+|零(?=\d)|又|、)?"
)
_HALVES = (
    (re.compile(r"半\s*个?月"), "15日"),
    (re.compile(r"半年"), "6个月"),
    (re.compile(rf"(\d+|[{_NUMERAL}]+)\s*个半月"), r"\1个月15日"),
)

EXAMPLE = "写成 5 workdays、10 days、3 months + 15 days、48 hours，或 5个工作日、3个月15日"


@dataclass(frozen=True, slots=True)
class Amount:
    """`n` whole units, n >= 1."""

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.n < 1:
            raise RegimeError(f"期间必须是正整数，不能是 {self.n}", field="period", fix=EXAMPLE)

    def __str__(self) -> str:
        return f"{self.n} {self.unit}{'s' if self.n > 1 else ''}"

    @property
    def chinese(self) -> str:
        """For people: 5个工作日."""
        return f"{self.n}{_CHINESE_NAMES[self.unit]}"


# One period: its parts in the order of UNITS, each unit once. The empty tuple means "at once".
Period = tuple[Amount, ...]


def period_of(*amounts: Amount) -> Period:
    """Put the parts into the order in which they are applied.

    Raises RegimeError where one unit stands twice, or hours are mixed with days or longer units: the law
    counts hours from an instant and days from midnight, so such a sum has no meaning.
    """
    units = [amount.unit for amount in amounts]
    if len(set(units)) < len(units):
        raise RegimeError("同一单位在一个期间里写了两次", field="period", fix="把相同单位的数相加后只写一次")
    clock = CLOCK_UNITS.intersection(units)
    if clock and len(clock) < len(units):
        raise RegimeError(
            "小时、分钟不能与日、月、年混写", field="period", fix="按小时或者按日，分成两条期限"
        )
    return tuple(sorted(amounts, key=lambda amount: UNITS.index(amount.unit)))


def parse_period(text: str) -> Period:
    """Read a period in English or Chinese. Raises RegimeError that says what was not understood."""
    rest = _without_halves(text.strip())
    if not rest:
        raise RegimeError("没有写期间", field="period", fix=EXAMPLE)
    amounts: list[Amount] = []
    position = 0
    while position < len(rest):
        match = _PART.match(rest, position)
        if match is None:
            raise RegimeError(f"看不懂期间“{text}”", field="period", fix=EXAMPLE)
        amounts.append(_amount(match, text))
        position = match.end()
    return period_of(*amounts)


def parse_amount(text: str) -> Amount:
    """Read exactly one amount, e.g. `15 days`. Raises RegimeError."""
    period = parse_period(text)
    if len(period) != 1:
        raise RegimeError(f"这里只能写一个数和一个单位，不能写“{text}”", field="period", fix="例如 15 days")
    return period[0]


def period_text(period: Period) -> str:
    """The normal English form, which parse_period reads back: `3 months + 15 days`."""
    return " + ".join(str(amount) for amount in period)


def period_chinese(period: Period) -> str:
    """For people: 3个月15日; the empty period is 即时."""
    return "".join(amount.chinese for amount in period) or "即时"


def times(period: Period, k: int) -> Period:
    """The k-fold period (k >= 1), part by part: 2 × (1 month + 15 days) = 2 months + 30 days."""
    return tuple(Amount(amount.n * k, amount.unit) for amount in period)


def is_clock(period: Period) -> bool:
    """True where the period runs in hours or minutes, so that its ends are instants."""
    return bool(period) and period[0].unit in CLOCK_UNITS


def _without_halves(text: str) -> str:
    """`3个半月` is three months and then 15 days: half a month counts 15 days."""
    for pattern, replacement in reversed(_HALVES):
        text = pattern.sub(replacement, text)
    return text


def _amount(match: re.Match[str], text: str) -> Amount:
    number = _number(match["number"])
    if match["minus"]:
        raise RegimeError(
            f"期间不能是负数：“{text}”", field="period", fix="写正数；倒推的期限另写 direction: backward"
        )
    word = match["unit"]
    unit = _CHINESE.get(word) or _ENGLISH.get(word.lower())
    if unit is None:
        known = "workday、day、month、year、hour、minute"
        raise RegimeError(
            f"不认识的时间单位“{word}”",
            field="period",
            fix=f"可用的单位：{known}，或中文的工作日、日、月、年、小时",
        )
    return Amount(number, unit)


def _number(text: str) -> int:
    """Arabic or plain Chinese numerals up to 999: 三十 = 30, 一百二十 = 120, 十 = 10."""
    if text.isdecimal():
        return int(text)
    total = pending = 0
    for character in text:
        if character in _DIGITS:
            pending = _DIGITS[character]
        else:
            total += (pending or 1) * (100 if character == "百" else 10)
            pending = 0
    return total + pending
