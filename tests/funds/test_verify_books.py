"""verify_books finds nothing in true books, and names each untruth that the owner of the tables could plant."""

from __future__ import annotations

import io
from decimal import Decimal

import psycopg
import pytest
from django.core.management import call_command
from django.db import transaction

from events.log import append, find
from funds.actions import transfers
from funds.actions.allocating import allocate_receipt
from funds.actions.claiming import Part, claim_lines
from funds.actions.paybatches import close_batch
from funds.actions.payouts import cancel_payout, return_payout, send_payout
from funds.actions.receipts import release_receipt, void_receipt
from funds.actions.sharing import share_out
from funds.audit import CHECKS, differences
from funds.books import lock_book
from funds.instructing import Through
from funds.models import Book, Payout, StatementLine
from kernel import time
from tests.factories.funds import Desk, arrival, desk, granted, in_custody, payee, payout
from tests.factories.statements import bank_account, confirmed, row, topped_up, written

PLANTS = {
    "journal_sum": ["UPDATE funds_line SET amount = amount + 1 WHERE account = 'bank' AND side = 'D'"],
    "line_place": [
        "UPDATE funds_line SET court_id = (SELECT id FROM courts_court WHERE level = 'intermediate' LIMIT 1)"
        " WHERE account = 'unidentified' AND side = 'D'"
    ],
    "balance_sum": ["UPDATE funds_balance SET amount = amount + 1 WHERE account = 'paid'"],
    "case_negative": [
        "ALTER TABLE funds_balance DROP CONSTRAINT balance_never_negative",
        "UPDATE funds_balance SET amount = -5 WHERE account = 'fee'",
    ],
    "court_negative": ["UPDATE funds_line SET side = 'C' WHERE account = 'bank'"],
    "receipt_unidentified": [
        "UPDATE funds_receipt SET state = 'voided' WHERE id = (SELECT max(id) FROM funds_receipt"
        " WHERE state = 'unidentified')"
    ],
    "receipt_identified": ["UPDATE funds_receipt SET amount = amount + 100 WHERE state = 'identified'"],
    "receipt_book": [
        "UPDATE funds_line SET book_id = (SELECT max(id) FROM funds_book) WHERE account = 'paid'"
    ],
    "receipt_custody": ["UPDATE funds_line SET amount = amount * 3 WHERE account = 'custody' AND side = 'D'"],
    "receipts_total": ["UPDATE funds_receipt SET amount = amount + 100 WHERE state = 'unidentified'"],
    "bank": ["UPDATE funds_line SET account = 'unidentified' WHERE account = 'disbursed'"],
    "disbursed": ["UPDATE funds_line SET account = 'fee' WHERE account = 'paid'"],
    "allotted": ["UPDATE funds_line SET account = 'disbursed' WHERE account = 'allotted'"],
    "claimed": ["UPDATE funds_allotment SET amount = amount + 1"],
    "allocation_rest": ["UPDATE funds_allocation SET surplus = surplus + 1"],
    "allotment_spent": [
        "UPDATE funds_payout SET amount = amount + 1 WHERE state = 'approved' AND allotment_id IS NOT NULL"
    ],
    "payout_state": ["UPDATE funds_payout SET state = 'sent' WHERE state = 'paid'"],
    "transfer_state": [
        "UPDATE funds_transfer SET state = 'released' WHERE kind = 'refund' AND state = 'paid'",
        "UPDATE funds_transfer SET state = 'approved' WHERE kind = 'escrow' AND state = 'held'",
    ],
    "set_aside": ["UPDATE funds_transfer SET amount = amount + 100 WHERE kind = 'escrow' AND state = 'held'"],
    "top_up": ["UPDATE funds_topup SET line_id = NULL, evidence = 'x' WHERE line_id IS NOT NULL"],
    "revolving": [
        "UPDATE funds_transfer SET amount = amount + 100 WHERE kind = 'advance' AND state = 'paid'"
    ],
    "recovered": ["UPDATE funds_recovery SET amount = amount + 1"],
    "clearing": ["UPDATE funds_line SET account = 'court_escrow' WHERE account = 'clearing' AND side = 'C'"],
    "batch_total": ["UPDATE funds_paymentbatch SET total = total + 1"],
    "instruction_payout": [
        "UPDATE funds_payout SET state = 'approved' WHERE id IN (SELECT payout_id FROM funds_instruction)"
    ],
    "reversal": ["UPDATE funds_line SET account = 'escrow' WHERE account = 'custody' AND side = 'D'"],
    "journal_event": ["UPDATE funds_journal SET event_id = (SELECT min(event_id) FROM funds_journal)"],
    "event_journal": [
        "DELETE FROM funds_line USING funds_journal j WHERE journal_id = j.id AND j.kind = 'sending'"
        " AND j.payout_id IN (SELECT id FROM funds_payout WHERE state = 'paid')",
        "DELETE FROM funds_journal WHERE kind = 'sending'"
        " AND payout_id IN (SELECT id FROM funds_payout WHERE state = 'paid')",
    ],
    "statement_journal": ["UPDATE funds_statementline SET amount = amount + 5 WHERE direction = 'C'"],
    "line_claimed": ["UPDATE funds_statementline SET claimed = claimed - 1 WHERE claimed > 0"],
    "suspense": ["UPDATE funds_line SET account = 'unidentified' WHERE account = 'suspense' AND side = 'D'"],
    "statement_chain": [
        "UPDATE funds_statement SET opening = opening + 1, closing = closing + 1 WHERE state = 'confirmed'"
        " AND id = (SELECT max(id) FROM funds_statement WHERE account_id = (SELECT min(id) FROM funds_bankaccount))"
    ],
    "case_state": [
        "DELETE FROM events_pending",
        "INSERT INTO events_event (stream, seq, kind, actor, at, effective_on, key, data, digest)"
        " SELECT DISTINCT about, 1, 'case.filed', 't', now(), now()::date, 'k', '{}'::jsonb, ''::bytea FROM funds_receipt"
        " WHERE state = 'identified'",
    ],
    "state_event": ["UPDATE funds_payout SET state = 'cancelled' WHERE state = 'approved'"],
    "event_chain": [
        "UPDATE events_event SET data = data || '{\"amount\": \"1.00\"}' WHERE kind = 'payout.sent'"
    ],
}
GUARDED = (
    "funds_topup",
    "funds_line",
    "funds_journal",
    "funds_balance",
    "funds_receipt",
    "funds_payout",
    "events_event",
    "funds_statement",
    "funds_statementline",
    "funds_transfer",
    "funds_recovery",
    "funds_allocation",
    "funds_allotment",
)


