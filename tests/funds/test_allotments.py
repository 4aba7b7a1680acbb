"""What decisions allot is in the books: nothing is paid beyond it or twice, and only a reversal takes it back."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from funds.actions.allocating import allocate_receipt, propose
from funds.actions.payouts import (
    approve_payout,
    cancel_payout,
    confirm_paid,
    draft_payout,
    send_payout,
    submit_payout,
)
from funds.actions.receipts import identify_receipt, release_receipt
from funds.actions.transfers import open_transfer
from funds.audit import differences
from funds.checks import surplus_of
from funds.dues import decision_of, dues_of
from funds.models import Allotment, Balance, Journal, Payee, Payout, Receipt
from kernel import time
from kernel.errors import BadInput, WrongState
from tests.factories.funds import SMALL, Desk, arrival, desk, in_custody, payee, payout

Y = Decimal


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    return desk()


def ago(days: int) -> dt.date:
    return time.today() - dt.timedelta(days=days)


def debt(name: str, creditor: str, principal: str, days: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "id": name, "creditor": creditor, "principal": principal, "due_on": ago(days).isoformat(), "title": f"({name})", **more
    }  # fmt: skip


def claims(*debts: dict[str, Any], costs: str = "0.00", **more: Any) -> dict[str, Any]:
    cost = {"id": "fee", "creditor": "本院", "amount": costs, "court": True}
    return {"first_day": "next", "debts": list(debts), "costs": [cost], **more}


def by(at_desk: Desk, key: str = "k") -> dict[str, Any]:
    return {"actor": at_desk.officer, "at": time.now(), "key": key}


def decide(at_desk: Desk, receipt: Receipt, given: dict[str, Any], key: str = "k", **more: Any) -> Any:
    return allocate_receipt(receipt_id=receipt.pk, claims=given, **by(at_desk, key), **more)


def draft(at_desk: Desk, receipt: Receipt, to: Payee, amount: str, key: str, **more: Any) -> Payout:
    return draft_payout(
        receipt_id=receipt.pk, payee_id=to.pk, amount=Y(amount), route=SMALL, **by(at_desk, key), **more
    )


def paid(at_desk: Desk, made: Payout, ref: str) -> None:
    given = {"payout_id": made.pk, "at": time.now()}
    submit_payout(actor=at_desk.officer, key="s", **given)
    approve_payout(actor=at_desk.director, key="a", **given)
    send_payout(actor=at_desk.officer, key="g", **given)
    confirm_paid(actor=at_desk.officer, bank_ref=ref, paid_on=time.today(), key="p", **given)


def clean() -> None:
    assert list(differences()) == []


def test_a_decision_stands_on_claimed_by_creditor_and_judgment(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "50000.00")
    given = claims(
        debt("a", "张三", "30000.00"),
        debt("b", "张三", "10000.00", days=200),
        debt("c", "李四", "60000.00"),
        costs="1000.00",
    )
    made = decide(at_desk, receipt, given)
    rows = {
        (row.creditor, row.group, row.title, row.to_court): row.amount
        for row in Allotment.objects.filter(allocation=made)
    }
    # 49,000 behind the costs, pro rata 40,000 : 60,000.
    assert sum(rows.values()) == Y("50000.00")
    assert rows["本院", "costs", "", True] == Y("1000.00")
    # 张三 has 19,600 for two judgments: the one due first is paid first.
    assert rows["张三", "b", "(b)", False] == Y("10000.00")
    assert rows["张三", "a", "(a)", False] == Y("9600.00")
    assert rows["李四", "c", "(c)", False] == Y("29400.00")
    assert Balance.objects.get(book=receipt.book, account="claimed").amount == Y("50000.00")
    assert Balance.objects.get(book=receipt.book, account="custody").amount == Y("50000.00")
    clean()


def test_nothing_is_paid_beyond_the_allocation(at_desk: Desk) -> None:
    receipt, zhang, wang = in_custody(at_desk, "1000.00"), payee(at_desk), payee(at_desk, name="王五")
    decide(at_desk, receipt, claims(debt("a", "张三", "300.00"), debt("b", "李四", "700.00")))
    with pytest.raises(BadInput, match="尚未发放的 ¥300.00"):
        draft(at_desk, receipt, zhang, "300.01", "over")
    with pytest.raises(BadInput, match="没有分配给王五"):
        draft(at_desk, receipt, wang, "1.00", "stranger")
    made = draft(at_desk, receipt, zhang, "300.00", "right")
    assert made.allotment.group == "a"
    paid(at_desk, made, "R-1")
    with pytest.raises(BadInput, match="尚未发放的 ¥0.00"):
        draft(at_desk, receipt, zhang, "0.01", "again")
    clean()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"amount": Y("300.01")}, "payout_within_allotment"),
        ({"allotment": None}, "payout_names_allotment"),
    ],
)
def test_the_database_itself_refuses_what_passes_the_allocation(
    at_desk: Desk, change: dict[str, Any], constraint: str
) -> None:
    receipt, zhang = in_custody(at_desk, "1000.00"), payee(at_desk)
    decide(at_desk, receipt, claims(debt("a", "张三", "300.00"), debt("b", "李四", "700.00")))
    made = draft(at_desk, receipt, zhang, "300.00", "right")
    cancel_payout(payout_id=made.pk, reason="重做", **by(at_desk, "c"))
    fields = {
        f.attname: getattr(made, f.attname)
        for f in Payout._meta.concrete_fields
        if f.attname not in ("id", "state")
    }
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Payout(
            **{**fields, "key": "raw", **{f"{k}_id" if k == "allotment" else k: v for k, v in change.items()}}
        ).save()
    assert refused.value.__cause__.diag.constraint_name == constraint
    with pytest.raises(IntegrityError), transaction.atomic():
        Allotment.objects.update(amount=Y("5.00"))


def test_a_payout_without_decision_must_end_before_one_is_made(at_desk: Desk) -> None:
    receipt, zhang = in_custody(at_desk, "1000.00"), payee(at_desk)
    draft(at_desk, receipt, zhang, "10.00", "early")
    with pytest.raises(WrongState, match="没有经过分配的发放"):
        decide(at_desk, receipt, claims(debt("a", "张三", "300.00")))


def test_money_with_an_earlier_value_day_reverses_and_allots_anew(at_desk: Desk) -> None:
    """价值日: 60,000 of today is decided and half sent; 50,000 of 50 days ago come to light."""
    zhang, li = payee(at_desk), payee(at_desk, name="李四")
    given = claims(debt("a", "张三", "100000.00"), debt("b", "李四", "5000.00", preferred=True))
    today = in_custody(at_desk, "60000.00")
    first = decide(at_desk, today, given)
    assert first.shares["principal:b"] == "5000.00"
    paid(at_desk, draft(at_desk, today, li, "5000.00", "li"), "R-1")
    waiting = draft(at_desk, today, zhang, "55000.00", "zhang")
    late = arrival(at_desk, "50000.00", arrived_on=ago(50), at=time.now())
    late = identify_receipt(receipt_id=late.pk, about=at_desk.about, **by(at_desk, "late"))

    shown = propose(late, given)
    assert shown.law["principal:b"] == Y("5000.00")
    assert [row.pk for row in shown.anew] == [first.pk]
    second = decide(at_desk, late, given, "second")

    anew = decision_of(today)
    assert (anew.replaces_id, anew.late_id, second.replaces_id) == (first.pk, late.pk, None)
    assert "依价值日重新计算" in anew.reason
    # The preferred 5,000 and 45,000 of principal are paid 50 days ago; today 55,000 of principal and then interest:
    # 李四 50 days on 5,000, 张三 50 days on 100,000 and 50 on 55,000.
    assert Y(anew.shares["principal:a"]) == Y("55000.00")
    assert Y(anew.shares["principal:b"]) == 0
    assert Y(anew.shares["doubled:a"]) == Y("1356.25")
    assert Y(anew.shares["doubled:b"]) == Y("43.75")
    assert anew.surplus == Y("3600.00")
    assert first.sheet != anew.sheet
    assert {c["claim"]: (c["before"], c["after"]) for c in anew.changes}["principal:b"] == ("5000.00", "0.00")
    journal = Journal.objects.get(key=f"{first.stream}/allotted")
    assert journal.reversed_by.kind == "reversal"
    # What was paid is a fact: 李四 was paid 5,000 of today's money, and is owed 43.75 more; nothing is paid twice.
    dues = {due.creditor: (due.allotted, due.spent, due.left) for due in dues_of(today.book_id)}
    assert dues["李四"] == (Y("5043.75"), Y("5000.00"), Y("43.75"))
    assert dues["张三"] == (Y("101356.25"), Y("55000.00"), Y("46356.25"))
    assert Payout.objects.get(pk=waiting.pk).state == "drafted"
    assert second.overpaid == {}
    with pytest.raises(BadInput):
        draft(at_desk, today, li, "43.76", "more")
    clean()


def test_what_was_paid_too_much_is_said_and_taken_off_what_comes(at_desk: Desk) -> None:
    """Paid whole by interest to today; 40,000 of 50 days ago make the interest less: the rest is no longer his."""
    zhang = payee(at_desk)
    today = in_custody(at_desk, "101750.00")
    given = claims(debt("a", "张三", "100000.00"))
    decide(at_desk, today, given)
    paid(at_desk, draft(at_desk, today, zhang, "101750.00", "whole"), "R-1")
    late = arrival(at_desk, "40000.00", arrived_on=ago(50), at=time.now())
    late = identify_receipt(receipt_id=late.pk, about=at_desk.about, **by(at_desk, "late"))
    second = decide(at_desk, late, given, "second")
    # 40,000 + 60,000 + 875 + 525: 101,400 is owed in all, 101,750 was paid.
    assert second.overpaid == {"张三": "350.00"}
    assert decision_of(today).overpaid == {"张三": "350.00"}
    with pytest.raises(BadInput, match="尚未发放的 ¥0.00"):
        draft(at_desk, late, zhang, "1.00", "more")
    clean()
    third = in_custody(at_desk, "1000.00", key="third")
    wider = claims(debt("a", "张三", "100000.00"), debt("n", "张三", "1000.00", days=0))
    decide(at_desk, third, wider, "third")
    (due,) = dues_of(third.book_id)
    assert due.left == Y("650.00")
    clean()


def test_unsent_payouts_that_would_be_too_much_are_cancelled(at_desk: Desk) -> None:
    zhang = payee(at_desk)
    today = in_custody(at_desk, "101750.00")
    given = claims(debt("a", "张三", "100000.00"))
    decide(at_desk, today, given)
    waiting = draft(at_desk, today, zhang, "101750.00", "whole")
    late = arrival(at_desk, "40000.00", arrived_on=ago(50), at=time.now())
    late = identify_receipt(receipt_id=late.pk, about=at_desk.about, **by(at_desk, "late"))
    second = decide(at_desk, late, given, "second")
    assert Payout.objects.get(pk=waiting.pk).state == "cancelled"
    assert second.overpaid == {}
    clean()


def test_a_changed_decision_is_a_fact_for_later_money(at_desk: Desk) -> None:
    """约定先付利息: what the officer decided about the first receipt is what the second is reckoned from."""
    first = in_custody(at_desk, "1000.00", arrived_on=ago(10))
    given = claims(debt("a", "张三", "100000.00", interest="800.00"))
    shares = {"cost:fee": "0.00", "interest:a": "0.00", "principal:a": "1000.00", "doubled:a": "0.00"}
    decide(at_desk, first, given, shares=shares, reason="当事人约定先还本金")
    second = in_custody(at_desk, "900.00", key="second")
    found = propose(second, given)
    assert found.law["interest:a"] == Y("800.00")
    assert found.law["principal:a"] == Y("100.00")
    assert found.anew == ()


def test_money_taken_back_takes_its_decision_along(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "500.00")
    given = claims(debt("a", "张三", "300.00"))
    decide(at_desk, receipt, given)
    release_receipt(receipt_id=receipt.pk, reason="他案款项", **by(at_desk, "back"))
    assert Balance.objects.get(book=receipt.book, account="claimed").amount == 0
    clean()
    receipt = identify_receipt(receipt_id=receipt.pk, about=at_desk.about, **by(at_desk, "again"))
    assert decision_of(receipt) is None
    assert payout(at_desk, "paid", receipt=receipt, amount="500.00").allotment is None
    clean()


def test_of_an_allocated_receipt_only_its_surplus_goes_back(at_desk: Desk) -> None:
    """50,000 came, 30,000 and its interest are the creditor's: what is left over may be refunded, not a fen more."""
    receipt = in_custody(at_desk, "50000.00")
    assert surplus_of(receipt) == Y(50000)
    made = decide(at_desk, receipt, claims(debt("d1", "张三", "30000.00")))
    assert surplus_of(receipt) == made.surplus
    given = {"kind": "refund", "ground": "余款退还被执行人", "book": receipt.book, "receipt": receipt}
    with transaction.atomic(), pytest.raises(BadInput, match="余款只有"):
        open_transfer(amount=made.surplus + Y("0.01"), **given, **by(at_desk, "more"))
    with transaction.atomic():
        open_transfer(amount=made.surplus, **given, **by(at_desk, "all"))
    assert surplus_of(receipt) == Y(0)
    to = payee(at_desk, name="张三")
    draft(at_desk, receipt, to, str(50000 - made.surplus), "p")
    clean()


