"""Money comes in: bank files, a clerk's own record, claims and what is taken back; the first part of the machine of
test_fund_life, with how it acts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from events.models import Event
from funds.actions import receipts, transfers
from funds.actions.claiming import Part, claim_lines, undo_claim
from funds.actions.monthends import count_month_ends
from funds.actions.statements import confirm_statement, preview_statement, take_statement
from funds.audit import differences
from funds.models import Claim, MonthEnd
from kernel.errors import Conflict, DomainError, WrongState
from kernel.money import from_fen
from kernel.time import at_local, today
from tests.factories.funds import desk, payee
from tests.factories.statements import bank_account, row, taken, written
from tests.properties.fund_model import (
    NOTHING,
    Line,
    Money,
    Reckoning,
    Teller,
)

FIRST_DAY = dt.date(2023, 5, 10)
PICK = st.integers(min_value=0, max_value=30)
FEN = st.integers(min_value=1, max_value=3 * 10**7)
SHARE = st.integers(min_value=1, max_value=110)
"""Per cent of what is free, sometimes more than all of it."""
CASE = st.sampled_from([0, 1])


class MoneyIn(RuleBasedStateMachine):
    """A court with two cases, its bank account, and a model beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.at, self.count, self.serials = at_local(FIRST_DAY, 9), 0, 0
        first = desk()
        self.desks = [first, desk(first.court)]
        self.account = bank_account(first.court, first.finance)
        self.account.__class__.objects.filter(pk=self.account.pk).update(opened_at=self.at)
        self.payees = [
            [payee(each, name=name, signed_on=FIRST_DAY, at=self.at).pk for name in ("张三", "李四")]
            for each in self.desks
        ]
        self.model, self.teller = Reckoning(), Teller()
        self.opening = NOTHING
        self.last: tuple[Decimal, list[list[str]]] = (NOTHING, [])
        self.noted: dict[str, tuple[int, Decimal, dt.date]] = {}
        self.done: list[Callable[[], Any]] = []

    def teardown(self) -> None:
        try:
            assert [found.text for found in differences(chains=True)] == []
        finally:
            transaction.savepoint_rollback(self.savepoint)

    # Acting

    def do(self, call: Callable[..., Any], expected: type[DomainError] | None, **given: Any) -> Any:
        """One click. It goes through, or is refused as the model says, and then has written nothing."""
        self.count += 1
        given = {"at": self.at, "key": f"click {self.count}", **given}
        if expected is not None:
            before = self.written()
            with pytest.raises(expected):
                call(**given)
            assert self.written() == before
            return None
        result = call(**given)
        self.done.append(lambda: call(**given))
        return result

    def written(self) -> tuple[int, ...]:
        tables = (
            "events_event",
            "funds_line",
            "funds_payout",
            "funds_receipt",
            "funds_transfer",
            "funds_claim",
            "funds_topup",
        )
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {table})" for table in tables))
            return cursor.fetchone()

    @staticmethod
    def picked(rows: dict[int, Any], pick: int) -> tuple[int, Any]:
        number = list(rows)[pick % len(rows)]
        return number, rows[number]

    @property
    def finance(self) -> Any:
        return self.desks[0].finance

    @property
    def officer(self) -> Any:
        return self.desks[0].officer

    @initialize(fens=st.lists(FEN, min_size=2, max_size=4))
    def first_money(self, fens: list[int]) -> None:
        self.bank_file(fens, repeats=False, twice=True, outgo=0, correction=0, noted=True)
        for number, line in enumerate(list(self.model.lines)):
            if number < 2:
                self.claim([line], None, case=number)

    @rule(days=st.sampled_from([0, 1, 3, 30]))
    def time_passes(self, days: int) -> None:
        """Some hours or days; the months that ended are counted, as the model has them."""
        month, before = today(self.at).replace(day=1), self.at
        self.at += dt.timedelta(days=days, hours=2)
        opened = month
        ended = today(self.at).replace(day=1) > month
        waiting = [line for line in self.model.lines.values() if line.rest]
        count_month_ends(at=self.at)
        if ended:
            found = MonthEnd.objects.get(court=self.desks[0].court, month=opened)
            rest = sum((line.rest for line in waiting), NOTHING)
            assert (found.lines, found.amount) == (len(waiting), rest), before

    # In

    @rule(
        fens=st.lists(FEN, min_size=1, max_size=4),
        repeats=st.booleans(),
        twice=st.booleans(),
        outgo=st.sampled_from([0, 0, 700]),
        correction=st.sampled_from([0, 0, 500]),
        noted=st.booleans(),
    )
    def bank_file(
        self, fens: list[int], *, repeats: bool, twice: bool, outgo: int, correction: int, noted: bool
    ) -> None:
        """A file with new lines, perhaps with those of the last one again, an outgoing line, the bank's own correction,
        and what a clerk had recorded before; perhaps uploaded a second time.
        """
        day = today(self.at).isoformat()
        known = self.noted if noted else {}
        new = [(self.serial(), from_fen(fen), day) for fen in fens]
        new += [(serial, amount, on.isoformat()) for serial, (_pk, amount, on) in known.items()]
        rows = [row(on, serial, income=f"{amount:.2f}") for serial, amount, on in new]
        rows += [row(day, self.serial(), outgo=f"{from_fen(outgo):.2f}")] * bool(outgo)
        rows += [row(day, self.serial(), income=f"-{from_fen(correction):.2f}")] * bool(correction)
        opening, old = self.last if repeats else (self.opening, [])
        content = written([*old, *rows], opening=f"{opening:.2f}")
        self.last = (self.opening, rows)
        self.opening += (
            sum((amount for _s, amount, _d in new), NOTHING) - from_fen(outgo) - from_fen(correction)
        )
        self.enter(content, {serial: amount for serial, amount, _day in new}, known)
        if noted:
            self.noted = {}
        if twice:
            before = self.written()
            with pytest.raises(Conflict):
                self.step(take_statement_of, content=content, account=self.account)
            assert self.written() == before

    def enter(self, content: bytes, new: dict[str, Decimal], known: dict[str, Any]) -> None:
        statement = self.step(take_statement_of, content=content, account=self.account)
        columns = {int(place): what for place, what in statement.columns.items()}
        given = {"statement_id": statement.pk, "actor": self.finance}
        seen = self.do(preview_statement, None, columns=columns, opening=None, closing=None, **given)
        assert seen.flaw == ""
        self.do(confirm_statement, None, **given)
        for line in statement.lines.filter(direction="C"):
            self.model.lines[line.pk] = Line(new[line.serial])
            if line.serial in known and not self.model.receipts[known[line.serial][0]].is_voided:
                receipt = self.model.receipts[known[line.serial][0]]
                receipt.line, receipt.is_adopted = line.pk, True
                self.model.lines[line.pk].claimed = receipt.amount
        assert {line.serial for line in statement.lines.filter(direction="C")} == set(new)

    def step(self, call: Callable[..., Any], **given: Any) -> Any:
        self.count += 1
        return call(actor=self.finance, at=self.at, key=f"click {self.count}", **given)

    def serial(self) -> str:
        self.serials += 1
        return f"L{self.serials:08d}"

    @rule(fen=FEN, is_on_statement=st.booleans())
    def record_by_hand(self, fen: int, is_on_statement: bool) -> None:
        serial, amount = (self.serial() if is_on_statement else ""), from_fen(fen)
        made = self.do(
            receipts.record_receipt, None, court=self.desks[0].court, amount=amount, arrived_on=today(self.at),
            payer_name="", account_tail="", bank_serial=serial, remark="", actor=self.officer,
        )  # fmt: skip
        self.model.receipts[made.pk] = Money(amount)
        if serial:
            self.noted[serial] = (made.pk, amount, today(self.at))

    @precondition(lambda self: self.model.lines)
    @rule(picks=st.lists(PICK, min_size=1, max_size=2), share=st.none() | SHARE, case=CASE)
    def claim_some(self, picks: list[int], share: int | None, case: int) -> None:
        """All that is left of one or two lines (合并), or a part of one (拆分)."""
        lines = list(dict.fromkeys(self.picked(self.model.lines, pick)[0] for pick in picks))
        amount = None
        if share is not None:
            lines = lines[:1]
            amount = part_of(self.model.lines[lines[0]].rest, share)
        self.claim(lines, amount, case=case)

    def claim(self, lines: list[int], amount: Decimal | None, *, case: int) -> None:
        rests = {number: self.model.lines[number].rest for number in lines}
        refused = any(not rest or (amount or rest) > rest for rest in rests.values())
        made = self.do(
            claim_lines,
            WrongState if refused else None,
            parts=[Part(number, amount) for number in lines],
            about=self.desks[case].about,
            actor=self.officer,
        )
        for receipt in made or ():
            number = Claim.objects.get(receipt=receipt).line_id
            self.model.lines[number].claimed += amount or rests[number]
            self.model.receipts[receipt.pk] = Money(amount or rests[number], case, line=number)
            self.identified(receipt.pk)

    def identified(self, number: int) -> None:
        """The reaction of the relay: the revolving fund is given back first."""
        event = Event.objects.filter(stream=f"receipt:{number}", kind="receipt.identified").latest("seq")
        transfers.recover(event)
        transfers.recover(event)
        self.model.recover(number)

    @precondition(lambda self: self.model.receipts)
    @rule(pick=PICK, case=CASE)
    def identify(self, pick: int, case: int) -> None:
        number, receipt = self.picked(self.model.receipts, pick)
        refused = receipt.is_voided or receipt.case is not None or self.model.is_open(number)
        self.do(
            receipts.identify_receipt,
            WrongState if refused else None,
            receipt_id=number,
            about=self.desks[case].about,
            actor=self.officer,
        )
        if not refused:
            receipt.case = case
            self.identified(number)

    @precondition(lambda self: self.model.receipts)
    @rule(pick=PICK, act=st.sampled_from(["undo", "release", "void"]))
    def take_back(self, pick: int, act: str) -> None:
        """认领撤销, 退回待认领, 登记作废: only what is untouched."""
        number, receipt = self.picked(self.model.receipts, pick)
        verb = {"undo": undo_claim, "release": receipts.release_receipt, "void": receipts.void_receipt}[act]
        if act == "void":
            refused = (
                receipt.case is not None
                or receipt.is_voided
                or self.model.is_open(number)
                or receipt.is_adopted
            )
        else:
            refused = receipt.case is None or not self.model.is_untouched(number)
            refused = refused or self.model.is_needed(number)
        self.do(verb, WrongState if refused else None, receipt_id=number, reason="认错", actor=self.officer)
        if refused:
            return
        receipt.case = None
        self.model.decided.pop(number, None)
        if act == "void" or (act == "undo" and receipt.line is not None and not receipt.is_adopted):
            receipt.is_voided = True
            if receipt.line is not None:
                self.model.lines[receipt.line].claimed -= receipt.amount


def take_statement_of(*, content: bytes, account: Any, actor: Any, at: dt.datetime, key: str) -> Any:
    """The first step of a file; `at` and key are the machine's."""
    assert take_statement is not None
    return taken(account, content, actor, key=key)


def part_of(amount: Decimal, share: int) -> Decimal:
    """So many per cent, at least a fen."""
    return max((amount * share / 100).quantize(Decimal("0.01")), Decimal("0.01"))
