"""Acts on a whole case: what they would change is shown before, then done once; refused in words; too late in words."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.assigning import hand_over_cases
from cases.models import Case, Hold, Node
from closing.models import TerminationReview
from courts.models import PackRelease
from deadlines.models import Deadline
from documents.models import File
from events.models import Event
from kernel import time
from tests.factories.cases import House, assigned, complete, filed, filing, house, key
from tests.factories.courts import person
from tests.factories.documents import pdf, upload
from tests.factories.forms import fill, form_of, signed_in, text_of
from tests.walks.stage import on

pytestmark = pytest.mark.django_db
NOTICE = {"channel": "electronic", "sent_on": "2023-04-26", "platform_ref": "E2023-1"}


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    with time.travel("2023-04-24 09:30"):
        return assigned(home, filing("2023-04-24"))


@pytest.fixture
def client(home: House) -> Client:
    return signed_in(home.handler)


def act(case: Case, name: str) -> str:
    return f"/cases/{case.pk}/acts/{name}/"


def confirmed(client: Client, action: str, data: dict, **values: object):
    """Send a form, then the page that shows what it would do. Returns (the check, the answer)."""
    check = client.post(action, data)
    return check, client.post(action, {**form_of(text_of(check), action), **values})


def limit(case: Case) -> Deadline:
    return Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-04")


def test_suspension_shows_every_clock_before_and_stops_them(client: Client, case: Case) -> None:
    action = act(case, "suspend")
    with time.travel("2023-05-04 10:00"):
        data = fill(client, action, ground="被执行人死亡，需确定义务承受人，（2023）鄂9901执12号之二")
        check, done = confirmed(client, action, data)
    assert "BASE-D-04" in text_of(check)
    assert "2023年10月24日 → 停止计时" in text_of(check)
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.state, limit(case).state) == ("suspended", "suspended")


def test_resumption_shows_old_and_new_last_days(client: Client, case: Case) -> None:
    suspend, resume = act(case, "suspend"), act(case, "resume")
    with time.travel("2023-05-04 10:00"):
        confirmed(client, suspend, fill(client, suspend, ground="裁定"))
    with time.travel("2023-05-14 10:00"):
        check, done = confirmed(client, resume, fill(client, resume))
    assert "停止计时 → 2023年11月3日" in text_of(check)
    assert done.status_code == 302
    assert limit(case).due_on == dt.date(2023, 11, 3)


def test_what_is_shown_can_be_changed_and_nothing_is_done_yet(client: Client, case: Case) -> None:
    action = act(case, "suspend")
    with time.travel("2023-05-04 10:00"):
        check = client.post(action, fill(client, action, ground="裁定"))
        back = client.post(action, {**form_of(text_of(check), action), "confirmed": "", "change": "1"})
    assert form_of(text_of(back), action)["ground"] == "裁定"
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("day", "words"), [("2023-05-05", "日期不能晚于今天"), ("2023-04-20", "日期早于立案日期")]
)
def test_a_suspension_of_a_wrong_day_is_refused(client: Client, case: Case, day: str, words: str) -> None:
    action = act(case, "suspend")
    with time.travel("2023-05-04 10:00"):
        _check, response = confirmed(client, action, fill(client, action, on=day, ground="裁定"))
    assert response.status_code == 422
    assert words in text_of(response)
    assert not Hold.objects.exists()


def test_a_suspension_without_ground_is_not_even_shown(client: Client, case: Case) -> None:
    action = act(case, "suspend")
    with time.travel("2023-05-04 10:00"):
        response = client.post(action, fill(client, action))
    assert response.status_code == 422
    assert 'id="id_ground_error"' in text_of(response)


def test_two_confirmations_are_one_act(client: Client, case: Case) -> None:
    action = act(case, "suspend")
    with time.travel("2023-05-04 10:00"):
        check = client.post(action, fill(client, action, ground="裁定"))
        sent = form_of(text_of(check), action)
        assert [client.post(action, sent).status_code for _ in range(2)] == [302, 302]
    assert Hold.objects.count() == 1


def test_extension_is_asked_shown_and_granted(home: House, client: Client, case: Case) -> None:
    action = act(case, "extend")
    clock = limit(case)
    with on("2023-10-10 10:00"):
        page = f"{action}?clock=BASE-D-04:{clock.subject_id}"
        data = fill(
            client,
            page,
            action,
            days="30",
            ground="查封财产正在评估，无法在期限内处置完毕",
            code="other_statutory",
            files=upload(pdf()),
        )
        assert data["clock"] == f"BASE-D-04:{clock.subject_id}", "chosen by the link"
        check, done = confirmed(client, action, data)
        assert "2023年10月24日 → 2023年11月23日" in text_of(check)
        assert "审批通过前，各项期限不变" in text_of(check)
        assert done.status_code == 302
        asked = Request.objects.get(kind="extension")
        assert limit(case).due_on == dt.date(2023, 10, 24), "not before approval"
        page = text_of(client.get(f"/cases/{case.pk}/"))
        assert "提请的“延长期限”等待" in page
        seen = text_of(signed_in(home.president).get(f"/cases/{case.pk}/"))
        assert f"/approvals#ask-{asked.pk}" in seen, "who may decide is shown the way"
    with on("2023-10-11 10:00"):
        assent(request_id=asked.pk, actor=home.president, at=time.now(), key=key())
    assert limit(case).due_on == dt.date(2023, 11, 23)


def test_a_misfiled_case_is_cancelled_by_approval(home: House, client: Client, case: Case) -> None:
    action = act(case, "cancel")
    with on("2023-05-04 10:00"):
        silent = client.post(action, fill(client, action))
        assert "请写明为什么撤销" in text_of(silent)
        assert client.post(action, fill(client, action, ground="重复立案")).status_code == 302
        asked = Request.objects.get(kind="cancel_case")
        assent(request_id=asked.pk, actor=home.director, at=time.now(), key=key())
    case.refresh_from_db()
    assert case.state == "cancelled"


def test_a_deduction_names_its_days_and_clocks(client: Client, case: Case) -> None:
    action = act(case, "deduct")
    with time.travel("2023-06-01 10:00"):
        data = fill(
            client,
            action,
            kind="valuation",
            first="2023-05-10",
            last="2023-05-01",
            rules=["BASE-D-04"],
            ground="评估",
            files=upload(pdf()),
        )
        assert "截止日早于起始日" in text_of(client.post(action, data))
        check, done = confirmed(client, action, {**data, "last": "2023-05-30", "files": upload(pdf())})
    assert "2023年10月24日 → 2023年11月14日" in text_of(check)
    assert done.status_code == 302
    assert Request.objects.get(kind="deduction").facts["rules"] == ["BASE-D-04"]


def test_a_wrong_start_is_corrected_by_who_may(home: House, client: Client, case: Case) -> None:
    action = act(case, "correct")
    root = case.subjects.get(kind="case").pk
    with time.travel("2023-05-04 10:00"):
        assert client.get(action).status_code == 403
        leader = signed_in(home.leader)
        data = fill(
            leader, action, moment=f"case_received:{root}", on="2023-04-23", reason="收案登记表为 4 月 23 日"
        )
        check, done = confirmed(leader, action, data)
    assert "JZ-D-01" in text_of(check)
    assert done.status_code == 302
    assert Event.objects.filter(kind="case.corrected").count() == 1


def test_hand_over_takes_all_along_and_recusal_is_for_ever(home: House, case: Case) -> None:
    other = person(home.court, "handler", unit=home.team, name="赵接手")
    action = act(case, "hand-over")
    leader = signed_in(home.leader)
    with time.travel("2023-05-04 10:00"):
        data = fill(leader, action, owner=other.pk, team=home.team.pk)
        assert leader.post(action, data).status_code == 422, "no reason"
        assert (
            leader.post(action, {**data, "reason": "与当事人有亲属关系", "recusal": "on"}).status_code == 302
        )
        back = leader.post(action, fill(leader, action, owner=home.handler.pk, reason="调回"))
    assert back.status_code == 422
    assert "已从本案回避" in text_of(back)
    case.refresh_from_db()
    assert case.owner == other
    assert set(Node.objects.filter(case=case).values_list("owner_id", flat=True)) == {other.pk}


def test_a_form_seen_before_a_hand_over_says_so(home: House, client: Client, case: Case) -> None:
    other = person(home.court, "handler", unit=home.team, name="赵接手")
    action = act(case, "hand-over")
    leader = signed_in(home.leader)
    with time.travel("2023-05-04 10:00"):
        data = fill(leader, action, owner=other.pk, reason="岗位调整")
        complete(case, "network_query_start", home.handler, on="2023-05-04", scope="national")
        late = leader.post(action, data)
        again = leader.post(
            action, {**form_of(text_of(late), action), "seen_again": Case.objects.get(pk=case.pk).version}
        )
    assert late.status_code == 409
    assert "李明法 今天 10:00" in text_of(late)
    assert "办结“网络查控发起”" in text_of(late)
    assert again.status_code == 302


def test_termination_names_each_gap_with_its_article(client: Client, case: Case) -> None:
    action = act(case, "termination")
    with time.travel("2023-07-28 10:00"):
        page = text_of(client.get(action))
        refused = client.post(action, fill(client, action))
    assert "项必备条件已满足" in page
    assert refused.status_code == 422
    for words in ("终本条件还差", "终本约谈", "荆中法发〔2023〕10号"):
        assert words in text_of(refused)
    assert not TerminationReview.objects.exists()


def test_closing_needs_the_word_and_the_evidence(client: Client, case: Case) -> None:
    action = act(case, "close")
    with time.travel("2023-07-28 10:00"):
        data = fill(client, action, closing_type="performed")
        check = client.post(action, data)
        assert "未到位 ¥80,000.00" in text_of(check)
        sent = form_of(text_of(check), action)
        untyped = client.post(action, sent)
        assert untyped.status_code == 422
        assert "请输入“结案”两个字" in text_of(untyped)
        refused = client.post(action, {**sent, "typed": "结案"})
        assert refused.status_code == 422
        assert "JZ-G-CLOSE-01" in text_of(refused)
        check, done = confirmed(
            client,
            action,
            {**data, "closing_type": "terminated", "ground": "（2023）鄂9901执12号之三"},
            typed="结案",
        )
    case.refresh_from_db()
    assert done.status_code == 302
    assert case.state == "closed"


def test_a_closed_case_is_archived(client: Client, case: Case) -> None:
    close, archive = act(case, "close"), act(case, "archive")
    with time.travel("2023-07-28 10:00"):
        data = fill(client, close, closing_type="terminated", ground="撤回申请")
        confirmed(client, close, data, typed="结案")
    with time.travel("2023-08-01 10:00"):
        filled = fill(client, archive, volumes="正卷一册、副卷一册")
        assert client.post(archive, {**filled, "on": "2023-07-01"}).status_code == 422
        assert client.post(archive, filled).status_code == 302
    case.refresh_from_db()
    assert case.state == "archived"


def test_upload_keeps_files_and_refuses_what_is_no_document(client: Client, case: Case) -> None:
    action = act(case, "upload")
    with time.travel("2023-05-04 10:00"):
        data = fill(client, action)
        assert client.post(action, data).status_code == 422
        assert client.post(action, {**data, "files": upload(b"MZ")}).status_code == 422
        both = [upload(pdf(), "笔录.pdf"), upload(pdf(2), "回执.pdf")]
        assert client.post(action, {**data, "files": both}).status_code == 302
        page = text_of(client.get(f"/cases/{case.pk}/papers/"))
    assert File.objects.filter(case_id=case.pk).count() == 2
    assert "笔录.pdf" in page


def test_a_clue_starts_its_clock(client: Client, case: Case) -> None:
    action = act(case, "clue")
    with time.travel("2023-05-04 10:00"):
        data = fill(client, action, words="江津路 12 号仓库存有设备", specific="on", urgent="on")
        assert client.post(action, data).status_code == 302
    assert Deadline.objects.get(case_id=case.pk, rule_id="BASE-D-09").due_on == dt.date(2023, 5, 8)


def test_undo_is_asked_and_done_when_granted(home: House, client: Client, case: Case) -> None:
    with on("2023-04-26 10:00"):
        event = complete(case, "enforcement_notice", home.handler, **NOTICE)
    action = f"/cases/{case.pk}/log/{event.pk}/undo/"
    with on("2023-04-27 10:00"):
        assert "办结“执行通知（李四）”（4月26日 10:00，李明法）" in text_of(client.get(action))
        assert client.post(action, fill(client, action, ground="送达平台退回，并未发出")).status_code == 302
        asked = Request.objects.get(kind="void")
        assent(request_id=asked.pk, actor=home.leader, at=time.now(), key=key())
    assert Node.objects.get(case=case, kind="enforcement_notice").state == "open"
    with time.travel("2023-04-27 11:00"):
        log = text_of(client.get(f"/cases/{case.pk}/log/"))
        assert "已撤销" in log
        again = client.post(action, fill(client, action, ground="再撤一次"))
    assert again.status_code == 409


@pytest.mark.parametrize(
    "name", ["suspend", "extend", "close", "hand-over", "upload", "property", "control", "nothing"]
)
def test_another_courts_officer_finds_no_act(case: Case, name: str) -> None:
    stranger = signed_in(house().handler)
    assert stranger.get(act(case, name)).status_code == 404
    assert stranger.post(act(case, name), {}).status_code == 404


@pytest.mark.parametrize(
    "name", ["suspend", "close", "hand-over", "termination", "control", "archive", "review"]
)
def test_acts_of_others_are_refused(home: House, case: Case, name: str) -> None:
    fund_officer = signed_in(home.funds)
    assert fund_officer.get(act(case, name)).status_code == 403


def test_the_menu_offers_only_what_the_person_may(home: House, case: Case) -> None:
    with time.travel("2023-05-04 10:00"):
        own = text_of(signed_in(home.handler).get(f"/cases/{case.pk}/"))
        funds = text_of(signed_in(home.funds).get(f"/cases/{case.pk}/"))
    assert act(case, "close") in own
    assert act(case, "hand-over") not in own
    assert act(case, "close") not in funds
    assert act(case, "suspend") not in funds


def test_a_closed_case_is_no_longer_acted_on(home: House, client: Client, case: Case) -> None:
    close = act(case, "close")
    with time.travel("2023-07-28 10:00"):
        data = fill(client, close, closing_type="terminated", ground="撤回申请")
        confirmed(client, close, data, typed="结案")
        page = text_of(client.get(f"/cases/{case.pk}/"))
    assert "已结案" in page
    assert act(case, "suspend") not in page
    assert act(case, "archive") in page


def test_a_review_is_passed_or_returned_with_its_defects(home: House, case: Case) -> None:
    TerminationReview.objects.create(
        case=case, court_id=case.court_id, requested_on=dt.date(2023, 7, 1), requested_by_id=home.handler.pk
    )
    action = act(case, "review")
    reviewer = signed_in(home.reviewer)
    with time.travel("2023-07-03 10:00"):
        page = text_of(reviewer.get(f"/cases/{case.pk}/"))
        assert action in page
        silent = reviewer.post(action, fill(reviewer, action, result="no"))
        assert silent.status_code == 422
        assert "退回须写明问题" in text_of(silent)
        assert (
            reviewer.post(action, fill(reviewer, action, result="no", defects="缺少村委会调查")).status_code
            == 302
        )
    assert TerminationReview.objects.get(case=case).result == "returned"


def test_a_case_without_handler_can_be_opened(home: House) -> None:
    with time.travel("2023-04-24 09:30"):
        case = filed(home, filing("2023-04-24"))
        page = text_of(signed_in(home.centre).get(f"/cases/{case.pk}/"))
    assert "未分案" in page


def test_hand_over_by_the_verb_moves_the_page_too(home: House, case: Case) -> None:
    other = person(home.court, "handler", name="赵接手")
    with time.travel("2023-05-04 10:00"):
        hand_over_cases(
            case_ids=[case.pk],
            owner=other,
            team=None,
            reason="岗位调整",
            actor=home.centre,
            at=time.now(),
            key=key(),
        )
        assert signed_in(home.handler).get(f"/cases/{case.pk}/").status_code == 404
        assert signed_in(other).get(f"/cases/{case.pk}/").status_code == 200


def test_a_correction_of_the_filing_shows_old_and_new_first_and_then_stands_in_the_log(case: Case) -> None:
    client, action = signed_in(person(case.court, "bureau_director")), act(case, "correct-filing")
    item, party = case.claims.get(), case.parties.get(role="respondent")
    with time.travel("2023-04-26 10:00"):
        given = {
            f"claim_{item.pk}": "79,999.00",
            f"party_{party.pk}_location": "outside_city",
            "filed_on": "2023-04-21",
        }
        data = fill(client, action, words="按判决书原件更正", **given)
        check = client.post(action, data)
        again = client.post(action, {**form_of(text_of(check), action), "confirmed": "", "change": "1"})
        assert form_of(text_of(again), action)[f"claim_{item.pk}"] == "79,999.00"
        case.refresh_from_db()
        assert case.claim_amount == 80000
        done = client.post(action, form_of(text_of(check), action))
        shown = text_of(client.get(f"/cases/{case.pk}/"))
    words = text_of(check)
    assert "80,000.00" in words
    assert "79,999.00" in words
    assert "2023年10月24日 → 2023年10月23日" in words
    assert done.status_code == 302
    case.refresh_from_db()
    assert (case.claim_amount, case.filed_on) == (79999, dt.date(2023, 4, 21))
    assert "更正立案信息：所在地" in shown or "更正立案信息：" in shown


def test_a_wrong_number_of_a_party_is_named_at_its_field(case: Case) -> None:
    client, action = signed_in(person(case.court, "bureau_director")), act(case, "correct-filing")
    party = case.parties.get(role="respondent")
    with time.travel("2023-04-26 10:00"):
        data = fill(client, action, words="更正", **{f"party_{party.pk}_id_number": "429900198001011235"})
        answer = client.post(action, data)
    assert answer.status_code == 200 or answer.status_code == 422
    form = answer.context["form"]
    assert f"party_{party.pk}_id_number" in form.errors
    assert "现为" in text_of(answer) or "未登记" in text_of(answer)


def test_another_version_of_the_rules_is_offered_only_where_there_is_one(client: Client, case: Case) -> None:
    assert "申请换用另一版规则" not in text_of(client.get(f"/cases/{case.pk}/"))
    seed = PackRelease.objects.get(code="JZ-2023")
    PackRelease.objects.filter(pk=seed.pk).update(version=2)
    assert "申请换用另一版规则" in text_of(client.get(f"/cases/{case.pk}/"))
