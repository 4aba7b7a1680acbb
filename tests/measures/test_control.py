"""Found property: its own clocks, control within the claim, expiry, deduction."""

import datetime as dt
from decimal import Decimal

import pytest

from approvals.actions.requests import assent
from cases.actions.asking import ask_approval
from cases.models import Case, Node, Party
from deadlines.models import Deadline
from documents.models import Paper
from kernel import time
from kernel.errors import BadInput, WrongState
from measures.actions.controlling import (
    Taking,
    deduct,
    leave_uncontrolled,
    mark_disposable,
    release,
    take_control,
)
from measures.actions.finding import Found, add_property, record_feedback
from measures.models import Control, Property
from notices.models import Message
from tests.factories.cases import assigned, complete, filing, house, key, node
from tests.factories.courts import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def home():
    return house()


def with_feedback(home, on: str, *items: tuple[str, str, str]) -> Case:
    """A case whose network feedback of a day found (kind, label, value) items."""
    with time.travel(f"{on} 09:30"):
        case = assigned(home, filing(on))
        complete(case, "network_query_start", home.handler, on=on, scope="national")
        feedback(home, case, on, *items)
    return case


def feedback(home, case: Case, on: str, *items: tuple[str, str, str]) -> None:
    party = Party.objects.get(case=case, role="respondent").pk
    open_node = node(case, "network_feedback")
    record_feedback(
        node_id=open_node.pk,
        seen_version=open_node.version,
        items=[Found(party, kind, label, Decimal(value)) for kind, label, value in items],
        queried=["deposits", "securities", "real_estate", "vehicles", "company"],
        national=True,
        on=dt.date.fromisoformat(on),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


def item(case: Case, label: str) -> Property:
    return Property.objects.get(case=case, label=label)


def due(case: Case, rule: str, label: str) -> dt.date | None:
    return Deadline.objects.get(case_id=case.pk, rule_id=rule, subject_id=item(case, label).subject_id).due_on


def take(home, case: Case, on: str, *labels: str, kind: str = "freeze", **more: object) -> None:
    rows = [item(case, label) for label in labels]
    day = dt.date.fromisoformat(on)
    take_control(
        case_id=case.pk,
        takings=[Taking(row.pk, kind, row.value, day, **more) for row in rows],
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


@pytest.mark.req("JZ-35")
def test_deposits_and_wallets_have_three_working_days(home) -> None:
    case = with_feedback(
        home, "2023-09-27", ("bank_account", "尾号1001", "50000"), ("alipay", "支付宝", "8000")
    )
    assert due(case, "JZ-D-03", "尾号1001") == dt.date(2023, 10, 8)
    assert due(case, "JZ-D-03", "支付宝") == dt.date(2023, 10, 8)
    assert Node.objects.filter(case=case, kind="online_freeze", state="open").count() == 2


@pytest.mark.req("JZ-36")
def test_other_property_has_ten_working_days(home) -> None:
    case = with_feedback(home, "2023-09-27", ("vehicle", "鄂X·12345", "90000"))
    assert due(case, "JZ-D-04", "鄂X·12345") == dt.date(2023, 10, 17)
    assert not Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-03").exists()


def test_the_respondent_hears_of_the_query_only_after_control(home) -> None:
    case = with_feedback(home, "2023-04-27", ("bank_account", "尾号1001", "50000"))
    network = Message.objects.filter(about=case.about, rule_id="JZ-P-03")
    assert {m.audience: m.state for m in network} == {"applicant": "waiting", "respondent": "withheld"}
    with time.travel("2023-04-28 10:00"):
        take(home, case, "2023-04-28", "尾号1001")
    assert not Message.objects.filter(about=case.about, state="withheld").exists()


def test_freezing_meets_the_clock_and_starts_the_expiry(home) -> None:
    case = with_feedback(home, "2024-05-06", ("bank_account", "尾号1001", "50000"))
    with time.travel("2024-05-07 10:00"):
        take(home, case, "2024-05-07", "尾号1001")
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-03")
    assert (clock.state, clock.met_on) == ("met", dt.date(2024, 5, 7))
    assert due(case, "BASE-D-36", "尾号1001") == dt.date(2025, 5, 7), "start day left out"
    expiry = Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-36")
    days = [(dt.date(2025, 5, 7) - time.today(rung)).days for rung in expiry.timer.rungs]
    assert days[:4] == [30, 15, 7, 1]
    assert Paper.objects.filter(case_id=case.pk, kind="freeze_ruling").exists()
    assert Node.objects.get(case=case, kind="online_freeze").state == "done"


def test_a_stated_end_goes_before_the_counted_one(home) -> None:
    case = with_feedback(home, "2024-05-06", ("bank_account", "尾号1001", "50000"))
    with time.travel("2024-05-07 10:00"):
        with pytest.raises(BadInput, match="届满日期"):
            take(home, case, "2024-05-07", "尾号1001", ends_on=dt.date(2026, 5, 7))
        take(home, case, "2024-05-07", "尾号1001", ends_on=dt.date(2024, 11, 6))
    assert due(case, "BASE-D-36", "尾号1001") == dt.date(2024, 11, 6)


def test_control_above_the_claim_is_refused(home) -> None:
    case = with_feedback(
        home, "2023-04-27", ("bank_account", "尾号1001", "60000"), ("vehicle", "车", "90000")
    )
    with time.travel("2023-05-04 10:00"):
        take(home, case, "2023-05-04", "尾号1001")
        with pytest.raises(WrongState, match="JZ-G-OVER-01"):
            take(home, case, "2023-05-04", "车", kind="seal")
        assert item(case, "车").state == "found"
        leave_uncontrolled(
            property_id=item(case, "车").pk,
            reason="超过剩余标的",
            on=dt.date(2023, 5, 4),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-04")
    assert clock.state == "met"


def test_deduction_only_of_frozen_cash_and_never_more(home) -> None:
    case = with_feedback(home, "2023-04-27", ("bank_account", "尾号1001", "60000"))
    row = item(case, "尾号1001")
    give = {"case_id": case.pk, "on": dt.date(2023, 5, 10), "actor": home.handler}
    with time.travel("2023-05-10 10:00"):
        with pytest.raises(WrongState, match="没有冻结"):
            deduct(amounts=[(row.pk, Decimal(1))], at=time.now(), key=key(), **give)
        take(home, case, "2023-05-10", "尾号1001")
        with pytest.raises(BadInput, match="超过"):
            deduct(amounts=[(row.pk, Decimal("60000.01"))], at=time.now(), key=key(), **give)
        deduct(amounts=[(row.pk, Decimal(60000))], at=time.now(), key=key(), **give)
    assert item(case, "尾号1001").state == "disposed"
    assert Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-36").state == "met"


def test_releasing_ends_the_expiry_clock(home) -> None:
    case = with_feedback(home, "2023-04-27", ("vehicle", "车", "70000"))
    with time.travel("2023-05-04 10:00"):
        take(home, case, "2023-05-04", "车", kind="seal")
        control = Control.objects.get(case=case)
        release(
            control_id=control.pk,
            reason="当事人和解",
            on=dt.date(2023, 5, 4),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    assert Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-37").state == "met"
    assert item(case, "车").state == "released"


def test_disposal_waits_for_all_conditions_then_starts_the_price_clock(home) -> None:
    case = with_feedback(home, "2023-06-01", ("vehicle", "车", "70000"))
    row = item(case, "车")
    with time.travel("2023-06-15 10:00"):
        take(home, case, "2023-06-15", "车", kind="seal")
        give = {"property_id": row.pk, "on": dt.date(2023, 6, 15), "actor": home.handler, "at": time.now()}
        with pytest.raises(BadInput, match="异议"):
            mark_disposable(conditions=["first_rank", "title_clear", "possession_checked"], key=key(), **give)
        mark_disposable(
            conditions=["first_rank", "title_clear", "no_objection", "possession_checked"], key=key(), **give
        )
    assert due(case, "JZ-D-07", "车") == dt.date(2023, 6, 30)


@pytest.mark.req("JZ-44")
def test_an_indivisible_item_above_the_claim_is_controlled_once_that_is_approved(home) -> None:
    with time.travel("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24", amount="20000.00"))
        party = Party.objects.get(case=case, role="respondent").pk
        add_property(
            case_id=case.pk,
            item=Found(party, "vehicle", "轿车", Decimal("90000.00"), indivisible=True),
            source="declaration",
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        with pytest.raises(WrongState) as refused:
            take(home, case, "2023-04-24", "轿车", kind="seal")
        assert "JZ-G-OVER-01" in refused.value.detail["guards"]
        asked = ask_approval(
            case_id=case.pk,
            matter="over_limit",
            facts={"property": item(case, "轿车").pk, "subject": item(case, "轿车").subject_id},
            ground="车辆不可分，没有其他财产",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        assert (asked.facts["approval_rule"], asked.chain) == ("JZ-AP-01", ["bureau_director"])
        with pytest.raises(WrongState):
            take(home, case, "2023-04-24", "轿车", kind="seal", approval_id=asked.pk)
        for role in asked.chain:
            approver = (
                home.director if role == "bureau_director" else person(home.court, role, unit=home.team)
            )
            assent(request_id=asked.pk, words="同意", actor=approver, at=time.now(), key=key())
        take(home, case, "2023-04-24", "轿车", kind="seal", approval_id=asked.pk)
    assert Control.objects.filter(property__case=case, state="active").count() == 1