@pytest.fixture
def story(live_db: str) -> Desk:
    """Money in every state: unidentified, voided, released, in custody, approved, paid, returned."""
    at_desk = desk()
    given = {"reason": "核对", "actor": at_desk.officer, "at": time.now()}
    arrival(at_desk, "7.00")
    void_receipt(receipt_id=arrival(at_desk, "9.00").pk, key="void", **given)
    release_receipt(receipt_id=in_custody(at_desk, "8.00").pk, key="release", **given)
    payout(at_desk, "paid", amount="100.00")
    payout(at_desk, "approved", amount="50.00")
    back = payout(at_desk, "paid", to=payee(at_desk, name="李四"), amount="30.00")
    return_payout(payout_id=back.pk, on=time.today(), key="back", **given)
    other = payout(desk(at_desk.court), "approved", amount="20.00")
    account = bank_account(at_desk.court, at_desk.officer)
    by = {"actor": at_desk.officer, "at": time.now()}
    send_payout(payout_id=other.pk, key="send", through=Through(account, "file"), **by)
    close_batch(account_id=account.pk, layout="pain-001", key="batch", **by)
    first = [
        row(income="70.00", day=time.today().isoformat()),
        row(outgo="3.00", day=time.today().isoformat()),
    ]
    confirmed(account, written(first), at_desk.officer)
    confirmed(
        account, written([row(income="4.00", day=time.today().isoformat())], opening="67.00"), at_desk.officer
    )
    line = StatementLine.objects.filter(direction="C").earliest("pk")
    claim_lines(
        parts=[Part(line.pk, Decimal("30.00"))],
        about=at_desk.about,
        actor=at_desk.officer,
        at=time.now(),
        key="c",
    )
    _set_aside(at_desk)
    _allotted(desk(at_desk.court))
    return at_desk


