"""What the tables hold even against their owner; in a database whose transactions really commit."""

from __future__ import annotations

import itertools
from decimal import Decimal

import psycopg
import pytest
from django.db import IntegrityError, transaction

from events.log import append
from events.models import Event
from funds.accounts import CASE_ACCOUNTS, JournalKind
from funds.actions.payouts import draft_payout
from funds.ledger import credit, debit, post
from funds.models import Book, Journal, Payout
from funds.states import PayoutState
from kernel import time
from tests.factories.funds import SMALL, desk, in_custody, payee, payout
from tests.factories.statements import arrived, bank_account


def test_money_is_never_rewritten(live_db: str, owner_sql: psycopg.Connection) -> None:
    payout(desk(), "paid")
    for statement in (
        "UPDATE funds_line SET amount = amount + 1",
        "DELETE FROM funds_line",
        "TRUNCATE funds_line",
        "UPDATE funds_journal SET amount = amount + 1",
        "DELETE FROM funds_journal",
        "TRUNCATE funds_journal CASCADE",
        "UPDATE funds_balance SET amount = amount + 1",
        "INSERT INTO funds_balance (book_id, account, amount) SELECT id, 'fee', 1 FROM funds_book",
        "DELETE FROM funds_balance",
        "UPDATE funds_payeeaccount SET bank = '别处银行'",
        "DELETE FROM funds_payeeaccount",
        "UPDATE funds_receipt SET amount = amount + 1",
        "UPDATE funds_receipt SET state = 'voided', book_id = NULL, about = ''",
        "DELETE FROM funds_receipt",
        "UPDATE funds_payout SET amount = 1",
        """UPDATE funds_payout SET route = '{"code": "other"}'""",
        "UPDATE funds_payout SET account_id = NULL",
        "UPDATE funds_payout SET checker_id = NULL, state = 'sent'",
        "DELETE FROM funds_payout",
        "UPDATE funds_book SET about = 'case:0'",
        "DELETE FROM funds_book",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner_sql.execute(statement)


def test_the_database_knows_the_moves_of_the_state_machine(
    live_db: str, owner_sql: psycopg.Connection
) -> None:
    moves = {
        (transition.source, transition.target)
        for transition in Payout._meta.get_field("state").get_all_transitions(Payout)
        if transition.source != transition.target
    }
    made = payout(desk(), "paid")
    owner_sql.autocommit = False
    for old, new in itertools.permutations(PayoutState.values, 2):
        owner_sql.execute("ALTER TABLE funds_payout DISABLE TRIGGER payout_frozen")
        owner_sql.execute("UPDATE funds_payout SET state = %s WHERE id = %s", [old, made.pk])
        owner_sql.execute("ALTER TABLE funds_payout ENABLE TRIGGER payout_frozen")
        try:
            owner_sql.execute("UPDATE funds_payout SET state = %s WHERE id = %s", [new, made.pk])
            allowed = True
        except psycopg.errors.RestrictViolation:
            allowed = False
        owner_sql.rollback()
        assert allowed is ((old, new) in moves), (old, new)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("checker_id = maker_id", "payout_two_people"),
        ("checker_id = NULL", "payout_checked_before_money"),
        ("amount = 0", "payout_amount_positive"),
        ("bank_ref = ''", "payout_paid_is_confirmed"),
        ("state = 'lost'", "payout_state_known"),
    ],
)
def test_a_payout_that_may_not_be(
    live_db: str, owner_sql: psycopg.Connection, change: str, name: str
) -> None:
    payout(desk(), "paid")
    owner_sql.execute("ALTER TABLE funds_payout DISABLE TRIGGER payout_frozen")
    with pytest.raises(psycopg.errors.CheckViolation, match=name):
        owner_sql.execute(f"UPDATE funds_payout SET {change}")


def test_a_second_running_payout_is_refused(live_db: str, owner_sql: psycopg.Connection) -> None:
    at_desk = desk()
    payout(at_desk)
    columns = owner_sql.execute(
        "SELECT string_agg(column_name, ', ') FROM information_schema.columns"
        " WHERE table_name = 'funds_payout' AND column_name NOT IN ('id', 'key')"
    ).fetchone()[0]
    with pytest.raises(psycopg.errors.UniqueViolation, match="payout_one_running"):
        owner_sql.execute(
            f"INSERT INTO funds_payout (key, {columns}) SELECT 'copy', {columns} FROM funds_payout"
        )


