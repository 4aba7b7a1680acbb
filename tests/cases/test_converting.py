"""繁简转换: from its trigger to the ordinary team, its clocks and what is deducted (SQ-36 to SQ-40)."""

from __future__ import annotations

import datetime as dt

import pytest

from approvals.actions.requests import assent, refuse, withdraw
from cases.actions.asking import ask_approval
from cases.actions.assigning import hand_over_cases
from cases.actions.converting import assign_converted, propose_conversion
from cases.models import Case, Conversion
from courts.models import Unit
from deadlines.models import Deadline
from events import log
from events.models import Event
from kernel import time
from kernel.errors import BadInput, NotAllowed, WrongState
from notices.models import Message
from supervision.replay import differences, replay, stored
from tests.cases.test_triage import agreed, classify, leader, proposed, simple_case, team, trigger
from tests.factories.cases import (
    House,
    assign,
    filed,
    filing,
    house,
    key,
    proof,
)
from tests.factories.courts import person
from tests.walks.stage import due, on, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house(packs=("SQ-2022",))


@pytest.mark.req("SQ-37")
@pytest.mark.parametrize(
    "event",
    ["objection_filed", "auction_needed", "reversal_after_supervision", "superior_attention_recorded"],
)
def test_each_trigger_puts_a_draft_beside_a_simple_case(home: House, event: str) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    with on("2024-05-08"):
        trigger(home, case, event)
    row = Conversion.objects.get(case=case)
    assert (row.state, row.trigger, row.from_class, row.to_class) == ("draft", event, "simple", "ordinary")
    assert row.triggered_on == dt.date(2024, 5, 8)
    with on("2024-05-09"):
        trigger(home, case, "auction_needed")
    assert Conversion.objects.filter(case=case).count() == 1


@pytest.mark.req("SQ-37")
def test_a_trigger_asks_for_the_report_until_it_is_made(home: House) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    with on("2024-05-08"):
        trigger(home, case)
        proposed(home, case)
        trigger(home, case, "auction_needed")
    recorded = Event.objects.filter(stream=case.about, kind="conversion.trigger_recorded").order_by("seq")
    assert [event.data.get("warnings", []) for event in recorded] == [["SQ-G-CONV-01"], []]


@pytest.mark.req("SQ-37")
def test_an_ordinary_case_gets_no_draft_and_a_trigger_behind_the_decision_counts(home: House) -> None:
    with on("2024-04-26 09:30"):
        ordinary, later = (filed(home, filing("2024-04-26")) for _ in range(2))
    with on("2024-05-06"):
        classify(home, ordinary, "ordinary")
    for case in (ordinary, later):
        with on("2024-05-07"):
            assign(home, case)
            trigger(home, case)
    assert not Conversion.objects.exists()
    with on("2024-05-08"):
        classify(home, later, "simple")
    assert Conversion.objects.get().triggered_on == dt.date(2024, 5, 7)


@pytest.mark.req("SQ-37")
def test_a_simple_case_becomes_ordinary_only_by_conversion(home: House) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    with on("2024-05-07"), pytest.raises(WrongState, match="SQ-V-01"):
        classify(home, case, "ordinary")


@pytest.mark.req("SQ-38")
@pytest.mark.parametrize(("approved", "last"), [("2024-05-10", "2024-05-13"), ("2024-04-30", "2024-05-06")])
def test_three_days_from_the_approval_to_the_ordinary_team(home: House, approved: str, last: str) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"), on_day="2024-04-29")
    with on("2024-04-29 15:00"):
        trigger(home, case)
    agreed(home, case, approved)
    assert due(case, "SQ-D-09") == last
    assert state(case, "SQ-D-07") == "cancelled"
    assert due(case, "SQ-D-08") == "2024-10-28"
    assert Case.objects.get(pk=case.pk).track == "ordinary"


@pytest.mark.req("SQ-38")
def test_the_leader_reports_the_director_approves_and_nobody_else(home: House) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    with on("2024-05-08"):
        trigger(home, case)
        for other in (home.handler, home.centre):
            with pytest.raises(NotAllowed, match="团队长提出"):
                propose_conversion(case_id=case.pk, ground="异议", actor=other, at=time.now(), key=key())
        request = proposed(home, case)
        assert request.chain == ["bureau_director"]
        with pytest.raises(NotAllowed):
            assent(request_id=request.pk, words="同意", actor=home.centre, at=time.now(), key=key())


@pytest.mark.req("SQ-38")
def test_refused_the_class_stays_and_withdrawn_the_draft_stands_again(home: House) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    with on("2024-05-08"):
        trigger(home, case)
        first = proposed(home, case)
        withdraw(request_id=first.pk, actor=leader(home), at=time.now(), key=key())
    assert Conversion.objects.get(case=case).state == "draft"
    with on("2024-05-09"):
        second = proposed(home, case)
        refuse(request_id=second.pk, words="异议不成立", actor=home.director, at=time.now(), key=key())
    assert Conversion.objects.get(case=case).state == "refused"
    assert Case.objects.get(pk=case.pk).track == "simple"
    assert not Deadline.objects.filter(case_id=case.pk, rule_id="SQ-D-09").exists()


