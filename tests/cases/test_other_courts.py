"""The main job by the rules of the other courts: their own clocks met or late, their own pushes queued."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from cases.models import Case
from deadlines.models import Deadline
from kernel import time
from measures.actions.controlling import deduct
from notices.models import Message
from tests.factories.cases import assigned, complete, filing, house, key, node
from tests.walks.stage import control, due, feedback, item, on, state

pytestmark = pytest.mark.django_db


def told(case: Case, topic: str) -> set[str]:
    """Audiences to whom something of this topic is queued."""
    queued = Message.objects.filter(about=case.about, topic=topic, state__in=("waiting", "sent"))
    return set(queued.values_list("audience", flat=True))


def moment(case: Case, rule: str) -> str:
    """When a clock of hours is due, in the court's time."""
    return time.local(Deadline.objects.get(case_id=case.pk, rule_id=rule).due_at).strftime("%Y-%m-%d %H:%M")


@pytest.fixture
def luoyang() -> tuple[object, Case]:
    """A case of LY filed and assigned on 2023-04-27."""
    home = house(packs=("LY-2021",))
    with on("2023-04-27 09:30"):
        return home, assigned(home, filing("2023-04-27"))


@pytest.mark.req("LY-05")
@pytest.mark.parametrize(("day", "ends"), [("2023-05-04", "met"), ("2023-05-05", "met_late")])
def test_the_judge_accepts_within_three_days(luoyang, day: str, ends: str) -> None:
    home, case = luoyang
    assert due(case, "LY-D-01") == "2023-05-04"
    with on(day):
        complete(case, "acceptance", home.handler, on=day)
    assert state(case, "LY-D-01") == ends


@pytest.mark.req("LY-06")
def test_notice_and_report_order_both_within_ten_days(luoyang) -> None:
    home, case = luoyang
    assert due(case, "LY-D-02") == "2023-05-08"
    notice = {"channel": "electronic", "sent_on": "2023-05-06", "platform_ref": "E1"}
    with on("2023-05-06"):
        complete(case, "enforcement_notice", home.handler, **notice)
        assert state(case, "LY-D-02") == "running", "the report order has not gone out"
        complete(case, "property_report_order", home.handler, sent_on="2023-05-06")
    assert state(case, "LY-D-02") == "met"


@pytest.mark.req("LY-07")
def test_the_query_starts_within_three_days_of_acceptance(luoyang) -> None:
    home, case = luoyang
    with on("2023-05-04"):
        complete(case, "acceptance", home.handler, on="2023-05-04")
    assert due(case, "LY-D-03") == "2023-05-08"
    with on("2023-05-08"):
        complete(case, "network_query_start", home.handler, on="2023-05-08", scope="national")
    assert state(case, "LY-D-03") == "met"


@pytest.mark.req("LY-08", "LY-09")
def test_online_control_in_48_hours_offline_in_ten_working_days(luoyang) -> None:
    home, case = luoyang
    with on("2023-05-08 14:20"):
        complete(case, "network_query_start", home.handler, on="2023-05-08", scope="national")
        feedback(home, case, "2023-05-08", ("bank_account", "尾号1", "5000"), ("vehicle", "车", "60000"))
    assert moment(case, "LY-D-04") == "2023-05-10 15:00"
    assert due(case, "LY-D-05") == "2023-05-22"
    with on("2023-05-10 14:59"):
        control(home, case, "freeze", "尾号1")
    with on("2023-05-23"):
        control(home, case, "seal", "车")
    assert (state(case, "LY-D-04"), state(case, "LY-D-05")) == ("met", "met_late")


@pytest.mark.req("LY-32")
def test_luoyang_tells_of_filing_notice_control_and_consumption_limit(luoyang) -> None:
    home, case = luoyang
    both = {"applicant", "respondent"}
    assert told(case, "case_filed") == both
    with on("2023-05-06"):
        notice = {"channel": "electronic", "sent_on": "2023-05-06", "platform_ref": "E1"}
        complete(case, "enforcement_notice", home.handler, **notice, with_report_order=True)
        complete(case, "network_query_start", home.handler, on="2023-05-06", scope="national")
        feedback(home, case, "2023-05-06", ("bank_account", "尾号1", "5000"))
        control(home, case, "freeze", "尾号1")
        complete(case, "consumption_limit", home.handler, on="2023-05-06", ground="未履行义务")
    for rule in ("LY-P-02", "LY-P-03", "LY-P-04"):
        queued = Message.objects.filter(about=case.about, rule_id=rule, state__in=("waiting", "sent"))
        assert set(queued.values_list("audience", flat=True)) == both, rule


@pytest.mark.req("JM-10", "JM-12")
def test_jingmen_queries_at_once_and_tells_of_each_stage() -> None:
    home = house(packs=("JM-2022",))
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        assert node(case, "network_query_start").opened_on == dt.date(2023, 4, 24)
    assert told(case, "case_filed") == {"applicant", "respondent"}
    with on("2023-04-25"):
        complete(case, "network_query_start", home.handler, on="2023-04-25", scope="national")
        feedback(home, case, "2023-04-25", ("bank_account", "尾号1", "5000"))
    events = Message.objects.filter(about=case.about, rule_id="JM-P-02", audience="applicant")
    assert events.filter(state__in=("waiting", "sent")).count() == 2, "the query and its answer"
    with on("2023-04-26"):
        control(home, case, "freeze", "尾号1")
    assert events.filter(state__in=("waiting", "sent")).count() == 3


@pytest.mark.req("SQ-12")
def test_shangqiu_analyses_and_freezes_within_five_working_days_of_filing() -> None:
    home = house(packs=("SQ-2022",))
    with on("2024-04-26 09:30"):
        case = assigned(home, filing("2024-04-26"))
    assert due(case, "SQ-D-04") == "2024-05-07"
    with on("2024-05-06"):
        complete(case, "network_query_start", home.handler, on="2024-05-06", scope="national")
        feedback(home, case, "2024-05-06", ("bank_account", "尾号1", "5000"))
        assert item(case, "尾号1").value == Decimal(5000), "an item from the answer"
        assert state(case, "SQ-D-04") == "running"
        control(home, case, "freeze", "尾号1")
    assert state(case, "SQ-D-04") == "met"


@pytest.mark.req("TJ-17")
def test_tianjin_tells_the_applicant_of_a_deduction() -> None:
    home = house(features=("tianjin",))
    with on("2023-04-24 09:30"):
        case = assigned(home, filing("2023-04-24"))
        complete(case, "network_query_start", home.handler, on="2023-04-24", scope="national")
        feedback(home, case, "2023-04-24", ("bank_account", "尾号1", "5000"))
        control(home, case, "freeze", "尾号1")
        deduct(
            case_id=case.pk, amounts=[(item(case, "尾号1").pk, Decimal(5000))], on=time.today(),
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
    rules = dict(
        Message.objects.filter(
            about=case.about, audience="applicant", state__in=("waiting", "sent")
        ).values_list("rule_id", "state")
    )
    assert {"TJ-P-06", "TJ-P-07"} <= set(rules), (
        "what the court's own pack tells as well goes out under its rule"
    )
