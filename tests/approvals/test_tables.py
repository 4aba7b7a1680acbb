"""What the tables hold, whatever the code does; in a database whose transactions really commit."""

from __future__ import annotations

import psycopg
import pytest
from django.db import IntegrityError, transaction

from approvals.actions.requests import assent
from approvals.models import Assent, Request
from events.log import history
from kernel import time
from tests.factories.approvals import asked
from tests.factories.courts import court, person


def ask_and_fail(**fields: object) -> None:
    basic = court()
    with transaction.atomic():
        asked(basic, person(basic, "handler"), **fields)
        raise ZeroDivisionError


def test_ask_joins_the_transaction_of_the_act_it_is_for(live_db: str) -> None:
    with pytest.raises(RuntimeError, match="durable"):
        ask_and_fail()
    with pytest.raises(ZeroDivisionError):
        ask_and_fail(joins=True)
    assert Request.objects.count() == 0
    basic = court()
    with transaction.atomic():
        request = asked(basic, person(basic, "handler"), joins=True)
    assert [event.kind for event in history(request.stream)] == ["approval.asked"]


def test_the_asker_cannot_be_written_as_approver(live_db: str) -> None:
    basic = court()
    handler = person(basic, "handler")
    request = asked(basic, handler)
    with pytest.raises(IntegrityError, match="same person"):
        Assent.objects.create(
            request=request, step=0, role="bureau_director", by=handler, answer="assent", at=time.now()
        )


def test_what_was_asked_and_answered_is_frozen(live_db: str, owner_sql: psycopg.Connection) -> None:
    basic = court()
    request = asked(basic, person(basic, "handler"))
    assent(request_id=request.pk, actor=person(basic, "bureau_director"), at=time.now(), key="a")
    for statement in (
        "UPDATE approvals_request SET facts = '{}'",
        "UPDATE approvals_request SET chain = '[]'",
        "UPDATE approvals_request SET state = 'waiting', closed_at = NULL, role = 'bureau_director'",
        "DELETE FROM approvals_request",
        "UPDATE approvals_assent SET answer = 'refuse'",
        "DELETE FROM approvals_assent",
        "TRUNCATE approvals_assent",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner_sql.execute(statement)


def test_the_role_is_that_of_the_step(live_db: str, owner_sql: psycopg.Connection) -> None:
    basic = court()
    asked(basic, person(basic, "handler"), "bureau_director", "president")
    with pytest.raises(psycopg.errors.CheckViolation):
        owner_sql.execute("UPDATE approvals_request SET role = 'president'")
