"""The money of cases: books, receipts, payees, payouts on every step of their way, transfers, and the journals behind them.

One case in five has had money, and all that are at paying out; of open cases it stands on every step of a payout, of
closed ones it is paid. The books add up as those of a court: each movement is a journal of two lines, balances follow
from the lines by the database's own trigger.
"""

from __future__ import annotations

import psycopg

from bench.ground.files import OPEN
from bench.ground.loading import count_on, insert, quiet
from cases.models import Fact, Hold, Subject
from courts.models import PackRelease
from deadlines.models import Deadline, Timer
from funds.models import (
    Book,
    Claim,
    Journal,
    Line,
    Payee,
    PayeeAccount,
    Payout,
    Receipt,
    StatementLine,
    Transfer,
)
from kernel.fields import encrypt

TABLES = (
    "funds_book funds_balance funds_receipt funds_payee funds_payeeaccount funds_payout funds_transfer funds_journal"
    " funds_line funds_statementline funds_claim cases_fact cases_subject cases_hold deadlines_deadline deadlines_timer"
).split()
EVERY = 5
"""Of so many cases one has had money."""
STEPS = ("", "", "", "submitted", "to_finance", "approved", "sent", "paid")
"""Where the money of open cases stands: nothing asked for yet, or a state of its payout."""
_STEP = (
    f"CASE WHEN {OPEN} THEN (ARRAY[{', '.join(repr(step) for step in STEPS)}])"
    f"[1 + bench_roll(c.id, 111, {len(STEPS)})] ELSE 'paid' END"
)
_FROM_BOOKS = f"funds_book b JOIN LATERAL (SELECT c.*, {_STEP} AS step FROM cases_case c WHERE c.id = b.case_id) c ON true"  # noqa: S608
_WAYS = """(CASE WHEN r.amount > 10000000 THEN '{"code": "large", "via_finance": true}'
 ELSE '{"code": "small"}' END)::jsonb"""
_WHOLE = ("journal_balances ON funds_journal", "line_balances ON funds_line")
"""Triggers that add up each journal by itself; here all are added up at once (`_check`)."""


def fill(staging: psycopg.Connection) -> None:
    """Rows of money, for the courts and cases that stand. Events of the cases stand already."""
    # Without figures of the tables just laid the database would join them row by row.
    staging.execute("ANALYZE events_event, cases_case, cases_subject, funds_statement")
    for lay in (_books, _receipts, _payouts, _bank, _transfers, _waiting):
        lay(staging)
        staging.execute("ANALYZE funds_book, funds_payee, funds_payeeaccount, funds_receipt, funds_payout")
        staging.execute("ANALYZE funds_statementline, cases_subject")
    with quiet(staging, *_WHOLE):
        _journals(staging)
        staging.execute("ANALYZE funds_journal")
        _lines(staging)
        staging.execute("ANALYZE funds_line")
    _check(staging)


def _books(staging: psycopg.Connection) -> None:
    """一案一账户, each with a payee and the account in force."""
    held = {
        "court_id": "c.court_id",
        "team_id": "c.team_id",
        "owner_id": "c.owner_id",
        "about": "'case:' || c.id",
    }
    insert(
        staging,
        Book,
        {**held, "case_id": "c.id", "opened_at": "c.filed_on + interval '1 day'"},
        "cases_case c WHERE c.owner_id IS NOT NULL AND c.state <> 'cancelled'"
        f" AND (c.stage = 'payout' OR bench_roll(c.id, 110, {EVERY}) = 0)",
    )
    insert(
        staging,
        Payee,
        {**held, "book_id": "b.id", "name": "bench_name(c.id, 1)"},
        "funds_book b JOIN cases_case c ON c.id = b.case_id",
    )
    insert(
        staging,
        PayeeAccount,
        {
            "payee_id": "p.id",
            "version": "1",
            "bank": "'楚江银行'",
            "account": f"'\\x{encrypt('6222000012345678', context='funds.PayeeAccount.account').hex()}'::bytea",
            "account_index": "decode(md5('payee' || p.id), 'hex')",
            "account_masked": "'6222 **** ' || lpad(bench_roll(p.id, 112, 10000)::text, 4, '0')",
            "undertaking_file_id": "1",
            "signed_on": "current_date - 30",
            "key": "'bench'",
            "registered_at": "now() - interval '30 days'",
            "in_force_at": "now() - interval '30 days'",
            "registered_by_id": "p.owner_id",
        },
        "funds_payee p",
    )


