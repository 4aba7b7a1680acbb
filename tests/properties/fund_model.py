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
    """A payout. reference: of its instruction, where the system tells the bank; who: the payee's name; decision: the
    one of whose allotment to him it is drafted.
    """

    receipt: int
    payee: int
    amount: Decimal
    who: str = ""
    decision: int | None = None
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


@dataclass
class Decided:
    """The decision about a receipt that stands. number: its row; parts: creditor -> yuan, without zeros."""

    number: int
    parts: dict[str, Decimal]


class Reckoning:
    """Everything that was done, by the numbers of the rows it made."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.receipts: dict[int, Money] = {}
        self.payouts: dict[int, Paying] = {}
        self.asides: dict[int, Aside] = {}
        self.decided: dict[int, Decided] = {}
        self.fund = NOTHING
        self.put_in: dict[int, tuple[int, Decimal]] = {}

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

    def surplus(self, number: int, *, besides: int | None = None) -> Decimal:
        """What may go back to its payer: of a decided receipt, what its case can miss and still pay what was decided."""
        free, case = self.free(number, besides=besides), self.receipts[number].case
        if not self.parts(number) or case is None:
            return free
        others = (
            self.free(each)
            for each in self.decided
            if each != number and self.parts(each) and self.receipts[each].case == case
        )
        names = {who for each in self.decided for who in self.parts(each)}
        owed = total(self.left(case, who) for who in names)
        return max(min(free, free + total(others) - owed), NOTHING)

    def allotted(self, case: int, who: str) -> Decimal:
        """What the decisions that stand give to a creditor of a case."""
        rows = ((number, each.parts.get(who, NOTHING)) for number, each in self.decided.items())
        return total(amount for number, amount in rows if self.receipts[number].case == case)

    def spent(self, case: int, who: str) -> Decimal:
        """What he got of it, or will: by payouts drafted from it, and by those that a receipt was decided behind."""
        return total(
            p.amount
            for p in self.payouts.values()
            if p.who == who and p.state not in ("cancelled", "returned") and self.receipts[p.receipt].case == case
            and (p.decision is not None or self.parts(p.receipt))
        )  # fmt: skip

    def left(self, case: int, who: str) -> Decimal:
        """What may still be drafted for him."""
        return max(self.allotted(case, who) - self.spent(case, who), NOTHING)

    def parts(self, number: int) -> dict[str, Decimal]:
        """What stands of the decision about a receipt; nothing where there is none, or it gives nothing."""
        return self.decided[number].parts if number in self.decided else {}

    def is_waiting_undecided(self, number: int) -> bool:
        """A payout that no decision was made for waits to be sent."""
        return any(
            p.receipt == number and p.state in RESERVING and p.decision is None for p in self.payouts.values()
        )

    def is_anyone_over(self, case: int) -> bool:
        """Somebody of the case got more than the decisions that stand give him."""
        names = {p.who for p in self.payouts.values()}
        return any(self.spent(case, who) > self.allotted(case, who) for who in names)

    def is_needed(self, number: int) -> bool:
        """Without the decision about this receipt somebody of its case would have got too much."""
        case, standing = self.receipts[number].case, self.decided.pop(number, None)
        if standing is None or case is None:
            return False
        try:
            return self.is_anyone_over(case)
        finally:
            self.decided[number] = standing

    def cancel_beyond(self, case: int) -> None:
        """What waits to be sent beyond the decisions is cancelled, the newest first."""
        for who in {p.who for p in self.payouts.values()}:
            for _pk, paying in sorted(self.payouts.items(), reverse=True):
                waits = paying.who == who and paying.state in RESERVING and paying.decision is not None
                if waits and self.receipts[paying.receipt].case == case:
                    if self.spent(case, who) > self.allotted(case, who):
                        paying.state = "cancelled"

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
        # What decisions gave to claims is only remembered: nothing of it is money.
        found |= {(0, "claimed"): self.claimed(0), (1, "claimed"): self.claimed(1)}
        found[None, "allotted"] = -self.claimed(0) - self.claimed(1)
        return {place: amount for place, amount in found.items() if amount}

    def claimed(self, case: int) -> Decimal:
        """What the decisions that stand give away of a case's receipts."""
        return total(
            total(each.parts.values())
            for number, each in self.decided.items()
            if self.receipts[number].case == case
        )

    def came_in(self) -> Decimal:
        by_hand = (
            r.amount
            for r in self.receipts.values()
            if not r.is_voided and r.source is None and r.line is None
        )
        return total(line.amount for line in self.lines.values()) + total(by_hand)

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
