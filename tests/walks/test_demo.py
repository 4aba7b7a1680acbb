"""The demo: it fills, once, goes on where it was cut short, shows every state of today, and every audit agrees."""

from __future__ import annotations

import datetime as dt
import io
import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.db import connections
from django.test import override_settings
from psycopg import sql

from approvals.models import Request
from cases.models import Case, Fact, Hold, Party
from closing.models import PlanObjection, TerminationReview
from courts.models import Appointment, User
from courts.scope import roles
from deadlines.models import Deadline, Firing
from documents.models import Paper
from enforcement.demo import script
from enforcement.demo import statements as statements_of_demo
from enforcement.demo.people import PASSWORD
from enforcement.demo.programme import POSED
from events.models import Event, Pending
from funds.models import (
    BankAccount,
    Claim,
    ClaimReminder,
    MonthEnd,
    Payout,
    PayoutSlip,
    PayoutTalk,
    Receipt,
    Statement,
    StatementLine,
    TopUp,
    Transfer,
)
from funds.revolving import is_for_fund
from funds.statements.reconciling import reconcile
from kernel import time
from measures.models import Control, Property
from notices.models import Message
from tests.conftest import cluster, copy_template, use_database

SIZE = 62
"""One of each posed story at least: three are told of only_assigned, two each of only_filed and found_account."""
REPEATED = 2 + 1 + 1


@contextmanager
def empty(suffix: str, folder: Path) -> Iterator[None]:
    """A database of its own for a demo, in which transactions commit; its files go to a folder."""
    before = settings.DATABASES["default"]["NAME"]
    name = f"{before}_{suffix}"
    copy_template(name)
    use_database(name)
    try:
        with override_settings(
            DEMO=True,
            DATA_DIR=folder,
            SMS_FILE=folder / "sms.jsonl",
            MEDIA_ROOT=folder / "files",
            KICKS=False,
        ):
            yield
    finally:
        connections.close_all()
        use_database(before)
        with cluster() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def load(size: int) -> tuple[str, str]:
    """What the command prints, and what it complains of."""
    out, err = io.StringIO(), io.StringIO()
    call_command("demo", cases=size, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@dataclass
class Loaded:
    """A demo that was loaded."""

    folder: Path
    complaints: str


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("demo")
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
        # What a paper looks like is proven elsewhere; the process that prints inherits this.
        patch("documents.actions.render._pdf_of", lambda paper: f"%PDF-1.7 {paper.pk}".encode()),
        empty("demo", folder),
    ):
        yield Loaded(folder, load(SIZE)[1])


def test_no_verb_refuses_and_nothing_is_owed(demo: Loaded) -> None:
    assert demo.complaints == ""
    assert Case.objects.count() == SIZE == len({plan.tell for plan in POSED[:SIZE]}) + REPEATED
    assert not Pending.objects.exists()
    assert not Message.objects.filter(state__in=("waiting", "sending", "unknown")).exists()
    assert set(Paper.objects.values_list("state", flat=True)) == {"rendered"}


