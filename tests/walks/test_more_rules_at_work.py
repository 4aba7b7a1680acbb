"""Rules that the stories of whole cases pass by: each at work once, in the shortest story that shows it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from approvals.actions.requests import assent
from cases.actions.asking import ask_approval
from cases.actions.holds import release_hold, set_hold
from cases.actions.money import approve_payout, draft_payout, send_payout
from cases.actions.triage import classify_case
from cases.book import book_of
from cases.models import Case, Hold
from closing.actions.closing import close_case
from kernel import time
from kernel.errors import WrongState
from measures.actions.controlling import deduct
from tests.cases.test_triage import answered
from tests.factories.cases import (
    House,
    applicant,
    assigned,
    complete,
    filed,
    filing,
    house,
    key,
    proof,
    respondent,
)
from tests.factories.courts import person
from tests.walks.stage import control, feedback, item, money, on, pay, payee
from tests.walks.test_e2e_02 import enquiries
from tests.walks.test_rules_at_work import CAR, done, open_case, started

pytestmark = pytest.mark.django_db


def asked(home: House, case: Case, matter: str, facts: dict[str, Any]) -> Any:
    """A matter of the case put before its approvers, with its proof."""
    given = {"ground": "写明的理由", "actor": home.handler, "at": time.now(), "key": key()}
    files = proof(case, home.handler)
    return ask_approval(case_id=case.pk, matter=matter, facts=facts, files=files, **given)


@pytest.mark.parametrize(
    ("kind", "clock", "outcome_day"),
    [
        ("BASE-H-03", "BASE-D-43", "2023-05-20"),
        ("BASE-H-04", "BASE-D-60", "2023-06-20"),
        ("BASE-H-05", "BASE-D-61", "2023-06-20"),
    ],
)
def test_an_objection_and_the_two_kinds_of_stay_have_their_own_clock(
    kind: str, clock: str, outcome_day: str
) -> None:
    home = house()
    case = open_case(home, "2023-04-24")
    with on("2023-04-26"):
        feedback(home, case, "2023-04-26", ("vehicle", CAR, "50000"))
        control(home, case, "seal", CAR)
    with on("2023-05-10"):
        set_hold(
            case_id=case.pk, rule_id=kind, subject_id=item(case, CAR).subject_id, document="（2023）鄂9901执异1号",
            ground="提供担保", on=time.today(), actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
    assert clock in started(case)
    with on(outcome_day):
        row = Hold.objects.get(case=case, rule_id=kind)
        rule = next(each for pin in book_of(case).pinned for each in pin.pack.holds if each.id == kind)
        release_hold(
            case_id=case.pk, hold_id=row.pk, on=time.today(), outcome=next(iter(rule.outcomes), ""),
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
    assert done(case, clock) == {clock}


@pytest.mark.parametrize(
    "kind", ["valuation", "jurisdiction_dispute", "dispute_coordination", "stay", "suspension"]
)
def test_each_statutory_ground_deducts_with_its_proof(kind: str) -> None:
    home = house(packs=("SQ-2022",))
    with on("2024-04-26"):
        case = assigned(home, filing("2024-04-26", facts={"case_class": "ordinary"}))
    facts = {"kind": kind, "first": "2024-07-03", "last": "2024-08-01", "rules": ["SQ-D-08"]}
    with on("2024-07-03"):
        request = asked(home, case, "deduction", facts)
    assert request.facts["code"] == kind


def test_where_no_court_sets_levels_the_national_ones_decide() -> None:
    home = house()
    with on("2023-04-24"):
        case = assigned(home, filing("2023-04-24"))
        money(home, case, "30000.00", "S1")
    receipt = case.subjects.filter(kind="receipt")
    with on("2023-04-25"):
        values = {"measure_kind": "detention", "detention_days": 15}
        assert asked(home, case, "coercive_measure", {"values": values}).chain == ["president"]
        facts = {"subject": receipt.get().pk, "code": "other_statutory"}
        assert asked(home, case, "defer_payout", facts).chain == ["bureau_director", "vice_president"]


def test_after_a_deferral_the_money_is_paid_within_ten_days() -> None:
    home = house(packs=("LY-2021",))
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2023-04-24"):
        case = assigned(home, filing("2023-04-24"))
    with on("2023-05-10"):
        account, receipt = payee(home, case), money(home, case, "30000.00", "S1")
    with on("2023-05-12"):
        facts = {"subject": case.subjects.get(kind="receipt").pk, "code": "other_statutory"}
        request = asked(home, case, "defer_payout", facts)
        for each in (home.director, vice):
            assent(request_id=request.pk, actor=each, at=time.now(), key=key())
    with on("2023-06-01"):
        row = Hold.objects.get(case=case)
        given = {"on": time.today(), "outcome": "cause_gone", "actor": home.handler}
        release_hold(case_id=case.pk, hold_id=row.pk, **given, at=time.now(), key=key())
    with on("2023-06-05"):
        pay(home, case, receipt, account, "B1")
    assert done(case, "LY-D-09", "LY-D-10", "BASE-D-68") == {"LY-D-09", "LY-D-10", "BASE-D-68"}


def test_closing_ends_the_wait_for_an_act_that_was_not_enforced() -> None:
    home = house()
    case = open_case(home, "2023-04-24", claim_kind="act")
    assert "BASE-D-07" in started(case)
    with on("2023-05-15"):
        given = {"closing_type": "cancelled", "on": time.today(), "ground": "撤回申请"}
        close_case(case_id=case.pk, **given, actor=home.handler, at=time.now(), key=key())
    assert done(case, "BASE-D-07") == {"BASE-D-07"}


def test_a_respondent_elsewhere_is_investigated_in_three_ways() -> None:
    home = house()
    with on("2023-03-01"):
        case = assigned(home, filing("2023-03-01", applicant(), respondent(location="outside_city")))
    visit = {"on": "2023-04-20", "returned_on": "2023-04-20", "place": "某村", "place_kind": "village"}
    with on("2023-04-20"):
        complete(case, "onsite_investigation", home.handler, **visit, full_recording=True)
        assert done(case, "JZ-D-06") == set(), "one of three"
        enquiries(home, case, "李四")
    assert done(case, "JZ-D-06") == {"JZ-D-06"}


def paid_by(home: House, *, signed: bool, approver: str) -> str:
    """The rule that refuses: money of an account that one person froze and deducted is to be paid out; "" = none."""
    with on("2023-04-24"):
        case = assigned(home, filing("2023-04-24", amount="400000.00"))
        account = payee(home, case, signed=signed)
        feedback_of(home, case)
        receipt = money(home, case, "50000.00", key())
    try:
        with on("2023-04-25"):
            payout = draft_payout(
                case_id=case.pk, receipt_id=receipt.pk, payee_id=account, amount=receipt.amount,
                communication_record=None, actor=home.clerk, at=time.now(), key=key(),
            )  # fmt: skip
            give = {"case_id": case.pk, "payout_id": payout.pk, "at": time.now()}
            approve_payout(actor=getattr(home, approver), key=key(), **give)
            send_payout(actor=home.funds, key=key(), **give)
    except WrongState as refusal:
        return str(refusal.code)
    return ""


def feedback_of(home: House, case: Case) -> None:
    complete(case, "network_query_start", home.handler, on=time.today(), scope="national")
    feedback(home, case, time.today().isoformat(), ("bank_account", "尾号1001", "50000"))
    control(home, case, "freeze", "尾号1001")
    given = {"amounts": [(item(case, "尾号1001").pk, Decimal(50000))], "on": time.today()}
    deduct(case_id=case.pk, **given, actor=home.handler, at=time.now(), key=key())


def test_an_account_without_its_undertaking_is_not_paid() -> None:
    assert paid_by(house(), signed=False, approver="director") == "JZ-G-FUND-02"
    assert paid_by(house(), signed=True, approver="director") == ""


def test_who_controlled_and_disposed_does_not_approve_the_payout() -> None:
    assert paid_by(house(packs=("SQ-2022",)), signed=True, approver="handler") == "SQ-G-SOD-01"


CRITERIA: list[tuple[str, str, dict[str, Any]]] = [
    ("SQ-C-02", "simple", {"case_kind": ["court_fee_recovery"]}),
    ("SQ-C-03", "simple", {"case_kind": ["entrusted"]}),
    ("SQ-C-04", "simple", {"case_kind": ["preservation"]}),
    ("SQ-C-06", "simple", {"marked_easy": True}),
    ("SQ-C-08", "ordinary", {"case_kind": ["criminal_property"]}),
    ("SQ-C-10", "ordinary", {"marked_large_or_complex": True}),
    ("SQ-C-11", "ordinary", {"marked_not_simple": True}),
]


def decided(home: House, case: Case, value: str, facts: dict[str, Any], reason: str = "按规则") -> list[str]:
    """The criteria that the event of the decision keeps."""
    given = {"classes": {"case_class": value}, "facts": facts, "reason": reason, "on": time.today()}
    event = classify_case(case_id=case.pk, **given, actor=home.centre, at=time.now(), key=key())
    return [each["rule"] for said in event.data["proposed"] for each in said["criteria"]]


@pytest.mark.req("SQ-26")
@pytest.mark.req("SQ-27")
@pytest.mark.parametrize(("rule", "value", "facts"), CRITERIA)
def test_each_criterion_speaks_for_its_class(rule: str, value: str, facts: dict[str, Any]) -> None:
    home = house(packs=("SQ-2022",))
    with on("2024-04-26"):
        case = filed(home, filing("2024-04-26"))
    with on("2024-05-06"):
        assert rule in decided(home, case, value, facts)


@pytest.mark.req("SQ-27")
def test_a_public_body_and_covered_cash_speak_too() -> None:
    home = house(packs=("SQ-2022",))
    with on("2024-04-26"):
        office = filed(home, filing("2024-04-26", applicant(), respondent("某县财政局", kind="government")))
        covered = assigned(home, filing("2024-04-26"))
    with on("2024-05-06"):
        assert "SQ-C-07" in decided(home, office, "ordinary", {})
        answered(home, covered, ("bank_account", "尾号1001", "80000.00"))
        control(home, covered, "freeze", "尾号1001")
        assert "SQ-C-05" in decided(home, covered, "simple", {})


def test_haidian_proposes_the_fast_team_where_cash_is_found() -> None:
    home = house(features=("haidian",))
    with on("2023-04-24"):
        case = assigned(home, filing("2023-04-24"))
    with on("2023-04-25"):
        answered(home, case, ("bank_account", "尾号1001", "800.00"))
        assert decided(home, case, "simple", {}) == ["HD-C-01"]


def test_the_joint_control_outside_is_done_within_ten_working_days() -> None:
    home = house(packs=("SQ-2022",))
    with on("2024-04-26"):
        case = assigned(home, filing("2024-04-26"))
    with on("2024-05-09"):
        complete(case, "offline_joint_control", home.handler, on=dt.date(2024, 5, 9), result="已统一办理")
    assert done(case, "SQ-D-06") == {"SQ-D-06"}
