"""参与分配方案 as a computation: who gets what of one amount, and what an objection touches. Pure.

Sources: 民诉法解释第五百零八条 (order and pro rata), 执行程序解释第十七、十八条 (objections, escrow of what is disputed).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from funds.reckoning.allocation import Allocation, Claim, Part, Rank, allocate

NOTHING = Decimal("0.00")
RANKS = {"costs": Rank.COSTS, "preferred": Rank.PREFERRED, "debt": Rank.DEBT, "doubled": Rank.DOUBLED}


@dataclass(frozen=True, slots=True)
class Claimed:
    """One claim of a plan. creditor: id of the creditor's case; amount: still owed, yuan; order: among preferred ones."""

    creditor: int
    name: str
    rank: str
    amount: Decimal
    order: int = 0


def draft(amount: Decimal, claims: Sequence[Claimed]) -> Allocation:
    """Share `amount`: preferred claims first, equal ranks pro rata with the largest remainder. Raises ValueError."""
    return allocate(
        amount,
        [
            Claim(str(place), str(each.creditor), RANKS[each.rank], each.amount, Part.PRINCIPAL, each.order)
            for place, each in enumerate(claims)
        ],
    )


def paid_at_once(shares: Iterable[tuple[Decimal, Decimal]]) -> tuple[Decimal, Decimal]:
    """(to pay, to escrow) of (share, disputed part) pairs. Raises ValueError for a disputed part above its share."""
    pay, aside = NOTHING, NOTHING
    for share, disputed in shares:
        if not NOTHING <= disputed <= share:
            raise ValueError("disputed beyond the share")
        pay, aside = pay + share - disputed, aside + disputed
    return pay, aside