def _set_aside(at_desk: Desk) -> None:
    """Money in escrow, a refund that was paid, an advance partly recovered, a part shared out to another case."""
    granted(at_desk, "escrow", "11.00", in_custody(at_desk, "15.00", key="e"), upto="hold")
    granted(at_desk, "refund", "12.00", in_custody(at_desk, "12.00", key="r"), upto="pay")
    given = {"on": time.today(), "actor": at_desk.finance, "at": time.now()}
    topped_up(at_desk.court, at_desk.finance, "500.00")
    granted(at_desk, "advance", "40.00", None, upto="pay")
    late = in_custody(at_desk, "25.00", key="late")
    transfers.recover(find(late.stream, "identify"))
    shared = in_custody(at_desk, "60.00", key="shared")
    with transaction.atomic():
        source = lock_book(shared.book_id)
        to = Book.objects.exclude(pk=source.pk).latest("pk")
        share_out(
            receipt=shared, to=to, amount=Decimal("13.00"), key="share", **{**given, "actor": at_desk.officer}
        )


def _allotted(at_desk: Desk) -> None:
    """A receipt allocated in part; a payout of it that was cancelled and one that is approved."""
    receipt, to = in_custody(at_desk, "90.00", key="allotted"), payee(at_desk, name="王五")
    debt = {"id": "a", "creditor": "王五", "principal": "80.00", "due_on": time.today().isoformat()}
    by = {"actor": at_desk.officer, "at": time.now()}
    claims = {"first_day": "next", "debts": [debt], "costs": []}
    allocate_receipt(receipt_id=receipt.pk, claims=claims, key="allot", **by)
    given = {"receipt": receipt, "to": to, "amount": "80.00"}
    cancel_payout(payout_id=payout(at_desk, "submitted", **given).pk, reason="重做", key="again", **by)
    payout(at_desk, "approved", **given)


def plant(owner_sql: psycopg.Connection, statements: list[str]) -> None:
    """Tamper as only the tables' owner can: triggers off, change, triggers on."""
    for table in GUARDED:
        owner_sql.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in statements:
        assert owner_sql.execute(statement).rowcount, f"changed nothing: {statement}"
    for table in GUARDED:
        owner_sql.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_true_books_have_no_difference(story: Desk) -> None:
    assert list(differences()) == []
    out = io.StringIO()
    call_command("verify_books", stdout=out)
    assert "3 个案款账户" in out.getvalue()
    assert "发现不符 0 处" in out.getvalue()


def test_events_of_upper_floors_need_no_journal(story: Desk) -> None:
    made = Payout.objects.get(state="sent")
    data = {"payout": made.pk}
    append(stream="case:7", kind="payout.sent", actor="t", at=time.now(), key="k", data=data)
    assert list(differences()) == []


def test_every_check_has_a_plant() -> None:
    assert set(PLANTS) == {*CHECKS, "event_chain"}


@pytest.mark.parametrize("check", PLANTS)
def test_what_is_planted_is_named(story: Desk, owner_sql: psycopg.Connection, check: str) -> None:
    plant(owner_sql, PLANTS[check])
    found = [difference for difference in differences() if difference.check == check]
    assert found, [difference.check for difference in differences()]
    out = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_books", stdout=out)
    assert stopped.value.code == 1
    for difference in found:
        assert difference.place in difference.text
        assert difference.text in out.getvalue()


def test_the_place_and_the_amounts_are_named(story: Desk, owner_sql: psycopg.Connection) -> None:
    paid = Payout.objects.get(state="paid")
    plant(owner_sql, PLANTS["balance_sum"])
    texts = [difference.text for difference in differences() if difference.check == "balance_sum"]
    assert f"账户余额与分录之和不符：book:{paid.book_id} paid，应为 ¥112.00，实为 ¥112.01" in texts


def test_the_week_after_the_day_is_no_difference(story: Desk) -> None:
    """The day's file in the morning, the week's file that ends that day in the evening: the week's is the last."""
    account = bank_account(story.court, story.finance)
    day, monday = "2023-05-12", "2023-05-08"
    with time.travel(f"{day} 18:00"):
        morning = row(day, "W3", income="5.00")
        confirmed(account, written([morning], opening="10.00"), story.finance)
        week = [
            row(monday, "W1", income="2.00"),
            row("2023-05-09", "W2", outgo="2.00"),
            morning,
            row(day, "W4", income="1.00"),
        ]
        confirmed(account, written(week, opening="10.00"), story.finance)
        assert list(differences()) == []
        # What is missing between two files of one day is found as before.
        confirmed(account, written([row(day, "W6", income="3.00")], opening="17.00"), story.finance)
    assert [found.check for found in differences()] == ["statement_chain"]
