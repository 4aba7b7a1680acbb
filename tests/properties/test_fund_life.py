"""The whole life of case money: after every step the books verify, and each account shows what plain Python reckons.

FUND_LIFE=200x60 plays 200 lives of 60 steps; without it as many as CI has time for.
"""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from funds import transmitting
from funds.actions import payouts, sharing, transfers
from funds.actions.revolving import claim_for_fund, undo_top_up
from funds.audit import differences
from funds.books import lock_book
from funds.instructing import Through
from funds.models import Book, Instruction, Payout, Receipt, Transfer
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed, WrongState
from kernel.money import from_fen
from kernel.time import today
from tests.factories.funds import SMALL
from tests.properties.fund_allotting import NAMES, Allotting
from tests.properties.fund_machine import CASE, PICK, SHARE, part_of
from tests.properties.fund_model import (
    RESERVING,
    Aside,
    Money,
    Paying,
)

EXAMPLES, STEPS = (int(part) for part in os.environ.get("FUND_LIFE", "12x30").split("x"))
ONWARD = {"drafted": "submit", "submitted": "approve", "approved": "send"}
AFTER = {"submit": "submitted", "approve": "approved", "send": "sent", "cancel": "cancelled"}


class FundLife(Allotting):
    """What becomes of the money, and what must hold."""

    # Paying out

    @precondition(lambda self: self.model.receipts)
    @rule(
        pick=PICK, to=CASE, share=SHARE, steps=st.integers(0, 3), by_line=st.booleans(),
        ends=st.sampled_from([(), ("confirm",), ("confirm", "return")]),
    )  # fmt: skip
    def draft(self, pick: int, to: int, share: int, steps: int, by_line: bool, ends: tuple[str, ...]) -> None:
        """Drafted, and some steps of the straight way; at the counter also paid, and given back afterwards."""
        number, receipt = self.picked(self.model.receipts, pick)
        amount, payee_id = part_of(self.model.free(number), share), self.payees[receipt.case or 0][to]
        parts = self.model.parts(number)
        decision = self.model.decided[number].number if parts else None
        runs = any(
            p.state in (*RESERVING, "sent")
            for p in self.model.payouts.values()
            if (p.receipt, p.payee, p.decision) == (number, payee_id, decision)
        )
        expected: type[DomainError] | None = BadInput if amount > self.model.free(number) else None
        if parts and amount > self.model.left(receipt.case or 0, NAMES[to]):
            expected = BadInput
        expected = Conflict if runs else expected
        expected = BadInput if parts and NAMES[to] not in parts else expected
        expected = WrongState if receipt.case is None else expected
        made = self.do(
            payouts.draft_payout, expected, receipt_id=number, payee_id=payee_id, amount=amount, route=SMALL,
            actor=self.officer,
        )  # fmt: skip
        if made is not None:
            self.model.payouts[made.pk] = Paying(number, payee_id, amount, NAMES[to], decision)
            last = len(self.model.payouts) - 1
            self.carry_on(pick=last, steps=3 if ends else steps, by_line=by_line and not ends)
            for act in ends:
                self.at_the_counter(pick=last, act=act)

    @precondition(lambda self: any(r.case is not None for r in self.model.receipts.values()))
    @rule(
        pick=PICK, days=st.sampled_from([None, 40]), steps=st.integers(0, 3),
        drafts=st.lists(st.tuples(CASE, SHARE), min_size=1, max_size=3),
    )  # fmt: skip
    def allot_and_draft(self, pick: int, days: int | None, steps: int, drafts: list[tuple[int, int]]) -> None:
        """A decision, perhaps about late money, and payouts drafted from it, of less or more than it gives."""
        number, _receipt = self.picked(
            {k: r for k, r in self.model.receipts.items() if r.case is not None}, pick
        )
        self.allocate(pick=pick, own=False, days=days)
        for to, share in drafts:
            place = list(self.model.receipts).index(number)
            self.draft(pick=place, to=to, share=share, steps=steps, by_line=False, ends=())

    @precondition(lambda self: self.model.payouts)
    @rule(pick=PICK, steps=st.integers(1, 3), by_line=st.booleans())
    def carry_on(self, pick: int, steps: int, by_line: bool) -> None:
        """Submitted, approved by another, sent: over the line to the bank or at the counter."""
        number, paying = self.picked(self.model.payouts, pick)
        for _step in range(steps):
            act = ONWARD.get(paying.state)
            if act is None:
                return
            if act == "approve":
                self.do(payouts.approve_payout, NotAllowed, payout_id=number, actor=self.officer)
            more = {"through": Through(self.account, "direct")} if act == "send" and by_line else {}
            verb = {
                "submit": payouts.submit_payout,
                "approve": payouts.approve_payout,
                "send": payouts.send_payout,
            }[act]
            actor = {"submit": self.officer, "approve": self.desks[0].director, "send": self.finance}[act]
            self.do(verb, None, payout_id=number, actor=actor, **more)
            paying.state = AFTER[act]
            if more:
                paying.reference = Instruction.objects.get(payout=number).reference

    @precondition(lambda self: self.model.payouts)
    @rule(pick=PICK, act=st.sampled_from(["cancel", "confirm", "return", "send"]))
    def at_the_counter(self, pick: int, act: str) -> None:
        """What a person does to a payout that the line does not carry; the same again is refused."""
        number, paying = self.picked(self.model.payouts, pick)
        if paying.reference is not None and paying.state in ("sent", "paid") and act in ("confirm", "return"):
            return
        allowed, after = {
            "cancel": (RESERVING, "cancelled"),
            "confirm": (("sent",), "paid"),
            "return": (("sent", "paid"), "returned"),
            "send": (("approved",), "sent"),
        }[act]
        day = today(self.at)
        verb, more = {
            "cancel": (payouts.cancel_payout, {"reason": "不再发放"}),
            "confirm": (payouts.confirm_paid, {"bank_ref": f"R{number}-{self.count}", "paid_on": day}),
            "return": (payouts.return_payout, {"reason": "退票", "on": day}),
            "send": (payouts.send_payout, {}),
        }[act]
        is_allowed = paying.state in allowed
        self.do(verb, None if is_allowed else WrongState, payout_id=number, actor=self.finance, **more)
        if is_allowed:
            paying.state = after

    @rule(
        moods=st.lists(st.sampled_from(["ok", "timeout", "lost", "refuse", "vanish"]), max_size=3),
        decide=st.lists(st.tuples(PICK, st.sampled_from(["paid", "returned"])), max_size=3),
        rounds=st.integers(1, 3),
    )
    def bank_answers(self, moods: list[str], decide: list[tuple[int, str]], rounds: int) -> None:
        """The workers come by, the bank decides some orders, gives a paid one back, and they come by again."""
        self.teller.moods = moods
        for turn in range(rounds):
            self.at += dt.timedelta(hours=1)
            transmitting.transmit(bank=self.teller, clock=lambda: self.at)
            for pick, end in decide if turn == 0 else ():
                open_orders = [r for r, state in self.teller.orders.items() if state in ("accepted", "paid")]
                if open_orders:
                    self.teller.orders[open_orders[pick % len(open_orders)]] = end
        for paying in self.model.payouts.values():
            if paying.reference in self.teller.told:
                paying.state = self.teller.told[paying.reference]

    @precondition(lambda self: self.done)
    @rule(pick=PICK)
    def click_again(self, pick: int) -> None:
        """An act that went through, late or long ago, with the same key: nothing is added."""
        before = self.written()
        try:
            self.done[-1 - pick % len(self.done)]()
        except WrongState:
            pass
        assert self.written() == before

    # Set aside

    @rule(
        kind=st.sampled_from(["escrow", "refund", "deposit", "advance", "court_escrow"]),
        pick=PICK,
        share=SHARE,
        case=CASE,
        acts=st.sampled_from([(), ("hold",), ("hold", "release"), ("hold", "pay"), ("pay",)]),
    )
    def ask_transfer(self, kind: str, pick: int, share: int, case: int, acts: tuple[str, ...]) -> None:
        """提存、退款、保证金 of a receipt, 垫付 for a case, 提存 of what nobody claims."""
        number: int | None = None
        amount = Decimal(share * 100)
        if kind != "advance":
            suits = {
                k: r for k, r in self.model.receipts.items() if (r.case is None) is (kind == "court_escrow")
            }
            suits = {k: r for k, r in suits.items() if not r.is_voided}
            if not suits:
                return
            number, receipt = self.picked(suits, pick)
            case = receipt.case or 0
            amount = receipt.amount if kind == "court_escrow" else part_of(self.model.free(number), share)
        expected = Conflict if number and self.model.is_open(number, kind) else None
        if number and kind != "court_escrow" and amount > self.may_go(kind, number):
            expected = BadInput
        made = self.do(self.granted, expected, kind=kind, amount=amount, case=case, receipt=number)
        if made is not None:
            self.model.asides[made.pk] = Aside(kind, None if kind == "court_escrow" else case, number, amount)
            for act in acts:
                self.settle_transfer(pick=len(self.model.asides) - 1, act=act)

    def may_go(self, kind: str, number: int, *, besides: int | None = None) -> Decimal:
        """So much of a receipt may be set aside: what nobody has spoken for, and back to its payer only the surplus."""
        known = self.model.surplus if kind == "refund" else self.model.free
        return known(number, besides=besides)

    def granted(
        self, *, kind: str, amount: Decimal, case: int, receipt: int | None, at: dt.datetime, key: str
    ) -> Transfer:
        with transaction.atomic():
            book = lock_book(Book.objects.get(about=self.desks[case].about).pk)
            made = transfers.open_transfer(
                kind=kind, amount=amount, ground="测试事由", actor=self.officer, at=at, key=key,
                book=None if kind == "court_escrow" else book,
                receipt=Receipt.objects.get(pk=receipt) if receipt else None,
            )  # fmt: skip
            if made.state == "requested":
                transfers.approve(made, approval_id=7, on=today(at), name="user:1", at=at, key=f"{key}:ok")
        return made

    @precondition(lambda self: self.model.asides)
    @rule(pick=PICK, act=st.sampled_from(["hold", "pay", "release"]))
    def settle_transfer(self, pick: int, act: str) -> None:
        number, aside = self.picked(self.model.asides, pick)
        before, after = {
            "hold": ("approved", "held"), "release": ("held", "released"),
            "pay": ("approved" if aside.kind == "advance" else "held", "paid"),
        }[act]  # fmt: skip
        is_allowed = aside.state == before
        is_allowed &= not (act == "hold" and aside.kind == "advance")
        is_allowed &= not (act == "pay" and aside.kind in ("escrow", "court_escrow"))
        is_allowed &= not (act == "pay" and aside.kind == "advance" and aside.amount > self.model.in_fund())
        expected: type[DomainError] | None = None if is_allowed else WrongState
        if is_allowed and act == "hold" and aside.kind == "refund" and aside.receipt is not None:
            # What was asked for before a decision gave the money away is no surplus any more.
            is_allowed = aside.amount <= self.may_go(aside.kind, aside.receipt, besides=number)
            expected = None if is_allowed else BadInput
        more: dict[str, Any] = {
            "hold": {"body": "公证处"}, "release": {"reason": "事由消除"}, "pay": {"bank_ref": f"T{self.count}"}
        }[act]  # fmt: skip
        verb = {"hold": transfers.hold, "release": transfers.release, "pay": transfers.pay}[act]
        given = {"transfer_id": number, "on": today(self.at), "actor": self.finance, **more}
        self.do(verb, expected, **given)
        if is_allowed:
            aside.state = after

    @precondition(lambda self: self.model.lines)
    @rule(pick=PICK, share=SHARE)
    def top_up(self, pick: int, share: int) -> None:
        """A line of the bank, or a part of it, is put into the fund."""
        number, line = self.picked(self.model.lines, pick)
        amount = part_of(line.rest, share)
        expected = WrongState if amount > line.rest else None
        made = self.do(claim_for_fund, expected, line_id=number, amount=amount, actor=self.finance)
        if made is not None:
            self.model.fund += amount
            line.claimed += amount
            self.model.put_in[made.pk] = (number, amount)

    @precondition(lambda self: self.model.put_in)
    @rule(pick=PICK)
    def undo_top_up(self, pick: int) -> None:
        """Taken back, unless the fund has advanced it."""
        number, (line, amount) = self.picked(self.model.put_in, pick)
        is_spent = amount > self.model.in_fund()
        given = {"top_up_id": number, "reason": "认错", "actor": self.finance}
        self.do(undo_top_up, WrongState if is_spent else None, **given)
        if not is_spent:
            self.model.fund -= amount
            self.model.lines[line].claimed -= amount
            del self.model.put_in[number]

    @precondition(lambda self: any(r.case is not None for r in self.model.receipts.values()))
    @rule(pick=PICK, share=SHARE)
    def share_out(self, pick: int, share: int) -> None:
        """参与分配: a part of one case's receipt is now a receipt of the other case."""
        number, receipt = self.picked(
            {k: r for k, r in self.model.receipts.items() if r.case is not None}, pick
        )
        amount = part_of(self.model.free(number), share)
        to = 1 - (receipt.case or 0)
        expected = BadInput if amount > self.model.free(number) else None
        made = self.do(self.shared, expected, receipt=number, to=to, amount=amount)
        if made is not None:
            self.model.receipts[made.pk] = Money(amount, to, source=number)
            self.identified(made.pk)

    def shared(self, *, receipt: int, to: int, amount: Decimal, at: dt.datetime, key: str) -> Receipt:
        with transaction.atomic():
            books = {
                b.about: b
                for b in Book.objects.filter(about__in=[d.about for d in self.desks]).order_by("pk").locked()
            }
            return sharing.share_out(
                receipt=Receipt.objects.get(pk=receipt), to=books[self.desks[to].about], amount=amount,
                on=today(at), actor=self.officer, at=at, key=key,
            )  # fmt: skip

    # What must hold after every step

    @invariant()
    def books_are_true(self) -> None:
        connection.check_constraints()
        assert [found.text for found in differences(chains=False)] == []
        assert self.booked() == self.model.standing()

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        states = dict(Payout.objects.filter(pk__in=self.model.payouts).values_list("pk", "state"))
        assert states == {number: paying.state for number, paying in self.model.payouts.items()}
        with_bank = {
            p.reference: p.amount
            for p in self.model.payouts.values()
            if p.reference in self.teller.orders and p.state == "paid"
        }
        told_paid = {
            r for r, state in self.teller.told.items() if state == "paid" and r in self.teller.orders
        }
        assert with_bank == {reference: self.teller.fen[reference] for reference in told_paid}

    def booked(self) -> dict[tuple[int | None, str], Decimal]:
        cases = {Book.objects.get(about=each.about).pk: place for place, each in enumerate(self.desks)}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT book_id, account, sum(signed) FROM funds_movement GROUP BY book_id, account"
                " HAVING sum(signed) <> 0"
            )
            return {
                (None if book is None else cases[book], account): from_fen(
                    int(-fen if account in ("bank", "disbursed") else fen)
                )
                for book, account, fen in cursor.fetchall()
            }


@pytest.mark.django_db
def test_the_whole_life_of_money() -> None:
    run_state_machine_as_test(
        FundLife,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
