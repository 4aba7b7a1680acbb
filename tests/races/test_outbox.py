"""Dispatchers and acts at the same moment: every message once, the cap kept, no deadlock."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from kernel import time
from notices import delivery
from notices.models import Attempt, Message, NumberDay
from notices.outbox import cancel, enqueue, release
from notices.providers import Outcome, Outgoing, Result
from notices.receipts import apply_receipts, store
from notices.states import Reason, State
from tests.factories import courts as people
from tests.factories.notices import Scripted, draft, mobile, text

AT = time.at_local(dt.date(2023, 4, 24), 9)


class Counting(Scripted):
    """Accepts everything, and counts how often it was given each reference."""

    def __init__(self, *, pause: float = 0.0) -> None:
        super().__init__()
        self.given: Counter[str] = Counter()
        self._pause, self._lock = pause, threading.Lock()

    def send(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Take the batch, slowly if asked to."""
        with self._lock:
            self.given.update(str(one.reference) for one in batch)
        threading.Event().wait(self._pause)
        return [Outcome(one.message_id, Result.ACCEPTED) for one in batch]


def together(*jobs: Callable[[], object]) -> list[object]:
    """Run the jobs at one moment, each on a connection of its own; their results, or the first error."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        try:
            start.wait(10)
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(60) for future in [pool.submit(run, job) for job in jobs]]


def outbox(count: int, **fields: object) -> list[Message]:
    """A court with a text and this many messages waiting."""
    text()
    court = people.court(**fields)
    with transaction.atomic():
        return enqueue([draft(court) for _ in range(count)], at=AT)


def test_two_dispatchers_send_every_message_once(live_db):
    outbox(120)
    provider = Counting(pause=0.01)

    with time.travel(AT):
        together(*[lambda: delivery.deliver(provider=provider, limit=7)] * 2)

    assert len(provider.given) == 120
    assert set(provider.given.values()) == {1}
    assert Message.objects.filter(state=State.SENT).count() == Attempt.objects.count() == 120


def test_two_acts_with_one_key_make_one_message(live_db):
    text()
    court = people.court()
    one = draft(court, key="case:12/filed")

    def act() -> int:
        with transaction.atomic():
            return enqueue([one], at=AT)[0].pk

    ids = together(*[act] * 4)

    assert len(set(ids)) == 1
    assert Message.objects.count() == 1


def test_two_dispatchers_cannot_both_take_the_last_place_under_the_cap(live_db):
    text()
    court, number = people.court(sms_daily_cap=5), mobile()
    with transaction.atomic():
        enqueue([draft(court, number=number) for _ in range(20)], at=AT)
    provider = Counting(pause=0.02)

    with time.travel(AT):
        together(*[lambda: delivery.deliver(provider=provider, limit=2)] * 3)

    assert provider.given.total() == 5
    assert Message.objects.filter(reason=Reason.DAILY_CAP).count() == 15
    assert NumberDay.objects.get().sent == 5


def test_cancel_against_a_dispatcher_either_stops_or_comes_too_late(live_db):
    outbox(60)
    provider = Counting(pause=0.005)

    def stop() -> int:
        with transaction.atomic():
            return cancel(about="case:12", at=AT)

    with time.travel(AT):
        together(lambda: delivery.deliver(provider=provider, limit=3), stop)
        delivery.deliver(provider=provider)

    by_state = Counter(Message.objects.values_list("state", flat=True))
    assert set(by_state) <= {State.SENT, State.CANCELLED}
    assert by_state[State.SENT] == len(provider.given)
    assert set(provider.given.values()) <= {1}


def test_receipts_against_our_own_record_of_the_same_messages(live_db):
    """Receipts come in while the dispatcher still records: no deadlock, and every message ends delivered."""
    rows = outbox(80)
    provider = Counting(pause=0.01)
    events = [
        {"id": f"{row.pk}/{status}", "reference": str(row.reference), "status": status}
        for row in reversed(rows)
        for status in ("delivered", "accepted")
    ]

    def receive() -> None:
        for begin in range(0, len(events), 10):
            store(provider="scripted", body=_report(events[begin : begin + 10]), at=AT)
            apply_receipts(at=AT)

    with time.travel(AT):
        Message.objects.update(attempts=1)
        together(lambda: delivery.deliver(provider=provider, limit=20), receive, receive)
        delivery.deliver(provider=provider)
        apply_receipts(at=AT)

    assert Counter(Message.objects.values_list("state", flat=True)) == {State.DELIVERED: 80}
    assert set(provider.given.values()) <= {1}


def test_a_release_and_a_second_one_let_go_once(live_db):
    text()
    court = people.court()
    with transaction.atomic():
        enqueue([draft(court, withheld_for="document:7") for _ in range(10)], at=AT)

    def let_go() -> int:
        with transaction.atomic():
            return release(withheld_for="document:7", at=AT)

    assert sum(together(let_go, let_go)) == 10


@pytest.mark.parametrize("limit", [1, 50])
def test_delivery_refuses_to_call_out_from_inside_a_transaction(live_db, limit):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        delivery.deliver(provider=Counting(), limit=limit)


def _report(events: list[dict[str, str]]) -> bytes:
    return json.dumps({"events": events}).encode()
