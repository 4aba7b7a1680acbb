"""Value-date replay: what each receipt pays, reckoned anew in the order of the days on which the money counts.

A payment that comes to light late changes the interest and the shares of all behind it; the old run and the new one stand
side by side.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from funds.reckoning.allocation import NOTHING, Allocation, Claim, Part, Rank, Share, allocate
from funds.reckoning.interest import Days, FirstDay, Reduction, Sheet, doubled_interest


@dataclass(frozen=True, slots=True)
class Debt:
    """What a creditor may claim by one judgment. principal and interest (一般债务利息, as the judgment gives it): yuan.

    due_on: the last day of the period it set; stays: days that bear no doubled interest. preferred: 优先受偿, by `order`.
    """

    id: str
    creditor: str
    principal: Decimal
    due_on: dt.date
    interest: Decimal = NOTHING
    stays: tuple[Days, ...] = ()
    first_day: FirstDay = "next"
    preferred: bool = False
    order: int = 0


@dataclass(frozen=True, slots=True)
class Money:
    """A receipt: yuan, and the day to which interest runs (履行、划拨、成交裁定生效之日)."""

    id: str
    amount: Decimal
    on: dt.date

    @property
    def turn(self) -> tuple[dt.date, int, str]:
        """By day, then by number: the text of 10 comes behind that of 9."""
        return self.on, len(self.id), self.id


@dataclass(frozen=True, slots=True)
class Cost:
    """A fixed claim that comes first: fee, valuation, storage."""

    id: str
    creditor: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """One receipt: the interest sheets it was paid by (debt id -> sheet up to its day), and its shares."""

    money: Money
    sheets: dict[str, Sheet]
    allocation: Allocation


@dataclass(frozen=True, slots=True)
class Run:
    """All receipts in the order of their days. left: what every claim is still owed behind the last of them."""

    steps: tuple[Step, ...]
    left: dict[str, Decimal]

    def shares(self) -> dict[str, dict[str, Decimal]]:
        """receipt id -> claim id -> yuan, without zeros."""
        return {
            step.money.id: {share.claim.id: share.amount for share in step.allocation.shares if share.amount}
            for step in self.steps
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What a receipt paid on a claim before and after a replay, yuan."""

    receipt: str
    claim: str
    before: Decimal
    after: Decimal


@dataclass(slots=True)
class _Standing:
    paid: dict[str, Decimal] = field(default_factory=dict)
    reductions: dict[str, list[Reduction]] = field(default_factory=dict)

    def rest(self, claim: str, owed: Decimal) -> Decimal:
        return max(owed - self.paid.get(claim, NOTHING), NOTHING)


def replay(
    debts: Sequence[Debt],
    costs: Sequence[Cost],
    receipts: Iterable[Money],
    decided: Mapping[str, Mapping[str, Decimal]] | None = None,
) -> Run:
    """Pay the receipts one after another, by day, then by number. Claims are called cost:ID, interest:ID, principal:ID,
    doubled:ID. decided: receipt id -> claim id -> yuan, for receipts whose shares stand whatever the law would give:
    money that nobody decided about does not take from the claims what a decision about later money has given them.
    """
    decided = decided or {}
    held: Counter[str] = Counter()
    for shares in decided.values():
        held.update(shares)
    standing, steps, claims = _Standing(), [], _claims(debts, costs, _Standing(), {})
    for money in sorted(receipts, key=lambda each: each.turn):
        sheets = {debt.id: _sheet(debt, standing, money.on) for debt in debts}
        claims = _claims(debts, costs, standing, sheets)
        if money.id in decided:
            found = _as_decided(money.amount, claims, decided[money.id])
            held.subtract(decided[money.id])
        else:
            found = allocate(money.amount, [_besides(claim, held) for claim in claims])
        for share in found.shares:
            name = share.claim.id
            standing.paid[name] = standing.paid.get(name, NOTHING) + share.amount
            kind, _, debt_id = name.partition(":")
            if kind == "principal" and share.amount:
                standing.reductions.setdefault(debt_id, []).append(Reduction(money.on, share.amount))
        steps.append(Step(money, sheets, found))
        claims = _claims(debts, costs, standing, sheets)
    return Run(tuple(steps), {claim.id: claim.amount for claim in claims})


def changes(before: Run, after: Run) -> list[Change]:
    """Each share that the later run gives differently, receipts in the order of the new run, then claims by id."""
    return changed_shares(before.shares(), after.shares())


def changed_shares(
    old: Mapping[str, Mapping[str, Decimal]], new: Mapping[str, Mapping[str, Decimal]]
) -> list[Change]:
    """The same of shares as receipt id -> claim id -> yuan, without zeros."""
    receipts = [*new, *(receipt for receipt in old if receipt not in new)]
    found = []
    for receipt in receipts:
        was, now = old.get(receipt, {}), new.get(receipt, {})
        for claim in sorted(was.keys() | now.keys()):
            pair = was.get(claim, NOTHING), now.get(claim, NOTHING)
            if pair[0] != pair[1]:
                found.append(Change(receipt, claim, *pair))
    return found


def _as_decided(amount: Decimal, claims: list[Claim], given: Mapping[str, Decimal]) -> Allocation:
    """What a decision gave, as far as its claims are still among those."""
    shares = tuple(Share(claim, given.get(claim.id, NOTHING)) for claim in claims)
    return Allocation(amount, shares, amount - sum((share.amount for share in shares), NOTHING))


def _besides(claim: Claim, held: Counter[str]) -> Claim:
    """The claim without what the decisions to come have given it."""
    kept = held.get(claim.id)
    return replace(claim, amount=max(claim.amount - kept, NOTHING)) if kept else claim


def _sheet(debt: Debt, standing: _Standing, until: dt.date) -> Sheet:
    return doubled_interest(
        principal=debt.principal,
        due_on=debt.due_on,
        until=until,
        reductions=standing.reductions.get(debt.id, ()),
        stays=debt.stays,
        first_day=debt.first_day,
    )


def _claims(
    debts: Sequence[Debt], costs: Sequence[Cost], standing: _Standing, sheets: dict[str, Sheet]
) -> list[Claim]:
    claims = [
        Claim(
            f"cost:{cost.id}",
            cost.creditor,
            Rank.COSTS,
            standing.rest(f"cost:{cost.id}", cost.amount),
            Part.EXPENSE,
        )
        for cost in costs
    ]
    for debt in debts:
        rank = Rank.PREFERRED if debt.preferred else Rank.DEBT
        doubled = sheets[debt.id].total if debt.id in sheets else NOTHING
        for name, owed, of_rank, part in (
            (f"interest:{debt.id}", debt.interest, rank, Part.INTEREST),
            (f"principal:{debt.id}", debt.principal, rank, Part.PRINCIPAL),
            (f"doubled:{debt.id}", doubled, Rank.DOUBLED, Part.INTEREST),
        ):
            claims.append(Claim(name, debt.creditor, of_rank, standing.rest(name, owed), part, debt.order))
    return claims
