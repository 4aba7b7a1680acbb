"""Nothing lost, nothing twice: workers killed with -9, answers lost, a gateway that is down."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time as stopwatch
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as live
from django.db import transaction
from django.db.models import F

from kernel import time
from notices import delivery
from notices.models import Attempt, Message
from notices.outbox import enqueue
from notices.providers.http import Gateway as Line
from notices.providers.http import HttpProvider
from notices.states import IN_FLIGHT, State
from tests.factories import courts as people
from tests.factories.gateway import Gateway, running_gateway
from tests.factories.notices import draft, text

ROOT = Path(__file__).resolve().parents[2]
LEASE, SETTLE, READ, CONNECT = 3.0, 0.5, 0.6, 0.6
WORKER = """
import django
django.setup()
from notices import delivery
while True:
    delivery.deliver(limit=10, budget_seconds=5)
    __import__("time").sleep(0.1)
"""


@pytest.fixture(autouse=True)
def _patience(settings):
    """Hours of patience in seconds."""
    settings.SMS_LEASE_SECONDS, settings.SMS_SETTLE_SECONDS = LEASE, SETTLE


@pytest.fixture
def court(live_db):
    text()
    return people.court(quiet_from="00:00", quiet_until="00:00", sms_daily_cap=1000)


def line(gateway: Gateway, **fields: object) -> HttpProvider:
    defaults = {"connect_timeout": CONNECT, "read_timeout": READ, "in_flight": 10}
    return HttpProvider(Line(url=gateway.url, secret=gateway.secret, **{**defaults, **fields}))


def fill(court, count: int) -> None:
    with transaction.atomic():
        enqueue([draft(court) for _ in range(count)], at=time.now())


@contextmanager
def workers(count: int, database: str, gateway: Gateway) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Dispatchers as processes of their own; start them again by start(); none outlives the test."""
    running = [start(database, gateway) for _ in range(count)]
    try:
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait(10)


def start(database: str, gateway: Gateway) -> subprocess.Popen[bytes]:
    parts = urlsplit(os.environ.get("DATABASE_URL", live.DATABASE_URL))
    url = urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "SMS_PROVIDER": "http",
        "SMS_URL": gateway.url,
        "SMS_SECRET": gateway.secret,
        "SMS_LEASE_SECONDS": str(LEASE),
        "SMS_SETTLE_SECONDS": str(SETTLE),
        "SMS_READ_TIMEOUT": str(READ),
        "SMS_CONNECT_TIMEOUT": str(CONNECT),
        "SMS_IN_FLIGHT": "5",
        "KICKS": "0",
        "DJANGO_SETTINGS_MODULE": "enforcement.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )


def hurry() -> None:
    """Retries five minutes away are due now: the test has no five minutes."""
    Message.objects.filter(state__in=(State.WAITING, State.UNKNOWN), due_at__gt=time.now()).exclude(
        state=State.UNKNOWN, misses=0
    ).update(due_at=time.now())


def settled(count: int) -> bool:
    return Message.objects.filter(state=State.SENT).count() == count


def wait_until(done, *, seconds: float, step) -> bool:
    deadline = stopwatch.monotonic() + seconds
    while not done():
        if stopwatch.monotonic() > deadline:
            return False
        step()
        stopwatch.sleep(0.2)
    return True


def test_workers_killed_between_claim_and_send_lose_nothing_and_send_nothing_twice(court, live_db):
    """Eight kills among two workers, a slow gateway, 8 % of answers lost, 4 % of calls told to come later."""
    seed = 20230424
    chance = random.Random(seed)
    fates = [chance.random() for _ in range(5000)]

    def behave(number: int, _message: object) -> str:
        fate = fates[number]
        return "lose" if fate < 0.08 else "busy" if fate < 0.12 else "ok"

    fill(court, 240)
    with (
        running_gateway(behave=behave, slow_seconds=0.05, lost_seconds=2.0) as gateway,
        workers(2, live_db, gateway) as running,
    ):
        kills = 0
        while kills < 8 and not settled(240):
            before = gateway.posts
            victim = chance.randrange(len(running))
            # Kill in the middle of work: after some calls have gone out since the last kill.
            wait_until(lambda before=before: gateway.posts > before + 8, seconds=20, step=hurry)
            running[victim].send_signal(signal.SIGKILL)
            running[victim].wait(10)
            kills += 1
            running[victim] = start(live_db, gateway)
        in_flight_seen = Message.objects.filter(state__in=IN_FLIGHT).exists() or gateway.asked.total() > 0
        assert wait_until(lambda: settled(240), seconds=90, step=hurry), (seed, states())

    assert kills >= 5, "the work was over before it was disturbed"
    assert in_flight_seen, "no kill hit a message on its way"
    assert len(gateway.delivered) == 240
    assert gateway.twice == [], seed
    assert Attempt.objects.filter(kind="ask").exists()


def states() -> list[tuple[str, str, int]]:
    return list(Message.objects.exclude(state=State.SENT).values_list("state", "reason", "misses"))


def test_answers_that_are_always_lost_still_send_nothing_twice(court):
    fill(court, 30)
    with running_gateway(behave=lambda _n, _message: "lose", lost_seconds=1.0) as gateway:
        provider = line(gateway, in_flight=30)
        delivery.deliver(provider=provider)
        assert set(Message.objects.values_list("state", flat=True)) == {State.UNKNOWN}
        stopwatch.sleep(SETTLE)
        delivery.deliver(provider=provider)

    assert settled(30)
    assert (gateway.posts, len(gateway.delivered), gateway.twice) == (30, 30, [])


def test_without_queries_lost_answers_wait_for_a_person_and_are_not_sent_again(court):
    fill(court, 5)
    with running_gateway(behave=lambda _n, _message: "lose", lost_seconds=1.0) as gateway:
        provider = line(gateway, answers_queries=False)
        for _ in range(3):
            delivery.deliver(provider=provider)
            Message.objects.filter(due_at__isnull=False).update(due_at=time.now())

    assert gateway.posts == 5
    assert Message.objects.undecided().count() == 5


def test_a_gateway_that_was_down_gets_everything_once_when_it_is_back(court):
    fill(court, 20)
    with running_gateway() as gateway:
        url = gateway.url
    delivery.deliver(provider=HttpProvider(Line(url=url, connect_timeout=CONNECT, read_timeout=READ)))
    assert set(Message.objects.values_list("state", "failures")) == {(State.WAITING, 0)}

    with running_gateway() as gateway:
        hurry()
        delivery.deliver(provider=line(gateway))

    assert settled(20)
    assert (len(gateway.delivered), gateway.twice) == (20, [])


def test_a_worker_that_wakes_after_its_lease_sends_nothing(court, monkeypatch):
    """Stopped between claim and send for longer than the lease: the watch it set before tells it."""
    fill(court, 3)
    honest = delivery.claim

    def slow(**fields):
        held = honest(**fields)
        if held.sends:
            stopwatch.sleep(LEASE)
        return held

    with running_gateway() as gateway:
        monkeypatch.setattr(delivery, "claim", slow)
        monkeypatch.setattr(delivery, "BUDGET_SECONDS", 0)
        delivery.deliver(provider=line(gateway), budget_seconds=0.1)
        assert gateway.posts == 0
        monkeypatch.setattr(delivery, "claim", honest)
        Message.objects.filter(due_at__gt=F("created_at")).update(due_at=time.now())
        delivery.deliver(provider=line(gateway))
        assert wait_until(
            lambda: settled(3), seconds=10, step=lambda: delivery.deliver(provider=line(gateway))
        )

    assert gateway.twice == []