def _receipts(staging: psycopg.Connection) -> None:
    """One a book: of closed cases before the closing, of open ones in the last two months."""
    insert(
        staging,
        Receipt,
        {
            "court_id": "c.court_id",
            "team_id": "c.team_id",
            "owner_id": "c.owner_id",
            "about": "b.about",
            "book_id": "b.id",
            "amount": "100000 + bench_roll(c.id, 113, 150000) * 100",
            "arrived_on": f"CASE WHEN {OPEN} THEN greatest(c.filed_on, current_date - bench_roll(c.id, 114, 60))"
            " ELSE greatest(c.filed_on, coalesce(c.closed_on, c.filed_on) - 10) END",
            "payer_name": "bench_name(c.id, 0)",
            "bank_serial": "'C' || c.id",
            "state": "'identified'",
            "times": "1",
            "key": "'bench:case:' || c.id",
            "recorded_at": "c.filed_on + interval '1 day'",
            "recorded_by_id": "c.owner_id",
            "identified_at": "c.filed_on + interval '1 day'",
        },
        _FROM_BOOKS,
    )


def _payouts(staging: psycopg.Connection) -> None:
    later = "step IN ('approved', 'sent', 'paid')"
    insert(
        staging,
        Payout,
        {
            "court_id": "r.court_id",
            "team_id": "r.team_id",
            "owner_id": "r.owner_id",
            "about": "r.about",
            "book_id": "r.book_id",
            "receipt_id": "r.id",
            "payee_id": "p.id",
            "account_id": "a.id",
            "amount": "r.amount",
            "route": 'CASE WHEN step = \'to_finance\' THEN \'{"code": "large", "via_finance": true}\'::jsonb'
            f" WHEN step = 'submitted' THEN '{{\"code\": \"small\"}}'::jsonb ELSE {_WAYS} END",
            "state": "step",
            "key": "'bench'",
            "requester_id": "r.owner_id",
            "maker_id": "r.owner_id",
            "submitter_id": "r.owner_id",
            "checker_id": f"CASE WHEN {later} THEN t.leader_id END",
            "sender_id": "CASE WHEN step IN ('sent', 'paid') THEN s.taken_by_id END",
            "drafted_at": "r.arrived_on + interval '33 hours'",
            "submitted_at": "r.arrived_on + interval '34 hours'",
            "to_finance_on": "CASE WHEN step = 'to_finance' THEN r.arrived_on + 2 END",
            "received_on": "CASE WHEN step = 'to_finance' AND r.id % 2 = 0 THEN r.arrived_on + 3 END",
            "approved_at": f"CASE WHEN {later} THEN r.arrived_on + interval '3 days' END",
            "sent_at": "CASE WHEN step IN ('sent', 'paid') THEN r.arrived_on + interval '4 days' END",
            "bank_ref": "CASE WHEN step = 'paid' THEN 'P' || r.id ELSE '' END",
            "paid_on": "CASE WHEN step = 'paid' THEN least(r.arrived_on + 5, current_date) END",
        },
        f"{_FROM_BOOKS} JOIN funds_receipt r ON r.book_id = b.id JOIN funds_payee p ON p.book_id = b.id"
        " JOIN funds_payeeaccount a ON a.payee_id = p.id JOIN bench_team t ON t.team_id = c.team_id"
        " JOIN funds_statement s ON s.court_id = c.court_id AND s.key = 'bench' WHERE step <> ''",
    )


