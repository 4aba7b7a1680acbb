"""Who gets what of an amount: costs, preferred claims, debts, doubled interest; equal ranks share pro rata.

Sources: 民诉法解释第508条 (costs, preferred, ordinary pro rata), 法释〔2014〕8号第四条 (money debt before doubled interest),
民法典第561条 (within one creditor's debt: interest before principal).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from itertools import groupby

from kernel.money import split

NOTHING = Decimal("0.00")


class Rank(IntEnum):
    """清偿顺序: a higher rank gets nothing before every lower one is paid in full."""

    COSTS = 1
    PREFERRED = 2
    DEBT = 3
    DOUBLED = 4


class Part(IntEnum):
    """What a creditor's debt consists of, in the order in which his share is used up."""

    EXPENSE = 1
    INTEREST = 2
    PRINCIPAL = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing owed. id: the caller's name for it. creditor: who is paid; claims of one creditor in one rank share as
    one. amount: still owed, yuan. order: among preferred claims, the earlier is paid first; equal ones share.
    """

    id: str
    creditor: str
    rank: Rank
    amount: Decimal
    part: Part = Part.PRINCIPAL
    order: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What a claim gets, what of it stays unpaid."""

    claim: Claim
    amount: Decimal

    @property
    def rest(self) -> Decimal:
        """Still owed behind this."""
        return self.claim.amount - self.amount


@dataclass(frozen=True, slots=True)
class Allocation:
    """amount = the shares + surplus, to the fen; surplus goes back to the debtor. shares: one per claim, as given."""

    amount: Decimal
    shares: tuple[Share, ...]
    surplus: Decimal

    def of(self, claim_id: str) -> Decimal:
        """What a claim gets. Raises KeyError."""
        for share in self.shares:
            if share.claim.id == claim_id:
                return share.amount
        raise KeyError(claim_id)


def allocate(amount: Decimal, claims: Sequence[Claim]) -> Allocation:
    """Share `amount` (yuan) by the law. Raises ValueError for a negative amount or claim, or two claims of one id."""
    if amount < 0 or any(claim.amount < 0 for claim in claims):
        raise ValueError("a negative amount")
    if len({claim.id for claim in claims}) != len(claims):
        raise ValueError("two claims have one id")
    got: dict[str, Decimal] = {}
    left = amount
    for _, same in groupby(sorted(claims, key=_place), key=_place):
        level = list(same)
        given = min(left, sum((claim.amount for claim in level), NOTHING))
        left -= given
        got |= _within_level(given, level)
    shares = tuple(Share(claim, got[claim.id]) for claim in claims)
    return Allocation(amount, shares, left)


def _place(claim: Claim) -> tuple[int, int]:
    return (claim.rank, claim.order if claim.rank == Rank.PREFERRED else 0)


def _within_level(given: Decimal, level: list[Claim]) -> dict[str, Decimal]:
    """Creditors share in proportion to all that the level owes them; each share is then used up part after part."""
    by_creditor: dict[str, list[Claim]] = {}
    for claim in level:
        by_creditor.setdefault(claim.creditor, []).append(claim)
    owed = [sum((claim.amount for claim in own), NOTHING) for own in by_creditor.values()]
    shares = split(given, owed) if given else [NOTHING] * len(owed)
    got: dict[str, Decimal] = {}
    for own, share in zip(by_creditor.values(), shares, strict=True):
        got |= _use_up(share, own)
    return got


def _use_up(share: Decimal, claims: Iterable[Claim]) -> dict[str, Decimal]:
    got, left = {}, share
    for claim in sorted(claims, key=lambda each: each.part):
        got[claim.id] = min(left, claim.amount)
        left -= got[claim.id]
    return got