@pytest.mark.req("SQ-03", "SQ-38", "SQ-39", "SQ-40")
def test_the_case_goes_on_to_an_ordinary_team_and_both_parties_hear_of_the_new_handler(home: House) -> None:
    fast, plain = team(home, "fast", "第一速执团队"), team(home, "ordinary", "普执团队")
    judge = person(home.court, "handler", unit=plain, name="赵承办")
    case = simple_case(home, fast)
    with on("2024-05-08"):
        trigger(home, case)
    agreed(home, case, "2024-05-10")

    def give(to: Unit, files: str = "正卷一册、查控反馈") -> None:
        assign_converted(
            case_id=case.pk, owner=judge, team=to, files=files,
            actor=home.centre, at=time.now(), key=key(),
        )  # fmt: skip

    with on("2024-05-13"):
        with pytest.raises(WrongState, match="SQ-G-ROUTE-01"):
            give(fast)
        with pytest.raises(BadInput, match="移交清单"):
            give(plain, files=" ")
        give(plain)
    row = Conversion.objects.get(case=case)
    assert (row.state, row.to_owner, row.to_team, row.from_team) == ("assigned", judge, plain, fast)
    assert (row.assigned_on, row.files) == (dt.date(2024, 5, 13), "正卷一册、查控反馈")
    assert state(case, "SQ-D-09") == "met"
    told = Message.objects.filter(case_id=case.pk, rule_id="SQ-P-01")
    assert sorted(told.values_list("audience", flat=True)) == ["applicant", "respondent"]
    for message in told:
        assert "普执团队赵承办" in message.text
        assert home.court.phone in message.text


@pytest.mark.req("SQ-38")
def test_a_plain_hand_over_to_the_right_team_ends_the_conversion_too(home: House) -> None:
    plain = team(home, "ordinary", "普执团队")
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    with on("2024-05-08"):
        trigger(home, case)
    agreed(home, case, "2024-05-10")
    with on("2024-05-11"):
        hand_over_cases(
            case_ids=[case.pk], owner=home.handler, team=plain, reason="转繁案",
            actor=home.centre, at=time.now(), key=key(),
        )  # fmt: skip
    assert Conversion.objects.get(case=case).state == "assigned"
    assert state(case, "SQ-D-09") == "met"


def deducted(home: House, case: Case, rule: str) -> None:
    """Thirty days of public notice, asked on 2024-05-07 and approved by leader, director and vice-president."""
    vice = person(home.court, "vice_president")
    facts = {"kind": "public_notice", "first": "2024-05-07", "last": "2024-06-05", "rules": [rule]}
    with on("2024-05-07"):
        asked = ask_approval(
            case_id=case.pk, matter="deduction", facts=facts, ground="公告送达三十日",
            files=proof(case, home.handler),
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
    assert asked.chain == ["team_leader", "bureau_director", "vice_president"]
    before = due(case, rule)
    for approver in (leader(home), home.director, vice):
        assert due(case, rule) == before
        with on("2024-05-07 15:00"):
            assent(request_id=asked.pk, words="同意", actor=approver, at=time.now(), key=key())


@pytest.mark.req("SQ-36")
def test_days_deducted_before_the_conversion_do_not_count_after_it_either(home: House) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    deducted(home, case, "SQ-D-07")
    assert due(case, "SQ-D-07") == "2024-06-25"
    with on("2024-05-08"):
        trigger(home, case)
    agreed(home, case, "2024-05-10")
    assert due(case, "SQ-D-08") == "2024-11-25"
    clock = Deadline.objects.get(case_id=case.pk, rule_id="SQ-D-08")
    assert clock.suspensions == [["public_notice", "2024-05-07", "2024-06-05"]]


@pytest.mark.req("SQ-39")
def test_every_row_of_a_conversion_is_rebuilt_from_its_events(home: House) -> None:
    case = simple_case(home, team(home, "fast", "第一速执团队"))
    deducted(home, case, "SQ-D-07")
    with on("2024-05-08"):
        trigger(home, case)
    agreed(home, case, "2024-05-10")
    plain = team(home, "ordinary", "普执团队")
    with on("2024-05-13"):
        assign_converted(
            case_id=case.pk, owner=home.handler, team=plain, files="正卷一册",
            actor=home.centre, at=time.now(), key=key(),
        )  # fmt: skip
    fresh = Case.objects.get(pk=case.pk)
    history = list(log.history(fresh.about))
    assert differences(replay(history), stored(fresh)) == []
