"""繁简分流 on the case page and the register of conversions: the proposal with its facts, each step by its role."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.converting import propose_conversion, record_trigger
from cases.actions.triage import classify_case
from cases.models import Case, Conversion, Fact
from courts.models import Unit
from kernel import time
from tests.factories.cases import House, applicant, assign, filed, filing, house, key, node, respondent
from tests.factories.courts import person, unit
from tests.factories.forms import fill, form_of, signed_in, text_of
from tests.factories.pages import main
from tests.walks.stage import on

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    return house(packs=("SQ-2022",))


@pytest.fixture
def fast(home: House) -> Unit:
    return unit(home.court, function="fast", name="第一速执团队")


@pytest.fixture
def case(home: House) -> Case:
    with on("2024-04-26 09:30"):
        made = filed(home, filing("2024-04-26", amount="300000.00"))
        assign(home, made)
    return made


def classified(home: House, case: Case, value: str, fast: Unit) -> None:
    classify_case(
        case_id=case.pk, classes={"case_class": value}, facts={}, reason="和解一次付清", on=time.today(),
        actor=home.centre, at=time.now(), key=key(),
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(team=fast)


def triggered(home: House, case: Case, day: str = "2024-05-08", event: str = "objection_filed") -> None:
    with on(day):
        record_trigger(
            case_id=case.pk, event=event, words="书面异议", on=time.today(),
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip


def address(case: Case) -> str:
    row = node(case, "triage")
    return f"/cases/{case.pk}/?node={row.pk}"


def act(case: Case, name: str) -> str:
    return f"/cases/{case.pk}/acts/{name}/"


@pytest.mark.req("SQ-26", "SQ-27")
def test_the_pane_shows_the_proposal_each_criterion_and_its_facts(home: House, case: Case) -> None:
    with on("2024-05-06"):
        client = signed_in(home.centre)
        data = fill(client, act(case, "triage-facts"), case_kind=["commercial_arbitration"])
        assert client.post(act(case, "triage-facts"), data).status_code == 302
        shown = main(client.get(address(case)))
    assert "规则建议 繁案" in shown
    assert "支持“简案” 1" in shown
    assert "SQ-C-09" in shown
    assert "申请执行标的额：¥300,000.00" in shown
    assert "案件类别：商事仲裁" in shown
    assert "还不能判断" in shown


@pytest.mark.req("SQ-25")
def test_the_centre_decides_in_the_pane_and_a_reason_is_asked_at_its_field(home: House, case: Case) -> None:
    with on("2024-05-06"):
        client = signed_in(home.centre)
        row = node(case, "triage")
        action = f"/cases/{case.pk}/nodes/{row.pk}/"
        page = text_of(client.get(address(case)))
        data = {**form_of(page, action), "case_class": "ordinary", "reason": ""}
        refused = client.post(action, data)
        assert refused.status_code == 422
        assert "SQ-G-CLASS-01" in text_of(refused)
        assert client.post(action, {**data, "reason": "按已有反馈决定"}).status_code == 302
        assert "繁案" in main(client.get(f"/cases/{case.pk}/"))
    assert Fact.objects.get(case=case, key="case_class").value == "ordinary"


@pytest.mark.req("SQ-25")
def test_the_handler_sees_the_proposal_and_no_form(home: House, case: Case) -> None:
    with on("2024-05-06"):
        client = signed_in(home.handler)
        shown = main(client.get(address(case)))
        assert "规则建议" in shown
        assert "繁简分流由执行指挥中心决定" in shown
        assert 'name="reason"' not in text_of(client.get(address(case)))
        assert client.get(act(case, "triage")).status_code == 403


@pytest.mark.req("SQ-28")
def test_a_court_without_criteria_shows_nothing_of_it() -> None:
    other = house(packs=("JZ-2023",))
    made = filed(other)
    assign(other, made)
    client = signed_in(other.centre)
    shown = main(client.get(f"/cases/{made.pk}/"))
    assert "分流" not in shown
    assert "转换" not in shown
    for name in ("triage", "triage-facts", "conversion-trigger", "conversion-propose", "conversion-assign"):
        assert client.get(act(made, name)).status_code == 403, name


@pytest.mark.req("SQ-37", "SQ-38", "SQ-39")
def test_a_conversion_goes_from_its_trigger_to_the_new_team_by_pages(
    home: House, case: Case, fast: Unit
) -> None:
    plain = unit(home.court, function="ordinary", name="第一普执团队")
    judge = person(home.court, "handler", unit=plain, name="赵承办")
    head = person(home.court, "team_leader", unit=fast, name="孙队长")
    with on("2024-05-06"):
        classified(home, case, "simple", fast)
    with on("2024-05-08"):
        client = signed_in(home.handler)
        data = fill(client, act(case, "conversion-trigger"), event="objection_filed", words="书面异议")
        assert client.post(act(case, "conversion-trigger"), data).status_code == 302
        shown = main(client.get(f"/cases/{case.pk}/"))
        assert "出现转换情形“异议立案”，尚未提出转为繁案" in shown
        assert "去提出" not in shown
        assert client.get(act(case, "conversion-propose")).status_code == 403
    with on("2024-05-09"):
        leader = signed_in(head)
        assert "去提出" in main(leader.get(f"/cases/{case.pk}/"))
        data = fill(leader, act(case, "conversion-propose"), ground="异议已立案")
        assert leader.post(act(case, "conversion-propose"), data).status_code == 302
    with on("2024-05-10"):
        waiting = main(signed_in(home.director).get("/approvals"))
        assert "简案 → 繁案" in waiting
        assert "异议立案" in waiting
        request = Request.objects.get(about=case.about, kind="convert_class")
        assent(request_id=request.pk, words="同意", actor=home.director, at=time.now(), key=key())
    with on("2024-05-13"):
        centre = signed_in(home.centre)
        wrong = fill(centre, act(case, "conversion-assign"), owner=judge.pk, team=fast.pk, files="正卷一册")
        refused = centre.post(act(case, "conversion-assign"), wrong)
        assert refused.status_code == 422
        assert "SQ-G-ROUTE-01" in text_of(refused)
        assert centre.post(act(case, "conversion-assign"), {**wrong, "team": plain.pk}).status_code == 302
        shown = main(centre.get("/conversions"))
    assert "共 1 件：异议立案 1" in shown
    for words in (
        case.number, "简案 → 繁案", "孙队长 5月9日 提出", "5月10日 批准", "5月13日",
        "第一速执团队 → 第一普执团队（赵承办）", "正卷一册", "已转交",
    ):  # fmt: skip
        assert words in shown, words


@pytest.mark.req("SQ-39")
def test_four_conversions_in_may_stand_in_the_register_with_their_triggers(home: House, fast: Unit) -> None:
    events = (
        "objection_filed",
        "auction_needed",
        "reversal_after_supervision",
        "superior_attention_recorded",
    )
    made = []
    for number, event in enumerate(events):
        with on("2024-04-26 09:30"):
            made.append(filed(home, filing("2024-04-26", applicant(), respondent(f"丙{number}"))))
            assign(home, made[-1])
        with on("2024-05-06"):
            classified(home, made[-1], "simple", fast)
        triggered(home, made[-1], f"2024-05-{10 + number}", event)
    with on("2024-06-03"):
        client = signed_in(home.centre)
        with CaptureQueriesContext(connection) as several:
            shown = main(client.get("/conversions?since=2024-05-01&until=2024-05-31"))
        assert "共 4 件" in shown
        for words in ("异议立案", "需要拍卖处置", "监督纠正后需执行回转", "上级交办督办或人大政协关注"):
            assert words in shown
        one = main(client.get("/conversions?trigger=auction_needed"))
        assert made[1].number in one
        assert made[0].number not in one
        assert "没有繁简转换" in main(client.get("/conversions?since=2024-06-01"))
        with CaptureQueriesContext(connection) as single:
            client.get("/conversions?trigger=auction_needed")
    assert len(several) == len(single)


def test_another_court_and_a_clerk_without_the_right_see_no_conversion(
    home: House, case: Case, fast: Unit
) -> None:
    with on("2024-05-06"):
        classified(home, case, "simple", fast)
    triggered(home, case)
    with on("2024-05-09"):
        other = house(packs=("SQ-2022",))
        assert case.number not in main(signed_in(other.centre).get("/conversions"))
        assert signed_in(home.filing).get("/conversions").status_code == 403
    assert Conversion.objects.filter(case=case).exists()


@pytest.mark.req("LY-42")
def test_first_cases_of_60_and_90_days_average_75_and_are_red() -> None:
    home = house(packs=("LY-2021",))
    with on("2023-01-02 09:30"):
        cases = [filed(home, filing("2023-01-02", applicant(), respondent(f"丁{n}"))) for n in range(2)]
    client = signed_in(home.centre)
    for made, days in zip(cases, (60, 90), strict=True):
        closed = dt.date(2023, 4, 30)
        Case.objects.filter(pk=made.pk).update(
            state="closed", closing_type="performed", closed_on=closed, filed_on=closed - dt.timedelta(days)
        )
    with on("2023-04-30"):
        response = client.get("/conversions")
        assert "2023年4月办结首次执行案件 2 件，平均用时 75.0 日，超过 70 日（LY-D-13" in main(response)
        assert "c-note--over" in response.content.decode()
    Case.objects.filter(pk=cases[1].pk).update(filed_on=dt.date(2023, 2, 9))
    with on("2023-04-30"):
        response = client.get("/conversions")
        assert "平均用时 70.0 日，在 70 日以内" in main(response)
        assert "c-note--done" in response.content.decode()
    assert "平均用时" not in main(signed_in(house(packs=("SQ-2022",)).centre).get("/conversions"))


def test_the_case_page_of_a_converted_case_costs_one_query_more(home: House, case: Case, fast: Unit) -> None:
    def count(client: Client) -> int:
        client.get(f"/cases/{case.pk}/?node={plain.pk}")
        with CaptureQueriesContext(connection) as found:
            client.get(f"/cases/{case.pk}/?node={plain.pk}")
        return len(found)

    with on("2024-05-06"):
        classified(home, case, "simple", fast)
    with on("2024-05-08"):
        client = signed_in(home.centre)
        plain = node(case, "filing_check")
        before = count(client)
    triggered(home, case)
    with on("2024-05-09"):
        client = signed_in(home.centre)
        assert count(client) == before + 1


@pytest.mark.req("SQ-38")
def test_a_draft_that_is_proposed_is_shown_as_waiting(home: House, case: Case, fast: Unit) -> None:
    head = person(home.court, "team_leader", unit=fast, name="孙队长")
    with on("2024-05-06"):
        classified(home, case, "simple", fast)
    triggered(home, case)
    with on("2024-05-09"):
        propose_conversion(case_id=case.pk, ground="异议", actor=head, at=time.now(), key=key())
        shown = main(signed_in(home.centre).get(f"/cases/{case.pk}/"))
    assert "孙队长提请的“繁简转换”等待执行局局长审批" in shown