def _bank(staging: psycopg.Connection) -> None:
    """What the bank's statements say of it: each receipt came, each payout that was paid went."""
    line = {
        "court_id": "s.court_id",
        "account_id": "s.account_id",
        "statement_id": "s.id",
        "row": "row_number() OVER (PARTITION BY s.id ORDER BY r.id)",
        "amount": "r.amount",
    }
    confirmed = "JOIN funds_statement s ON s.court_id = r.court_id AND s.key = 'bench:1'"
    insert(
        staging,
        StatementLine,
        {
            **line,
            "serial": "r.bank_serial",
            "booked_on": "r.arrived_on",
            "direction": "'C'",
            "claimed": "r.amount",
            "payer_name": "r.payer_name",
        },
        f"funds_receipt r {confirmed} WHERE r.book_id IS NOT NULL",
    )
    insert(
        staging,
        Claim,
        {"line_id": "l.id", "receipt_id": "r.id", "from_statement": "false"},
        "funds_receipt r JOIN funds_statementline l ON l.court_id = r.court_id AND l.serial = r.bank_serial"
        " WHERE r.book_id IS NOT NULL",
    )
    insert(
        staging,
        StatementLine,
        {**line, "serial": "r.bank_ref", "booked_on": "r.paid_on", "direction": "'D'"},
        f"funds_payout r {confirmed} WHERE r.state = 'paid'",
    )


def _transfers(staging: psycopg.Connection) -> None:
    """提存、退款、垫付、救助 that wait for assent, were given up, or (aid) were paid by their source: no money moved."""
    insert(
        staging,
        Transfer,
        {
            "court_id": "r.court_id",
            "team_id": "r.team_id",
            "owner_id": "r.owner_id",
            "about": "r.about",
            "book_id": "r.book_id",
            "receipt_id": "CASE WHEN roll < 4 THEN r.id END",
            "kind": "(ARRAY['escrow','escrow','refund','refund','advance','relief','relief','insurance'])[1 + roll]",
            "state": "CASE WHEN roll > 4 THEN 'paid' WHEN bench_roll(r.id, 116, 3) = 0 THEN 'requested' ELSE 'cancelled' END",
            "amount": "10000 + bench_roll(r.id, 117, 9000) * 100",
            "ground": "'申请执行人生活困难'",
            "requested_on": "r.arrived_on + 2",
            "requester_id": "r.owner_id",
            "ended_on": "r.arrived_on + 9",
            "bank_ref": "CASE WHEN roll > 4 THEN 'T' || r.id ELSE '' END",
            "key": "'bench:' || r.id",
            "asked_at": "r.arrived_on + interval '2 days'",
        },
        "funds_receipt r, LATERAL (SELECT bench_roll(r.id, 115, 8) AS roll) x"
        " WHERE r.book_id IS NOT NULL AND bench_roll(r.id, 118, 5) = 0",
    )


def _waiting(staging: psycopg.Connection) -> None:
    """Of receipts that nobody was paid from: what the case calls them, their seven days, deferrals of some."""
    digest = PackRelease.objects.get(code="JZ-2023", version=1).digest
    insert(
        staging,
        Subject,
        {"case_id": "c.id", "kind": "'receipt'", "parent_id": "c.id * 3 - 2", "label": "'案款 ' || r.id"},
        f"{_FROM_BOOKS} JOIN funds_receipt r ON r.book_id = b.id WHERE step NOT IN ('sent', 'paid')",
    )
    of_receipt = (
        "cases_subject s JOIN funds_book b ON b.case_id = s.case_id JOIN funds_receipt r ON r.book_id = b.id"
    )
    fact = {"case_id": "s.case_id", "subject_id": "s.id", "seq": "1"}
    insert(
        staging,
        Fact,
        {**fact, "key": "'receipt_id'", "value": "to_jsonb(r.id)"},
        f"{of_receipt} WHERE s.kind = 'receipt'",
    )
    insert(
        staging,
        Fact,
        {**fact, "key": "'unpaid_cause'", "value": "to_jsonb('payee_unreachable'::text)"},
        f"{of_receipt} WHERE s.kind = 'receipt' AND bench_roll(s.id, 119, 4) = 0",
    )
    _clocks(staging, digest, of_receipt)
    insert(
        staging,
        Hold,
        {
            "case_id": "s.case_id",
            "subject_id": "s.id",
            "kind": "'payout_deferral_approved'",
            "first": "r.arrived_on",
            "last": "CASE WHEN s.id % 2 = 0 THEN r.arrived_on + 5 END",
            "ground": "'领款人身份待核实'",
        },
        f"{of_receipt} WHERE s.kind = 'receipt' AND bench_roll(s.id, 120, 20) = 0",
    )


