"""A sweeper that is killed, or whose clock or zone is wrong: nothing lost, nothing twice (performance table 9, 10)."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import time as stopwatch
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as live
from django.db.models import Count

from courts.models import Appointment
from deadlines.models import Deadline, Firing, Timer
from deadlines.sweep import Swept, sweep
from events import audit
from kernel import time
from notices.models import Message
from tests.factories import courts as people
from tests.factories.deadlines import Post, change, many, released, started

ROOT = Path(__file__).resolve().parents[2]
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR

STUCK = """
import time, django
django.setup()
from deadlines import sweep
def stuck(*_given, **_named):
    print("mid-batch", flush=True)
    time.sleep(60)
sweep.escalate = stuck
sweep.sweep(batch=50)
"""
WORKER = """
import sys, time, django
django.setup()
from deadlines import sweep
last_step = sweep.escalate
def slow(*given, **named):
    time.sleep(0.02)
    return last_step(*given, **named)
sweep.escalate = slow
print("ready", flush=True)
sys.stdin.readline()
sweep.sweep(batch=20)
"""
ODD = """
import datetime as dt, os, time, django, time_machine
shown = dt.datetime.now(dt.UTC) + dt.timedelta(hours=float(os.environ["HOURS_OFF"]))
with time_machine.travel(shown):
    django.setup()
    from deadlines.sweep import sweep
    # Django sets the zone of its settings; a worker that has lost it is meant here.
    os.environ["TZ"] = os.environ["ZONE"]
    time.tzset()
    print(time.tzname[0], round((time.time() - float(os.environ["BEGAN"])) / 3600), flush=True)
    sweep()
"""


def start(code: str, database: str, **environment: str) -> subprocess.Popen[str]:
    """A process of its own against a database of the test cluster, as the web's role."""
    parts = urlsplit(os.environ.get("DATABASE_URL", live.DATABASE_URL))
    url = urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))
    full = {**os.environ, "DATABASE_URL": url, "KICKS": "0", "DJANGO_SETTINGS_MODULE": "enforcement.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**full, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def go(process: subprocess.Popen[str]) -> None:
    process.stdin.write("go\n")
    process.stdin.flush()


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)
    for pipe in (process.stdin, process.stdout):
        pipe.close()


def wait_until(done: Callable[[], bool], *, seconds: float) -> bool:
    deadline = stopwatch.monotonic() + seconds
    while not done():
        if stopwatch.monotonic() > deadline:
            return False
        stopwatch.sleep(0.05)
    return True


def test_a_sweeper_killed_in_a_batch_leaves_nothing_of_it_and_all_fires_once(live_db):
    now = time.now()
    many(Post(), released(), [[now - 2 * HOUR, now - HOUR, now + DAY] for _ in range(120)])
    process = start(STUCK, live_db)
    try:
        assert process.stdout.readline() == "mid-batch\n"
        # Fifty are held with their firings and notices written, none of them committed: others go past them.
        assert not Firing.objects.exists()
        assert sweep(batch=50).timers == 70
        assert (Firing.objects.count(), Message.objects.count()) == (140, 140)
    finally:
        kill(process)

    again: list[Swept] = []
    assert wait_until(lambda: again.append(sweep()) or again[-1].timers > 0, seconds=20)
    assert again[-1] == Swept(timers=50, firings=100, notices=100)
    assert sweep() == Swept()
    assert (Firing.objects.count(), Message.objects.count()) == (240, 240)
    assert not Timer.objects.exclude(rung=2, fire_at=now + DAY).exists()


