"""The formulas of indicators: names and numbers joined by + - *; what they come to, and why there is no figure. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from regimes.errors import RegimeError
from regimes.rules import Calculation

Standing = Literal["", "met", "near", "missed"]
PLACES: Mapping[str, Decimal] = {
    "percent": Decimal("0.01"),
    "days": Decimal("0.1"),
    "score": Decimal("0.01"),
    "workload": Decimal("0.01"),
    "count": Decimal("1"),
}
"""How exact a figure of each unit is shown: 92.00 %, 75.0 days, 3."""
_PART = re.compile(r"\s*([+*-])\s*|\s+")
_SIGNS = ("+", "-", "*")
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Term:
    """factor times the product of the measures of these names."""

    factor: Decimal
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a line of an indicator comes to in its unit; value None: no figure, `reason` says why in Chinese."""

    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    reason: str = ""


def parse(text: str) -> tuple[Term, ...]:
    """The terms of `a - 0.5 * b`; none for an empty text. Raises RegimeError for two signs or two names in a row."""
    parts = [part for part in _PART.split(text.strip()) if part]
    if not parts:
        return ()
    terms: list[Term] = []
    factor = Decimal(1)
    names: list[str] = []
    for place, part in enumerate(parts):
        is_sign = part in _SIGNS
        if is_sign == (place % 2 == 0):
            raise RegimeError(f"公式“{text}”在“{part}”处不成立", fix="写成 甲 + 乙 或者 甲 - 0.5 * 乙")
        if part in ("+", "-"):
            terms.append(Term(factor, tuple(names)))
            factor, names = Decimal(1 if part == "+" else -1), []
        elif _NUMBER.fullmatch(part):
            factor *= Decimal(part)
        elif not is_sign:
            names.append(part)
    if len(parts) % 2 == 0:
        raise RegimeError(f"公式“{text}”没有写完", fix="去掉末尾的符号，或者补写统计量")
    return (*terms, Term(factor, tuple(names)))


def names_of(calculation: Calculation) -> tuple[str, ...]:
    """The measures of a line, numerator first, each once."""
    terms = (*parse(calculation.numerator), *parse(calculation.denominator))
    return tuple(dict.fromkeys(name for term in terms for name in term.names))


def total(text: str, measures: Mapping[str, Decimal]) -> Decimal | None:
    """The value of a formula; None where a name is not among the measures."""
    amount = Decimal(0)
    for term in parse(text):
        product = term.factor
        for name in term.names:
            if name not in measures:
                return None
            product *= measures[name]
        amount += product
    return amount


def evaluate(
    calculation: Calculation, measures: Mapping[str, Decimal], words: Mapping[str, str] | None = None
) -> Figure:
    """One line over counted measures. words: what measures are called. Never raises for zero: it says so (口径)."""
    called = words or {}
    unknown = [name for name in names_of(calculation) if name not in measures]
    if unknown:
        missing = "、".join(called.get(name, name) for name in unknown)
        return Figure(None, None, None, f"“{missing}”还没有统计来源")
    above = total(calculation.numerator, measures)
    if not calculation.denominator:
        return Figure(rounded(above or Decimal(0), calculation.unit), above, None)
    below = total(calculation.denominator, measures)
    if not below:
        return Figure(None, above, below, f"分母为零：{_called(calculation.denominator, called)}为 0")
    share = (above or Decimal(0)) / below * (100 if calculation.unit == "percent" else 1)
    return Figure(rounded(share, calculation.unit), above, below)


def rounded(value: Decimal, unit: str) -> Decimal:
    """To the places of the unit, half up: 90.049 -> 90.05."""
    return value.quantize(PLACES[unit], ROUND_HALF_UP)


def is_lower_better(calculation: Calculation) -> bool:
    """As the rule says (`better`), else by the kind of its target."""
    if calculation.better:
        return calculation.better == "lower"
    return calculation.at_most is not None or calculation.equal == 0


def target_of(calculation: Calculation) -> Decimal | None:
    """The target line; None without one."""
    given = (calculation.at_least, calculation.at_most, calculation.equal)
    return next((Decimal(str(target)) for target in given if target is not None), None)


def standing_of(value: Decimal | None, calculation: Calculation) -> Standing:
    """Where a figure stands to its target: missed; near, within `warn` of missing it; met. "" without target or value."""
    target = target_of(calculation)
    if value is None or target is None:
        return ""
    if calculation.equal is not None:
        return "met" if value == target else "missed"
    margin = target - value if calculation.at_most is not None else value - target
    if margin < 0:
        return "missed"
    return "near" if calculation.warn is not None and margin < Decimal(str(calculation.warn)) else "met"


def _called(text: str, words: Mapping[str, str]) -> str:
    return "、".join(_chinese(text, words))


def _chinese(text: str, words: Mapping[str, str]) -> Iterator[str]:
    for term in parse(text):
        yield from (words.get(name, name) for name in term.names)
