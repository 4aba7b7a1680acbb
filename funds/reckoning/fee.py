"""申请执行费, 诉讼费用交纳办法（国务院令第481号）第十四条（一）: by bands of the amount enforced."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kernel.money import FEN

BANDS: tuple[tuple[Decimal, Decimal | None, Decimal], ...] = (
    (Decimal(10_000), Decimal(500_000), Decimal("0.015")),
    (Decimal(500_000), Decimal(5_000_000), Decimal("0.01")),
    (Decimal(5_000_000), Decimal(10_000_000), Decimal("0.005")),
    (Decimal(10_000_000), None, Decimal("0.001")),
)
"""Above, up to (yuan; None: no end), rate of what lies between."""
BASE = Decimal("50.00")
"""For an amount of up to 10,000 yuan."""
WITHOUT_AMOUNT = (Decimal("50.00"), Decimal("500.00"))
"""没有执行金额或者价额的: the court sets the fee between these."""


@dataclass(frozen=True, slots=True)
class Band:
    """A line of the sheet: the part (yuan) of the amount that lies in a band, its rate, its fee to the fen."""

    above: Decimal
    up_to: Decimal | None
    part: Decimal
    rate: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class FeeSheet:
    """计算表: base is the fixed fee of the first band; total = base + the bands, rounded once."""

    amount: Decimal
    base: Decimal
    bands: tuple[Band, ...]
    total: Decimal


def enforcement_fee(amount: Decimal) -> FeeSheet:
    """The fee for an amount enforced (yuan, positive). Raises ValueError for nothing: use WITHOUT_AMOUNT."""
    if amount <= 0:
        raise ValueError("no amount: the court sets the fee")
    bands = []
    for above, up_to, rate in BANDS:
        part = min(amount, up_to if up_to is not None else amount) - above
        if part > 0:
            bands.append(Band(above, up_to, part, rate, part * rate))
    total = (BASE + sum((band.fee for band in bands), Decimal(0))).quantize(FEN, ROUND_HALF_UP)
    return FeeSheet(amount, BASE, tuple(bands), total)
