"""审批: what waits for whom in words, assent, refusal with a reason, withdrawal; once however often one clicks."""

import datetime as dt

import pytest

from approvals.models import Request
from cases.actions.asking import DEFAULT_CHAINS, ask_approval
from cases.models import Case
from courts.models import User
from deadlines.models import Deadline
from desk.selectors.approvals import approvals
from desk.selectors.aside import matter_words
from events.models import Event
from kernel import time
from tests.factories.cases import House, assigned, complete, filing, house, key, proof
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db
AT = "2023-04-28 10:00"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        home = house()
        assigned(home, filing("2023-04-24"))
    return home


def asked(home: House, matter: str = "extension", on: str = "2023-04-25", **facts) -> Request:
    case = Case.objects.get(court=home.court)
    if matter == "extension" and not facts:
        clock = Deadline.objects.get(case_id=case.pk, rule_id="JZ-D-01")
        facts = {"rule": clock.rule_id, "subject": clock.subject_id, "days": 15}
    with time.travel(f"{on} 10:00"):
        return ask_approval(
            case_id=case.pk,
            matter=matter,
            facts=facts,
            ground="正在协调送达平台。",
            files=proof(case, home.handler) if matter == "deduction" else (),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )


def page_of(user: User, query: str = "") -> str:
    with time.travel(AT):
        return main(client_of(user).get(f"/approvals{query}"))


def test_an_extension_in_words(home: House) -> None:
    asked(home)
    page = page_of(home.leader)
    assert "延长期限" in page
    assert Case.objects.get(court=home.court).number in page
    assert "期限 5个工作日内发出执行通知（荆中法发〔2023〕10号 三(二)1）" in page
    assert "延长 15 日" in page
    assert "现在的最后一日 5月4日（周四）" in page
    assert "李明法 4月25日 10:00提请" in page
    assert "已等 3 日" in page
    assert "团队长 等待吴队长审批" in page
    assert "执行局局长 未到" in page


def test_a_deduction_and_an_undo_in_words(home: House) -> None:
    case = Case.objects.get(court=home.court)
    asked(home, "deduction", kind="public_notice", first="2023-04-24", last="2023-04-25", rules=["BASE-D-04"])
    with time.travel("2023-04-26 10:00"):
        event = complete(
            case,
            "enforcement_notice",
            home.handler,
            channel="electronic",
            sent_on="2023-04-26",
            platform_ref="E1",
        )
    asked(home, "void", on="2023-04-27", event=event.pk)
    page = page_of(home.leader)
    assert "扣除 4月24日（周一） 至 4月25日（周二），共 2 日 事由 公告送达期间" in page
    assert "适用的期限 6个月内结案（执行工作若干问题的规定（试行） 第六十三条）" in page
    assert "撤销 办结节点：执行通知（李四） 办理日期 4月26日（周三）" in page


def test_oldest_first_and_only_for_whose_turn_it_is(home: House) -> None:
    request = asked(home)
    for user in (home.director, home.handler, home.centre):
        assert "没有等您审批的事项" in page_of(user), user
    with time.travel(AT):
        other = house()
    assert "没有等您审批的事项" in page_of(other.leader)
    with time.travel(AT):
        found = approvals(user=home.leader, mine=False, at=time.now())
    assert ([ask.request for ask in found.asks], found.waiting) == ([request], 1)


def test_assent_goes_up_the_chain_once(home: House) -> None:
    request = asked(home)
    client = client_of(home.leader)
    with time.travel(AT):
        field = hidden(client.get("/approvals"), "act_key")
        url = f"/approvals/{request.pk}/assent"
        assert client.post(url, {"act_key": field, "words": "同意"})["Location"] == "/approvals"
        assert client.post(url, {"act_key": field, "words": "同意"}).status_code == 302
    request.refresh_from_db()
    assert (request.step, request.role, request.state) == (1, "bureau_director", "waiting")
    assert Event.objects.filter(stream=request.stream, kind="approval.assented").count() == 1
    page = page_of(home.director)
    assert "团队长 吴队长 同意，今天 10:00 同意" in page


