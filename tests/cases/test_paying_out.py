"""按分配提请发放: payouts by creditor and judgment, their routes, who lacks an account, what late money changes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from cases.actions.accounts import register_account
from cases.actions.money import approve_payout, send_payout
from cases.actions.paying_out import Drafted, draft_allocated
from cases.models import Case, Node
from events.models import Event
from funds.actions.allocating import allocate_receipt
from funds.actions.payouts import confirm_paid
from funds.actions.receipts import identify_receipt, record_receipt
from funds.audit import differences
from funds.models import Payee, Payout, Receipt, Transfer
from kernel import time
from kernel.errors import BadInput, DomainError, NotFound, WrongState
from notices.models import Message
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person
from tests.factories.funds import talk
from tests.walks.stage import money, on, payee

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house()


def opened(home: House, *names: str) -> Case:
    with on("2023-09-01 09:30"):
        case = assigned(home, filing("2023-09-01", amount="500000.00"))
        for name in names:
            payee(home, case, name)
    return case


def decide(home: House, receipt: Receipt, **debts: str) -> None:
    """One judgment a creditor, due on the day the money came, and 100 yuan of the court's own costs."""
    claims = {
        "first_day": "next",
        "debts": [
            {
                "id": name,
                "creditor": name,
                "principal": amount,
                "due_on": "2023-09-26",
                "title": "（2023）云01民初1号",
            }
            for name, amount in debts.items()
        ],
        "costs": [{"id": "fee", "creditor": "本院", "amount": "100.00", "court": True}],
    }
    allocate_receipt(receipt_id=receipt.pk, claims=claims, actor=home.handler, at=time.now(), key=key())


def ask(home: House, case: Case, record: str = "", of: str = "") -> Drafted:
    return draft_allocated(
        case_id=case.pk, communication_record=talk(record), actor=home.handler, at=time.now(), key=of or key()
    )


def rows(case: Case) -> list[tuple[str, str, str, bool]]:
    made = Payout.objects.filter(about=case.about).select_related("payee").order_by("pk")
    return [(row.payee.name, f"{row.amount}", row.route["code"], row.way.via_finance) for row in made]


@pytest.mark.req("JZ-11", "JZ-12", "JZ-13")
def test_the_allocation_becomes_payouts_by_the_way_of_its_receipt(home: House) -> None:
    """120,100 yuan: the court's fee apart, two creditors by the way through finance, and only with the record of the talk."""
    case = opened(home, "张三", "李四")
    with on("2023-09-26"):
        receipt = money(home, case, "120100.00", "S1")
    with on("2023-09-27"):
        decide(home, receipt, 张三="90000.00", 李四="30000.00")
        with pytest.raises(WrongState) as refused:
            ask(home, case)
        assert "JZ-G-FUND-01" in refused.value.detail["guards"]
        assert not Payout.objects.exists()
        done = ask(home, case, "2023-09-27 电话沟通，无异议。", of="once")
        assert ask(home, case, "2023-09-27 电话沟通，无异议。", of="once") == done
    assert rows(case) == [("张三", "90000.00", "large", True), ("李四", "30000.00", "large", True)]
    (fee,) = Transfer.objects.filter(about=case.about)
    assert (fee.kind, f"{fee.amount}", fee.state) == ("fee", "100.00", "approved")
    with on("2023-09-28"), pytest.raises(WrongState, match="没有已经分配而尚未发放"):
        ask(home, case, "再谈一次。")
    assert list(differences()) == []


@pytest.mark.req("JZ-10")
def test_a_creditor_without_an_account_becomes_a_task(home: House) -> None:
    case = opened(home, "张三")
    with on("2023-09-26"):
        receipt = money(home, case, "50100.00", "S1")
    registration = Node.objects.get(case=case, kind="payee_registration")
    assert registration.state == "done"
    with on("2023-09-27"):
        decide(home, receipt, 张三="30000.00", 李四="20000.00")
        done = ask(home, case)
    assert (len(done.payouts), done.missing) == (1, ("李四",))
    registration.refresh_from_db()
    assert registration.state == "open"
    told = Message.objects.get(about=case.about, topic="payee_missing")
    assert "李四" in told.text
    assert "领款登记" in told.text
    with on("2023-09-28"):
        payee(home, case, "李四")
    registration.refresh_from_db()
    assert registration.state == "done"
    with on("2023-09-28 15:00"):
        ask(home, case)
    assert rows(case) == [("张三", "30000.00", "small", False), ("李四", "20000.00", "small", False)]


