"""How papers write days, amounts and names. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from kernel.capitals import in_capitals

_NUMERALS = "〇一二三四五六七八九"


def day(value: dt.date) -> str:
    """2023年4月24日"""
    return f"{value.year}年{value.month}月{value.day}日"


def day_in_numerals(value: dt.date) -> str:
    """二〇二三年四月二十四日, as papers are dated."""
    year = "".join(_NUMERALS[int(digit)] for digit in str(value.year))
    return f"{year}年{_small(value.month)}月{_small(value.day)}日"


def yuan(amount: Decimal) -> str:
    """80000元, 80000.50元: no separators, and no decimals where there are none."""
    return f"{amount:.0f}元" if amount == amount.to_integral_value() else f"{amount:.2f}元"


def capitals(amount: Decimal) -> str:
    """捌万元整"""
    return in_capitals(amount)


def listed(names: Sequence[str]) -> str:
    """张三、李四"""
    return "、".join(names)


def spread(text: str, width: int) -> str:
    """A short title or name spread to `width` characters by full-width spaces, where that comes out even.

    审判员 over 5: 审　判　员; 张三 over 3: 张　三. Any other text is left alone.
    """
    gaps = len(text) - 1
    spaces = width - len(text)
    if gaps < 1 or spaces <= 0 or spaces % gaps:
        return text
    return ("　" * (spaces // gaps)).join(text)


def ordinal(number: int) -> str:
    """一, 二, ... 九十九; figures beyond."""
    return _small(number) if number < 100 else str(number)


def _small(number: int) -> str:
    """1..99: 一, 十, 十一, 二十, 三十一."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_NUMERALS[tens]}十"
    return head + (_NUMERALS[ones] if ones else "")