def test_a_refusal_wants_a_reason_and_keeps_the_request_in_sight(home: House) -> None:
    request = asked(home)
    client = client_of(home.leader)
    with time.travel(AT):
        field = hidden(client.get("/approvals"), "act_key")
        refused = client.post(f"/approvals/{request.pk}/refuse", {"act_key": field, "words": " "})
        assert refused.status_code == 422
        assert "没有填写不同意的理由" in main(refused)
        assert 'href="/approvals?tab=mine"' in refused.content.decode()
        client.post(f"/approvals/{request.pk}/refuse", {"act_key": field, "words": "材料不全"})
    request.refresh_from_db()
    assert request.state == "refused"
    mine = page_of(home.handler, "?tab=mine")
    assert "不予批准" in mine
    assert "团队长 吴队长 不同意，今天 10:00 材料不全" in mine


def test_the_asker_withdraws(home: House) -> None:
    request = asked(home)
    client = client_of(home.handler)
    with time.travel(AT):
        field = hidden(client.get("/approvals?tab=mine"), "act_key")
        response = client.post(f"/approvals/{request.pk}/withdraw", {"act_key": field})
    assert response["Location"] == "/approvals?tab=mine"
    request.refresh_from_db()
    assert request.state == "withdrawn"


def test_who_may_not_decide_is_told_so(home: House) -> None:
    request = asked(home)
    with time.travel(AT):
        response = client_of(home.director).post(f"/approvals/{request.pk}/assent", {"act_key": "x"})
        assert response.status_code == 403
        other = house()
        assert (
            client_of(other.leader).post(f"/approvals/{request.pk}/assent", {"act_key": "x"}).status_code
            == 404
        )
    request.refresh_from_db()
    assert request.step == 0


def test_a_form_without_its_key_does_nothing(home: House) -> None:
    request = asked(home)
    with time.travel(AT):
        response = client_of(home.leader).post(f"/approvals/{request.pk}/assent", {})
    assert response.status_code == 422
    assert "这一页已经失效" in main(response)


def test_the_count_in_the_navigation(home: House) -> None:
    asked(home)
    with time.travel(AT):
        html = client_of(home.leader).get("/worklist").content.decode()
    entry = html.partition('href="/approvals"')[2].partition("</a>")[0]
    assert '<span class="c-count">1' in " ".join(entry.split())


def test_a_fixed_number_of_queries(home: House, django_assert_max_num_queries) -> None:
    case = Case.objects.get(court=home.court)
    asked(home)
    asked(home, "deduction", kind="public_notice", first="2023-04-24", last="2023-04-25", rules=["BASE-D-04"])
    for number in range(6):
        asked(home, "cancel_case", on=f"2023-04-{25 + number % 3}")
    user = User.objects.get(pk=home.handler.pk)
    assert user.scope.roles
    with time.travel(AT):
        at = time.now()
        assert approvals(user=user, mine=True, at=at).asks, "the packs are parsed once"
        with django_assert_max_num_queries(11):
            found = approvals(user=user, mine=True, at=at)
    assert len(found.asks) == 8
    assert {ask.number for ask in found.asks} == {case.number}


def test_a_sealed_case_is_not_named_to_its_approver(home: House) -> None:
    asked(home)
    case = Case.objects.get(court=home.court)
    Case.objects.filter(pk=case.pk).update(sealed=True)
    page = page_of(home.leader)
    assert "保密案件" in page
    assert case.number not in page


def test_ageing_turns_the_colour_after_three_days(home: House) -> None:
    request = asked(home, on="2023-04-26")
    assert request.days_waiting(dt.date(2023, 4, 28)) == 2
    assert "已等 2 日" in page_of(home.leader)
    with time.travel("2023-04-29 10:00"):
        html = client_of(home.leader).get("/approvals").content.decode()
    assert "c-pill--soon" in html


def test_every_matter_has_its_words() -> None:
    """What is asked for is never shown by its code."""
    assert [kind for kind in DEFAULT_CHAINS if matter_words(kind) == kind] == []