def test_what_was_paid_before_anyone_decided_is_counted(at_desk: Desk) -> None:
    """800 are paid; then the law gives 300: 500 were too much, which stands in the decision, also of one named later."""
    zhang, wang = payee(at_desk), payee(at_desk, name="王五")
    receipt = in_custody(at_desk, "1000.00")
    paid(at_desk, draft(at_desk, receipt, zhang, "800.00", "early"), "R-1")
    paid(at_desk, draft(at_desk, receipt, wang, "200.00", "stranger"), "R-2")
    made = decide(at_desk, receipt, claims(debt("a", "张三", "300.00"), debt("b", "李四", "700.00")))
    assert Y(made.overpaid["张三"]) == Y("500.00")
    clean()
    second = in_custody(at_desk, "100.00", key="second")
    wider = claims(debt("a", "张三", "300.00"), debt("b", "李四", "700.00"), debt("c", "王五", "50.00"))
    decide(at_desk, second, wider, "second")
    assert {due.creditor: due.left for due in dues_of(receipt.book_id)}["王五"] == 0
    clean()


def test_late_money_waits_for_a_payout_that_no_decision_was_made_for(at_desk: Desk) -> None:
    """All was kept back of the receipt, and then some of it drafted: what would allot of it anew is refused in words."""
    zhang = payee(at_desk)
    today = in_custody(at_desk, "1000.00")
    given = claims(debt("a", "张三", "100000.00"))
    law = propose(today, given).law
    decide(at_desk, today, given, shares=dict.fromkeys(law, "0.00"), reason="另案查封")
    early = draft(at_desk, today, zhang, "10.00", "early")
    late = arrival(at_desk, "500.00", arrived_on=ago(50), at=time.now())
    late = identify_receipt(receipt_id=late.pk, about=at_desk.about, **by(at_desk, "late"))
    with pytest.raises(WrongState, match="没有经过分配的发放"):
        decide(at_desk, late, given, "late")
    cancel_payout(payout_id=early.pk, reason="重做", **by(at_desk, "c"))
    decide(at_desk, late, given, "late")
    clean()


def test_money_identified_behind_a_decision_does_not_stop_the_next_one(at_desk: Desk) -> None:
    """Recorded first and identified last, it is before the decided receipt in their order, and nobody decides about it."""
    early = arrival(at_desk, "600.00")
    decided = in_custody(at_desk, "600.00", key="decided")
    given = claims(debt("a", "张三", "600.00"), debt("b", "李四", "1000.00"))
    law = propose(decided, given).law
    whole = {**dict.fromkeys(law, "0.00"), "principal:a": "600.00"}
    decide(at_desk, decided, given, shares=whole, reason="李四另案受偿")
    identify_receipt(receipt_id=early.pk, about=at_desk.about, **by(at_desk, "early"))
    third = in_custody(at_desk, "800.00", key="third")
    made = decide(at_desk, third, given, "third")
    # The waiting 600 are reckoned beside the decision, on what it left: of 1,000 in principal 400 are left.
    assert (Y(made.shares["principal:a"]), Y(made.shares["principal:b"])) == (Y(0), Y("400.00"))
    clean()
