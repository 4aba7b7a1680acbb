"""The connection dies in the middle of a payout: nothing half, nothing twice, and the same click works again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from events.log import history
from funds.actions.payouts import confirm_paid, return_payout, send_payout
from funds.actions.receipts import identify_receipt, record_receipt
from funds.audit import differences
from funds.models import Book, Journal, Payout, Receipt
from funds.selectors import money_of
from kernel import time
from tests.conftest import cluster
from tests.factories.funds import Desk, arrival, desk, payee, payout


class Killer:
    """Ends this process's connection, as a crash of the server would, right before its n-th statement."""

    def __init__(self, before: int) -> None:
        self.before, self.seen, self.has_killed = before, 0, False

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.seen += 1
        if self.seen == self.before:
            self.has_killed = True
            pid = connection.connection.info.backend_pid
            with cluster() as server:
                server.execute("SELECT pg_terminate_backend(%s)", [pid])
        return execute(*arguments)


def kill_everywhere(act: Callable[[], Any], before: Callable[[], Any]) -> int:
    """Do `act` again, killed before its 1st, 2nd ... statement, until it gets through; how many deaths.

    After each death nothing of it must be there: `before` gives what it gave, and the books agree.
    """
    stood, deaths = before(), 0
    while True:
        killer = Killer(before=deaths + 1)
        try:
            with connection.execute_wrapper(killer):
                act()
        except OperationalError:
            deaths += 1
            connection.close()
            assert before() == stood, f"half an act after death before statement {deaths}"
            assert list(differences()) == []
            continue
        assert not killer.has_killed
        return deaths


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    made = desk()
    assert made.officer.scope
    return made


def rows(made: Payout | None = None) -> tuple[Any, ...]:
    counts = tuple(model.objects.count() for model in (Book, Receipt, Payout, Journal))
    return (
        *counts,
        *([Payout.objects.get(pk=made.pk).state, len(list(history(made.stream)))] if made else []),
    )


def test_killed_while_sending(at_desk: Desk) -> None:
    made = payout(at_desk, "approved", amount="100.00")
    given = {"payout_id": made.pk, "actor": at_desk.officer, "at": time.now(), "key": "send"}
    deaths = kill_everywhere(lambda: send_payout(**given), lambda: rows(made))
    assert deaths == 9
    money = money_of(at_desk.about)
    assert (money.custody, money.in_transit) == (0, made.amount)
    assert send_payout(**given).state == "sent"
    assert Journal.objects.filter(payout=made).count() == 1
    assert list(differences()) == []


def test_killed_while_confirming_and_while_returning(at_desk: Desk) -> None:
    made = payout(at_desk, "sent", amount="100.00")
    given = {"payout_id": made.pk, "actor": at_desk.officer, "at": time.now()}
    paid = {"bank_ref": "R1", "paid_on": time.today(), "key": "paid"}
    assert kill_everywhere(lambda: confirm_paid(**given, **paid), lambda: rows(made)) >= 10
    assert money_of(at_desk.about).paid == made.amount
    back = {"reason": "退票", "on": time.today(), "key": "back"}
    assert kill_everywhere(lambda: return_payout(**given, **back), lambda: rows(made)) >= 12
    assert money_of(at_desk.about).custody == made.amount
    assert [event.kind for event in history(made.stream)][-2:] == ["payout.paid", "payout.returned"]
    assert list(differences()) == []


def test_killed_while_money_arrives_and_is_identified(at_desk: Desk) -> None:
    given = {"actor": at_desk.officer, "at": time.now()}
    arrived = {"payer_name": "", "account_tail": "", "bank_serial": "S1", "remark": "", "key": "arrived"}
    record = {"court": at_desk.court, "amount": "100.00", "arrived_on": time.today(), **arrived}
    assert kill_everywhere(lambda: record_receipt(**record, **given), rows) >= 6
    receipt = Receipt.objects.get()
    identify = {"receipt_id": receipt.pk, "about": at_desk.about, "key": "identify"}
    assert kill_everywhere(lambda: identify_receipt(**identify, **given), rows) >= 7
    assert money_of(at_desk.about).custody == receipt.amount
    assert list(differences()) == []


def test_an_answer_that_was_lost_after_commit_is_given_again(at_desk: Desk) -> None:
    """The act committed and the connection died before the answer: the retry returns what stands."""
    made = payout(at_desk, "approved", to=payee(at_desk), amount="100.00")
    given = {"payout_id": made.pk, "actor": at_desk.officer, "at": time.now(), "key": "send"}
    send_payout(**given)
    with cluster() as server:
        server.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    with pytest.raises(OperationalError):
        arrival(at_desk)
    connection.close()
    assert send_payout(**given).state == "sent"
    assert Journal.objects.filter(payout=made).count() == 1
    assert list(differences()) == []


def test_killed_at_commit(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = payout(at_desk, "approved", amount="100.00")
    given = {"payout_id": made.pk, "actor": at_desk.officer, "at": time.now(), "key": "send"}
    stood, commit = rows(made), BaseDatabaseWrapper._commit

    def die_and_commit(wrapper: Any) -> None:
        with cluster() as server:
            server.execute("SELECT pg_terminate_backend(%s)", [wrapper.connection.info.backend_pid])
        commit(wrapper)

    with monkeypatch.context() as patch:
        patch.setattr(BaseDatabaseWrapper, "_commit", die_and_commit)
        with pytest.raises(OperationalError):
            send_payout(**given)
    connection.close()
    assert rows(made) == stood
    assert list(differences()) == []
    assert send_payout(**given).state == "sent"
