"""案款分配 in the machine of test_fund_life: decisions by the law or the officer's, for money of an earlier value day too.

What the law gives is proven elsewhere (tests/funds/test_reckoning.py); here a decision's shares are facts, and the model
reckons what of them stands, what may still be paid to whom, and which payouts a decision cancels.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from funds.actions.allocating import allocate_receipt
from funds.models import Allocation
from kernel.errors import WrongState
from kernel.time import today
from tests.properties.fund_machine import PICK, MoneyIn
from tests.properties.fund_model import NOTHING, Decided, total

NAMES = ("张三", "李四")
"""The creditors of both cases, who are their payees too."""
OWED = {"a": (NAMES[0], Decimal("100000.00")), "b": (NAMES[1], Decimal("60000.00"))}


class Allotting(MoneyIn):
    """Who gets how much of what arrived."""

    @precondition(lambda self: any(r.case is not None for r in self.model.receipts.values()))
    @rule(pick=PICK, own=st.booleans(), days=st.sampled_from([None, None, 1, 40]))
    def allocate(self, pick: int, own: bool, days: int | None) -> None:
        """案款分配 by the law, perhaps all kept back with a reason behind it; days: the value day is so long ago."""
        number, receipt = self.picked(
            {k: r for k, r in self.model.receipts.items() if r.case is not None}, pick
        )
        debts = [
            {"id": name, "creditor": who, "principal": str(owed), "due_on": "2023-01-31"}
            for name, (who, owed) in OWED.items()
        ]
        claims: dict[str, Any] = {"first_day": "next", "debts": debts, "costs": []}
        if days is not None:
            claims["valued"] = {str(number): (today(self.at) - dt.timedelta(days=days)).isoformat()}
        given = {"receipt_id": number, "claims": claims, "actor": self.officer}
        if self.model.is_waiting_undecided(number):
            self.do(allocate_receipt, WrongState, **given)
            return
        made = self.decided(receipt.case or 0, number, given)
        if made is not None and own:
            zero = dict.fromkeys(made.law, "0.00")
            self.decided(receipt.case or 0, number, {**given, "shares": zero, "reason": "另案查封，暂不分配"})

    def decided(self, case: int, number: int, given: dict[str, Any]) -> Allocation | None:
        """One decision, with those that it forces upon the receipts behind it, taken into the model; None where such a
        receipt, from which nothing was given, is being paid out.
        """
        last = max(Allocation.objects.values_list("pk", flat=True), default=0)
        before = self.written()
        try:
            made: Allocation = self.do(allocate_receipt, None, **given)
        except WrongState:
            assert any(self.model.is_waiting_undecided(each) for each in self.model.decided)
            assert self.written() == before
            return None
        rows = list(Allocation.objects.filter(pk__gt=last).order_by("version"))
        assert rows[0] == made
        for row in rows:
            shares = {name: Decimal(each) for name, each in row.shares.items()}
            assert (
                sum(shares.values(), row.surplus) == row.amount == self.model.receipts[row.receipt_id].amount
            )
            assert min(shares.values()) >= 0
            if row != made:
                assert row.late_id == number
                assert row.receipt_id in self.model.decided
                assert row.valued_on >= made.valued_on
            parts = {
                who: shares[f"principal:{name}"] + shares[f"doubled:{name}"]
                for name, (who, _o) in OWED.items()
            }
            self.model.decided[row.receipt_id] = Decided(
                row.pk, {who: each for who, each in parts.items() if each}
            )
        for name, (_who, owed) in OWED.items():
            assert self.principal(case, name) <= owed
        self.model.cancel_beyond(case)
        return made

    def principal(self, case: int, name: str) -> Decimal:
        """What the decisions that stand give to one judgment's principal."""
        rows = Allocation.objects.filter(pk__in=[each.number for each in self.model.decided.values()])
        return (
            total(
                Decimal(row.shares[f"principal:{name}"])
                for row in rows
                if self.model.receipts[row.receipt_id].case == case
            )
            + NOTHING
        )
