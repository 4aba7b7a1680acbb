"""A court's money reckoned a second time, in plain Python: what came in, whose it is, where it must stand.

Knows no table and no journal. `standing` says what every account must show; the bank's is the sum of all the others.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from funds.bank import Answer, Order, Result

NOTHING = Decimal(0)
RESERVING = ("drafted", "submitted", "approved")
WAITING = ("requested", "approved")
OPEN = (*WAITING, "held")
Place = tuple[int | None, str]
"""A case of the model (None: the court) and an account."""


@dataclass
class Line:
    """Money on a bank statement. claimed: what of it has become receipts."""

    amount: Decimal
    claimed: Decimal = NOTHING

    @property
    def rest(self) -> Decimal:
        return self.amount - self.claimed


@dataclass
class Money:
    """A receipt. line: of the statement; adopted: it was recorded before its line came; source: the receipt it is a
    share of.
    """

    amount: Decimal
    case: int | None = None
    is_voided: bool = False
    line: int | None = None
    is_adopted: bool = False
    source: int | None = None


@dataclass
class Paying:
    """A payout. reference: of its instruction, where the system tells the bank."""

    receipt: int
    payee: int
    amount: Decimal
    state: str = "drafted"
    reference: uuid.UUID | None = None


@dataclass
class Aside:
    """A transfer. recovered: receipt -> what it gave back of an advance."""

    kind: str
    case: int | None
    receipt: int | None
    amount: Decimal
    state: str = "approved"
    recovered: dict[int, Decimal] = field(default_factory=dict)

    @property
    def outstanding(self) -> Decimal:
        return self.amount - total(self.recovered.values())


class Reckoning:
    """Everything that was done, by the numbers of the rows it made."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.receipts: dict[int, Money] = {}
        self.payouts: dict[int, Paying] = {}
        self.asides: dict[int, Aside] = {}
        self.fund = NOTHING

    def custody(self, number: int) -> Decimal:
        """What of a receipt is still with the court for its case."""
        receipt = self.receipts[number]
        if receipt.case is None:
            return NOTHING
        left = (
            p.amount for p in self.payouts.values() if p.receipt == number and p.state in ("sent", "paid")
        )
        moved = (
            a.amount for a in self.asides.values() if a.receipt == number and a.state in ("held", "paid")
        )
        back = (a.recovered.get(number, NOTHING) for a in self.asides.values())
        shared = (r.amount for r in self.receipts.values() if r.source == number)
        return receipt.amount - total(left) - total(moved) - total(back) - total(shared)

    def free(self, number: int, *, besides: int | None = None) -> Decimal:
        """Custody that nobody has spoken for."""
        spoken = (p.amount for p in self.payouts.values() if p.receipt == number and p.state in RESERVING)
        promised = (
            a.amount
            for pk, a in self.asides.items()
            if a.receipt == number and a.state in WAITING and pk != besides
        )
        return self.custody(number) - total(spoken) - total(promised)

    def is_untouched(self, number: int) -> bool:
        """All of it is there, and nothing of it is under way."""
        runs = any(p.receipt == number and p.state in (*RESERVING, "sent") for p in self.payouts.values())
        receipt = self.receipts[number]
        is_shared = receipt.source is not None or any(r.source == number for r in self.receipts.values())
        return (
            self.custody(number) == receipt.amount and not runs and not is_shared and not self.is_open(number)
        )

    def is_open(self, number: int, kind: str = "") -> bool:
        """A transfer of the receipt is not finished."""
        return any(
            a.receipt == number and a.state in OPEN and kind in ("", a.kind) for a in self.asides.values()
        )

    def recover(self, number: int) -> None:
        """The fund is given back first what it advanced to the case of this receipt."""
        receipt, free = self.receipts[number], self.free(number)
        for aside in (self.asides[pk] for pk in sorted(self.asides)):
            if aside.kind == "advance" and aside.state == "paid" and aside.case == receipt.case:
                part = min(free, aside.outstanding)
                if part > 0 and number not in aside.recovered:
                    aside.recovered[number] = part
                    free -= part

    def in_fund(self) -> Decimal:
        """周转基金: put in, less advanced, plus given back."""
        out = (a.outstanding for a in self.asides.values() if a.kind == "advance" and a.state == "paid")
        return self.fund - total(out)

    def standing(self) -> dict[Place, Decimal]:
        """Every account that is not empty."""
        found: dict[Place, Decimal] = defaultdict(Decimal)
        found[None, "suspense"] = total(line.rest for line in self.lines.values())
        found[None, "revolving"] = self.in_fund()
        for number, receipt in self.receipts.items():
            if receipt.case is not None:
                found[receipt.case, "custody"] += self.custody(number)
            elif not receipt.is_voided:
                found[None, "unidentified"] += receipt.amount
        for paying in self.payouts.values():
            case = self.receipts[paying.receipt].case
            if paying.state in ("sent", "paid"):
                found[case, "in_transit" if paying.state == "sent" else "paid"] += paying.amount
        for aside in self.asides.values():
            if aside.state == "held":
                found[aside.case, aside.kind] += aside.amount
                if aside.kind == "court_escrow":
                    found[None, "unidentified"] -= aside.amount
            if aside.state == "paid" and aside.kind in ("refund", "deposit"):
                found[aside.case, "paid"] += aside.amount
        found[None, "disbursed"] = total(amount for (_case, name), amount in found.items() if name == "paid")
        assert all(amount >= 0 for amount in found.values()), found
        # What the bank shows: by what came in and what left, not by what the other accounts say.
        found[None, "bank"] = self.came_in() - self.went_out()
        inside = (amount for (_c, name), amount in found.items() if name not in ("bank", "paid", "disbursed"))
        assert found[None, "bank"] == total(inside), "the model itself does not add up"
        return {place: amount for place, amount in found.items() if amount}

    def came_in(self) -> Decimal:
        by_hand = (
            r.amount
            for r in self.receipts.values()
            if not r.is_voided and r.source is None and r.line is None
        )
        return total(line.amount for line in self.lines.values()) + total(by_hand) + self.fund

    def went_out(self) -> Decimal:
        paid = (p.amount for p in self.payouts.values() if p.state == "paid")
        left = (
            a.amount
            for a in self.asides.values()
            if a.state == "paid" and a.kind in ("refund", "deposit", "advance")
        )
        return total(paid) + total(left)


