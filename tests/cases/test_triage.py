"""繁简分流 and 繁简转换: what the rules propose, who decides, what follows; all from the packs' data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.assigning import assign_case, hand_over_cases
from cases.actions.converting import propose_conversion, record_trigger
from cases.actions.triage import classify_case, prepare_triage
from cases.actions.undoing import void_act
from cases.classes import facts_of_case, questions_of
from cases.models import Case, Fact
from cases.snapshot import lock_case
from courts.actions.packs import release_pack
from courts.models import Unit, User
from deadlines.models import Deadline
from events import relay
from kernel import time
from kernel.errors import BadInput, NotAllowed, WrongState
from measures.actions.controlling import release
from measures.models import Control
from regimes.packs import parse_pack
from regimes.triage import Proposal, propose
from tests.factories.cases import (
    House,
    PartyInput,
    applicant,
    assign,
    complete,
    filed,
    filing,
    house,
    key,
    node,
    respondent,
)
from tests.factories.courts import person, unit
from tests.regimes.test_shorter import LOCAL
from tests.walks.stage import control, due, feedback, on, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house(packs=("SQ-2022",))


def team(home: House, function: str, name: str) -> Unit:
    return unit(home.court, function=function, name=name)


def proposal(case: Case, sets: str = "case_class") -> Proposal | None:
    """What the rules propose for a case as it stands."""
    locked = lock_case(case_id=case.pk)
    facts = facts_of_case(locked)
    question = next((q for q in questions_of(locked, facts) if q.sets == sets), None)
    return None if question is None else propose(locked.book, question, facts)


def answered(home: House, case: Case, *items: tuple[str, str, str]) -> None:
    """The network query of today with what it found."""
    complete(case, "network_query_start", home.handler, on=time.today(), scope="national")
    feedback(home, case, time.today().isoformat(), *items)


def prepare(home: House, case: Case, **facts: Any) -> None:
    prepare_triage(case_id=case.pk, facts=facts, actor=home.centre, at=time.now(), key=key())


def classify(
    home: House, case: Case, value: str, *, actor: Any = None, reason: str = "按已有反馈决定", **more: Any
) -> Any:
    given: dict[str, Any] = {
        "case_id": case.pk,
        "classes": {"case_class": value},
        "facts": {},
        "reason": reason,
        "on": time.today(),
        "actor": actor or home.centre,
        "at": time.now(),
        "key": key(),
    }
    return classify_case(**{**given, **more})


def simple_case(home: House, fast: Unit, on_day: str = "2024-05-06", amount: str = "299999.00") -> Case:
    """A case filed 2024-04-26, classed simple and given to a fast team."""
    with on("2024-04-26 09:30"):
        case = filed(home, filing("2024-04-26", amount=amount))
    with on(on_day):
        classify(home, case, "simple", facts={"case_kind": ["commercial_arbitration"]})
        assign_case(
            case_id=case.pk, owner=home.handler, team=fast, actor=home.centre, at=time.now(), key=key()
        )
    return case


def trigger(home: House, case: Case, event: str = "objection_filed") -> None:
    given: dict[str, Any] = {"words": "案外人提出书面异议", "on": time.today(), "actor": home.handler}
    record_trigger(case_id=case.pk, event=event, at=time.now(), key=key(), **given)


def leader(home: House) -> User:
    """The leader of the fast team."""
    fast = Unit.objects.get(court=home.court, function="fast")
    found = User.objects.filter(appointments__unit=fast, appointments__role="team_leader").first()
    return found or person(home.court, "team_leader", unit=fast, name="孙队长")


def proposed(home: House, case: Case) -> Request:
    propose_conversion(
        case_id=case.pk, ground="案外人异议已立案", actor=leader(home), at=time.now(), key=key()
    )
    return Request.objects.get(about=case.about, kind="convert_class", state="waiting")


def agreed(home: House, case: Case, on_day: str) -> None:
    """Proposed by the leader and approved by the director on a day."""
    with on(on_day):
        request = proposed(home, case)
        assent(request_id=request.pk, words="同意", actor=home.director, at=time.now(), key=key())


# ---------------------------------------------------------------- proposals


@pytest.mark.req("SQ-27")
@pytest.mark.parametrize(("amount", "value"), [("299999.00", "simple"), ("300000.00", "ordinary")])
def test_commercial_arbitration_is_ordinary_from_300_000(home: House, amount: str, value: str) -> None:
    case = filed(home, filing(time.today(), amount=amount))
    prepare(home, case, case_kind=["commercial_arbitration"])
    found = proposal(case)
    assert found is not None
    assert found.value == value
    assert {a.rule.id for a in found.speaking} >= {"SQ-C-01"}
    assert ("SQ-C-09" in {a.rule.id for a in found.speaking}) is (value == "ordinary")


@pytest.mark.req("SQ-27")
def test_ordinary_overrides_simple_and_both_are_shown_with_their_facts(home: House) -> None:
    case = filed(home, filing(time.today(), applicant(), respondent("某县财政局", kind="government")))
    prepare(home, case, case_kind=["labour_arbitration"])
    found = proposal(case)
    assert found is not None
    assert (found.value, found.decisive and found.decisive.id) == ("ordinary", "SQ-C-07")
    said = {a.rule.id: dict(a.facts) for a in found.speaking}
    assert said["SQ-C-01"] == {"case_kind": ["labour_arbitration"]}
    assert "government" in said["SQ-C-07"]["party_kind"]


@pytest.mark.req("SQ-26")
def test_a_civil_judgment_covered_by_frozen_cash_is_simple(home: House) -> None:
    case = filed(home, filing(time.today(), amount="80000.00"))
    assign(home, case)
    prepare(home, case, case_kind=["civil_judgment"], marked_easy=False)
    assert proposal(case).value == "ordinary"  # nothing frozen yet: SQ-C-05 is not answered
    answered(home, case, ("bank_account", "尾号1001", "80000.00"))
    control(home, case, "freeze", "尾号1001")
    found = proposal(case)
    assert (found.value, found.decisive.id) == ("simple", "SQ-C-05")
    assert dict(found.speaking[0].facts) == {"frozen_cash_ratio": "1.0000"}


@pytest.mark.req("SQ-26")
def test_one_fen_less_than_the_claim_is_not_covered_and_a_release_is_seen(home: House) -> None:
    case = filed(home, filing(time.today(), amount="80000.00"))
    assign(home, case)
    answered(home, case, ("bank_account", "尾号1001", "79999.99"))
    control(home, case, "freeze", "尾号1001")
    fact = Fact.objects.get(case=case, key="frozen_cash_ratio")
    assert Decimal(fact.value) < 1
    release(
        control_id=Control.objects.get(case=case).pk,
        reason="申请人申请",
        on=time.today(),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )
    fact.refresh_from_db()
    assert Decimal(fact.value) == 0


@pytest.mark.req("SQ-27")
def test_many_applicants_against_one_respondent_make_a_case_ordinary(home: House) -> None:
    several = [applicant(f"申请人{n}", phone="") for n in range(10)]
    nine = filed(home, filing(time.today(), *several[:9], respondent()))
    ten = filed(home, filing(time.today(), *several, respondent("王五")))
    prepare(home, nine, case_kind=["arbitration"])
    prepare(home, ten, case_kind=["arbitration"])
    assert proposal(nine).value == "simple"
    assert (proposal(ten).value, proposal(ten).decisive.id) == ("ordinary", "SQ-C-10")
    assign(home, ten)
    decided = classify(home, ten, "ordinary")
    assert "SQ-C-10" in str(decided.data)


# ---------------------------------------------------------------- the decision


@pytest.mark.req("SQ-25")
def test_before_the_property_summary_a_reason_is_demanded(home: House) -> None:
    case = filed(home)
    assign(home, case)
    with pytest.raises(WrongState, match="SQ-G-CLASS-01"):
        classify(home, case, "ordinary", reason="")
    assert not Fact.objects.filter(case=case, key="case_class").exists()
    answered(home, case)
    classify(home, case, "ordinary", reason="")
    assert Case.objects.get(pk=case.pk).track == "ordinary"


@pytest.mark.req("SQ-25")
def test_only_the_role_that_the_pack_names_decides(home: House) -> None:
    case = filed(home)
    assign(home, case)
    for other in (home.handler, home.leader, home.director):
        with pytest.raises(NotAllowed, match="执行指挥中心"):
            classify(home, case, "simple", actor=other)
    affairs = person(home.court, "affairs_group")
    prepare_triage(
        case_id=case.pk, facts={"case_kind": ["arbitration"]}, actor=affairs, at=time.now(), key=key()
    )
    with pytest.raises(NotAllowed, match="执行指挥中心"):
        classify(home, case, "simple", actor=affairs)


@pytest.mark.req("SQ-25", "SQ-26")
def test_against_the_proposal_a_reason_is_demanded_and_the_event_keeps_what_spoke(home: House) -> None:
    case = filed(home, filing(time.today(), amount="300000.00"))
    assign(home, case)
    answered(home, case)
    kinds = {"case_kind": ["commercial_arbitration"]}
    with pytest.raises(BadInput) as refused:
        classify(home, case, "simple", reason="", facts=kinds)
    assert refused.value.field == "reason"
    event = classify(home, case, "simple", reason="当事人已达成和解，一次付清", facts=kinds)
    (said,) = event.data["proposed"]
    assert said["value"] == "ordinary"
    assert [c["rule"] for c in said["criteria"]] == ["SQ-C-09", "SQ-C-01"]
    assert said["criteria"][0]["facts"]["claim_amount"] == "300000.00"


@pytest.mark.req("SQ-13")
def test_triage_is_a_duty_of_five_workdays_met_by_the_decision(home: House) -> None:
    with on("2024-04-26 09:30"):
        case = filed(home, filing("2024-04-26"))
    assert due(case, "SQ-D-05") == "2024-05-07"
    with on("2024-05-07"):
        classify(home, case, "simple")
    assert state(case, "SQ-D-05") == "met"
    assert not case.nodes.filter(kind="triage", state="open").exists()


def test_the_same_click_twice_is_one_decision(home: House) -> None:
    case = filed(home)
    same, reason = key(), "按已有反馈决定"
    first = classify(home, case, "simple", key=same, reason=reason)
    assert classify(home, case, "simple", key=same, reason=reason).pk == first.pk


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"case_kind": ["moon"]}, "case_kind"),
        ({"marked_easy": "perhaps"}, "marked_easy"),
        ({"claim_amount": "1"}, "claim_amount"),
    ],
)
def test_what_is_not_a_fact_of_triage_is_refused_by_field(
    home: House, facts: dict[str, Any], field: str
) -> None:
    case = filed(home)
    with pytest.raises(BadInput) as refused:
        prepare(home, case, **facts)
    assert refused.value.field == field
    assert not Fact.objects.filter(case=case, key="case_kind").exists()


@pytest.mark.req("SQ-28")
def test_a_court_whose_rules_have_no_criteria_has_no_triage() -> None:
    other = house(packs=("JZ-2023",))
    case = filed(other)
    assert proposal(case) is None
    assert not case.nodes.filter(kind="triage").exists()
    with pytest.raises(WrongState, match="没有繁简分流的标准"):
        classify(other, case, "simple")


@pytest.mark.req("SQ-28")
def test_a_county_court_is_under_the_rules_only_where_it_adopts_them() -> None:
    county = house(packs=("SQ-2022",), level="basic")
    assert proposal(filed(county)) is not None
    assert proposal(filed(house(packs=()))) is None


# ---------------------------------------------------------------- limits and teams


@pytest.mark.req("SQ-34", "SQ-35")
def test_each_class_has_its_own_limit(home: House) -> None:
    with on("2024-04-26 09:30"):
        simple, ordinary = (filed(home, filing("2024-04-26")) for _ in range(2))
    with on("2023-08-31 09:30"):
        old = filed(home, filing("2023-08-31"))
    for case, value in ((simple, "simple"), (ordinary, "ordinary"), (old, "ordinary")):
        with on("2024-05-06"):
            classify(home, case, value)
    assert due(simple, "SQ-D-07") == "2024-05-27"
    assert not Deadline.objects.filter(case_id=simple.pk, rule_id="SQ-D-08").exists()
    assert due(ordinary, "SQ-D-08") == "2024-10-28"
    assert due(old, "SQ-D-08") == "2024-02-29"


@pytest.mark.req("SQ-03")
def test_an_ordinary_case_is_refused_to_a_fast_team(home: House) -> None:
    fast, plain = team(home, "fast", "第一速执团队"), team(home, "ordinary", "普执团队")
    case = filed(home)
    classify(home, case, "ordinary")

    def give(to: Unit | None) -> None:
        assign_case(case_id=case.pk, owner=home.handler, team=to, actor=home.centre, at=time.now(), key=key())

    for wrong in (fast, None, team(home, "petition", "信访团队")):
        with pytest.raises(WrongState, match="SQ-G-ROUTE-01"):
            give(wrong)
    give(plain)
    with pytest.raises(WrongState, match="SQ-G-ROUTE-01"):
        hand_over_cases(
            case_ids=[case.pk], owner=home.handler, team=fast, reason="调整",
            actor=home.centre, at=time.now(), key=key(),
        )  # fmt: skip
    assert Fact.objects.get(case=case, key="team_kind").value == "ordinary"


@pytest.mark.req("SQ-41")
def test_an_especially_difficult_case_goes_only_to_a_team_led_by_a_deputy_director(home: House) -> None:
    case = filed(home)
    classify(home, case, "ordinary", facts={"especially_difficult": True})
    plain, special = team(home, "ordinary", "普执团队"), team(home, "special", "特执团队")

    def give(to: Unit) -> None:
        assign_case(case_id=case.pk, owner=home.handler, team=to, actor=home.centre, at=time.now(), key=key())

    for wrong in (plain, special):
        with pytest.raises(WrongState, match="SQ-G-ROUTE-02"):
            give(wrong)
    person(home.court, "deputy_director", unit=special)
    give(special)
    assert Case.objects.get(pk=case.pk).team == special


# ---------------------------------------------------------------- conversion


def test_undoing_the_decision_takes_the_class_back(home: House) -> None:
    case = filed(home)
    event = classify(home, case, "simple")
    void_act(
        case_id=case.pk,
        event_id=event.pk,
        reason="误分",
        approval_id=1,
        name="user:1",
        at=time.now(),
        key=key(),
    )
    assert Case.objects.get(pk=case.pk).track == ""
    assert node(case, "triage").state == "open"
    while relay.run():
        pass


# ---------------------------------------------------------------- 荆门


@pytest.mark.req("JM-22", "JM-23", "JM-24")
def test_jingmen_splits_on_feedback_and_times_both_speeds() -> None:
    home = house(packs=("JM-2022",))
    with on("2024-04-26 09:30"):
        fast = filed(home, filing("2024-04-26", amount="50000.00"))
        assign(home, fast)
    with on("2024-05-06"):
        answered(home, fast, ("bank_account", "尾号1001", "60000.00"))
        control(home, fast, "freeze", "尾号1001")
        assert proposal(fast).value == "simple"
        classify(home, fast, "simple", reason="")
    assert due(fast, "JM-D-01") == "2024-06-11"
    with on("2024-10-31 09:30"):
        fine = filed(home, filing("2024-10-31"))
        assert proposal(fine).value == "ordinary"
        classify(home, fine, "ordinary", reason="")
    assert (due(fine, "JM-D-02"), due(fine, "JM-D-03")) == ("2025-02-17", "2025-04-30")
    assert Deadline.objects.get(case_id=fine.pk, rule_id="JM-D-02").kind == "soft_target"


@pytest.mark.req("JM-25")
def test_an_enterprise_case_is_classed_twice_and_goes_to_the_enterprise_team() -> None:
    home = house(packs=("JM-2022",))
    lender = PartyInput(role="applicant", kind="enterprise", name="云州小额贷款公司")
    case = filed(home, filing(time.today(), lender, respondent()))
    with pytest.raises(BadInput) as refused:
        classify(home, case, "ordinary")
    assert refused.value.field == "enterprise_class"
    classify(home, case, "ordinary", classes={"case_class": "ordinary", "enterprise_class": "micro_loan"})
    assert Fact.objects.get(case=case, key="enterprise_class").value == "micro_loan"

    def give(function: str) -> None:
        to = team(home, function, f"{function}团队")
        assign_case(case_id=case.pk, owner=home.handler, team=to, actor=home.centre, at=time.now(), key=key())

    with pytest.raises(WrongState, match="JM-G-ROUTE-01"):
        give("ordinary")
    give("enterprise")
    assert Case.objects.get(pk=case.pk).team.function == "enterprise"


@pytest.mark.req("JM-25")
def test_a_case_between_natural_persons_has_no_enterprise_class() -> None:
    home = house(packs=("JM-2022",))
    case = filed(home)
    assert proposal(case, "enterprise_class") is None
    classify(home, case, "ordinary")


# ---------------------------------------------------------------- shorter limits of a class


@pytest.mark.req("SQ-58")
def test_a_simple_case_runs_by_the_shorter_limit_that_the_court_set_itself() -> None:
    home = house(packs=("SQ-2022", "SQ-LOCAL"))
    text = LOCAL.format(period="3 workdays", met_by="filing_check_done", shortens="SQ-D-01")
    local = parse_pack(text, "SQ-LOCAL/1.yaml")
    release_pack(pack=local, text=local.text, at=time.now(), actor=home.director.actor)
    with on("2024-04-26 09:30"):
        simple, ordinary = (filed(home, filing("2024-04-26")) for _ in range(2))
    with on("2024-04-28"):
        classify(home, simple, "simple")
        classify(home, ordinary, "ordinary")
    assert due(simple, "SL-D-01") == "2024-04-30"
    assert due(simple, "SQ-D-01") == "2024-05-07"
    assert not Deadline.objects.filter(case_id=ordinary.pk, rule_id="SL-D-01").exists()
    first = Deadline.objects.filter(case_id=simple.pk, node_kind="filing_check").order_by("due_on").first()
    assert first.rule_id == "SL-D-01"
