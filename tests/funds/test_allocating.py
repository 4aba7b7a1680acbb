"""案款分配 as an act: the law's shares, a decision with its reason, the computation frozen, a late payment reckoned anew."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from events.log import history
from funds.actions.allocating import allocate_receipt, propose
from funds.actions.receipts import identify_receipt
from funds.audit import differences
from funds.models import Allocation
from kernel import time
from kernel.errors import BadInput, Conflict, NotAllowed
from tests.factories.funds import Desk, arrival, desk, in_custody


@pytest.fixture
def at_desk(live_db: str) -> Desk:
    return desk()


def ago(days: int) -> dt.date:
    return time.today() - dt.timedelta(days=days)


def claims(**more: Any) -> dict[str, Any]:
    """100,000 yuan, due 100 days ago, and the fee of 1,400."""
    debt = {"id": "a", "creditor": "张三", "principal": "100000.00", "due_on": ago(100).isoformat()}
    cost = {"id": "fee", "creditor": "本院", "amount": "1400.00"}
    return {"first_day": "next", "debts": [debt], "costs": [cost], **more}


def by(at_desk: Desk, key: str = "k") -> dict[str, Any]:
    return {"actor": at_desk.officer, "at": time.now(), "key": key}


def test_the_law_pays_costs_then_principal_then_doubled_interest(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "102000.00")
    made = allocate_receipt(receipt_id=receipt.pk, claims=claims(), **by(at_desk))
    # 100 days x 100,000 x 0.0175 % = 1,750 yuan; 600 of it are left behind costs and principal.
    assert made.shares == {
        "cost:fee": "1400.00",
        "interest:a": "0.00",
        "principal:a": "100000.00",
        "doubled:a": "600.00",
    }
    assert (made.shares, made.surplus, made.reason) == (made.law, Decimal("0.00"), "")
    (line,) = made.sheet
    assert (line["days"], line["base"], line["rate"], line["amount"]) == (
        100,
        "100000.00",
        "日0.0175%",
        "1750.00",
    )
    assert "法释〔2014〕8号" in line["article"]
    assert [event.kind for event in history(made.stream)] == ["allocation.decided"]
    assert allocate_receipt(receipt_id=receipt.pk, claims=claims(), **by(at_desk)) == made
    with pytest.raises(Conflict):
        allocate_receipt(receipt_id=receipt.pk, claims=claims(costs=[]), **by(at_desk))


def test_both_readings_of_the_first_day(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "200000.00")
    for reading, days, total in (("next", 100, "1750.00"), ("included", 101, "1767.50")):
        found = propose(receipt, claims(first_day=reading))
        assert (found.sheet[0]["days"], found.sheet[0]["amount"]) == (days, total)
    assert found.surplus == Decimal("96832.50")


def test_a_change_needs_its_reason_and_stays_within_what_is_owed(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "50000.00")
    law = {"cost:fee": "1400.00", "interest:a": "0.00", "principal:a": "48600.00", "doubled:a": "0.00"}
    other = {**law, "principal:a": "48000.00", "doubled:a": "600.00"}
    given = {"receipt_id": receipt.pk, "claims": claims()}
    with pytest.raises(BadInput, match="没有填写理由"):
        allocate_receipt(**given, shares=other, **by(at_desk))
    with pytest.raises(BadInput, match="超过到账金额"):
        allocate_receipt(**given, shares={**law, "doubled:a": "600.00"}, reason="协议", **by(at_desk))
    wrong = {**law, "principal:a": "46000.00", "doubled:a": "2600.00"}
    with pytest.raises(BadInput, match="超过尚欠"):
        allocate_receipt(**given, shares=wrong, reason="协议", **by(at_desk))
    with pytest.raises(BadInput, match="不一致"):
        allocate_receipt(**given, shares={"principal:a": "1.00"}, reason="协议", **by(at_desk))
    assert not Allocation.objects.exists()
    made = allocate_receipt(**given, shares=other, reason="当事人书面约定先付利息", **by(at_desk))
    assert (made.shares, made.law, made.reason) == (other, law, "当事人书面约定先付利息")
    same = allocate_receipt(**given, shares=law, **by(at_desk, "same"))
    assert (same.version, same.reason) == (2, "")


def test_a_payment_that_comes_to_light_late_changes_the_later_ones(at_desk: Desk) -> None:
    """前后对照: 40,000 yuan of 50 days ago are found after 60,000 of today were allocated."""
    today = in_custody(at_desk, "60000.00")
    first = allocate_receipt(receipt_id=today.pk, claims=claims(costs=[]), **by(at_desk))
    assert (first.sheet[0]["amount"], first.changes) == ("1750.00", [])
    late = arrival(at_desk, "40000.00", arrived_on=ago(50), at=time.now())
    late = identify_receipt(receipt_id=late.pk, about=at_desk.about, **by(at_desk, "late"))
    second = allocate_receipt(receipt_id=today.pk, claims=claims(costs=[]), **by(at_desk, "again"))
    # 50 days on 100,000 and 50 days on 60,000.
    assert [(x["days"], x["base"], x["amount"]) for x in second.sheet] == [
        (50, "100000.00", "875.00"),
        (50, "60000.00", "525.00"),
    ]
    assert {(c["receipt"], c["claim"], c["before"], c["after"]) for c in second.changes} == {
        (str(late.pk), "principal:a", "0.00", "40000.00")
    }
    assert Allocation.objects.get(pk=first.pk).sheet == first.sheet
    assert list(differences()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_day": "next", "debts": [{"id": "a"}], "costs": []},
        {"first_day": "next", "debts": [], "costs": [{"id": "f", "creditor": "本院", "amount": "x"}]},
        {"debts": [], "costs": []},
    ],
)
def test_claims_that_do_not_fit_are_refused(at_desk: Desk, wrong: dict[str, Any]) -> None:
    receipt = in_custody(at_desk, "100.00")
    if "first_day" not in wrong:
        wrong["debts"] = claims()["debts"]
    with pytest.raises(BadInput, match="债权的金额、日期"):
        allocate_receipt(receipt_id=receipt.pk, claims=wrong, **by(at_desk))
    assert not Allocation.objects.exists()


def test_who_may_not(at_desk: Desk) -> None:
    receipt = in_custody(at_desk, "100.00")
    given = {"receipt_id": receipt.pk, "claims": claims(), "at": time.now(), "key": "x"}
    with pytest.raises(NotAllowed):
        allocate_receipt(actor=at_desk.director, **given)
