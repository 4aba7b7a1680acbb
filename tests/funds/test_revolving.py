"""周转基金: what is put in is a line of the bank, once; taken back by reversal; the balance of the start has its paper."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction

from events.log import append, history
from funds.accounts import Account, JournalKind
from funds.actions import transfers
from funds.actions.claiming import Part, claim_lines
from funds.actions.monthends import count_month_ends
from funds.actions.revolving import claim_for_fund, declare_opening, undo_top_up
from funds.audit import differences
from funds.ledger import credit, debit, post
from funds.models import BankAccount, Journal, Line, MonthEnd, TopUp
from funds.revolving import fund_of, is_for_fund
from funds.statements.reconciling import reconcile
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from tests.factories.courts import court, person
from tests.factories.documents import pdf
from tests.factories.funds import Desk, desk, granted
from tests.factories.statements import arrived, bank_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-05-10 09:00"):
        yield desk()


@pytest.fixture
def account(at_desk: Desk) -> BankAccount:
    made = bank_account(at_desk.court, at_desk.officer)
    BankAccount.objects.filter(pk=made.pk).update(opened_at=time.now())
    return made


def put_in(at_desk: Desk, line: Any, amount: str = "", key: str = "in", actor: Any = None) -> TopUp:
    return claim_for_fund(
        line_id=line.pk, amount=Decimal(amount) if amount else None, actor=actor or at_desk.finance, at=time.now(), key=key
    )  # fmt: skip


def undo(at_desk: Desk, made: TopUp, key: str = "undo") -> TopUp:
    return undo_top_up(top_up_id=made.pk, reason="认错了", actor=at_desk.finance, at=time.now(), key=key)


def opened(at_desk: Desk, key: str = "open", **more: Any) -> TopUp:
    given = {"amount": Decimal("3000.00"), "on": time.today(), "evidence": "云财拨〔2022〕8号", **more}
    upload = SimpleUploadedFile("拨款.pdf", pdf(), content_type="application/pdf")
    given.setdefault("upload", upload)
    return declare_opening(court=at_desk.court, actor=at_desk.finance, at=time.now(), key=key, **given)


def found() -> list[str]:
    return [each.check for each in differences()]


@pytest.mark.req("LY-45")
def test_a_line_of_the_bank_is_put_into_the_fund_and_the_books_prove_it(
    at_desk: Desk, account: BankAccount
) -> None:
    line = arrived(account, at_desk.officer, "10000.00", payer="云州市财政局", remark="拨付周转基金")
    assert is_for_fund(line)
    made = put_in(at_desk, line)
    line.refresh_from_db()
    assert (made.line, made.amount, made.on, line.rest) == (line, Decimal(10000), line.booked_on, 0)
    legs = Line.objects.filter(journal=made.journal).order_by("id").values_list("account", "side")
    assert list(legs) == [(Account.SUSPENSE, "D"), (Account.REVOLVING, "C")]
    assert [event.kind for event in history(f"fund:{at_desk.court.pk}")] == ["fund.topped_up"]
    assert (fund_of(at_desk.court.pk), found()) == (Decimal(10000), [])
    assert reconcile(at_desk.court.pk, time.today()).difference == 0


def test_the_same_click_twice_is_one_top_up_and_the_key_means_one_line(
    at_desk: Desk, account: BankAccount
) -> None:
    line = arrived(account, at_desk.officer, "100.00")
    assert put_in(at_desk, line) == put_in(at_desk, line)
    assert (TopUp.objects.count(), fund_of(at_desk.court.pk)) == (1, Decimal(100))
    other = arrived(bank_account(at_desk.court, at_desk.officer), at_desk.officer, "7.00")
    with pytest.raises(Conflict):
        put_in(at_desk, other)


def test_no_fen_of_a_line_is_a_cases_and_the_funds(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer, "100.00")
    put_in(at_desk, line, "60.00")
    with pytest.raises(WrongState) as refused:
        put_in(at_desk, line, "40.01", key="more")
    assert "剩余 ¥40.00" in str(refused.value)
    given = {"about": at_desk.about, "actor": at_desk.officer, "at": time.now(), "key": "case"}
    claim_lines(parts=[Part(line.pk)], **given)
    with pytest.raises(WrongState):
        put_in(at_desk, line, key="nothing")
    with pytest.raises(WrongState):
        claim_lines(parts=[Part(line.pk)], **{**given, "key": "again"})
    assert (fund_of(at_desk.court.pk), found()) == (Decimal(60), [])


def test_taken_back_by_a_reversal_while_the_fund_still_has_it(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer, "8000.00")
    made = put_in(at_desk, line)
    advance = granted(at_desk, "advance", "500.00", None, upto="pay")
    with pytest.raises(WrongState, match="不能撤销"):
        undo(at_desk, made)
    more = arrived(bank_account(at_desk.court, at_desk.officer), at_desk.officer, "500.00")
    put_in(at_desk, more, key="more")
    undo(at_desk, made)
    undo(at_desk, made)
    line.refresh_from_db()
    assert (line.claimed, made.stands, Journal.objects.get(reverses=made.journal).kind) == (
        0,
        False,
        "reversal",
    )
    with pytest.raises(WrongState, match="已经撤销"):
        undo(at_desk, made, key="other")
    assert (advance.amount, fund_of(at_desk.court.pk), found()) == (Decimal(500), 0, [])
    put_in(at_desk, line, key="anew")
    assert (fund_of(at_desk.court.pk), found()) == (Decimal(8000), [])


def test_the_balance_of_the_start_is_declared_once_with_its_paper(
    at_desk: Desk, account: BankAccount
) -> None:
    with pytest.raises(BadInput) as refused:
        opened(at_desk, evidence=" ")
    assert refused.value.field == "evidence"
    with pytest.raises(BadInput) as refused:
        opened(at_desk, upload=None)
    assert refused.value.field == "file"
    with pytest.raises(BadInput):
        opened(at_desk, upload=SimpleUploadedFile("拨款.pdf", b"no pdf at all"))
    made = opened(at_desk)
    assert opened(at_desk) == made
    assert (made.file.about, made.line, fund_of(at_desk.court.pk)) == (f"fund:{at_desk.court.pk}", None, 3000)
    with pytest.raises(WrongState, match="不能再登记期初"):
        opened(at_desk, key="twice")
    sheet = reconcile(at_desk.court.pk, time.today())
    assert ([item.amount for item in sheet.books_in], sheet.difference) == ([Decimal(3000)], 0)
    assert found() == []


def test_only_finance_of_the_court_puts_in_and_takes_back(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer, "100.00")
    with pytest.raises(NotAllowed):
        put_in(at_desk, line, actor=at_desk.director)
    with pytest.raises(NotFound):
        put_in(at_desk, line, actor=person(court(), "finance"))
    made = put_in(at_desk, line)
    with pytest.raises(NotFound):
        undo_top_up(
            top_up_id=made.pk, reason="不是", actor=person(court(), "finance"), at=time.now(), key="u"
        )


def test_the_database_lets_nothing_into_the_fund_without_its_row(at_desk: Desk, account: BankAccount) -> None:
    made = put_in(at_desk, arrived(account, at_desk.officer, "100.00"))
    with pytest.raises(DatabaseError), transaction.atomic():
        TopUp.objects.filter(pk=made.pk).update(amount=Decimal(1))
    with pytest.raises(DatabaseError), transaction.atomic():
        made.delete()
    with pytest.raises(IntegrityError, match="neither a line"), transaction.atomic():
        _forge(at_desk)


def _forge(at_desk: Desk) -> None:
    stream = f"fund:{at_desk.court.pk}"
    event = append(
        stream=stream, kind="fund.topped_up", actor="user:1", at=time.now(), key="forged", court_id=at_desk.court.pk,
        data={"amount": Decimal(5)},
    )  # fmt: skip
    post(
        event=event, court_id=at_desk.court.pk, kind=JournalKind.TRANSFER, key=f"{stream}/{event.pk}", on=time.today(),
        legs=[debit(Account.BANK, Decimal(5)), credit(Account.REVOLVING, Decimal(5))],
    )  # fmt: skip
    with transaction.get_connection().cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_what_is_in_the_fund_at_a_months_end_is_not_unclaimed(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer, "100.00")
    made = put_in(at_desk, line, "60.00")
    with time.travel("2023-06-02 09:00"):
        undo(at_desk, made)
        count_month_ends(at=time.now())
    counted = MonthEnd.objects.get(court=at_desk.court)
    assert (counted.lines, counted.amount) == (1, Decimal(40)), "taken back in June, it stood in May"


def test_an_empty_fund_advances_nothing(at_desk: Desk, account: BankAccount) -> None:
    made = granted(at_desk, "advance", "40.00", None, upto="approve")
    given = {"bank_ref": "A-1", "on": time.today(), "actor": at_desk.finance, "at": time.now(), "key": "pay"}
    with pytest.raises(WrongState, match="余额不足"):
        transfers.pay(transfer_id=made.pk, **given)
