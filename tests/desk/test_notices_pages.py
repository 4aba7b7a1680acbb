"""通知, 短信异常, 推送覆盖: what each shows, to whom, and what its buttons do."""

import datetime as dt

import pytest

from cases.models import Case
from courts.models import User
from desk.selectors import frame
from desk.selectors.coverage import coverage
from desk.selectors.frame import frame_of
from desk.selectors.notifications import notifications
from desk.selectors.sms import troubles
from events.models import Event
from kernel import time
from notices.inapp import StaffNotice, tell_staff
from notices.models import Message, NumberMark, Template
from tests.factories.cases import House, assigned, filing, house
from tests.factories.pages import client_of, hidden, main

pytestmark = pytest.mark.django_db
AT = "2023-04-24 10:00"


@pytest.fixture
def home() -> House:
    with time.travel("2023-04-24 09:30"):
        home = house()
        assigned(home, filing("2023-04-24"))
    return home


def told(home: House, topic: str = "期限提醒", user: User | None = None, **fields) -> Message:
    case = Case.objects.get(court=home.court)
    number = Message.objects.filter(channel="in_app").count()
    given = {
        "court_id": home.court.pk,
        "team_id": None,
        "owner_id": None,
        "about": case.about,
        "case_id": case.pk,
        "topic": topic,
        "rule_id": "",
        "node": "",
        "level": "warn",
        "to_user_id": (user or home.handler).pk,
        "text": f"第{number}条",
        "key": f"told:{number}",
        **fields,
    }
    with time.travel(AT):
        tell_staff([StaffNotice(**given)], at=time.now())
    return Message.objects.get(key=given["key"])


def failing(home: House, state: str, reason: str) -> Message:
    message = Message.objects.filter(channel="sms", court=home.court, state="waiting").order_by("id").first()
    Message.objects.filter(pk=message.pk).update(state=state, reason=reason, due_at=None)
    message.refresh_from_db()
    return message


def test_notices_are_grouped_and_newest_first(home: House) -> None:
    told(home)
    told(home, "督办通知")
    told(home, "当事人留言")
    told(home, "message_failed")
    told(home, user=home.leader)
    found = notifications(user=home.handler)
    assert [(n.group, n.message.text) for n in found.notices] == [
        ("system", "第3条"),
        ("party", "第2条"),
        ("supervision", "第1条"),
        ("due", "第0条"),
    ]
    assert found.unread == {"due": 1, "supervision": 1, "party": 1, "system": 1}
    for group in found.unread:
        assert [n.group for n in notifications(user=home.handler, group=group).notices] == [group]


def test_three_queries_whatever_there_is(home: House, django_assert_num_queries) -> None:
    for _ in range(8):
        told(home)
    with django_assert_num_queries(3):
        notifications(user=home.handler)


def test_the_bell_counts_what_is_unread_and_reading_takes_it_away(home: House) -> None:
    first, second = told(home), told(home)
    client = client_of(home.handler)
    with time.travel(AT):
        assert 'aria-label="通知，2 条未读"' in client.get("/notifications").content.decode()
        client.post("/notifications/read", {"read": first.pk})
        assert 'aria-label="通知，1 条未读"' in client.get("/notifications").content.decode()
        client.post("/notifications/read", {"all": "1"})
        page = client.get("/notifications")
    assert 'aria-label="通知，没有未读"' in page.content.decode()
    assert "没有未读的通知" in main(page)
    second.refresh_from_db()
    assert second.read_at is not None


def test_all_of_one_group_leaves_the_others_unread(home: House) -> None:
    told(home)
    other = told(home, "督办通知")
    with time.travel(AT):
        response = client_of(home.handler).post("/notifications/read", {"all": "1", "group": "due"})
    assert response["Location"] == "/notifications?group=due"
    assert list(Message.objects.unread_by(home.handler)) == [other]


def test_nobody_reads_anothers_notice(home: House) -> None:
    mine = told(home)
    with time.travel(AT):
        response = client_of(home.leader).post("/notifications/read", {"open": mine.pk})
    mine.refresh_from_db()
    assert mine.read_at is None
    assert response["Location"] == "/notifications"


def test_opening_a_notice_reads_it_and_leads_to_its_case(home: House) -> None:
    notice = told(home)
    with time.travel(AT):
        response = client_of(home.handler).post("/notifications/read", {"open": notice.pk})
    assert response["Location"] == f"/cases/{notice.case_id}/"
    notice.refresh_from_db()
    assert notice.state == "read"


def test_a_case_that_is_out_of_sight_is_not_named(home: House) -> None:
    notice = told(home, user=home.filing)
    Case.objects.filter(pk=notice.case_id).update(sealed=True)
    with time.travel(AT):
        client = client_of(home.filing)
        assert Case.objects.get(pk=notice.case_id).number not in main(client.get("/notifications"))
        assert client.post("/notifications/read", {"open": notice.pk})["Location"] == "/notifications"


def test_no_notices_says_what_will_come(home: House) -> None:
    assert "没有通知 期限将到" in main(client_of(home.leader).get("/notifications"))


def test_the_queue_of_short_messages(home: House, django_assert_num_queries) -> None:
    unknown = failing(home, "unknown", "no_answer")
    failed = failing(home, "failed", "undelivered")
    user = home.centre
    assert user.scope.courts
    with django_assert_num_queries(4):
        found = troubles(user=user)
    assert [t.line.message_id for t in found.messages] == [unknown.pk, failed.pk]
    number = Case.objects.get(court=home.court).number
    with time.travel(AT):
        page = main(client_of(user).get("/notifications/sms"))
    assert "结果不明，等待人工确认（1）" in page
    assert f"没有送达（1） 分案 {number}" in page or f"没有送达（1） 立案 {number}" in page
    assert "assignment" not in page


