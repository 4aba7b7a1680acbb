"""案款 of a case: the route the rules name, its clocks, maker and checker, returns."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from approvals.actions.requests import assent
from cases.actions.asking import ask_approval
from cases.actions.money import approve_payout, draft_payout, finance_received, hand_to_finance, send_payout
from cases.models import Case, Fact, Node
from courts.models import Appointment, User
from deadlines.models import Deadline
from events import relay
from events.models import Event
from funds.actions.payoutpapers import Talk
from funds.actions.payouts import confirm_paid, return_payout
from funds.actions.receipts import identify_receipt, record_receipt, release_receipt
from funds.models import Payout, PayoutTalk, Receipt
from funds.selectors import money_of
from kernel import time
from kernel.errors import BadInput, DomainError, NotAllowed, NotFound, WrongState
from measures.actions.controlling import mark_disposable
from notices.models import Message
from tests.factories.cases import House, assigned, complete, filing, house, key, proof
from tests.factories.courts import person
from tests.factories.funds import talk
from tests.walks.stage import control, feedback, item, money, on, pay, payee

pytestmark = pytest.mark.django_db
D = dt.date


@pytest.fixture
def home() -> House:
    return house()


def with_money(home: House, amount: str, arrived: str, *, signed: bool = True) -> tuple[Case, object, int]:
    """A case with a registered payee and one receipt."""
    with on("2023-09-01 09:30"):
        case = assigned(home, filing("2023-09-01", amount="500000.00"))
        account = payee(home, case, signed=signed)
    with on(arrived):
        receipt = money(home, case, amount, f"S{amount}")
    return case, receipt, account


def due(case: Case, rule: str) -> dt.date | None:
    return Deadline.objects.filter(case_id=case.pk, rule_id=rule).order_by("-run")[0].due_on


def draft(
    home: House, case: Case, receipt: object, account: int, record: str | Talk = "", **more: object
) -> Payout:
    given = {"amount": receipt.amount, "actor": home.handler, "key": key(), **more}
    return draft_payout(
        case_id=case.pk,
        receipt_id=receipt.pk,
        payee_id=account,
        communication_record=record if isinstance(record, Talk) else talk(record),
        at=time.now(),
        **given,
    )


@pytest.mark.req("JZ-11")
def test_receipts_of_one_day_are_added_up(home: House) -> None:
    """60,000 and 40,000.01 yuan of one day go the way of more than 100,000; of two days each its own."""
    case, first, account = with_money(home, "60000.00", "2023-09-26")
    with on("2023-09-26 15:00"):
        second = money(home, case, "40000.01", "same-day")
    with on("2023-09-27 10:00"):
        third = money(home, case, "40000.00", "next-day")
    with on("2023-09-27 11:00"):
        routes = [
            draft(home, case, receipt, account, "2023-09-27 电话沟通，无异议。").route["code"]
            for receipt in (first, second, third)
        ]
    assert routes == ["large", "large", "small"]


@pytest.mark.req("JZ-11")
def test_up_to_a_hundred_thousand_goes_straight_within_seven_days(home: House) -> None:
    case, receipt, account = with_money(home, "100000.00", "2023-09-26")
    assert due(case, "JZ-D-11") == D(2023, 10, 7)
    with on("2023-10-07"):
        payout = pay(home, case, receipt, account, "B1")
    assert payout.route["code"] == "small"
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-11").state == "met"
    assert money_of(case.about).custody == 0


@pytest.mark.req("JZ-11", "JZ-13")
def test_one_fen_more_takes_the_large_route(home: House) -> None:
    case, _receipt, _account = with_money(home, "100000.01", "2023-09-26")
    assert due(case, "JZ-D-12") == D(2023, 10, 16)
    assert not Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-11").exists()


def test_money_of_another_case_leaves_no_duty_behind(home: House) -> None:
    case, receipt, account = with_money(home, "100000.00", "2023-09-26")
    with on("2023-09-27"):
        back = {"receipt_id": receipt.pk, "actor": home.finance, "at": time.now()}
        release_receipt(reason="付款人另案应付", key=key(), **back)
        relay.run()
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-11").state == "cancelled"
    assert not Node.objects.filter(case=case, kind="payout", state="open").exists()
    with on("2023-09-28"):
        with pytest.raises(NotFound):
            draft(home, case, receipt, account)
        identify_receipt(about=case.about, key=key(), **{**back, "at": time.now()})
        relay.run()
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-11", state="running").due_on == D(2023, 10, 7)
    with on("2023-10-07"):
        pay(home, case, receipt, account, "B1")
    assert money_of(case.about).custody == 0
    assert not Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-11", state="running").exists()


@pytest.mark.req("JZ-12")
def test_large_money_without_a_communication_record_is_refused(home: House) -> None:
    case, receipt, account = with_money(home, "250000.00", "2023-09-26")
    with on("2023-10-09"):
        with pytest.raises(WrongState) as refused:
            draft(home, case, receipt, account)
        assert refused.value.code == "JZ-G-FUND-01"
        assert not Payout.objects.exists()
        for wrong, field in (
            (Talk("pigeon", time.now(), "张三", "同意"), "channel"),
            (Talk("phone", time.now() + dt.timedelta(minutes=1), "张三", "同意"), "talked_on"),
            (Talk("phone", time.now(), " ", "同意"), "talked_with"),
            (Talk("phone", time.now(), "张三", " "), "record"),
            (Talk("phone", time.now(), "张三", "同意", (0,)), "attachments"),
        ):
            with pytest.raises(BadInput) as bad:
                draft(home, case, receipt, account, wrong)
            assert (bad.value.field, Payout.objects.count()) == (field, 0)
        made = draft(home, case, receipt, account, "电话沟通，同意转账")
        assert (made.state, made.talk.channel, made.talk.who) == ("submitted", "phone", "张三")
        assert (made.talk.content, made.talk.by, made.talk.at) == (
            "电话沟通，同意转账",
            home.handler,
            time.now(),
        )
        asked = Event.objects.get(stream=case.about, kind="payout.requested")
        assert "同意转账" not in str(asked.data), "free text stays in its row, encrypted"
        with connection.cursor() as cursor:
            cursor.execute("SELECT content FROM funds_payouttalk")
            assert "同意转账" not in str(cursor.fetchone())
        with pytest.raises(DatabaseError), transaction.atomic():
            PayoutTalk.objects.update(who="别人")


@pytest.mark.req("JZ-13")
def test_large_money_goes_to_finance_in_ten_working_days_and_out_in_five_more(home: House) -> None:
    case, receipt, account = with_money(home, "250000.00", "2023-09-26")
    assert due(case, "JZ-D-12") == D(2023, 10, 16)
    with on("2023-10-16"):
        payout = draft(home, case, receipt, account, "已沟通")
        give = {"case_id": case.pk, "payout_id": payout.pk, "on": D(2023, 10, 16), "at": time.now()}
        hand_to_finance(file_ids=[], actor=home.handler, key=key(), **give)
        assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-12").state == "met"
        finance_received(actor=home.finance, key=key(), **give)
    assert due(case, "JZ-D-13") == D(2023, 10, 23)
    with on("2023-10-20"):
        approve_payout(case_id=case.pk, payout_id=payout.pk, actor=home.president, at=time.now(), key=key())
        send_payout(case_id=case.pk, payout_id=payout.pk, actor=home.finance, at=time.now(), key=key())
        assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-13").state == "running", (
            "sent does not meet it"
        )
        confirm_paid(
            payout_id=payout.pk,
            bank_ref="B2",
            paid_on=D(2023, 10, 20),
            actor=home.finance,
            at=time.now(),
            key=key(),
        )
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-13").state == "met"


def test_maker_and_checker_are_two_people(home: House) -> None:
    case, receipt, account = with_money(home, "5000.00", "2023-09-26")
    with on("2023-09-27"):
        payout = draft(home, case, receipt, account)
        with pytest.raises((NotAllowed, DomainError)):
            approve_payout(case_id=case.pk, payout_id=payout.pk, actor=home.handler, at=time.now(), key=key())
    assert Payout.objects.get().state == "submitted"


@pytest.mark.req("JZ-10")
def test_without_an_undertaking_nothing_is_asked_for_and_registering_is_a_duty(home: House) -> None:
    case, receipt, account = with_money(home, "50000.00", "2023-09-26", signed=False)
    assert Node.objects.filter(case=case, kind="payee_registration", state="open").exists()
    with on("2023-09-27"):
        with pytest.raises(WrongState) as refused:
            draft(home, case, receipt, account)
        assert refused.value.code == "JZ-G-FUND-02"
        assert "领款承诺书" in f"{refused.value}{refused.value.fix}"
        assert not Payout.objects.exists()
        assert not Message.objects.filter(topic="payee_missing").exists(), "the duty stands already"
    assert money_of(case.about).custody == Decimal(50000)


@pytest.mark.req("JZ-10")
def test_the_second_payees_undertaking_is_his_own_and_opens_the_duty_again(home: House) -> None:
    case, receipt, account = with_money(home, "50000.00", "2023-09-26")
    registration = Node.objects.get(case=case, kind="payee_registration")
    assert registration.state == "done"
    with on("2023-09-27"):
        other = payee(home, case, "李四", signed=False)
        assert draft(home, case, receipt, account, amount=Decimal(20000), key="first").state == "submitted"
        for _click in range(2):
            with pytest.raises(WrongState) as refused:
                draft(home, case, receipt, other, amount=Decimal(20000), key="other")
        assert refused.value.code == "JZ-G-FUND-02"
        registration.refresh_from_db()
        assert registration.state == "open"
        assert "李四" in Message.objects.get(topic="payee_missing").text
        with pytest.raises(NotAllowed):
            draft(home, case, receipt, other, actor=home.president)
        first = Payout.objects.get()
        approve_payout(case_id=case.pk, payout_id=first.pk, actor=home.director, at=time.now(), key=key())
        send_payout(case_id=case.pk, payout_id=first.pk, actor=home.funds, at=time.now(), key=key())
    assert (Payout.objects.get().state, money_of(case.about).custody) == ("sent", Decimal(30000))


@pytest.mark.req("LY-19")
def test_thirty_days_from_arrival_are_met_by_the_banks_word_and_not_by_sending() -> None:
    home = house(packs=("LY-2021",))
    with on("2023-05-08"):
        case = assigned(home, filing("2023-05-08", amount="500000.00"))
        account = payee(home, case)
    with on("2023-05-10"):
        receipt = money(home, case, "5000.00", "S19")
    assert due(case, "LY-D-09") == D(2023, 6, 9)
    clock = Deadline.objects.get(case_id=case.pk, rule_id="LY-D-09")
    with on("2023-06-08"):
        payout = draft(home, case, receipt, account)
        given = {"case_id": case.pk, "payout_id": payout.pk, "at": time.now()}
        approve_payout(actor=home.director, key=key(), **given)
        send_payout(actor=home.funds, key=key(), **given)
    clock.refresh_from_db()
    assert clock.state == "running", "sent is not paid"
    with on("2023-06-09"):
        confirm_paid(
            payout_id=payout.pk,
            bank_ref="B19",
            paid_on=time.today(),
            actor=home.funds,
            at=time.now(),
            key=key(),
        )
    clock.refresh_from_db()
    assert clock.state == "met"


def test_a_returned_payment_opens_a_new_run(home: House) -> None:
    """Sent does not meet the clock, bank-confirmed does; a later return opens a new run and a new clock."""
    case, receipt, account = with_money(home, "5000.00", "2023-09-26")
    with on("2023-09-27"):
        payout = draft(home, case, receipt, account)
        given = {"case_id": case.pk, "payout_id": payout.pk, "at": time.now()}
        approve_payout(actor=home.director, key=key(), **given)
        send_payout(actor=home.funds, key=key(), **given)
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-11").state == "running"
    assert Node.objects.filter(case=case, kind="payout", state="open").exists()
    with on("2023-09-28"):
        paid = {"bank_ref": "B4", "paid_on": D(2023, 9, 28), "actor": home.funds, "at": time.now()}
        confirm_paid(payout_id=payout.pk, key=key(), **paid)
    assert Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-11").state == "met"
    assert not Node.objects.filter(case=case, kind="payout", state="open").exists()
    with on("2023-10-09"):
        return_payout(
            payout_id=payout.pk,
            reason="账号已销户",
            on=D(2023, 10, 9),
            actor=home.funds,
            at=time.now(),
            key=key(),
        )
    again = Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-11").order_by("-run")[0]
    assert (again.run, again.state, again.due_on) == (2, "running", D(2023, 10, 16))
    assert Node.objects.filter(case=case, kind="payout", state="open").exists()
    assert money_of(case.about).custody == Decimal(5000)


def old_receipt(home: House, case: Case, serial: str) -> Receipt:
    """Money that came three years ago and is found to be this case's today."""
    by = {"actor": home.funds, "at": time.now()}
    receipt = record_receipt(
        court=home.court, amount=Decimal("60.00"), arrived_on=D(2020, 9, 1), payer_name="李四", account_tail="1001",
        bank_serial=serial, remark="", key=key(), **by,
    )  # fmt: skip
    return identify_receipt(receipt_id=receipt.pk, about=case.about, key=key(), **by)


