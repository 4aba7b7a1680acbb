"""E2E-01: a small money claim, electronic service, quick payout. Every row of the journey is a step of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from approvals.actions.requests import refuse
from cases.actions.asking import ask_approval
from cases.models import Case
from closing.actions.closing import close_case
from deadlines.models import Deadline
from desk.selectors.case_file import cases_to_show, read
from desk.selectors.case_page import case_page
from funds.selectors import money_of
from kernel import time
from measures.actions.controlling import Taking, deduct, leave_uncontrolled, take_control
from notices.models import Message
from tests.factories.cases import House, applicant, assign, complete, filed, filing, house, key, respondent
from tests.walks.journeys import run_story, steps
from tests.walks.stage import Story, control, due, feedback, item, money, on, pay, payee, refused, state

JOURNEY = "E2E-01"


def told(case: Case, topic: str) -> set[str]:
    """Audiences that a topic went to (or waits to go)."""
    return set(
        Message.objects.filter(about=case.about, topic=topic, state__in=("waiting", "sent")).values_list(
            "audience", flat=True
        )
    )


def shown(home: House, case: Case) -> set[str]:
    """What the head of the case page says, as "label value"."""
    file = read(cases_to_show(home.handler).get(pk=case.pk), user=home.handler, at=time.now())
    return {f"{fact['label']} {fact['value']}" for fact in case_page(file).head["facts"]}


def close(home: House, case: Case) -> None:
    """Close as 执行完毕, today."""
    close_case(
        case_id=case.pk,
        closing_type="performed",
        on=time.today(),
        ground="",
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


def tell(story: Story) -> None:
    """The whole journey, once."""
    home = house(features=("haidian", "tianjin"))
    both = ("applicant", "respondent")
    with on("2023-04-24 09:30"):
        case = filed(home, filing("2023-04-24", applicant(), respondent(), amount="80000.00"))
        account = payee(home, case)
        assign(home, case)
        other = filed(home, filing("2023-04-24", amount="90000.00"))
        assign(home, other)
    case.refresh_from_db()
    office = {"enforcement_notice", "property_report_order", "network_query_start"}
    story.expect(
        "visitor: query and document tasks owned by the command office",
        lambda: (
            set(case.nodes.filter(kind__in=office, group="command_centre").values_list("kind", flat=True))
            == office
        ),
    )
    story.expect(
        "filed: payee account and undertaking registered",
        lambda: not case.nodes.filter(kind="payee_registration", state="open").exists(),
    )
    story.expect("filed: SMS of filing to both sides", lambda: told(case, "case_filed") == set(both))
    story.expect("filed: SMS of assignment to both sides", lambda: told(case, "case_assigned") == set(both))
    story.expect("filed: notice due 2023-05-04", lambda: due(case, "JZ-D-01") == "2023-05-04")
    story.expect("filed: BASE-D-01 gives the same day", lambda: due(case, "BASE-D-01") == "2023-05-04")

    with on("2023-04-26"):
        words = refused(
            lambda: complete(case, "enforcement_notice", home.handler, channel="post", sent_on="2023-04-26")
        )
        story.expect(
            "notice: trying EMS first is refused", lambda: "JZ-G-SVC-03" in words and "JZ-G-SVC-01" in words
        )
        complete(
            case,
            "enforcement_notice",
            home.handler,
            channel="electronic",
            sent_on="2023-04-26",
            platform_ref="E-0426",
            with_report_order=True,
        )
        complete(case, "network_query_start", home.clerk, on="2023-04-26", scope="national")
    story.expect("notice: node met", lambda: state(case, "JZ-D-01") == "met")

    with on("2023-04-27"):
        feedback(
            home, case, "2023-04-27",
            ("bank_account", "尾号1001", "40000"), ("bank_account", "尾号1002", "12000"), ("alipay", "支付宝", "8000"), ("vehicle", "小型轿车", "90000"),
        )  # fmt: skip
    story.expect(
        "feedback: bank freeze due 2023-05-05",
        lambda: (
            {due(case, "JZ-D-03", label) for label in ("尾号1001", "尾号1002", "支付宝")} == {"2023-05-05"}
        ),
    )
    with on("2023-04-27 11:00"):
        stands = Case.objects.get(pk=case.pk)
        head = shown(home, case)
    story.expect(
        "feedback: stage is query",
        lambda: (
            (stands.stage, str(stands.stage_since)) == ("investigation", "2023-04-24")
            and "阶段 查询（4月24日起）" in head
        ),
    )
    story.expect(
        "feedback: cash rate 65.00% deposits, 75.00% with e-wallets",
        lambda: (
            stands.cash_rate == Decimal("0.65") and "现金可执行率 65.00%（含微信、支付宝 75.00%）" in head
        ),
    )
    story.expect(
        "feedback: car control due 2023-05-15", lambda: due(case, "JZ-D-04", "小型轿车") == "2023-05-15"
    )

    with on("2023-05-04"):
        control(home, case, "freeze", "尾号1001", "尾号1002", "支付宝")
        story.expect(
            "freeze: three freeze clocks met",
            lambda: {state(case, "JZ-D-03", x) for x in ("尾号1001", "尾号1002", "支付宝")} == {"met"},
        )
        story.expect("freeze: stage is control", lambda: Case.objects.get(pk=case.pk).stage == "control")
        words = refused(lambda: control(home, case, "seal", "小型轿车"))
        story.expect(
            "freeze: the car is refused above the limit",
            lambda: "JZ-G-OVER-01" in words and item(case, "小型轿车").state == "found",
        )

    with on("2023-05-10"):
        deduct(
            case_id=case.pk,
            amounts=[(item(case, x).pk, item(case, x).value) for x in ("尾号1001", "尾号1002", "支付宝")],
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        receipt = money(home, case, "60000.00", "S-0510")
    story.expect("deducted: push to both sides", lambda: told(case, "fund_deducted") == set(both))
    story.expect(
        "arrived: fund route small, due 2023-05-17",
        lambda: (
            due(case, "JZ-D-11") == "2023-05-17"
            and not Deadline.objects.filter(case_id=case.pk, rule_id="JZ-D-12").exists()
        ),
    )

    with on("2023-05-15"):
        car = item(case, "小型轿车")
        asked = ask_approval(
            case_id=case.pk,
            matter="over_limit",
            facts={"property": car.pk, "subject": car.subject_id},
            ground="车辆不可分",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        refuse(request_id=asked.pk, words="剩余标的仅两万元", actor=home.director, at=time.now(), key=key())
        words = refused(
            lambda: take_control(
                case_id=case.pk,
                takings=[Taking(car.pk, "seal", car.value, time.today(), approval_id=asked.pk)],
                actor=home.handler,
                at=time.now(),
                key=key(),
            )
        )
        story.expect("car: refused approval does not let it through", lambda: "审批没有通过" in words)
        leave_uncontrolled(
            property_id=car.pk,
            reason="价值超过剩余标的",
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    story.expect(
        "car: left uncontrolled with its reason, item closed",
        lambda: (
            item(case, "小型轿车").reason == "价值超过剩余标的"
            and state(case, "JZ-D-04", "小型轿车") == "met"
        ),
    )

    with on("2023-05-16"):
        payout = pay(home, case, receipt, account, "B-0516")
        story.expect(
            "paid: by another person than who asked", lambda: payout.checker_id not in (None, payout.maker_id)
        )
    story.expect("paid: on time", lambda: state(case, "JZ-D-11") == "met")
    story.expect("paid: SMS", lambda: "applicant" in told(case, "payout_done"))
    story.expect("paid: balance 0", lambda: money_of(case.about).custody == 0)

    with on("2023-05-18"):
        second = money(home, case, "20000.00", "S-0518")
    story.expect(
        "rest: small, due 2023-05-25", lambda: due(case, "JZ-D-11", "到账 ¥20,000.00") == "2023-05-25"
    )
    with on("2023-05-22"):
        pay(home, case, second, account, "B-0522")
    story.expect("rest: paid 05-22", lambda: state(case, "JZ-D-11", "到账 ¥20,000.00") == "met")

    with on("2023-05-26"):
        words = refused(lambda: close(home, other))
        story.expect("variant: close with 0 recovered is refused", lambda: "JZ-G-CLOSE-01" in words)
        close(home, case)
    case.refresh_from_db()
    story.expect(
        "closed: guard passes, recovered = claim",
        lambda: case.state == "closed" and money_of(case.about).received == Decimal(80000),
    )
    story.expect("closed: closing SMS", lambda: told(case, "case_closed") == set(both))
    story.expect("closed: coverage 4/4", lambda: coverage(case) == (4, 4))


def coverage(case: Case) -> tuple[int, int]:
    """(told, occurred) of the six stated nodes of JZ 三(一)1."""
    stated = {"case_filed", "case_assigned", "network_control", "valuation", "auction", "case_closed"}
    rows = set(Message.objects.filter(about=case.about).values_list("topic", "state"))
    occurred = {topic for topic, _state in rows if topic in stated or topic == "network_result"}
    told_of = {
        topic
        for topic, message_state in rows
        if topic in occurred and message_state in ("waiting", "sent", "delivered")
    }
    return len(told_of), len(occurred)


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Story:
    return run_story(tell, django_db_blocker)


@pytest.mark.parametrize("name", steps(JOURNEY))
def test_row(story: Story, name: str) -> None:
    assert story.found.get(name, "never reached") == ""


def test_every_expectation_is_a_row_of_the_journey(story: Story) -> None:
    assert set(story.found) == {step.values[0] for step in steps(JOURNEY) if not step.marks}