def test_another_court_sees_no_short_messages(home: House) -> None:
    message = failing(home, "unknown", "no_answer")
    with time.travel(AT):
        other = house()
        assert "没有需要处理的短信" in main(client_of(other.centre).get("/notifications/sms"))
        assert client_of(other.centre).get(f"/notifications/sms/{message.pk}").status_code == 404
    assert client_of(home.handler).get("/notifications/sms").status_code == 403


def test_an_unknown_message_is_settled_once(home: House) -> None:
    message = failing(home, "unknown", "no_answer")
    client = client_of(home.centre)
    url = f"/notifications/sms/{message.pk}"
    with time.travel(AT):
        page = client.get(url)
        given = {"outcome": "give_up", "reason": "电话联系本人", "act_key": hidden(page, "act_key")}
        assert client.post(url, {**given, "reason": ""}).status_code == 422
        assert client.post(url, given)["Location"] == "/notifications/sms"
        assert client.post(url, given)["Location"] == "/notifications/sms", "a second click is the same act"
    message.refresh_from_db()
    assert message.state == "failed"
    assert Event.objects.filter(stream=f"message:{message.pk}", kind="message.decided").count() == 1


def test_a_failed_message_is_sent_again_to_a_corrected_number(home: House) -> None:
    message = failing(home, "failed", "bad_number")
    client = client_of(home.centre)
    url = f"/notifications/sms/{message.pk}"
    with time.travel(AT):
        key = hidden(client.get(url), "act_key")
        refused = client.post(url, {"reason": "号码有误", "number": "", "act_key": key})
        assert refused.status_code == 422
        assert "原号码收不到短信" in main(refused)
        client.post(url, {"reason": "号码有误", "number": "13700001111", "act_key": key})
    again = Message.objects.get(replaces=message)
    assert (again.number_masked, again.state) == ("137****1111", "waiting")


def test_a_bad_number_is_let_go(home: House) -> None:
    message = failing(home, "failed", "bad_number")
    with time.travel(AT):
        mark = NumberMark.objects.create(
            court=home.court,
            number_index=message.number_index,
            number_masked=message.number_masked,
            kind="bad",
            reason="短信平台报告号码无法接收",
            message=message,
            since=time.now(),
        )
        client = client_of(home.centre)
        assert message.number_masked in main(client.get("/notifications/sms"))
        url = f"/notifications/sms/numbers/{mark.pk}"
        client.post(url, {"reason": "本人确认仍在使用", "act_key": hidden(client.get(url), "act_key")})
    mark.refresh_from_db()
    assert mark.lifted_because == "本人确认仍在使用"


@pytest.mark.req("JZ-09")
def test_the_coverage_report_names_each_node_of_the_packs_in_force_and_a_text_that_is_gone(
    home: House,
) -> None:
    Message.objects.filter(channel="sms", topic="case_filed").update(
        state="sent", sent_at=time.at_local(dt.date(2023, 4, 24), 10), due_at=None
    )
    since, until = dt.date(2023, 4, 1), dt.date(2023, 4, 30)
    found = coverage(user=home.centre, court_id=None, since=since, until=until)
    assert {
        "case_filed",
        "case_assigned",
        "network_control",
        "valuation",
        "auction",
        "case_closed",
    } <= found.asked
    assert found.score == (1, 2), "filing was told to both, assignment still waits"
    assert found.without_text == []
    with time.travel(AT):
        client = client_of(home.centre)
        page = main(client.get("/coverage?since=2023-04-01&until=2023-04-30"))
        assert f"{home.court.short_name}，4月1日至4月30日：发生的 2 个环节中，1 个已全部告知" in page
        assert "立案 申请执行人 1 1 0 全部告知" in page
        Template.objects.filter(topic="case_filed", audience="respondent").delete()
        page = main(client.get("/coverage?since=2023-04-01&until=2023-04-30"))
    assert "没有经核定的文本，不会推送：立案（被执行人）。" in page
    assert "0 个已全部告知" in page


def test_coverage_is_of_courts_one_sees(home: House, django_assert_num_queries) -> None:
    with time.travel(AT):
        other = house()
    since, until = dt.date(2023, 4, 1), dt.date(2023, 4, 30)
    assert coverage(user=home.centre, court_id=other.court.pk, since=since, until=until) is None
    assert coverage(user=home.superior, court_id=home.court.pk, since=since, until=until), (
        "the packs are parsed once"
    )
    with django_assert_num_queries(5):
        found = coverage(user=home.superior, court_id=home.court.pk, since=since, until=until)
    assert found.court == home.court
    assert {court.pk for court in found.courts} == home.superior.scope.courts
    with time.travel(AT):
        assert client_of(home.centre).get(f"/coverage?court={other.court.pk}").status_code == 404


def test_the_frame_counts_no_further_than_it_shows(home: House, monkeypatch) -> None:
    monkeypatch.setattr("desk.selectors.frame.MOST", 1)
    monkeypatch.setattr("desk.selectors.frame._statement", frame._statement.__wrapped__)
    for _ in range(4):
        told(home)
    with time.travel(AT):
        assert frame_of(home.handler, time.now()).unread == 2
