"""Set aside, give back, advance, recover: each once, never more than is there, and the books know every step."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courts.models import User
from events import log
from funds.actions import tracing, transfers
from funds.actions.receipts import identify_receipt, record_receipt, void_receipt
from funds.audit import differences
from funds.books import lock_book
from funds.models import Balance, Receipt, Recovery, Trace, Transfer
from funds.revolving import fund_of
from funds.statements.reconciling import reconcile
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from tests.factories.courts import court, person
from tests.factories.funds import Desk, arrival, desk, granted, in_custody, payout
from tests.factories.statements import topped_up

pytestmark = pytest.mark.django_db
TODAY = dt.date(2023, 5, 10)


@pytest.fixture
def at_desk(db: None) -> Desk:
    with time.travel("2023-05-10 09:00"):
        yield desk()


asked = granted


def go(at_desk: Desk, verb: Any, made: Transfer, **given: Any) -> Transfer:
    actor: User = given.pop("actor", at_desk.finance)
    key = given.pop("key", verb.__name__)
    return verb(transfer_id=made.pk, on=TODAY, actor=actor, at=time.now(), key=key, **given)


def standing(at_desk: Desk) -> dict[str, Decimal]:
    rows = Balance.objects.filter(book__about=at_desk.about, amount__gt=0)
    return dict(rows.values_list("account", "amount"))


def test_escrow_goes_aside_and_comes_back(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "5000.00")
    made = asked(at_desk, "escrow", "3000.00", receipt, cause="payee_refuses")
    go(at_desk, transfers.hold, made, body="云州市公证处")
    assert standing(at_desk) == {"custody": Decimal(2000), "escrow": Decimal(3000)}
    assert list(differences()) == []
    go(at_desk, transfers.release, made, reason="领款人已提交领款材料")
    assert standing(at_desk) == {"custody": Decimal(5000)}
    assert list(differences()) == []


def test_a_refund_leaves_the_bank_once(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "5000.00")
    made = asked(at_desk, "refund", "1200.50", receipt)
    go(at_desk, transfers.hold, made, body="")
    go(at_desk, transfers.pay, made, bank_ref="R-1")
    assert go(at_desk, transfers.pay, made, bank_ref="R-1").state == "paid"
    with pytest.raises(WrongState):
        go(at_desk, transfers.pay, made, bank_ref="R-2", key="again")
    assert standing(at_desk) == {"custody": Decimal("3799.50"), "paid": Decimal("1200.50")}
    assert list(differences()) == []
    sheet = reconcile(at_desk.court.pk, TODAY)
    assert [(item.amount, item.words) for item in sheet.books_out] == [(Decimal("1200.50"), "R-1")]
    assert sheet.difference == 0


def test_two_transfers_of_a_kind_do_not_run_over_one_receipt(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "5000.00")
    asked(at_desk, "refund", "100.00", receipt, key="one")
    with pytest.raises(Conflict, match="正在办理"):
        asked(at_desk, "refund", "100.00", receipt, key="two")


def test_what_a_payout_has_spoken_for_is_not_set_aside(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "5000.00")
    payout(at_desk, "drafted", receipt=receipt, amount="4000.00")
    with pytest.raises(BadInput, match="1,000.00"):
        asked(at_desk, "escrow", "1000.01", receipt)
    assert asked(at_desk, "escrow", "1000.00", receipt).state == "approved"


def test_who_asked_does_not_move_the_money(at_desk: Desk) -> None:
    made = asked(at_desk, "escrow", "100.00", in_custody(at_desk, "5000.00"))
    with pytest.raises(NotAllowed):
        go(at_desk, transfers.hold, made, body="公证处", actor=made.requester)
    with pytest.raises(NotFound):
        go(at_desk, transfers.hold, made, body="公证处", actor=person(court(), "finance"))


def test_one_bank_receipt_number_pays_one_transfer(at_desk: Desk) -> None:
    receipts = [in_custody(at_desk, "500.00", key=f"r{n}") for n in range(2)]
    first, second = (asked(at_desk, "deposit", "500.00", each) for each in receipts)
    for n, made in enumerate((first, second)):
        go(at_desk, transfers.hold, made, body="竞买人", key=f"h{n}")
    go(at_desk, transfers.pay, first, bank_ref="SAME")
    with pytest.raises(BadInput, match="回单号"):
        go(at_desk, transfers.pay, second, bank_ref="SAME", key="p2")


def test_the_fund_advances_what_it_has_and_gets_it_back_first(at_desk: Desk) -> None:
    made = asked(at_desk, "advance", "8000.00")
    with pytest.raises(WrongState, match="余额不足"):
        go(at_desk, transfers.pay, made, bank_ref="A-1")
    topped_up(at_desk.court, at_desk.finance, "10000.00")
    assert fund_of(at_desk.court.pk) == Decimal(10000)
    go(at_desk, transfers.pay, made, bank_ref="A-1")
    assert fund_of(at_desk.court.pk) == Decimal(2000)
    receipt = in_custody(at_desk, "5000.00")
    event = log.find(receipt.stream, "identify")
    transfers.recover(event)
    transfers.recover(event)
    assert Recovery.objects.get().amount == Decimal(5000)
    assert (standing(at_desk), fund_of(at_desk.court.pk)) == ({}, Decimal(7000))
    assert Transfer.objects.get().outstanding == Decimal(3000)
    assert list(differences()) == []
    sheet = reconcile(at_desk.court.pk, TODAY)
    assert Decimal(10000) not in [item.amount for item in sheet.books_in], "the bank shows it itself"
    assert Decimal(8000) in [item.amount for item in sheet.books_out]
    assert sheet.difference == 0


def test_aid_moves_no_money_of_the_court(at_desk: Desk) -> None:
    made = asked(at_desk, "insurance", "20000.00")
    go(at_desk, transfers.pay, made, bank_ref="INS-1")
    assert (standing(at_desk), made.is_aid) == ({}, True)
    assert list(differences()) == []


def old(at_desk: Desk, on: str = "2020-05-10") -> Receipt:
    return arrival(at_desk, "700.00", arrived_on=dt.date.fromisoformat(on))


def step(at_desk: Desk, receipt: Receipt, name: str, **given: Any) -> Trace:
    return tracing.trace(
        receipt_id=receipt.pk, step=name, on=TODAY, note="向付款行查询", actor=at_desk.officer, at=time.now(),
        key=given.get("key", name),
    )  # fmt: skip


@pytest.mark.req("JZ-72")
def test_money_of_three_years_is_traced_step_by_step(at_desk: Desk) -> None:
    """Exactly three years counts, a day less does not."""
    receipt = old(at_desk)
    with pytest.raises(WrongState, match="不满三年"):
        step(at_desk, old(at_desk, "2020-05-11"), "payer_bank", key="young")
    with pytest.raises(WrongState, match="逐步"):
        step(at_desk, receipt, "asked")
    for name in ("payer_bank", "asked", "reconciled", "unknown"):
        step(at_desk, receipt, name)
    with pytest.raises(WrongState, match="已有核查结果"):
        step(at_desk, receipt, "found")


def escrow_old(at_desk: Desk, receipt: Receipt) -> Transfer:
    return tracing.escrow_unknown(
        receipt_id=receipt.pk,
        approver=at_desk.officer,
        on=TODAY,
        actor=at_desk.finance,
        at=time.now(),
        key="old",
    )


@pytest.mark.req("JZ-73")
def test_what_nobody_can_be_found_for_is_escrowed(at_desk: Desk) -> None:
    receipt = old(at_desk)
    with pytest.raises(WrongState, match="无法查明"):
        escrow_old(at_desk, receipt)
    for name in ("payer_bank", "asked", "reconciled", "unknown"):
        step(at_desk, receipt, name)
    made = escrow_old(at_desk, receipt)
    assert escrow_old(at_desk, receipt).pk == made.pk
    assert list(differences()) == []
    given = {"receipt_id": receipt.pk, "actor": at_desk.officer, "at": time.now()}
    with pytest.raises(WrongState, match="提存"):
        identify_receipt(about=at_desk.about, key="claim", **given)
    with pytest.raises(WrongState, match="提存"):
        void_receipt(reason="误登", key="void", **given)
    go(at_desk, transfers.release, made, reason="付款人已查明")
    assert identify_receipt(about=at_desk.about, key="claim2", **given).state == "identified"
    assert list(differences()) == []


def test_what_a_transfer_said_never_changes(at_desk: Desk) -> None:
    made = asked(at_desk, "escrow", "100.00", in_custody(at_desk, "5000.00"))
    for change in ({"amount": Decimal(200)}, {"state": "requested"}, {"state": "released"}):
        with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic():
            Transfer.objects.filter(pk=made.pk).update(**change)


@given(parts=st.lists(st.integers(1, 400_000), min_size=1, max_size=5))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_split_of_a_receipt_keeps_its_sum(at_desk: Desk, parts: list[int]) -> None:
    """Whatever is set aside and paid: custody, escrow, refund and paid add up to what arrived."""
    with transaction.atomic():
        receipt = in_custody_again(at_desk, Decimal(sum(parts)) / 100 + Decimal("0.07"))
        kinds = ("escrow", "refund", "deposit")
        before = sum(standing(at_desk).values())
        for place, part in enumerate(parts[:3]):
            kind = kinds[place]
            book = lock_book(receipt.book_id)
            made = transfers.open_transfer(
                kind=kind, amount=Decimal(part) / 100, ground="分", actor=at_desk.officer, at=time.now(),
                key=f"{receipt.pk}-{place}", book=book, receipt=receipt,
            )  # fmt: skip
            transfers.approve(made, approval_id=None, on=TODAY, name="user:1", at=time.now(), key="ok")
            transfers.hold(
                transfer_id=made.pk,
                body="公证处",
                on=TODAY,
                actor=at_desk.finance,
                at=time.now(),
                key="h",
                joins=True,
            )
            if kind != "escrow":
                transfers.pay(
                    transfer_id=made.pk, bank_ref=f"H{made.pk}", on=TODAY, actor=at_desk.finance, at=time.now(),
                    key="p", joins=True,
                )  # fmt: skip
        assert sum(standing(at_desk).values()) == before
        assert list(differences(chains=False)) == []
        transaction.set_rollback(True)


def in_custody_again(at_desk: Desk, amount: Decimal) -> Receipt:
    count = Receipt.objects.count()
    receipt = record_receipt(
        court=at_desk.court, amount=amount, arrived_on=TODAY, payer_name="甲", account_tail="1234",
        bank_serial=f"HYP{count}", remark="", actor=at_desk.officer, at=time.now(), key=f"hyp{count}", joins=True,
    )  # fmt: skip
    return identify_receipt(
        receipt_id=receipt.pk, about=at_desk.about, actor=at_desk.officer, at=time.now(), key="id", joins=True
    )