class Teller:
    """The bank with a ledger of its own. moods: what happens with the next orders that are told to it."""

    longest_call = 1.0

    def __init__(self) -> None:
        self.moods: list[str] = []
        self.orders: dict[uuid.UUID, str] = {}
        self.fen: dict[uuid.UUID, Decimal] = {}
        self.told: dict[uuid.UUID, str] = {}

    def pay(self, order: Order) -> Answer:
        mood = self.moods.pop(0) if self.moods else "ok"
        if mood == "lost":
            return Answer(Result.UNREACHABLE, code="unreachable")
        if mood == "refuse" and order.reference not in self.orders:
            self.told[order.reference] = "returned"
            return Answer(Result.REFUSED, code="blocked")
        assert order.reference not in self.orders, "told twice"
        self.orders[order.reference], self.fen[order.reference] = "accepted", order.amount
        if mood == "timeout":
            return Answer(Result.UNKNOWN, code="timeout")
        if mood == "vanish":
            # It says that it took the order late: asked at once it does not know it, which is the worst a bank can do.
            del self.orders[order.reference]
            return Answer(Result.UNKNOWN, code="timeout")
        return self.ask(order.reference)

    def ask(self, reference: uuid.UUID) -> Answer:
        state = self.orders.get(reference)
        if state is None:
            return Answer(Result.ABSENT, code="not_found")
        if state == "accepted":
            return Answer(Result.ACCEPTED)
        self.told[reference] = state
        is_paid = state == "paid"
        return Answer(
            Result.PAID if is_paid else Result.RETURNED, bank_ref=f"B{reference.hex}" if is_paid else ""
        )


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, of nothing too."""
    return sum(amounts, NOTHING)
