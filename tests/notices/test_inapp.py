"""Notices to staff by the hundred: one statement, each key once, any text, no reader as no reader."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DataError, transaction

from kernel import time
from notices.inapp import StaffNotice, tell_staff
from notices.models import Message
from notices.outbox import enqueue
from notices.states import Level, Reason, State
from tests.factories import courts as people
from tests.factories.notices import draft

pytestmark = pytest.mark.django_db
AT = time.at_local(dt.date(2023, 4, 24), 9)


@pytest.fixture
def reader():
    return people.person(people.court(), "handler")


def notice(reader, **fields: object) -> StaffNotice:
    defaults = {
        "court_id": reader.court_id,
        "team_id": None,
        "owner_id": reader.pk,
        "about": "case:12",
        "case_id": 12,
        "topic": "期限提醒",
        "rule_id": "JZ-D-01",
        "node": "发出执行通知",
        "level": Level.WARN,
        "to_user_id": reader.pk,
        "text": "提醒",
        "key": "clock:1",
    }
    return StaffNotice(**{**defaults, **fields})


def test_a_notice_stands_as_one_from_the_outbox_does(reader):
    same = {name: value for name, value in notice(reader)._asdict().items() if name not in ("key", "topic")}
    [usual] = enqueue([draft(reader.court, **same, party_ref="", channel="in_app", audience="staff")], at=AT)
    assert tell_staff([notice(reader, topic=usual.topic)], at=AT) == 1

    own = {"id", "key", "reference"}
    columns = [field.attname for field in Message._meta.concrete_fields if field.attname not in own]
    rows = {row["key"]: row for row in Message.objects.values("key", *columns)}
    written, known = rows["clock:1"], rows[usual.key]
    assert {**written, "key": ""} == {**known, "key": ""}
    assert list(Message.objects.unread_by(reader)) == [Message.objects.get(key="clock:1"), usual]


@pytest.mark.parametrize("text", ['他说"到期"了', "a\\b\\", "{1,2},NULL", "两行\n制表\t", "", "NULL"])
def test_any_text_arrives_as_it_is(reader, text):
    tell_staff([notice(reader, text=text)], at=AT)
    assert Message.objects.get().text == text


def test_each_key_is_written_once(reader, django_assert_num_queries):
    rows = [notice(reader, key=f"clock:{number}") for number in range(300)]
    with django_assert_num_queries(1):
        assert tell_staff(rows, at=AT) == 300
    assert tell_staff([*rows, notice(reader, key="clock:new")], at=AT) == 1
    assert Message.objects.values("reference").distinct().count() == 301


def test_nobody_to_read_it_is_kept_as_not_sent(reader):
    tell_staff([notice(reader, to_user_id=None)], at=AT)

    row = Message.objects.get()
    assert (row.state, row.reason, row.sent_at, row.delivered_at) == (
        State.NOT_SENT,
        Reason.NO_RECIPIENT,
        None,
        None,
    )


def test_a_value_too_long_is_refused_not_cut(reader):
    with pytest.raises(DataError), transaction.atomic():
        tell_staff([notice(reader, node="长" * 61)], at=AT)
    assert tell_staff([], at=AT) == 0
