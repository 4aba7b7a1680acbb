"""Sweepers at the same moment, and a sweeper against the acts that close or move its clocks (performance table 8)."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from deadlines import sweep as sweeping
from deadlines.models import Deadline, Firing, Timer
from deadlines.sweep import Swept, sweep
from events import audit
from events.models import Event
from kernel import time
from notices.models import Message
from tests.factories.deadlines import Post, many, released

HOUR = dt.timedelta(hours=1)


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
        return [future.result(120) for future in [pool.submit(run, job) for job in jobs]]


@pytest.fixture
def clocks(live_db) -> Callable[[int], list[Deadline]]:
    """Makes this many clocks: a third with one rung due, a third with two, a third with all five."""
    post, pack = Post(), released()

    def make(count: int) -> list[Deadline]:
        now = time.now()
        past = [[now - HOUR], [now - 2 * HOUR, now - HOUR], [now - n * HOUR for n in (5, 4, 3, 2, 1)]]
        later = [now + 24 * HOUR]
        return many(post, pack, [[*past[n % 3], *(later if n % 2 else ())] for n in range(count)])

    return make


@pytest.mark.parametrize("sweepers", [2, 4])
def test_sweepers_take_every_timer_once(clocks, sweepers):
    count = 1500
    clocks(count)

    results = together(*[lambda: sweep(batch=40)] * sweepers)

    total = sum(results, Swept())
    firings, messages = count // 3 * (1 + 2 + 5), Message.objects.count()
    twice, missed = total.timers - count, firings - Firing.objects.count()
    shares = [result.timers for result in results]
    print(f"{sweepers} sweepers: {firings} firings, {twice} twice, {missed} missed; timers {shares}")  # noqa: T201
    assert (twice, missed) == (0, 0)
    assert total == Swept(count, firings, messages, count // 3)
    assert min(shares) > 0, "one sweeper did it all: nothing was raced"
    assert Event.objects.filter(kind="clock.escalated").count() == count // 3
    assert list(audit.flaws()) == []
    assert Timer.objects.count() == count // 2
    assert not Timer.objects.filter(fire_at__lte=time.now()).exists()


def test_sweepers_against_acts_that_close_clocks(clocks):
    """A closing writes the clock, then deletes its timer: no deadlock, no timer left behind, none fired after."""
    rows = clocks(600)
    half = [row.pk for row in rows[::2]]

    def close() -> None:
        for pk in half:
            with transaction.atomic():
                Deadline.objects.filter(pk=pk).update(state="met", met_on=dt.date(2023, 5, 4))
                Timer.objects.filter(pk=pk).delete()

    together(lambda: sweep(batch=20), lambda: sweep(batch=20), close)
    sweep()

    assert not Timer.objects.filter(pk__in=half).exists()
    assert not Timer.objects.filter(fire_at__lte=time.now()).exists()
    for row in Deadline.objects.exclude(pk__in=half).prefetch_related("firings"):
        assert row.firings.count() in (1, 2, 5)


def test_a_clock_that_is_moved_while_the_sweeper_looks_does_not_fire_on_its_old_date(clocks):
    """As an edited calendar or a granted extension does: clock and timer move in one transaction."""
    [row] = clocks(1)
    later = time.now() + 24 * HOUR

    with transaction.atomic():
        Deadline.objects.filter(pk=row.pk).update(due_at=later, overdue_at=later)
        Timer.objects.filter(pk=row.pk).update(fire_at=later, rung=0, rungs=[later])
        assert together(sweep) == [Swept()]

    assert sweep() == Swept()
    assert not Firing.objects.exists()


def test_a_closing_waits_for_the_batch_that_holds_its_timer(clocks, monkeypatch):
    [row] = clocks(1)
    holding, closed = threading.Event(), threading.Event()
    last_step = sweeping.escalate

    def slow(*given: object, **named: object) -> int:
        holding.set()
        assert not closed.wait(0.5), "the closing went through a timer that a sweeper holds"
        return last_step(*given, **named)

    def close() -> None:
        assert holding.wait(10)
        with transaction.atomic():
            Deadline.objects.filter(pk=row.pk).update(state="met", met_on=dt.date(2023, 5, 4))
            Timer.objects.filter(pk=row.pk).delete()
        closed.set()

    monkeypatch.setattr(sweeping, "escalate", slow)
    together(sweep, close)

    assert closed.is_set()
    assert row.firings.count() == 1
    assert not Timer.objects.exists()
