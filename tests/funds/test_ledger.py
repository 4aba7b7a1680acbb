"""Posting and reversing, and what the database refuses whatever the code does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Sum

from events.log import append
from events.models import Event
from funds.accounts import Account, JournalKind, Side
from funds.ledger import Leg, credit, custody_of, debit, post, reverse
from funds.models import Balance, Book, Journal, Line
from kernel import time
from kernel.errors import Conflict, WrongState
from tests.factories.funds import Desk, desk, in_custody

pytestmark = pytest.mark.django_db
DAY = dt.date(2023, 5, 10)


@pytest.fixture
def at_desk(db: None) -> Desk:
    return desk()


def event_of(book: Book, key: str, amount: str = "0.01") -> Event:
    return append(
        stream=book.stream, kind="test.moved", actor="t", at=time.now(), key=key, data={"amount": amount}
    )


def move(book: Book, key: str, *legs: Leg, kind: JournalKind = JournalKind.TRANSFER) -> Journal:
    return post(event=event_of(book, key), court_id=book.court_id, kind=kind, key=key, on=DAY, legs=legs)


def settle() -> None:
    """What commit would check."""
    connection.check_constraints()


def balances(book: Book) -> dict[str, Decimal]:
    return dict(Balance.objects.filter(book=book).exclude(amount=0).values_list("account", "amount"))


def test_amounts_are_fen_in_the_table_and_yuan_in_python(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "1234.56")
    with connection.cursor() as cursor:
        cursor.execute("SELECT amount FROM funds_receipt WHERE id = %s", [receipt.pk])
        assert cursor.fetchone() == (123456,)
    line = Line.objects.get(account=Account.CUSTODY)
    assert (line.amount, type(line.amount)) == (Decimal("1234.56"), Decimal)
    assert Line.objects.filter(side=Side.DEBIT).aggregate(total=Sum("amount"))["total"] == Decimal("2469.12")
    assert Line.objects.filter(amount__gt=Decimal("1234.55")).count() == 4


@pytest.mark.parametrize("amount", [0.1, Decimal("0.001")])
def test_less_than_a_fen_and_floats_are_refused(at_desk: Desk, amount: Any) -> None:
    book = Book.objects.get(about=at_desk.about)
    with pytest.raises((TypeError, ValueError)), transaction.atomic():
        move(book, "k", debit(Account.BANK, amount), credit(Account.CUSTODY, amount, book))


def test_a_balance_follows_its_lines(at_desk: Desk) -> None:
    book = Book.objects.get(about=at_desk.about)
    ten, four = Decimal("10.00"), Decimal("4.00")
    move(book, "in", debit(Account.BANK, ten), credit(Account.CUSTODY, ten, book))
    move(book, "keep", debit(Account.CUSTODY, four, book), credit(Account.ESCROW, four, book))
    assert balances(book) == {"custody": Decimal("6.00"), "escrow": four}
    settle()


def test_a_case_account_never_falls_below_zero(at_desk: Desk) -> None:
    book = Book.objects.get(about=at_desk.about)
    ten, more = Decimal("10.00"), Decimal("10.01")
    move(book, "in", debit(Account.BANK, ten), credit(Account.CUSTODY, ten, book))
    with pytest.raises(WrongState) as refused, transaction.atomic():
        move(book, "out", debit(Account.CUSTODY, more, book), credit(Account.BANK, more))
    assert refused.value.code == "FUNDS-BALANCE"
    assert balances(book) == {"custody": ten}
    assert not Journal.objects.filter(key="out").exists()


def test_one_key_posts_once(at_desk: Desk) -> None:
    book, ten = Book.objects.get(about=at_desk.about), Decimal("10.00")
    legs = debit(Account.BANK, ten), credit(Account.CUSTODY, ten, book)
    move(book, "once", *legs)
    event = event_of(book, "second")
    with pytest.raises(Conflict) as refused, transaction.atomic():
        post(event=event, court_id=book.court_id, kind=JournalKind.TRANSFER, key="once", on=DAY, legs=legs)
    assert refused.value.code == "FUNDS-POSTED"


def test_a_reversal_is_the_mirror_and_happens_once(at_desk: Desk) -> None:
    book, ten = Book.objects.get(about=at_desk.about), Decimal("10.00")
    journal = move(book, "in", debit(Account.BANK, ten), credit(Account.CUSTODY, ten, book))
    mirror = reverse(journal=journal, event=event_of(book, "back"), key="back", on=DAY)
    assert mirror.reverses == journal
    assert [(line.account, line.side, line.amount) for line in mirror.lines.order_by("id")] == [
        ("bank", "C", ten),
        ("custody", "D", ten),
    ]
    assert balances(book) == {}
    with pytest.raises(Conflict), transaction.atomic():
        reverse(journal=journal, event=event_of(book, "again"), key="again", on=DAY)
    settle()


def test_unbalanced_legs_are_refused_before_the_database_sees_them(at_desk: Desk) -> None:
    book = Book.objects.get(about=at_desk.about)
    with pytest.raises(ValueError, match="debits"):
        move(book, "k", debit(Account.BANK, Decimal(2)), credit(Account.CUSTODY, Decimal(1), book))


def test_custody_of_a_receipt_is_summed_from_its_lines(at_desk: Desk) -> None:
    first, second = in_custody(at_desk, "30.00"), in_custody(at_desk, "5.00")
    assert (custody_of(first.pk), custody_of(second.pk), custody_of(0)) == (
        Decimal("30.00"),
        Decimal("5.00"),
        Decimal("0.00"),
    )


class TestTheDeferredTrigger:
    """A journal is whole when the transaction ends, or the transaction does not end."""

    @pytest.fixture
    def journal(self, at_desk: Desk) -> Journal:
        book, ten = Book.objects.get(about=at_desk.about), Decimal("10.00")
        return move(book, "in", debit(Account.BANK, ten), credit(Account.CUSTODY, ten, book))

    def bare(self, journal: Journal, **fields: Any) -> Journal:
        given = {"court": journal.court, "event": journal.event, "kind": "transfer", "on": DAY}
        return Journal.objects.create(**{**given, "key": "bare", "amount": Decimal(5), **fields})

    def line(self, journal: Journal, side: str, amount: str, **fields: Any) -> Line:
        given = {"court": journal.court, "account": "bank", "side": side, "amount": Decimal(amount)}
        return Line.objects.create(journal=journal, **{**given, **fields})

    def refused(self, make: Callable[[], object]) -> None:
        """What `make` writes does not outlive its transaction."""

        def commit() -> None:
            make()
            settle()

        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            commit()

    def test_an_empty_journal(self, journal: Journal) -> None:
        self.refused(lambda: self.bare(journal))

    @pytest.mark.parametrize(
        "lines", [["D 5"], ["D 5", "C 4.99"], ["D 5", "D 5"], ["D 6", "C 6"], ["D 4", "C 4"]]
    )
    def test_lines_that_are_not_twice_the_amount(self, journal: Journal, lines: list[str]) -> None:
        def make() -> None:
            bare = self.bare(journal)
            for line in lines:
                self.line(bare, *line.split())

        self.refused(make)

    def test_balanced_lines_added_to_an_old_journal(self, journal: Journal) -> None:
        settle()
        self.refused(
            lambda: (self.line(journal, "D", "1"), self.line(journal, "C", "1", account="unidentified"))
        )

    def test_a_book_of_another_court(self, journal: Journal) -> None:
        other = Book.objects.get(about=desk().about)

        def make() -> None:
            bare = self.bare(journal)
            self.line(bare, "D", "5")
            self.line(bare, "C", "5", account="custody", book=other)

        self.refused(make)

    def test_a_whole_one_passes(self, journal: Journal) -> None:
        bare = self.bare(journal)
        self.line(bare, "D", "5")
        self.line(bare, "C", "5", account="unidentified")
        settle()


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"amount": Decimal(0)}, "line_amount_positive"),
        ({"amount": Decimal(-1)}, "line_amount_positive"),
        ({"side": "X"}, "line_side_known"),
        ({"account": "custody"}, "line_account_of_its_book"),
        ({"account": "purse"}, "line_account_of_its_book"),
    ],
)
def test_a_line_that_is_none_is_refused(at_desk: Desk, fields: dict[str, Any], name: str) -> None:
    in_custody(at_desk)
    journal = Journal.objects.first()
    given = {"court": journal.court, "account": "bank", "side": "D", "amount": Decimal(1)}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Line.objects.create(journal=journal, **{**given, **fields})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE funds_line SET amount = amount + 1",
        "DELETE FROM funds_line",
        "UPDATE funds_journal SET amount = 1",
        "DELETE FROM funds_journal",
        "UPDATE funds_balance SET amount = 0",
        "DELETE FROM funds_balance",
        "UPDATE funds_payeeaccount SET bank = 'x'",
    ],
)
def test_the_web_role_cannot_rewrite_money(at_desk: Desk, statement: str) -> None:
    in_custody(at_desk)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_web_role_cannot_invent_a_balance(at_desk: Desk) -> None:
    book = Book.objects.get(about=at_desk.about)
    with pytest.raises(DatabaseError, match="balances follow from lines"), transaction.atomic():
        Balance.objects.create(book=book, account="custody", amount=Decimal(1))
