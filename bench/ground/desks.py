"""What the desks beside the cases have before them: letters, petitions, money that came in and belongs to nobody yet."""

from __future__ import annotations

from hashlib import sha256

import psycopg

from bench.ground import inspections
from bench.ground.loading import count_on, insert
from cases.models import Subject
from courts.models import User
from funds.models import BankAccount, Receipt, Statement, StatementLine
from kernel import time
from kernel.fields import blind_index
from petitions.models import Letter, Petition

TABLES = (
    *("cases_subject", "petitions_letter", "petitions_petition"),
    *("funds_receipt", "funds_statementline", "funds_statement", *inspections.TABLES),
)
MONTHS = 36
"""Confirmed statements of a court."""
LINES = 200
"""Bank lines a court, a third of them claimed."""
_LETTER, _PETITION = 3_000, 5_000
"""Of how many cases one has a letter, a petition."""


def fill(staging: psycopg.Connection) -> None:
    """Rows of the desks, for the courts and cases that stand; the cases' own numbers are below the subjects' made here."""
    _subjects(staging)
    insert(
        staging,
        Letter,
        {
            "case_id": "c.id",
            "subject_id": "s.id",
            "party_id": "c.id * 2 - 1",
            "writer_id": "c.owner_id",
            "topic": "(ARRAY['progress','money','complaint','advice'])[1 + bench_roll(c.id, 101, 4)]",
            "words": "'请问案件办理到哪一步了'",
            "received_at": "now() - bench_roll(c.id, 102, 60) * interval '1 day'",
            "reply": "CASE WHEN bench_roll(c.id, 103, 3) > 0 THEN '正在查控财产' ELSE '' END",
            "replied_at": "CASE WHEN bench_roll(c.id, 103, 3) > 0 THEN now() END",
            "replied_by_id": "CASE WHEN bench_roll(c.id, 103, 3) > 0 THEN c.owner_id END",
        },
        "cases_case c JOIN cases_subject s ON s.case_id = c.id AND s.kind = 'letter'",
    )
    insert(
        staging,
        Petition,
        {
            "case_id": "c.id",
            "subject_id": "s.id",
            "court_id": "c.court_id",
            "year": "2026",
            "ordinal": "row_number() OVER (PARTITION BY c.court_id ORDER BY c.id)",
            "channel": "'visit'",
            "level": "(ARRAY['basic','city','province'])[1 + bench_roll(c.id, 104, 3)]",
            "name": "bench_name(c.id, 1)",
            "demand": "'要求尽快执行'",
            "nth": "1",
            "state": "'open'",
            "received_on": "current_date - bench_roll(c.id, 105, 90)",
            "registered_at": "now()",
            "registered_by_id": "c.owner_id",
            "officer_id": "c.owner_id",
        },
        "cases_case c JOIN cases_subject s ON s.case_id = c.id AND s.kind = 'petition'",
    )
    _money(staging)
    _statements(staging)
    inspections.fill(staging)


def _subjects(staging: psycopg.Connection) -> None:
    """What the clocks of letters and petitions would run on."""
    count_on(staging, Subject)
    for kind, every in (("letter", _LETTER), ("petition", _PETITION)):
        insert(
            staging,
            Subject,
            {
                "case_id": "c.id",
                "kind": f"'{kind}'",
                "parent_id": "c.id * 3 - 2",
                "label": "bench_name(c.id, 1)",
            },
            f"cases_case c WHERE c.owner_id IS NOT NULL AND bench_roll(c.id, {every}, 1000000) < 1000000 / {every}",
        )


def _money(staging: psycopg.Connection) -> None:
    """An account, a statement and its lines for every basic court; money registered by hand beside them."""
    at = time.now()
    clerks = User.objects.filter(appointments__role="fund_officer").order_by("pk")
    for clerk in clerks.select_related("court"):
        number = f"{6222_0000_0000 + clerk.pk}"
        account = BankAccount.objects.create(
            court=clerk.court,
            bank="楚江银行",
            name="执行案款专户",
            number=number,
            number_index=blind_index(number, purpose="account"),
            number_tail=number[-4:],
            key="bench",
            opened_at=at,
        )
        Statement.objects.create(
            court=clerk.court,
            account=account,
            name="流水.xlsx",
            form="xlsx",
            digest=sha256(str(account.pk).encode()).hexdigest(),
            state=Statement.State.PARSED,
            key="bench",
            taken_at=at,
            taken_by=clerk,
        )
    insert(
        staging,
        StatementLine,
        {
            "court_id": "s.court_id",
            "account_id": "s.account_id",
            "statement_id": "s.id",
            "row": "n",
            "serial": "'B' || n",
            "booked_on": "current_date - bench_roll(n, 106, 30)",
            "direction": "'C'",
            "amount": "100000 + bench_roll(n, 107, 90000) * 100",
            "claimed": "CASE WHEN n % 3 = 0 THEN 100000 + bench_roll(n, 107, 90000) * 100 ELSE 0 END",
            "payer_name": "bench_name(n, 1)",
        },
        f"funds_statement s, generate_series(1, {LINES}) n WHERE s.key = 'bench'",
    )
    insert(
        staging,
        Receipt,
        {
            "court_id": "s.court_id",
            "amount": "100000 + bench_roll(n, 108, 90000) * 100",
            "arrived_on": "current_date - bench_roll(n, 109, 30)",
            "payer_name": "bench_name(n, 1)",
            "bank_serial": "'R' || n",
            "key": "'bench:' || n",
            "recorded_at": "now()",
            "recorded_by_id": "s.taken_by_id",
        },
        f"funds_statement s, generate_series(1, {LINES // 4}) n WHERE s.key = 'bench'",
    )


def _statements(staging: psycopg.Connection) -> None:
    """Those of the months before, in the books."""
    insert(
        staging,
        Statement,
        {
            "court_id": "s.court_id",
            "account_id": "s.account_id",
            "name": "'流水' || n || '.xlsx'",
            "form": "'xlsx'",
            "digest": "encode(sha256((s.id || ':' || n)::text::bytea), 'hex')",
            "state": "'confirmed'",
            "opening": "n * 100000",
            "closing": "(n + 1) * 100000",
            "from_on": "current_date - 30 * (n + 1)",
            "until_on": "current_date - 30 * n - 1",
            "incoming": "100000",
            "counts": """'{"new": 200}'::jsonb""",
            "key": "'bench:' || n",
            "taken_at": "now() - n * interval '30 days'",
            "taken_by_id": "s.taken_by_id",
            "confirmed_at": "now() - n * interval '30 days'",
        },
        f"funds_statement s, generate_series(1, {MONTHS}) n WHERE s.key = 'bench'",
    )