def test_every_state_of_today_is_there(demo: Loaded) -> None:
    assert set(Case.objects.values_list("state", flat=True)) == {
        "filed", "assigned", "running", "suspended", "closed", "archived", "cancelled",
    }  # fmt: skip
    assert set(Case.objects.exclude(closing_type="").values_list("closing_type", flat=True)) == {
        "performed", "terminated_this_procedure", "terminated", "cancelled",
    }  # fmt: skip
    assert Case.objects.filter(sealed=True).exists()
    assert Case.objects.filter(imported=True).exists()
    assert set(Request.objects.filter(state="waiting").values_list("kind", flat=True)) == {
        "over_limit", "extension", "deduction", "escrow_funds",
    }  # fmt: skip
    assert set(Request.objects.filter(state="given").values_list("kind", flat=True)) == {
        "over_limit", "extension", "cancel_case", "aid_funds", "escrow_funds", "refund_funds", "defer_payout",
    }  # fmt: skip
    assert set(TerminationReview.objects.values_list("result", flat=True)) == {
        "pending",
        "returned",
        "passed",
    }
    assert set(Payout.objects.values_list("state", flat=True)) >= {
        "submitted",
        "approved",
        "sent",
        "paid",
        "returned",
    }
    assert set(Receipt.objects.values_list("state", flat=True)) == {"unidentified", "identified"}
    assert Payout.objects.filter(state="submitted", allotment__isnull=False).count() == 2
    deposits = Transfer.objects.filter(kind="deposit")
    assert set(deposits.values_list("state", flat=True)) == {"paid", "released"}
    refunds = Transfer.objects.filter(kind="refund")
    assert set(refunds.values_list("state", flat=True)) == {"paid", "cancelled"}
    assert Fact.objects.filter(key="@historical_balance_zero").exists(), "old money was given back"
    assert PayoutTalk.objects.filter(payout__state="submitted", files__isnull=False).exists()
    assert PayoutSlip.objects.filter(payout__vouchers__isnull=False).exists()
    assert Hold.objects.filter(kind="payout_deferral_approved", last=None).exists()
    assert PlanObjection.objects.exists()
    assert set(Property.objects.values_list("state", flat=True)) >= {
        "found", "controlled", "disposable", "in_disposal", "disposed",
    }  # fmt: skip
    assert set(Control.objects.values_list("state", flat=True)) >= {"active", "renewed"}
    assert Hold.objects.filter(last=None).exists()
    assert Event.objects.filter(kind="case.handed_over").count() == 2
    assert any(len(name) > 30 for name in Party.objects.values_list("name", flat=True))


def test_the_bank_of_the_first_court_has_a_month_of_days_closed(demo: Loaded) -> None:
    court = BankAccount.objects.get().court
    statements = Statement.objects.filter(court=court)
    assert set(statements.values_list("state", "flaw")) == {("confirmed", "")}
    assert statements.count() == statements_of_demo.DAYS
    unclaimed = StatementLine.objects.filter(court=court).unclaimed()
    assert TopUp.objects.get().line.payer_name == "云州市财政局"
    assert any(is_for_fund(line) for line in unclaimed), "another waits to be put into the fund"
    assert unclaimed.filter(proposals__isnull=True).exists()
    assert unclaimed.filter(proposals__isnull=False).exists()
    assert set(Claim.objects.values_list("from_statement", flat=True)) == {True, False}
    assert ClaimReminder.objects.filter(court=court).exists()
    assert MonthEnd.objects.filter(court=court).exists()
    assert reconcile(court.pk, time.today()).difference == 0


def test_a_day_at_court_has_some_things_due_and_few_late(demo: Loaded) -> None:
    today = time.today()
    expiring = Deadline.objects.running().filter(rule_id__in=("BASE-D-36", "BASE-D-37"))
    soon = [(row.due_on - today).days for row in expiring if (row.due_on - today).days <= 30]
    assert {days <= 7 for days in soon} == {True, False}, "within seven days, and within thirty"
    notices = Deadline.objects.running().filter(rule_id="JZ-D-01")
    assert notices.filter(overdue_at__lte=time.now()).exists()
    assert notices.filter(due_on__gte=today, due_on__lte=today + dt.timedelta(days=4)).exists()
    open_clocks = Deadline.objects.running().filter(kind="due")
    assert open_clocks.overdue(time.now()).count() < open_clocks.count() / 4
    assert Deadline.objects.filter(state="suspended").exists()


