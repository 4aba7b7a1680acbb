"""迟延履行期间的加倍部分债务利息, by 法释〔2014〕8号: unpaid principal x 0.0175 % a day x days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from kernel.money import FEN, split

DAILY = Fraction(175, 1_000_000)
"""日万分之一点七五, art. 1(3)."""
IN_FORCE = dt.date(2014, 8, 1)
"""Art. 7: earlier days go by the rules of their time, which this does not reckon."""
DAY = dt.timedelta(days=1)

FirstDay = Literal["next", "included"]
"""自履行期间届满之日起 (art. 2) is read both ways: from the day behind the last day, or from that day itself."""


@dataclass(frozen=True, slots=True)
class Days:
    """Whole days, both ends included."""

    first: dt.date
    last: dt.date


@dataclass(frozen=True, slots=True)
class Reduction:
    """Principal paid (yuan) on a day: 履行完毕、划拨提取、成交裁定生效之日, which still counts in full (art. 3)."""

    on: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Span:
    """Days with one principal. counted: days that bear interest; left_out: days of a stay inside the span (art. 3(3)).

    interest: yuan, rounded so that the spans of a sheet add up to its total.
    """

    first: dt.date
    last: dt.date
    principal: Decimal
    counted: int
    left_out: int
    interest: Decimal


@dataclass(frozen=True, slots=True)
class Sheet:
    """计算表. first: the day the count begins with; until: its last day. total: yuan, rounded once, half up.

    before_law: days from the due day on that lie before 2014-08-01 and are not reckoned here.
    """

    principal: Decimal
    due_on: dt.date
    first: dt.date
    until: dt.date
    first_day: FirstDay
    spans: tuple[Span, ...]
    total: Decimal
    before_law: int = 0


def doubled_interest(
    *,
    principal: Decimal,
    due_on: dt.date,
    until: dt.date,
    reductions: Iterable[Reduction] = (),
    stays: Iterable[Days] = (),
    first_day: FirstDay = "next",
) -> Sheet:
    """加倍部分债务利息 on `principal` (yuan, without 一般债务利息) that was due on `due_on`, up to and with `until`.

    stays: days of a stay or suspension that the debtor did not ask for. Raises ValueError when a reduction or
    the principal is negative, or more is paid than was owed.
    """
    asked = due_on if first_day == "included" else due_on + DAY
    first = max(asked, IN_FORCE)
    paid, stayed = _check(principal, reductions), tuple(stays)
    begin, spans = first, []
    left = principal - sum((amount for on, amount in paid.items() if on < first), Decimal(0))
    for on in sorted(day for day in paid if first <= day <= until):
        spans.append(_span(begin, on, left, stayed))
        begin, left = on + DAY, left - paid[on]
    if begin <= until:
        spans.append(_span(begin, until, left, stayed))
    return _sheet(principal, due_on, first, until, first_day, spans, (first - asked).days)


def _check(principal: Decimal, reductions: Iterable[Reduction]) -> dict[dt.date, Decimal]:
    """What was paid by day."""
    paid: dict[dt.date, Decimal] = {}
    for each in reductions:
        if each.amount < 0:
            raise ValueError(f"a negative reduction on {each.on}")
        paid[each.on] = paid.get(each.on, Decimal(0)) + each.amount
    if principal < 0 or sum(paid.values()) > principal:
        raise ValueError("more is paid than was owed")
    return paid


def _span(first: dt.date, last: dt.date, principal: Decimal, stays: Sequence[Days]) -> Span:
    out = stayed_days(first, last, stays)
    return Span(first, last, principal, (last - first).days + 1 - out, out, Decimal(0))


def stayed_days(first: dt.date, last: dt.date, stays: Sequence[Days]) -> int:
    """How many days of first..last lie in at least one of the stays."""
    total, behind = 0, first
    for stay in sorted(stays, key=lambda each: each.first):
        begin, end = max(stay.first, behind), min(stay.last, last)
        if begin <= end:
            total += (end - begin).days + 1
            behind = end + DAY
    return total


def _sheet(
    principal: Decimal,
    due_on: dt.date,
    first: dt.date,
    until: dt.date,
    first_day: FirstDay,
    spans: list[Span],
    before_law: int,
) -> Sheet:
    exact = [span.principal * span.counted for span in spans]
    total = rounded(sum(map(Fraction, exact), Fraction(0)) * DAILY)
    shares = split(total, exact) if total else [Decimal("0.00")] * len(spans)
    final = tuple(
        Span(span.first, span.last, span.principal, span.counted, span.left_out, share)
        for span, share in zip(spans, shares, strict=True)
    )
    return Sheet(principal, due_on, first, until, first_day, final, total, before_law)


def rounded(yuan: Fraction) -> Decimal:
    """To the fen, half up."""
    exact = Decimal(yuan.numerator) / Decimal(yuan.denominator)
    return exact.quantize(FEN, ROUND_HALF_UP)
