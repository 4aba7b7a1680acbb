"""Two people, one payout: whoever comes second is told so, and no money moves twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from events.log import history
from events.models import Event
from funds.actions.payouts import approve_payout, confirm_paid, draft_payout, send_payout
from funds.actions.receipts import identify_receipt, release_receipt
from funds.audit import differences
from funds.models import Journal, Payee, Payout, Receipt
from funds.selectors import money_of
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, WrongState
from tests.factories.courts import person
from tests.factories.funds import SMALL, Desk, arrival, desk, in_custody, payee, payout

CARD = "6228480402564890018"
ROUNDS = 4


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same moment, each on its own connection; results, or the errors they raised."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[number] = call()
        except DomainError as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    return results


def refusals(results: list[Any]) -> list[DomainError]:
    return [result for result in results if isinstance(result, DomainError)]


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    made = desk()
    assert made.officer.scope
    assert made.director.scope
    return made


def test_two_approvers(at_desk: Desk) -> None:
    second = person(at_desk.court, "president")
    assert second.scope
    for number in range(ROUNDS):
        made = payout(at_desk, "submitted", to=payee(at_desk, name=f"张{number}"))
        given = {"payout_id": made.pk, "at": time.now()}
        results = at_once(
            lambda given=given: approve_payout(actor=at_desk.director, key="a", **given),
            lambda given=given: approve_payout(actor=second, key="b", **given),
        )
        (refused,) = refusals(results)
        assert isinstance(refused, WrongState)
        (approved,) = [result for result in results if isinstance(result, Payout)]
        assert [e.data["checker"] for e in history(made.stream) if e.kind == "payout.approved"] == [
            approved.checker_id
        ]
        assert Payout.objects.get(pk=made.pk).checker_id == approved.checker_id
    assert list(differences()) == []


def test_two_senders(at_desk: Desk) -> None:
    second = person(at_desk.court, "finance")
    assert second.scope
    for number in range(ROUNDS):
        made = payout(at_desk, "approved", to=payee(at_desk, name=f"张{number}"), amount="100.00")
        given = {"payout_id": made.pk, "at": time.now()}
        results = at_once(
            lambda given=given: send_payout(actor=at_desk.officer, key="a", **given),
            lambda given=given: send_payout(actor=second, key="b", **given),
        )
        (refused,) = refusals(results)
        assert isinstance(refused, WrongState)
        assert "这笔发放已发出，现在不能付款" in str(refused)
        assert Journal.objects.filter(payout=made).count() == 1
    assert money_of(at_desk.about).in_transit == Decimal("100.00") * ROUNDS
    assert list(differences()) == []


def test_one_key_many_clicks(at_desk: Desk) -> None:
    made = payout(at_desk, "approved", amount="100.00")
    given = {"payout_id": made.pk, "actor": at_desk.officer, "at": time.now()}
    results = at_once(*[lambda: send_payout(key="once", **given)] * 12)
    assert {(result.pk, result.state, result.sent_at) for result in results} == {
        (made.pk, "sent", results[0].sent_at)
    }
    confirmed = at_once(
        *[lambda: confirm_paid(key="paid", bank_ref="R1", paid_on=time.today(), **given)] * 12
    )
    assert {result.state for result in confirmed} == {"paid"}
    assert Counter(event.kind for event in history(made.stream)) == {
        f"payout.{step}": 1 for step in ("drafted", "submitted", "approved", "sent", "paid")
    }
    assert list(differences()) == []


def test_two_drafts_of_the_same_money(at_desk: Desk) -> None:
    first, second = payee(at_desk), payee(at_desk, name="李四", account=CARD)

    def draft(receipt: Receipt, to: Payee, key: str) -> Callable[[], Payout]:
        return lambda: draft_payout(
            receipt_id=receipt.pk,
            payee_id=to.pk,
            amount=Decimal("60.00"),
            route=SMALL,
            actor=at_desk.officer,
            at=time.now(),
            key=key,
        )

    for number in range(ROUNDS):
        receipt = in_custody(at_desk, "100.00")
        results = at_once(draft(receipt, first, f"a{number}"), draft(receipt, second, f"b{number}"))
        (refused,) = refusals(results)
        assert isinstance(refused, BadInput)
        assert receipt.payouts.count() == 1
        receipt = in_custody(at_desk, "200.00")
        (refused,) = refusals(
            at_once(draft(receipt, first, f"c{number}"), draft(receipt, first, f"d{number}"))
        )
        assert isinstance(refused, Conflict)
        assert "已有一笔发放正在办理" in str(refused)
    assert list(differences()) == []


def test_drafting_against_taking_the_receipt_away(at_desk: Desk) -> None:
    to = payee(at_desk)
    for number in range(ROUNDS):
        receipt = in_custody(at_desk, "100.00")
        given = {"receipt_id": receipt.pk, "actor": at_desk.officer, "at": time.now()}
        results = at_once(
            lambda given=given, number=number: draft_payout(
                payee_id=to.pk, amount=Decimal("1.00"), route=SMALL, key=f"d{number}", **given
            ),
            lambda given=given: release_receipt(reason="认错案件", key="r", **given),
        )
        assert len(refusals(results)) == 1
        receipt = Receipt.objects.get(pk=receipt.pk)
        assert (receipt.state == "identified") is receipt.payouts.exists()
    assert list(differences()) == []


def test_one_receipt_for_two_cases(at_desk: Desk) -> None:
    other = desk(at_desk.court)
    for number in range(ROUNDS):
        receipt = arrival(at_desk, "100.00")
        given = {"receipt_id": receipt.pk, "actor": at_desk.officer, "at": time.now()}
        results = at_once(
            lambda given=given: identify_receipt(about=at_desk.about, key="a", **given),
            lambda given=given: identify_receipt(about=other.about, key="b", **given),
        )
        assert len(refusals(results)) == 1, number
    assert money_of(at_desk.about).custody + money_of(other.about).custody == Decimal("100.00") * ROUNDS
    assert list(differences()) == []


def test_two_workers_enter_the_same_bank_file(at_desk: Desk) -> None:
    def enter(worker: str, first: int) -> list[int]:
        """Overlapping days: each worker's file starts elsewhere; keys are the worker's own."""
        return [
            arrival(
                at_desk,
                "10.00",
                bank_serial=f"F{number:04d}",
                key=f"{worker}-{number}",
                arrived_on=time.today(),
            ).pk
            for number in range(first, first + 20)
        ]

    results = at_once(lambda: enter("a", 0), lambda: enter("b", 10))
    assert refusals(results) == []
    assert set(results[0][10:]) == set(results[1][:10])
    assert (Receipt.objects.count(), Journal.objects.count()) == (30, 30)
    assert enter("again", 5) == [*results[0][5:], *results[1][10:15]]
    assert (Receipt.objects.count(), Journal.objects.count()) == (30, 30)
    assert Event.objects.filter(kind="receipt.arrived").count() == 30
    assert list(differences()) == []
