"""E2E-02: no property: 终本 with every check, then the leader's review."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from approvals.actions.requests import assent
from cases.actions.asking import ask_approval
from cases.models import Access, Case, Party
from cases.snapshot import lock_case
from closing.actions.closing import close_case, record_interview, request_termination, review_termination
from closing.checklist import answers, gaps
from closing.models import TerminationReview
from documents.models import Paper
from kernel import time
from measures.actions.controlling import mark_cannot_dispose, mark_disposable
from tests.factories.cases import (
    House,
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
from tests.factories.courts import person
from tests.factories.pages import client_of, hidden
from tests.walks.journeys import run_story, steps
from tests.walks.stage import Story, control, due, feedback, item, on, refused, state

JOURNEY = "E2E-02"
VISIT = {"place": "某某村", "place_kind": "village", "photo_count": 3}
CONDITIONS = ["first_rank", "title_clear", "no_objection", "possession_checked"]


def ask_termination(home: House, case: Case) -> Any:
    """报请终本, today."""
    return request_termination(case_id=case.pk, on=time.today(), actor=home.handler, at=time.now(), key=key())


def enquiries(home: House, case: Case, label: str, *, registration: bool = True) -> None:
    """公积金 and 不动产 of one respondent."""
    complete(
        case, "provident_fund", home.handler, label, on=time.today(), agency="公积金中心", result="无缴存"
    )
    complete(
        case,
        "real_estate_enquiry",
        home.handler,
        label,
        on=time.today(),
        agency="登记中心",
        result="无登记",
        at_registration_place=registration,
    )


def hold_interview(home: House, case: Case) -> None:
    """终本约谈, signed."""
    waiting = node(case, "termination_interview")
    values = {"time": "上午九时", "place": "本院", "interviewee": "张三", "findings": "未发现可供执行财产", "clues": "无新线索", "opinion": "同意终本", "signed": True, "agrees": True}  # fmt: skip
    record_interview(
        node_id=waiting.pk,
        seen_version=waiting.version,
        values=values,
        on=time.today(),
        actor=home.handler,
        at=time.now(),
        key=key(),
    )


def limit(home: House, case: Case) -> None:
    """限制消费令 for every respondent."""
    for label in ("甲某", "乙某"):
        complete(case, "consumption_limit", home.handler, label, on=time.today(), ground="未履行义务")


def begin(home: House, number: int) -> Case:
    """Filed on 2024-01-08: A local without e-contact, B in another city."""
    local = respondent("甲某", phone="", location="in_court_area")
    away = respondent("乙某", phone="13900000009", location="outside_city")
    case = filed(
        home,
        filing("2024-01-08", applicant(), local, away, amount="260000.00", cause=f"买卖合同纠纷{number}"),
    )
    assign(home, case)
    case.refresh_from_db()
    return case


def serve(home: House, case: Case) -> None:
    """Notices to both, the query started and answered: nothing found."""
    complete(
        case,
        "enforcement_notice",
        home.handler,
        "甲某",
        channel="post",
        sent_on="2024-01-12",
        e_contact_search="查无手机和邮箱",
        with_report_order=True,
    )
    complete(
        case,
        "enforcement_notice",
        home.handler,
        "乙某",
        channel="electronic",
        sent_on="2024-01-12",
        platform_ref="E1",
        with_report_order=True,
    )
    complete(case, "network_query_start", home.handler, on="2024-01-12", scope="national")


def variants(home: House, story: Story) -> None:
    """The variants of 04-02 (b) and 04-09 in cases of their own."""
    with on("2024-01-08 09:30"):
        bare, sealed = begin(home, 2), begin(home, 3)
    with on("2024-01-12"):
        for case in (bare, sealed):
            serve(home, case)
        feedback(home, bare, "2024-01-12")
        feedback(home, sealed, "2024-01-12", ("vehicle", "小型轿车", "90000"))
        control(home, sealed, "seal", "小型轿车")
        mark_disposable(
            property_id=item(sealed, "小型轿车").pk,
            conditions=CONDITIONS,
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    with on("2024-04-02"):
        words = refused(lambda: ask_termination(home, bare))
        story.expect(
            "variant: names real-estate enquiry of A",
            lambda: "JZ-T-03', 'title': '户籍地或经常居住地不动产调查', 'about': '甲某'" in words,
        )
        story.expect(
            "variant: names village enquiry of A", lambda: "'JZ-T-04'" in words and "'about': '甲某'" in words
        )
    with on("2024-04-09"):
        words = refused(
            lambda: close_case(
                case_id=sealed.pk,
                closing_type="terminated_this_procedure",
                on=time.today(),
                ground="",
                actor=home.handler,
                at=time.now(),
                key=key(),
            )
        )
        story.expect("variant: disposable car refuses closing JZ-G-TERM-01", lambda: "JZ-G-TERM-01" in words)
        car = item(sealed, "小型轿车")
        asked = ask_approval(
            case_id=sealed.pk,
            matter="cannot_dispose",
            facts={"property": car.pk},
            ground="车辆去向不明",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        assent(request_id=asked.pk, words="同意", actor=home.director, at=time.now(), key=key())
        mark_cannot_dispose(
            property_id=car.pk,
            reason="车辆去向不明，无法处置",
            approval_id=asked.pk,
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        words = refused(
            lambda: close_case(
                case_id=sealed.pk,
                closing_type="terminated_this_procedure",
                on=time.today(),
                ground="",
                actor=home.handler,
                at=time.now(),
                key=key(),
            )
        )
        story.expect(
            "variant: after the approved finding that guard passes", lambda: "JZ-G-TERM-01" not in words
        )


def tell(story: Story) -> None:
    """The whole journey, once."""
    home = house(features=("haidian", "tianjin"))
    with on("2024-01-08 09:30"):
        case = begin(home, 1)
    story.expect(
        "filed: notice to A by post due 2024-01-18", lambda: due(case, "JZ-D-02", "甲某") == "2024-01-18"
    )
    story.expect("filed: on-site A due 2024-02-07", lambda: due(case, "JZ-D-05", "甲某") == "2024-02-07")
    story.expect("filed: on-site B due 2024-03-08", lambda: due(case, "JZ-D-06", "乙某") == "2024-03-08")
    story.expect("filed: statutory six months 2024-07-08", lambda: due(case, "BASE-D-04") == "2024-07-08")
    with on("2024-01-12"):
        serve(home, case)
        feedback(home, case, "2024-01-12")
    with on("2024-01-26"):
        visit = {**VISIT, "on": "2024-01-26", "returned_on": "2024-01-26"}
        words = refused(lambda: complete(case, "onsite_investigation", home.handler, "甲某", **visit))
        story.expect("field: only photos refused", lambda: "JZ-G-FIELD-01" in words)
        complete(case, "onsite_investigation", home.handler, "甲某", **visit, record="村干部称其长年在外")
        story.expect(
            "field: with 调查笔录 accepted",
            lambda: bool(node(case, "onsite_investigation", "甲某").values.get("record")),
        )
        story.expect(
            "field: evidence filing due 2024-01-29", lambda: due(case, "JZ-D-15", "甲某") == "2024-01-29"
        )
        enquiries(home, case, "甲某")
        complete(
            case,
            "onsite_investigation",
            home.handler,
            "乙某",
            **{**visit, "place": "外地社区", "place_kind": "community"},
            record="无人居住",
        )
        enquiries(home, case, "乙某")
    with on("2024-03-20"):
        party = Party.objects.get(case=case, role="applicant")
        user = person(kind="party", name=party.name)
        Access.objects.create(user=user, case=case, side="applicant", party=party)
        page, client = f"/my/cases/{case.pk}/clue/", client_of(user)
        form = client.get(page)
        given = {name: hidden(form, name) for name in ("act_key", "party")}
        told = client.post(page, {**given, "words": "其在县城有门面房", "specific": "on"})
    story.expect("clue: given by the applicant in the portal", lambda: told.status_code == 302)
    story.expect(
        "clue: open, to be verified",
        lambda: node(case, "clue_verification").state == "open" and due(case, "BASE-D-08") == "2024-03-27",
    )
    story.expect("nightly: flagged from 2024-03-24", lambda: due(case, "HD-D-02") == "2024-03-24")
    with on("2024-03-29"):
        complete(
            case,
            "investigation_summary",
            home.handler,
            on="2024-03-29",
            outcome="none",
            remark="未发现可供执行财产",
        )
    story.expect("investigated: interview due 2024-04-15", lambda: due(case, "JZ-D-09") == "2024-04-15")
    story.expect("filed: soft target 2024-04-07", lambda: due(case, "JZ-D-10") == "2024-04-07")
    with on("2024-04-02"):
        words = refused(lambda: ask_termination(home, case))
        story.expect("request: refused, interview missing", lambda: "'JZ-T-05'" in words)
        story.expect("request: refused, clue not verified", lambda: "'JZ-T-06'" in words)
        story.expect("request: refused, consumption limit missing", lambda: "'BASE-T-02'" in words)
        with_gaps = gaps(answers(lock_case(case_id=case.pk), on=time.today()))
        story.expect(
            "request: nothing else is missing",
            lambda: (
                {g.rule_id for g in with_gaps}
                == {"JZ-T-01", "JZ-T-05", "JZ-T-06", "BASE-T-02", "BASE-T-06", "BASE-T-11"}
            ),
        )
    with on("2024-04-09"):
        complete(
            case, "clue_verification", home.handler, on="2024-04-09", found="nothing", result="房屋属他人所有"
        )
        limit(home, case)
        hold_interview(home, case)
        found = answers(lock_case(case_id=case.pk), on=time.today())
        story.expect("interview: smart check shows n of n", lambda: not gaps(found) and len(found) > 10)
        ask_termination(home, case)
        words = refused(
            lambda: close_case(
                case_id=case.pk,
                closing_type="terminated_this_procedure",
                on=time.today(),
                ground="",
                actor=home.handler,
                at=time.now(),
                key=key(),
            )
        )
        story.expect("interview: not closed before the review", lambda: "JZ-G-TERM-02" in words)
    with on("2024-04-10"):
        review = TerminationReview.objects.get(case=case)
        review_termination(
            review_id=review.pk,
            passed=True,
            defects="",
            on=time.today(),
            actor=home.reviewer,
            at=time.now(),
            key=key(),
        )
    story.expect(
        "review: passed by the named leader",
        lambda: TerminationReview.objects.get(case=case).decided_by_id == home.reviewer.pk,
    )
    with on("2024-04-12"):
        close_case(
            case_id=case.pk,
            closing_type="terminated_this_procedure",
            on=time.today(),
            ground="",
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    case.refresh_from_db()
    story.expect(
        "closed: 终本 on 2024-04-12", lambda: (case.state, case.closed_on) == ("closed", dt.date(2024, 4, 12))
    )
    story.expect("closed: after the soft target, amber only", lambda: state(case, "JZ-D-10") == "met")
    story.expect(
        "closed: ruling drafted",
        lambda: Paper.objects.filter(case_id=case.pk, kind="termination_ruling").exists(),
    )
    variants(home, story)


@pytest.fixture(scope="module")
def story(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Story:
    return run_story(tell, django_db_blocker)


@pytest.mark.parametrize("name", steps(JOURNEY))
def test_row(story: Story, name: str) -> None:
    assert story.found.get(name, "never reached") == ""


def test_every_expectation_is_a_row_of_the_journey(story: Story) -> None:
    assert set(story.found) == {step.values[0] for step in steps(JOURNEY) if not step.marks}, story.broke
