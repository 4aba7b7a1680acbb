"""Any story of receipts, identifications, payouts, returns and reversals keeps the books true, step by step.

The model is plain dicts of what was done; after every step the books agree with the model and with themselves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from courts.models import User
from funds.actions import payouts
from funds.actions.receipts import identify_receipt, release_receipt, void_receipt
from funds.audit import differences
from funds.models import Payout
from funds.selectors import money_of
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed, WrongState
from kernel.money import from_fen
from kernel.time import at_local
from tests.factories.courts import person
from tests.factories.funds import LARGE, SMALL, Desk, arrival, desk, payee

FIRST_DAY = dt.date(2023, 5, 10)
PICK = st.integers(min_value=0, max_value=30)
FEN = st.integers(min_value=1, max_value=10**12)
RESERVING = ("drafted", "submitted", "to_finance", "received", "approved")
RUNNING = (*RESERVING, "sent")
MOVES = {
    ("submit", "drafted"): "submitted",
    ("to_finance", "submitted"): "to_finance",
    ("receive", "to_finance"): "received",
    ("approve", "submitted"): "approved",
    ("approve", "received"): "approved",
    ("send", "approved"): "sent",
    ("confirm", "sent"): "paid",
    ("return", "sent"): "returned",
    ("return", "paid"): "returned",
    **{("cancel", state): "cancelled" for state in RESERVING},
}
"""The lifecycle as the court describes it, written here a second time; `received` is to_finance with a date."""


ACTS = sorted({act for act, _state in MOVES})


@dataclass
class ModelReceipt:
    amount: Decimal
    case: int | None = None
    is_voided: bool = False


@dataclass
class ModelPayout:
    receipt: int
    payee: int
    amount: Decimal
    is_large: bool
    hands: set[int]
    state: str = "drafted"


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.day, self.count = FIRST_DAY, 0
        first = desk()
        self.desks: list[Desk] = [first, desk(first.court)]
        self.everyman = person(first.court, "fund_officer", "bureau_director")
        self.payees = [
            [payee(case, name=name, signed_on=FIRST_DAY, at=self.at).pk for name in ("张三", "李四")]
            for case in self.desks
        ]
        self.receipts: dict[int, ModelReceipt] = {}
        self.payouts: dict[int, ModelPayout] = {}
        self.done: list[Callable[[], Any]] = []
        self.teased: set[tuple[str, bool]] = set()

    def teardown(self) -> None:
        assert [d.text for d in differences(chains=True)] == []
        transaction.savepoint_rollback(self.savepoint)

    @property
    def at(self) -> dt.datetime:
        return at_local(self.day, 10)

    def do(self, call: Callable[..., Any], expected: type[DomainError] | None, **given: Any) -> Any:
        """One click. It goes through, or is refused as the model says, and then has written nothing."""
        self.count += 1
        given = {"at": self.at, "key": f"click {self.count}", **given}
        if expected is not None:
            with pytest.raises(expected):
                call(**given)
            return None
        result = call(**given)
        self.done.append(lambda: call(**given))
        return result

    def free(self, receipt: int) -> Decimal:
        spent = [p for p in self.payouts.values() if p.receipt == receipt and p.state in (*RUNNING, "paid")]
        return self.receipts[receipt].amount - sum((p.amount for p in spent), Decimal(0))

    @rule()
    def next_day(self) -> None:
        self.day += dt.timedelta(days=1)

    @initialize(fens=st.tuples(FEN, FEN))
    def first_money(self, fens: tuple[int, int]) -> None:
        """So that most stories get as far as paying out."""
        for case, fen in enumerate(fens):
            self.arrive(fen=fen)
            self.identify(pick=case, case=case)

    @rule(fen=FEN)
    def arrive(self, fen: int) -> None:
        made = arrival(self.desks[0], str(from_fen(fen)), arrived_on=self.day, at=self.at)
        self.receipts[made.pk] = ModelReceipt(from_fen(fen))

    @precondition(lambda self: self.receipts)
    @rule(pick=PICK, case=st.sampled_from([0, 1]))
    def identify(self, pick: int, case: int) -> None:
        number, receipt = self.picked(self.receipts, pick)
        refused = receipt.is_voided or receipt.case is not None
        self.do(
            identify_receipt,
            WrongState if refused else None,
            receipt_id=number,
            about=self.desks[case].about,
            actor=self.desks[0].officer,
        )
        if not refused:
            receipt.case = case

    @precondition(lambda self: self.receipts)
    @rule(pick=PICK)
    def release(self, pick: int) -> None:
        number, receipt = self.picked(self.receipts, pick)
        refused = receipt.case is None or self.free(number) != receipt.amount
        self.do(
            release_receipt,
            WrongState if refused else None,
            receipt_id=number,
            reason="认错",
            actor=self.desks[0].officer,
        )
        if not refused:
            receipt.case = None

    @precondition(lambda self: self.receipts)
    @rule(pick=PICK)
    def void(self, pick: int) -> None:
        number, receipt = self.picked(self.receipts, pick)
        refused = receipt.case is not None or receipt.is_voided
        self.do(
            void_receipt,
            WrongState if refused else None,
            receipt_id=number,
            reason="误登",
            actor=self.desks[0].officer,
        )
        receipt.is_voided |= not refused

    @precondition(lambda self: self.receipts)
    @rule(
        pick=PICK,
        to=st.sampled_from([0, 1]),
        share=st.integers(min_value=1, max_value=110),
        is_large=st.booleans(),
        by_everyman=st.booleans(),
        steps=st.integers(min_value=0, max_value=7),
    )
    def draft(self, pick: int, to: int, share: int, is_large: bool, by_everyman: bool, steps: int) -> None:
        """Draft a share of what is free, sometimes more than all of it, and go some steps of the straight way."""
        number, receipt = self.picked(self.receipts, pick)
        amount = max((self.free(number) * share / 100).quantize(Decimal("0.01")), Decimal("0.01"))
        maker = self.everyman if by_everyman else self.desks[0].officer
        payee_id = self.payees[receipt.case or 0][to]
        made = self.do(
            payouts.draft_payout,
            self.draft_refusal(number, payee_id, amount),
            receipt_id=number,
            payee_id=payee_id,
            amount=amount,
            route=LARGE if is_large else SMALL,
            actor=maker,
        )
        if made is not None:
            self.payouts[made.pk] = ModelPayout(number, payee_id, amount, is_large, {maker.pk})
            self.carry_on(pick=len(self.payouts) - 1, steps=steps)

    def draft_refusal(self, receipt: int, payee_id: int, amount: Decimal) -> type[DomainError] | None:
        if self.receipts[receipt].case is None:
            return WrongState
        if any(
            p.receipt == receipt and p.payee == payee_id and p.state in RUNNING for p in self.payouts.values()
        ):
            return Conflict
        return BadInput if amount > self.free(receipt) else None

    @precondition(lambda self: self.payouts)
    @rule(
        pick=PICK,
        act=st.sampled_from(ACTS),
        by_everyman=st.booleans(),
    )
    def step(self, pick: int, act: str, by_everyman: bool) -> None:
        self.take(pick, act, by_everyman=by_everyman)

    @precondition(lambda self: self.payouts)
    @rule(pick=PICK, steps=st.integers(min_value=1, max_value=6))
    def carry_on(self, pick: int, steps: int) -> None:
        """The straight way, so that much money gets out and comes back."""
        onward = {"drafted": "submit", "to_finance": "receive", "received": "approve", "approved": "send"}
        for _step in range(steps):
            _number, model = self.picked(self.payouts, pick)
            submitted = "to_finance" if model.is_large else "approve"
            act = {**onward, "submitted": submitted, "sent": "confirm", "paid": "return"}.get(model.state)
            if act is None:
                break
            self.tease(pick, model)
            self.take(pick, act, by_everyman=False)

    def take(self, pick: int, act: str, *, by_everyman: bool) -> None:
        number, model = self.picked(self.payouts, pick)
        actor = self.everyman if by_everyman else self.usual(act)
        expected = self.step_refusal(model, act, actor)
        call, more = self.call_of(act, number)
        self.do(call, expected, payout_id=number, actor=actor, **more)
        if expected is None:
            model.state = MOVES[act, model.state]
            if act == "submit":
                model.hands.add(actor.pk)

    def tease(self, pick: int, model: ModelPayout) -> None:
        """Once per state and route: every act that must be refused there is tried."""
        if (model.state, model.is_large) in self.teased:
            return
        self.teased.add((model.state, model.is_large))
        for act in ACTS:
            if self.step_refusal(model, act, self.usual(act)) is not None:
                self.take(pick, act, by_everyman=False)

    def usual(self, act: str) -> User:
        return self.desks[0].director if act == "approve" else self.desks[0].officer

    def step_refusal(self, model: ModelPayout, act: str, actor: User) -> type[DomainError] | None:
        if act == "approve" and actor.pk in model.hands:
            return NotAllowed
        target = MOVES.get((act, model.state))
        off_route = act == "to_finance" and not model.is_large
        unseen = act == "approve" and model.is_large and model.state == "submitted"
        return WrongState if target is None or off_route or unseen else None

    def call_of(self, act: str, number: int) -> tuple[Callable[..., Any], dict[str, Any]]:
        return {
            "submit": (payouts.submit_payout, {}),
            "to_finance": (payouts.to_finance, {}),
            "receive": (payouts.finance_received, {}),
            "approve": (payouts.approve_payout, {}),
            "send": (payouts.send_payout, {}),
            "confirm": (payouts.confirm_paid, {"bank_ref": f"R{number}-{self.count}", "paid_on": self.day}),
            "return": (payouts.return_payout, {"reason": "退票", "on": self.day}),
            "cancel": (payouts.cancel_payout, {"reason": "不再发放"}),
        }[act]

    @precondition(lambda self: self.done)
    @rule(pick=PICK)
    def click_again(self, pick: int) -> None:
        """An act that went through, late or long ago, with the same key: nothing is added."""
        before = self.written()
        self.done[-1 - pick % len(self.done)]()
        assert self.written() == before

    @invariant()
    def books_agree(self) -> None:
        connection.check_constraints()
        assert [difference.text for difference in differences(chains=False)] == []
        for case, at_desk in enumerate(self.desks):
            assert self.stands(at_desk) == self.should_stand(case)
        states = dict(Payout.objects.filter(pk__in=self.payouts).values_list("pk", "state"))
        seen = {pk: "to_finance" if p.state == "received" else p.state for pk, p in self.payouts.items()}
        assert states == seen

    def stands(self, at_desk: Desk) -> tuple[Decimal, ...]:
        money = money_of(at_desk.about)
        free = sum((row.free for row in money.receipts), Decimal(0))
        return money.received, money.custody, money.in_transit, money.paid, free

    def should_stand(self, case: int) -> tuple[Decimal, ...]:
        receipts = {pk: receipt for pk, receipt in self.receipts.items() if receipt.case == case}
        received = sum((receipt.amount for receipt in receipts.values()), Decimal(0))
        ours = [p for p in self.payouts.values() if p.receipt in receipts]
        out = {
            state: sum((p.amount for p in ours if p.state == state), Decimal(0)) for state in ("sent", "paid")
        }
        free = sum((self.free(pk) for pk in receipts), Decimal(0))
        return received, received - out["sent"] - out["paid"], out["sent"], out["paid"], free

    def written(self) -> tuple[int, ...]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT count(*) FROM events_event), (SELECT count(*) FROM funds_line),"
                " (SELECT count(*) FROM funds_payout), (SELECT count(*) FROM funds_receipt)"
            )
            return cursor.fetchone()

    @staticmethod
    def picked(rows: dict[int, Any], pick: int) -> tuple[int, Any]:
        number = list(rows)[pick % len(rows)]
        return number, rows[number]


@pytest.mark.django_db
def test_the_books_stay_true() -> None:
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
