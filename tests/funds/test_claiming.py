"""Lines of the bank become receipts of cases: whole, in parts, together; taken back by reversal; never twice."""

from __future__ import annotations

from decimal import Decimal

import pytest

from events.log import history
from funds.accounts import Account
from funds.actions.claiming import Part, claim_lines, undo_claim
from funds.audit import differences
from funds.books import issue_number, open_book
from funds.models import BankAccount, Book, Journal, Line, Receipt, StatementLine, SubAccount
from funds.numbers import is_whole
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from tests.factories.courts import court, person
from tests.factories.funds import Desk, desk
from tests.factories.statements import arrived, bank_account, confirmed, row, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-05-10 09:00"):
        yield desk()


@pytest.fixture
def account(at_desk: Desk) -> BankAccount:
    return bank_account(at_desk.court, at_desk.officer)


def claim(at_desk: Desk, *parts: Part, about: str = "", key: str = "claim") -> list[Receipt]:
    return claim_lines(
        parts=parts, about=about or at_desk.about, actor=at_desk.officer, at=time.now(), key=key
    )


def undo(at_desk: Desk, receipt: Receipt, key: str = "undo") -> Receipt:
    return undo_claim(receipt_id=receipt.pk, reason="认错了", actor=at_desk.officer, at=time.now(), key=key)


@pytest.mark.req("JM-27")
def test_a_claimed_line_is_money_of_its_case_and_can_be_traced(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer, "100.00", payer="张三", remark="执行款")
    [receipt] = claim(at_desk, Part(line.pk))
    assert (receipt.state, receipt.about, receipt.amount) == ("identified", at_desk.about, Decimal("100.00"))
    assert (receipt.payer_name, receipt.account_tail, receipt.bank_serial) == ("张三", "1234", line.serial)
    assert [event.kind for event in history(receipt.stream)] == ["receipt.arrived", "receipt.identified"]
    line.refresh_from_db()
    assert (line.rest, receipt.claim.line) == (0, line)
    legs = Line.objects.filter(journal__receipt=receipt).order_by("id").values_list("account", "side")
    assert list(legs) == [
        (Account.SUSPENSE, "D"),
        (Account.UNIDENTIFIED, "C"),
        (Account.UNIDENTIFIED, "D"),
        (Account.CUSTODY, "C"),
    ]
    assert list(differences()) == []


def test_the_same_click_twice_is_one_claim(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer)
    assert claim(at_desk, Part(line.pk)) == claim(at_desk, Part(line.pk))
    assert Receipt.objects.count() == 1


def test_a_line_is_split_between_cases(at_desk: Desk, account: BankAccount) -> None:
    other = open_book(court_id=at_desk.court.pk, about="case:900001", at=time.now())
    line = arrived(account, at_desk.officer, "100.00")
    claim(at_desk, Part(line.pk, Decimal("60.00")), key="a")
    with pytest.raises(WrongState) as refused:
        claim(at_desk, Part(line.pk, Decimal("40.01")), about=other.about, key="b")
    assert "剩余 ¥40.00" in str(refused.value)
    [second] = claim(at_desk, Part(line.pk), about=other.about, key="c")
    assert (second.amount, second.bank_serial) == (Decimal("40.00"), f"{line.serial}#2")
    with pytest.raises(WrongState):
        claim(at_desk, Part(line.pk), key="d")
    assert list(differences()) == []


def test_several_lines_are_claimed_for_one_case_or_none(at_desk: Desk, account: BankAccount) -> None:
    rows = [row(income="10.00"), row(income="20.00")]
    confirmed(account, written(rows), at_desk.officer)
    lines = list(StatementLine.objects.order_by("pk"))
    with pytest.raises(WrongState):
        claim(at_desk, Part(lines[0].pk), Part(lines[1].pk, Decimal("20.01")), key="a")
    assert not Receipt.objects.exists()
    assert len(claim(at_desk, *(Part(line.pk) for line in lines), key="b")) == 2
    assert Book.objects.get(about=at_desk.about).balances.get(account="custody").amount == Decimal("30.00")


def test_undo_reverses_both_journals_and_the_line_is_unclaimed(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer, "100.00")
    [receipt] = claim(at_desk, Part(line.pk))
    assert undo(at_desk, receipt).state == "voided"
    line.refresh_from_db()
    assert line.rest == Decimal("100.00")
    assert Journal.objects.filter(kind="reversal", receipt=receipt).count() == 2
    assert undo(at_desk, receipt).state == "voided"
    [again] = claim(at_desk, Part(line.pk), key="again")
    assert (again.pk != receipt.pk, again.bank_serial) == (True, line.serial)
    assert list(differences()) == []


@pytest.mark.req("SQ-18")
def test_only_the_fund_desk_claims_and_only_what_it_sees(at_desk: Desk, account: BankAccount) -> None:
    line = arrived(account, at_desk.officer)
    given = {"parts": [Part(line.pk)], "about": at_desk.about, "at": time.now(), "key": "x"}
    with pytest.raises(NotAllowed):
        claim_lines(actor=at_desk.handler, **given)
    elsewhere = desk(court())
    with pytest.raises(BadInput):
        claim_lines(actor=elsewhere.officer, **given)
    with pytest.raises(NotFound):
        claim_lines(actor=elsewhere.officer, **{**given, "about": elsewhere.about})
    assert not Receipt.objects.exists()


def test_a_case_gets_one_number_with_a_check_digit(at_desk: Desk, account: BankAccount) -> None:
    book = Book.objects.get(about=at_desk.about)
    number = issue_number(book, at=time.now())
    assert number == issue_number(book, at=time.now())
    assert is_whole(number.number)
    assert number.number.startswith(account.range_prefix)
    other = open_book(court_id=at_desk.court.pk, about="case:900002", at=time.now())
    assert issue_number(other, at=time.now()).number != number.number
    assert SubAccount.objects.count() == 2


def test_a_court_without_a_range_gives_no_number_and_a_used_up_one_says_so(at_desk: Desk) -> None:
    book = Book.objects.get(about=at_desk.about)
    assert issue_number(book, at=time.now()) is None
    account = bank_account(at_desk.court, at_desk.officer, range_width=3)
    BankAccount.objects.filter(pk=account.pk).update(used=999)
    with pytest.raises(WrongState) as refused:
        issue_number(book, at=time.now())
    assert "号段已经用完" in str(refused.value)


def test_a_handler_may_not_register_an_account(at_desk: Desk) -> None:
    with pytest.raises(NotAllowed):
        bank_account(at_desk.court, person(at_desk.court, "handler"))