@pytest.mark.req("JZ-10")
def test_the_desk_registers_only_creditors_of_the_case(home: House) -> None:
    """The applicant from the start, another one once money is allotted to him; never the respondent or the court."""
    case = opened(home)
    given = {
        "case_id": case.pk,
        "bank": "云州农商银行",
        "account": "6217000010001234567",
        "account_doubt": "测试账号",
    }
    given |= {"undertaking_file_id": 1, "signed_on": dt.date(2023, 9, 1), "actor": home.filing}

    def register(name: str, of: str = "") -> str:
        return register_account(name=name, at=time.now(), key=of or key(), **given).name

    with on("2023-09-26"):
        assert register(" 张 三", "once") == "张三"
        for stranger in ("王五", "李四", "本院", " "):
            with pytest.raises(BadInput) as refused:
                register(stranger)
            assert refused.value.field == "name"
        receipt = money(home, case, "50100.00", "S1")
    with on("2023-09-27"):
        decide(home, receipt, 张三="30000.00", 王五="20000.00")
        assert register("王五") == "王五"
        with pytest.raises(BadInput):
            register("本院")
        assert register(" 张 三", "once") == "张三"
        with pytest.raises(NotFound):
            register_account(
                name="张三", at=time.now(), key=key(), **{**given, "actor": person(kind="party")}
            )
    assert Payee.objects.filter(about=case.about).count() == 2


def test_late_money_pays_only_what_is_still_owed(home: House) -> None:
    """The whole claim is on its way from the second receipt when one of an earlier day comes to light."""
    case = opened(home, "张三")
    with on("2023-11-26"):
        receipt = money(home, case, "50100.00", "S1")
    with on("2023-11-26 15:00"):
        decide(home, receipt, 张三="50000.00")
        (number,) = ask(home, case).payouts
        settle(home, case, number, "B1")
    with on("2023-11-27"):
        late = arrived_before(home, case, "20000.00", dt.date(2023, 9, 26))
    with on("2023-11-27 15:00"):
        decide(home, late, 张三="50000.00")
        (rest,) = ask(home, case).payouts
    # The 50,000 paid stay paid; the late money leaves only 61 days of interest on 30,100 to pay, the rest goes back.
    made = Payout.objects.get(pk=rest)
    assert (made.receipt_id, f"{made.amount}", made.allotment.receipt_id) == (late.pk, "321.32", late.pk)
    assert Payout.objects.get(pk=number).state == "paid"
    decided = Event.objects.filter(kind="allocation.decided").order_by("pk")
    assert [event.data["is_changed"] for event in decided] == [False, False, False]
    assert Event.objects.filter(kind="allocation.reversed").count() == 1
    assert list(differences()) == []


def settle(home: House, case: Case, payout_id: int, ref: str) -> None:
    given: dict[str, Any] = {"case_id": case.pk, "payout_id": payout_id, "at": time.now()}
    approve_payout(actor=home.director, key=key(), **given)
    send_payout(actor=home.funds, key=key(), **given)
    confirm_paid(
        payout_id=payout_id, bank_ref=ref, paid_on=time.today(), actor=home.funds, at=time.now(), key=key()
    )


def arrived_before(home: House, case: Case, amount: str, day: dt.date) -> Receipt:
    """Money that lay unidentified since an earlier day."""
    by: dict[str, Any] = {"actor": home.funds, "at": time.now()}
    receipt = record_receipt(
        court=home.court, amount=Decimal(amount), arrived_on=day, payer_name="李四", account_tail="1001",
        bank_serial=f"S{amount}", remark="", key=key(), **by,
    )  # fmt: skip
    return identify_receipt(receipt_id=receipt.pk, about=case.about, key=key(), **by)


def test_who_may_not_ask(home: House) -> None:
    case = opened(home, "张三")
    with on("2023-09-26"):
        receipt = money(home, case, "100.00", "S1")
        decide(home, receipt, 张三="90.00")
        with pytest.raises(DomainError):
            draft_allocated(
                case_id=case.pk, communication_record=None, actor=home.superior, at=time.now(), key=key()
            )
    assert not Payout.objects.exists()