def test_an_unbalanced_journal_does_not_commit(live_db: str) -> None:
    at_desk = desk()
    receipt = in_custody(at_desk)
    with pytest.raises(IntegrityError, match="does not balance"):
        Journal.objects.create(
            court=at_desk.court,
            event=Event.objects.first(),
            key="empty",
            kind="transfer",
            on=time.today(),
            amount=receipt.amount,
        )
    assert not Journal.objects.filter(key="empty").exists()


def test_each_case_account_keeps_its_balance(live_db: str) -> None:
    at_desk, yuan = desk(), Decimal("1.00")
    book = Book.objects.get(about=at_desk.about)
    in_custody(at_desk, "1.00")
    for number, account in enumerate(CASE_ACCOUNTS[1:]):
        event = append(stream=book.stream, kind="t", actor="t", at=time.now(), key=account, data={})
        with transaction.atomic():
            post(
                event=event,
                court_id=book.court_id,
                kind=JournalKind.TRANSFER,
                key=account,
                on=time.today(),
                legs=[debit(CASE_ACCOUNTS[number], yuan, book), credit(account, yuan, book)],
            )
        there = dict(book.balances.values_list("account", "amount"))
        assert there == {name: yuan if name == account else 0 for name in CASE_ACCOUNTS}


def test_a_draft_that_fails_leaves_nothing(live_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    at_desk = desk()
    receipt, to = in_custody(at_desk), payee(at_desk)

    def broken(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("funds.actions.payouts.tell", broken)
    with pytest.raises(ZeroDivisionError):
        draft_payout(
            receipt_id=receipt.pk,
            payee_id=to.pk,
            amount=receipt.amount,
            route=SMALL,
            actor=at_desk.officer,
            at=time.now(),
            key="k",
        )
    assert not Payout.objects.exists()


def test_a_line_is_of_its_statements_account_and_court(live_db: str, owner_sql: psycopg.Connection) -> None:
    home, elsewhere = desk(), desk()
    line = arrived(bank_account(home.court, home.officer), home.officer)
    other = bank_account(elsewhere.court, elsewhere.officer)
    copied = (
        "INSERT INTO funds_statementline (court_id, account_id, statement_id, claimed, row, serial, booked_on,"
        " direction, amount, payer_name, payer_tail, payer_bank, remark, sub_account, number_key)"
        " SELECT %s, %s, %s, 0, row, serial || '-2', booked_on, direction, amount, '', '', '', '', '', ''"
        " FROM funds_statementline"
    )
    own = (line.court_id, line.account_id, line.statement_id)
    for given in (
        (own[0], other.pk, own[2]),
        (other.court_id, own[1], own[2]),
        (own[0], own[1], own[2] + 99),
        (own[0] + 99, own[1], own[2]),
    ):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            owner_sql.execute(copied, given)
    assert owner_sql.execute(copied, own).rowcount == 1


def test_staged_lines_and_proposals_name_only_what_stands(
    live_db: str, owner_sql: psycopg.Connection
) -> None:
    home = desk()
    line = arrived(bank_account(home.court, home.officer), home.officer)
    book = Book.objects.get(about=home.about)
    staged = (
        "INSERT INTO funds_stagedline (statement_id, row, serial, direction, verdict, payer_name, payer_tail,"
        " payer_bank, remark, sub_account, number_key, note)"
        " SELECT n, 1, 's', 'C', 'aside', '', '', '', '', '', '', '' FROM unnest(%s::bigint[]) n"
    )
    proposed = (
        "INSERT INTO funds_proposal (line_id, book_id, rank, score, reasons) VALUES (%s, %s, 1, 1, '{}')"
    )
    owner_sql.execute(staged, [[line.statement_id]])
    owner_sql.execute(proposed, [line.pk, book.pk])
    for statement, given in (
        (staged, [[line.statement_id, line.statement_id + 99]]),
        (proposed, [line.pk + 99, book.pk]),
        (proposed, [line.pk, book.pk + 99]),
    ):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            owner_sql.execute(statement, given)
    for statement in (
        "UPDATE funds_stagedline SET statement_id = statement_id + 99",
        "UPDATE funds_proposal SET book_id = book_id + 99",
        "UPDATE funds_proposal SET line_id = line_id + 99",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner_sql.execute(statement)