def test_sweepers_killed_at_any_moment_lose_nothing_and_fire_nothing_twice(live_db):
    """Two at a time, four in all, each killed after a moment, mostly within a batch, but the last."""
    seed = 20230504
    chance = random.Random(seed)
    now, count = time.now(), 800
    many(Post(), released(), [[now - n * HOUR for n in (5, 4, 3, 2, 1)] for _ in range(count)])
    crew = [start(WORKER, live_db) for _ in range(4)]
    try:
        for each in crew:
            assert each.stdout.readline() == "ready\n"
        go(crew[0])
        for victim, successor in pairwise(crew):
            go(successor)
            stopwatch.sleep(chance.uniform(0.05, 0.2))
            kill(victim)
        assert Timer.objects.exists(), "the work was over before it was disturbed"
        assert crew[-1].wait(90) == 0
    finally:
        for each in crew:
            kill(each)
    assert wait_until(lambda: sweep() == Swept() and not Timer.objects.exists(), seconds=20)

    firings, messages = Firing.objects.count(), Message.objects.count()
    twice = Message.objects.values("case_id", "to_user").annotate(n=Count("pk")).filter(n__gt=1).count()
    told = f"{messages} of {count * 4} notices, {twice} twice"
    print(f"3 kills: {firings} of {count * 5} firings, {told}")  # noqa: T201
    assert (firings, messages, twice) == (count * 5, count * 4, 0)
    assert list(audit.flaws()) == []


@pytest.mark.parametrize(
    ("zone", "hours_off"),
    [("UTC", 0), ("America/New_York", 0), ("Asia/Shanghai", 24), ("Asia/Shanghai", -24), ("UTC", 30)],
)
def test_a_worker_with_a_wrong_clock_or_zone_fires_the_same(live_db, zone, hours_off):
    """The same clocks for a worker of the court's zone and time, and for one that is wrong."""
    post, pack, hours = Post(), released(), released("LY-2021")
    today = time.today()
    for role, field, day in (
        ("command_centre", "until", today - dt.timedelta(days=1)),
        ("command_centre", "since", today + dt.timedelta(days=1)),
    ):
        other = people.person(post.court, role)
        Appointment.objects.filter(user=other).update(**{field: day})
    right = fill(post, pack, hours)
    sweep()
    wrong = fill(post, pack, hours)
    process = start(ODD, live_db, ZONE=zone, HOURS_OFF=str(hours_off), BEGAN=str(stopwatch.time()))
    shown, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert shown.split()[1] == str(hours_off), "the worker's clock was not wrong"
    assert shown.split()[0] == {"UTC": "UTC", "America/New_York": "EST", "Asia/Shanghai": "CST"}[zone]
    assert seen(right) == seen(wrong)
    assert len(seen(right)["told"]) > 5


def fill(post: Post, pack, hours) -> list[Deadline]:
    """Rungs an hour and half a day on both sides of now, and a clock of 48 hours that is four hours from its end."""
    now = time.now().replace(minute=0, second=0, microsecond=0)
    sides = [
        [-HOUR],
        [-13 * HOUR],
        [13 * HOUR],
        [2 * HOUR],
        [-13 * HOUR, -HOUR, 13 * HOUR],
        [-40 * HOUR, 20 * HOUR],
    ]
    rows = many(post, pack, [[now + side for side in each] for each in sides])
    begun = time.local(now) - 45 * HOUR
    return [*rows, *started(post, hours, change(hours, "LY-D-04", begun))]


def seen(rows: list[Deadline]) -> dict[str, list[tuple[object, ...]]]:
    """What was fired, told and left of these clocks, by their place in the list."""
    place = {row.pk: index for index, row in enumerate(rows)}
    case = {row.case_id: index for index, row in enumerate(rows)}
    firings = Firing.objects.filter(deadline__in=rows).values_list("deadline_id", "rung", "due_rung_at", "to")
    told = Message.objects.filter(case_id__in=case).values_list(
        "case_id", "to_user", "text", "level", "state"
    )
    timers = Timer.objects.filter(pk__in=rows).values_list("pk", "rung", "fire_at")
    return {
        "fired": sorted((place[pk], *rest) for pk, *rest in firings),
        "told": sorted((case[case_id], *rest) for case_id, *rest in told),
        "left": sorted((place[pk], *rest) for pk, *rest in timers),
    }
