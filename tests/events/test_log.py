"""The log: appended once per key, chained, and a changed row is named."""

import datetime as dt
import io
from decimal import Decimal

import psycopg
import pytest
from django.core.management import call_command

from events import log, relay
from events.audit import flaws
from events.models import Event, Pending
from kernel.errors import Conflict

AT = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)


def append(key: str = "k", stream: str = "case:1", **data: object) -> Event:
    return log.append(stream=stream, kind="node.completed", actor="user:1", at=AT, key=key, data=data)


@pytest.mark.django_db
def test_one_key_is_one_event() -> None:
    first = append(amount=Decimal("1.50"), on=dt.date(2026, 1, 2))
    again = append(amount=Decimal("1.50"), on=dt.date(2026, 1, 2))
    assert again.pk == first.pk
    assert first.data == {"amount": "1.50", "on": "2026-01-02"}
    assert Event.objects.count() == 1


@pytest.mark.django_db
def test_one_key_with_other_input_is_a_conflict() -> None:
    append(node=1)
    with pytest.raises(Conflict, match="已用于另一项内容"):
        append(node=2)


@pytest.mark.django_db
def test_streams_are_gapless_and_chained() -> None:
    for number in range(5):
        append(key=str(number), n=number)
        append(key=str(number), stream="case:2", n=number)
    assert [event.seq for event in log.history("case:1")] == [1, 2, 3, 4, 5]
    assert list(flaws()) == []
    assert len({bytes(event.digest) for event in Event.objects.all()}) == 10


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE events_event SET data = '{\"n\": 9}' WHERE seq = 2", "被改动"),
        ("UPDATE events_event SET actor = 'user:2' WHERE seq = 2", "被改动"),
        ("DELETE FROM events_event WHERE seq = 2", "缺少第 2 号"),
    ],
)
def test_a_row_that_the_owner_changed_is_named(
    live_db: str,
    owner_sql: psycopg.Connection,
    statement: str,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for number in range(3):
        append(key=str(number), n=number)
    owner_sql.execute("ALTER TABLE events_event DISABLE TRIGGER event_append_only")
    owner_sql.execute(statement)
    out = io.StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("verify_audit", stdout=out)
    assert stopped.value.code == 1
    assert "case:1 第" in out.getvalue()
    assert words in out.getvalue()


def test_a_clean_log_passes(live_db: str) -> None:
    append()
    out = io.StringIO()
    call_command("verify_audit", stdout=out)
    assert "发现问题 0 处" in out.getvalue()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    events: list[int] = []
    monkeypatch.setattr(
        relay, "_reactions", {"node.completed": {"tests.hear": lambda event: events.append(event.pk)}}
    )
    return events


def test_a_reaction_runs_once_after_commit(live_db: str, heard: list[int]) -> None:
    event = append()
    assert Pending.objects.count() == 1
    assert relay.run() == 1
    assert relay.run() == 0
    assert heard == [event.pk]


def test_a_failing_reaction_stays_and_is_tried_again(live_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def fail_once(event: Event) -> None:
        calls.append(event.pk)
        if len(calls) == 1:
            raise RuntimeError("down")

    monkeypatch.setattr(relay, "_reactions", {"node.completed": {"tests.fail": fail_once}})
    append()
    assert relay.run() == 0
    waiting = Pending.objects.get()
    assert "down" in waiting.problem
    assert waiting.attempts == 1
    Pending.objects.update(due_at=AT)
    assert relay.run() == 1
    assert len(calls) == 2


def test_a_killed_worker_leaves_the_reaction_for_another(live_db: str, heard: list[int]) -> None:
    append()
    claimed = relay._claim()
    assert claimed is not None
    assert relay.run() == 0, "the lease still holds"
    Pending.objects.update(due_at=AT)
    assert relay.run() == 1
    assert len(heard) == 1
