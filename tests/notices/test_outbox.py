"""Writing to the outbox: once per key, rendered whole or not at all, every push a row."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from kernel import time
from kernel.errors import BadInput
from notices.models import Message
from notices.outbox import cancel, enqueue, reassign, release
from notices.rendering import places, render
from notices.states import Reason, State
from tests.factories import courts as people
from tests.factories.notices import draft, text, waiting

pytestmark = pytest.mark.django_db
AT = time.at_local(dt.date(2023, 4, 24), 9)


@pytest.fixture
def court():
    text()
    return people.court()


def test_a_message_is_rendered_with_the_courts_name_and_phone_and_waits(court):
    message = waiting(court, at=AT)

    assert message.text == f"您好，(2023)鄂9901执12号案已立案。咨询0799-12368。{court.name}"
    assert (message.state, message.due_at) == (State.WAITING, AT)
    message.refresh_from_db()
    assert message.created_at == AT


def test_a_court_without_a_phone_gives_the_national_hotline_whatever_the_act_says(court):
    court.phone = ""
    court.save()
    facts = {"number": "(2023)鄂9901执12号", "court_phone": ""}

    assert "咨询12368。" in waiting(court, at=AT, facts=facts).text


@pytest.mark.parametrize("facts", [{}, {"number": ""}, {"number": None}])
def test_a_missing_fact_is_named_and_nothing_is_written(court, facts):
    with pytest.raises(BadInput) as caught:
        enqueue([draft(court), draft(court, facts=facts)], at=AT)

    assert "案号" in str(caught.value)
    assert caught.value.field == "number"
    assert Message.objects.count() == 0


def test_the_same_key_is_written_once_and_the_row_that_stands_is_returned(court):
    first = waiting(court, at=AT, key="act:1")
    Message.objects.filter(pk=first.pk).update(state=State.SENT, due_at=None)

    again, other = enqueue([draft(court, key="act:1"), draft(court, key="act:2")], at=AT)

    assert (again.pk, again.state) == (first.pk, State.SENT)
    assert other.pk != first.pk
    assert Message.objects.count() == 2


def test_the_same_key_twice_in_one_call_is_one_row(court):
    one, two = enqueue([draft(court, key="act:1"), draft(court, key="act:1")], at=AT)

    assert one is two
    assert Message.objects.count() == 1


def test_any_number_of_drafts_takes_two_statements(court, django_assert_num_queries):
    other = people.court()
    drafts = [draft(court if n % 2 else other) for n in range(300)]

    with django_assert_num_queries(2):
        rows = enqueue(drafts, at=AT)

    assert [row.key for row in rows] == [one.key for one in drafts]
    assert len({row.pk for row in rows}) == 300
    with django_assert_num_queries(3):
        assert {row.pk for row in enqueue(drafts, at=AT)} == {row.pk for row in rows}
    with django_assert_num_queries(0):
        assert enqueue([], at=AT) == []


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"imported": True}, Reason.IMPORTED),
        ({"number": ""}, Reason.NO_NUMBER),
        ({"number": "0716-8241234"}, Reason.NO_NUMBER),
        ({"topic": "auction"}, Reason.NO_TEMPLATE),
        ({"topic": "没有这样的事项"}, Reason.NO_TEMPLATE),
        ({"audience": "respondent"}, Reason.NO_TEMPLATE),
        ({"channel": "in_app"}, Reason.NO_RECIPIENT),
        ({"imported": True, "withheld_for": "control"}, Reason.IMPORTED),
        ({"number": "", "withheld_for": "control"}, Reason.NO_NUMBER),
    ],
)
def test_what_cannot_be_sent_is_a_row_with_its_reason(court, fields, reason):
    message = waiting(court, at=AT, **fields)

    message.refresh_from_db()
    assert (message.state, message.reason, message.due_at) == (State.NOT_SENT, reason, None)


def test_a_rule_packs_chinese_topic_finds_the_text(court):
    assert [waiting(court, at=AT, topic=name).topic for name in ("立案", "执行立案")] == ["case_filed"] * 2


def test_the_courts_own_text_goes_before_the_one_for_all(court):
    text(court=court, text="本院：{案号}已立案。")
    other = people.court()

    assert waiting(court, at=AT).text.startswith("本院：")
    assert waiting(other, at=AT).text.startswith("您好")


def test_a_retired_text_is_not_used(court):
    text(topic="auction", active=False)

    assert waiting(court, at=AT, topic="auction").reason == Reason.NO_TEMPLATE


def test_the_number_is_stored_encrypted_and_shown_masked(court):
    message = waiting(court, at=AT, number="+86 138-0000-6021")

    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM notices_message m WHERE id = %s", [message.pk])
        stored = cursor.fetchone()[0]
    assert "13800006021" not in stored
    assert b"13800006021".hex() not in stored
    message.refresh_from_db()
    assert (str(message.number), message.number_masked) == ("13800006021", "138****6021")
    assert "13800006021" not in repr(draft(court, number="13800006021"))


def test_a_one_time_code_never_stands_readable(court):
    text(topic="sign_in_code", text="验证码{验证码}，{分钟}分钟内有效。")
    message = waiting(
        court, at=AT, topic="sign_in_code", facts={"minutes": 10}, secret={"code": "482913"}, urgent=True
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM notices_message m WHERE id = %s", [message.pk])
        stored = cursor.fetchone()[0]
    assert "482913" not in stored
    message.refresh_from_db()
    assert message.text == "验证码******，10分钟内有效。"
    assert message.full_text == "验证码482913，10分钟内有效。"


def test_an_in_app_notice_is_there_at_once_and_may_bring_its_own_text(court):
    reader = people.person(court, "handler")
    notice = waiting(
        court, at=AT, channel="in_app", audience="staff", to_user_id=reader.pk, text="明日到期", level="warn"
    )

    notice.refresh_from_db()
    assert (notice.state, notice.text, notice.level) == (State.DELIVERED, "明日到期", "warn")
    assert notice.told_at == AT


def test_a_short_message_cannot_bring_its_own_text(court):
    assert waiting(court, at=AT, topic="auction", text="未经核定的话").reason == Reason.NO_TEMPLATE


def test_release_lets_go_only_what_waited_for_this(court):
    here = waiting(court, at=AT, withheld_for="control")
    elsewhere = waiting(court, at=AT, withheld_for="control", about="case:13")
    other = waiting(court, at=AT, withheld_for="document:7")
    later = AT + dt.timedelta(days=2)

    assert (here.state, here.reason, here.due_at) == (State.WITHHELD, Reason.HOLD, None)
    assert release(about="case:12", withheld_for="control", at=later) == 1

    for row in (here, elsewhere, other):
        row.refresh_from_db()
    assert (here.state, here.reason, here.due_at) == (State.WAITING, "", later)
    assert elsewhere.state == other.state == State.WITHHELD
    assert release(withheld_for="document:7", at=later) == 1


def test_release_shows_an_in_app_notice(court):
    reader = people.person(court, "handler")
    notice = waiting(
        court, at=AT, channel="in_app", to_user_id=reader.pk, text="文书已生成", withheld_for="document:7"
    )

    release(withheld_for="document:7", at=AT)

    notice.refresh_from_db()
    assert (notice.state, notice.delivered_at, notice.due_at) == (State.DELIVERED, AT, None)


def test_cancel_stops_what_is_not_out_and_never_retries_what_is(court):
    rows = {
        "waiting": waiting(court, at=AT),
        "withheld": waiting(court, at=AT, withheld_for="control"),
        "sending": waiting(court, at=AT),
        "sent": waiting(court, at=AT),
        "other": waiting(court, at=AT, about="case:13"),
    }
    Message.objects.filter(pk=rows["sending"].pk).update(state=State.SENDING)
    Message.objects.filter(pk=rows["sent"].pk).update(state=State.SENT, due_at=None)

    assert cancel(about="case:12", at=AT) == 3

    for row in rows.values():
        row.refresh_from_db()
    assert rows["waiting"].state == rows["withheld"].state == State.CANCELLED
    assert (rows["sending"].state, rows["sending"].cancelled_at) == (State.SENDING, AT)
    assert (rows["sent"].state, rows["sent"].cancelled_at) == (State.SENT, None)
    assert rows["other"].state == State.WAITING


def test_cancel_by_key_and_without_a_choice(court):
    keep, stop = waiting(court, at=AT), waiting(court, at=AT)

    assert cancel(keys=[stop.key], at=AT) == 1

    keep.refresh_from_db()
    assert keep.state == State.WAITING
    with pytest.raises(ValueError, match="about or keys"):
        cancel(at=AT)


def test_reassign_moves_the_messages_of_one_case(court):
    mine, other = waiting(court, at=AT), waiting(court, at=AT, about="case:13")

    assert reassign(about="case:12", team_id=3, owner_id=7) == 1

    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.team_id, mine.owner_id, other.owner_id) == (3, 7, None)


@given(st.text(alphabet="您好{}案号 电话x", max_size=30))
def test_rendering_never_leaves_a_place_open(template):
    """Either an error, when a place has no fact, or a text without places."""
    facts = {"number": "甲1号", "court_phone": "12368"}
    if set(places(template)) <= {"案号", "电话"}:
        assert places(render(template, facts)) == []
    else:
        with pytest.raises(BadInput):
            render(template, facts)