@pytest.mark.req("JZ-72")
def test_old_money_of_a_case_is_gone_once_the_last_of_it_is_paid(home: House) -> None:
    case, young, account = with_money(home, "5000.00", "2023-09-25")
    with on("2023-09-26"):
        first, second = (old_receipt(home, case, serial) for serial in ("O1", "O2"))
    gone = Fact.objects.filter(case=case, key="@historical_balance_zero")
    with on("2023-09-27 10:00"):
        pay(home, case, first, account, "B1")
        pay(home, case, young, account, "B2")
    assert not gone.exists()
    with on("2023-09-27 11:00"):
        pay(home, case, second, account, "B3")
    assert gone.exists()


@pytest.mark.req("LY-20")
def test_a_deferral_of_all_of_a_receipt_stops_its_payout_clock(home: House) -> None:
    """JZ-D-11 rests from the day of the approval, whatever the court's own document calls the interval."""
    case, _receipt, _account = with_money(home, "5000.00", "2023-09-26")
    with on("2023-09-27"):
        subject = case.subjects.get(kind="receipt").pk
        request = ask_approval(
            case_id=case.pk, matter="defer_payout", facts={"subject": subject, "code": "other_statutory"},
            ground="权属争议", files=proof(case, home.handler), actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
        for role in request.chain:
            who = {"bureau_director": home.director, "president": home.president}.get(role) or person(
                home.court, role
            )
            assent(request_id=request.pk, actor=who, at=time.now(), key=key())
    assert due(case, "JZ-D-11") is None


def test_two_clicks_draft_one_payout(home: House) -> None:
    case, receipt, account = with_money(home, "5000.00", "2023-09-26")
    with on("2023-09-27"):
        first = draft(home, case, receipt, account, key="once")
        assert draft(home, case, receipt, account, key="once").pk == first.pk
    assert Payout.objects.count() == 1


def test_a_fact_told_twice_by_the_relay_is_noted_once(home: House) -> None:
    case, _receipt, _account = with_money(home, "5000.00", "2023-09-26")
    identified = Event.objects.get(kind="receipt.identified")
    for reaction in relay.reactions()["receipt.identified"].values():
        reaction(identified)
    assert case.subjects.filter(kind="receipt").count() == 1


def controlled_and_disposed_by_the_handler(home: House) -> tuple[Case, Payout]:
    """A case in which one person controlled a car and started its price, and a payout asked for by a colleague."""
    case, receipt, account = with_money(home, "5000.00", "2023-09-26")
    with on("2023-09-27"):
        complete(case, "network_query_start", home.handler, on="2023-09-27", scope="national")
        feedback(home, case, "2023-09-27", ("vehicle", "小型轿车", "30000.00"))
        control(home, case, "seal", "小型轿车")
        car = item(case, "小型轿车")
        ready = ["first_rank", "title_clear", "possession_checked", "no_objection"]
        mark_disposable(
            property_id=car.pk,
            conditions=ready,
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        complete(case, "reference_price_start", home.handler, on="2023-09-27", method="agreement")
        payout = draft(home, case, receipt, account, actor=home.clerk)
    return case, payout


@pytest.mark.req("JZ-71")
def test_one_person_for_control_and_disposal_is_a_warning_and_another_must_approve(home: House) -> None:
    case, payout = controlled_and_disposed_by_the_handler(home)
    Appointment.objects.create(user=home.handler, role="president", court=home.court, since=D(2020, 1, 1))
    handler = User.objects.get(pk=home.handler.pk)
    with on("2023-09-28"):
        given = {"case_id": case.pk, "payout_id": payout.pk, "at": time.now()}
        with pytest.raises(WrongState) as refused:
            approve_payout(actor=handler, key=key(), **given)
        assert refused.value.code == "JZ-G-SOD-01"
        approve_payout(actor=home.president, key=key(), **given)
    event = Event.objects.get(stream=case.about, kind="payout.approved")
    assert event.data["warnings"] == ["JZ-G-SOD-01"]


@pytest.mark.req("JZ-71")
def test_where_nobody_did_both_nothing_is_warned_of(home: House) -> None:
    case, receipt, account = with_money(home, "5000.00", "2023-09-26")
    with on("2023-09-28"):
        payout = draft(home, case, receipt, account)
        approve_payout(case_id=case.pk, payout_id=payout.pk, actor=home.president, at=time.now(), key=key())
    assert "warnings" not in Event.objects.get(stream=case.about, kind="payout.approved").data