def _clocks(staging: psycopg.Connection, digest: str, of_receipt: str) -> None:
    count_on(staging, Deadline)
    insert(
        staging,
        Deadline,
        {
            "court_id": "r.court_id",
            "team_id": "r.team_id",
            "owner_id": "r.owner_id",
            "case_id": "s.case_id",
            "subject_id": "s.id",
            "node_kind": "'payout'",
            "rule_id": "'JZ-D-11'",
            "pack_code": "'JZ-2023'",
            "pack_version": "1",
            "pack_digest": f"'{digest}'",
            "kind": "'due'",
            "state": "'running'",
            "start": "r.arrived_on::text",
            "due_on": "due.on",
            "due_at": "due.on::timestamp AT TIME ZONE 'Asia/Shanghai'",
            "overdue_at": "(due.on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'",
        },
        f"{of_receipt}, LATERAL (SELECT current_date - 3 + bench_roll(s.id, 121, 40) AS on) due WHERE s.kind = 'receipt'",
    )
    insert(
        staging,
        Timer,
        {
            "deadline_id": "d.id",
            "fire_at": "greatest(d.due_at, now()) + interval '1 day'",
            "rung": "0",
            "rungs": "ARRAY(SELECT d.due_at + k * interval '1 day' FROM generate_series(1, 5) k)",
        },
        "deadlines_deadline d WHERE d.rule_id = 'JZ-D-11'",
    )


def _journals(staging: psycopg.Connection) -> None:
    """Each caused by the filing of its case, for want of the acts that a court would have seen."""
    given = {
        "court_id": "r.court_id",
        "event_id": "e.id",
        "kind": "k.kind",
        "on": "r.arrived_on",
        "amount": "r.amount",
        "receipt_id": "r.id",
    }
    source = "funds_receipt r JOIN events_event e ON e.stream = r.about AND e.seq = 1"
    insert(
        staging,
        Journal,
        {**given, "key": "'receipt:' || r.id || '/' || k.kind"},
        f"{source}, (VALUES ('arrival'), ('identification')) k(kind)",
    )
    insert(
        staging,
        Journal,
        {**given, "key": "'payout:' || p.id || '/' || k.kind", "payout_id": "p.id"},
        f"{source} JOIN funds_payout p ON p.receipt_id = r.id"
        " JOIN (VALUES ('sending'), ('payment'), ('record')) k(kind)"
        " ON p.state = 'paid' OR p.state = 'sent' AND k.kind = 'sending'",
    )


def _lines(staging: psycopg.Connection) -> None:
    insert(
        staging,
        Line,
        {
            "journal_id": "j.id",
            "court_id": "j.court_id",
            "book_id": "CASE WHEN leg.account IN ('custody', 'in_transit', 'paid') THEN r.book_id END",
            "account": "leg.account",
            "side": "leg.side",
            "amount": "j.amount",
        },
        """funds_journal j JOIN funds_receipt r ON r.id = j.receipt_id JOIN (VALUES
            ('arrival', 'D', 'bank'), ('arrival', 'C', 'unidentified'),
            ('identification', 'D', 'unidentified'), ('identification', 'C', 'custody'),
            ('sending', 'D', 'custody'), ('sending', 'C', 'in_transit'),
            ('payment', 'D', 'in_transit'), ('payment', 'C', 'bank'),
            ('record', 'D', 'disbursed'), ('record', 'C', 'paid')
        ) leg(kind, side, account) ON leg.kind = j.kind""",
    )


def _check(staging: psycopg.Connection) -> None:
    """Every journal has as much on one side as on the other. Raises RuntimeError."""
    crooked = staging.execute(
        "SELECT count(*) FROM (SELECT l.journal_id FROM funds_line l JOIN funds_journal j ON j.id = l.journal_id"
        " GROUP BY 1, j.amount HAVING sum(l.amount) FILTER (WHERE side = 'D') IS DISTINCT FROM j.amount"
        " OR sum(l.amount) FILTER (WHERE side = 'C') IS DISTINCT FROM j.amount) x"
    ).fetchone()
    if crooked and crooked[0]:
        raise RuntimeError(f"{crooked[0]} journals of the ground do not balance")
