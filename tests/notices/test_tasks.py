"""The worker's faces, and that something wakes them."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from django.conf import settings as live

from kernel import time
from notices import tasks
from notices.models import NumberDay, Receipt
from notices.receipts import store
from notices.states import State
from tests.factories import courts as people
from tests.factories.notices import mobile, text, waiting

pytestmark = pytest.mark.django_db
AT = time.at_local(dt.date(2023, 4, 24), 9)


@pytest.fixture
def message(settings, tmp_path):
    settings.SMS_PROVIDER, settings.SMS_FILE = "file", tmp_path / "sms.jsonl"
    text()
    return waiting(people.court(), at=AT)


def test_deliver_sends_by_the_provider_of_the_settings(message, settings):
    with time.travel(AT):
        assert tasks.deliver() == 1
        assert tasks.deliver() == 0

    message.refresh_from_db()
    assert message.state == State.SENT
    assert json.loads(settings.SMS_FILE.read_text(encoding="utf-8"))["reference"] == str(message.reference)


def test_apply_receipts_takes_in_all(message, monkeypatch):
    events = [{"id": n, "reference": str(message.reference), "status": "delivered"} for n in range(3)]
    with time.travel(AT):
        tasks.deliver()
        store(provider="file", body=json.dumps({"events": events}).encode(), at=AT)
        assert tasks.apply_receipts() == 3

    message.refresh_from_db()
    assert message.state == State.DELIVERED
    assert not Receipt.objects.filter(applied_at__isnull=True).exists()


def test_counts_of_past_days_are_dropped(message):
    with time.travel(AT):
        tasks.deliver()
    with time.travel(AT + dt.timedelta(days=7)):
        assert tasks.forget_days() == 0
    with time.travel(AT + dt.timedelta(days=8)):
        assert tasks.forget_days() == 1
    assert not NumberDay.objects.exists()


@pytest.mark.parametrize(
    ("act", "task"), [("enqueue", "notices.deliver"), ("store", "notices.apply_receipts")]
)
def test_an_act_wakes_the_worker_after_commit_and_beat_makes_up_for_a_lost_call(
    message, settings, monkeypatch, django_capture_on_commit_callbacks, act, task
):
    settings.KICKS = True
    woken: list[str] = []
    monkeypatch.setattr("events.kick._send", lambda name, _args: woken.append(name))

    with django_capture_on_commit_callbacks(execute=True):
        if act == "enqueue":
            waiting(message.court, at=AT, number=mobile())
        else:
            store(provider="file", body=b'{"events": [{"id": 1}]}', at=AT)
        assert woken == []

    assert woken == [task]
    beat = {entry["task"]: entry["schedule"] for entry in live.CELERY_BEAT_SCHEDULE.values()}
    assert beat[task] == 10.0
    assert "notices" in {queue.name for queue in live.CELERY_TASK_QUEUES}
    assert live.CELERY_TASK_ROUTES["notices.*"]["queue"] == "notices"


def test_a_message_that_cannot_be_sent_wakes_nobody(
    message, settings, monkeypatch, django_capture_on_commit_callbacks
):
    settings.KICKS = True
    woken: list[str] = []
    monkeypatch.setattr("events.kick._send", lambda name, _args: woken.append(name))

    with django_capture_on_commit_callbacks(execute=True):
        waiting(message.court, at=AT, number="")

    assert woken == []