def test_the_past_has_its_warnings_and_its_messages(demo: Loaded) -> None:
    assert Firing.objects.filter(silent=False).count() > 50
    known = dict(Receipt.objects.exclude(identified_at=None).values_list("pk", "identified_at"))
    claimed = {
        subject: known[receipt]
        for subject, receipt in Fact.objects.filter(key="receipt_id").values_list("subject_id", "value")
        if receipt in known
    }
    for firing in Firing.objects.filter(silent=False).select_related("deadline"):
        start = dt.datetime.fromisoformat(firing.deadline.start)
        began = start if start.tzinfo else time.at_local(start.date())
        # Of money that arrived before its case was known nobody could be warned.
        asked = max(firing.due_rung_at, began, claimed.get(firing.deadline.subject_id, began))
        # On its morning, or on the one behind its start.
        assert firing.fired_at - asked < dt.timedelta(hours=25), (
            firing.deadline.rule_id,
            asked,
            firing.fired_at,
        )
    sent = Message.objects.filter(channel="sms", state="sent")
    assert sent.count() > 100
    for message in sent.filter(withheld_for=""):
        assert message.sent_at - message.created_at < dt.timedelta(minutes=5), (
            message.created_at,
            message.topic,
        )
    assert sent.filter(withheld_for="control").exists(), "the respondent heard of the query after the freeze"
    lines = [
        json.loads(line) for line in (demo.folder / "sms.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert len(lines) == sent.count()
    assert all("****" in line["to"] for line in lines)
    horizon = time.now() - dt.timedelta(days=8)
    assert not Message.objects.filter(channel="in_app", state="delivered", created_at__lt=horizon).exists()


@pytest.mark.parametrize("audit", ["verify_audit", "verify_books", "audit_clocks"])
def test_every_audit_agrees(demo: Loaded, audit: str) -> None:
    if audit not in get_commands():
        pytest.skip(f"{audit} is not built yet")
    call_command(audit, stdout=io.StringIO())


def test_one_sign_in_per_role_and_only_this_account_reads_them(demo: Loaded) -> None:
    path = demo.folder / "demo-logins.txt"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text(encoding="utf-8")
    assert PASSWORD in text
    for role, definition in roles().items():
        user = User.objects.filter(appointments__role=role).order_by("pk")[0]
        assert definition["zh"] in text
        assert user.username in text
        assert user.check_password(PASSWORD)
    assert set(Appointment.objects.values_list("role", flat=True)) == set(roles())


def test_a_second_load_changes_nothing(demo: Loaded) -> None:
    before = (Event.objects.count(), Message.objects.count(), User.objects.count())
    out, _err = load(SIZE)
    assert "未做改动" in out
    assert (Event.objects.count(), Message.objects.count(), User.objects.count()) == before


def test_a_load_that_was_cut_short_goes_on(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    do, left = script.Script._do, iter(range(25))

    def cut(self: script.Script, *args: object) -> bool:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return do(self, *args)

    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
        patch("documents.actions.render._pdf_of", lambda paper: f"%PDF-1.7 {paper.pk}".encode()),
        empty("cut", tmp_path),
    ):
        monkeypatch.setattr(script.Script, "_do", cut)
        with pytest.raises(KeyboardInterrupt):
            load(8)
        assert not (tmp_path / "demo-logins.txt").exists()
        monkeypatch.setattr(script.Script, "_do", do)
        _out, complaints = load(8)
        assert complaints == ""
        assert Case.objects.count() == 8
        keys = list(Event.objects.filter(key__startswith=script.PREFIX).values_list("key", flat=True))
        assert len(keys) == len(set(keys)), "nothing was done twice"
        call_command("verify_audit", stdout=io.StringIO())
        call_command("verify_books", stdout=io.StringIO())


@pytest.mark.parametrize("switch", ["DEMO", "TIME_TRAVEL"])
@pytest.mark.django_db
def test_a_court_is_never_filled_with_inventions(switch: str) -> None:
    with override_settings(**{"DEMO": True, "TIME_TRAVEL": True, switch: False}):
        with pytest.raises(CommandError, match="不是演示环境"):
            call_command("demo", stdout=io.StringIO())
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_database_with_people_in_it_is_left_alone(tmp_path: Path) -> None:
    User.objects.create(username="somebody", full_name="某人")
    with override_settings(DEMO=True, DATA_DIR=tmp_path), pytest.raises(CommandError, match="已有用户"):
        call_command("demo", stdout=io.StringIO())
    assert not Case.objects.exists()
