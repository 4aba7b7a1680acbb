"""A calendar edit over many open clocks: every one counted anew, every case whose dates moved with its own event.

Goal: 100,000 open clocks in less than a minute on one core, from the edit to the notices of the handlers.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time as stopwatch

import psycopg

from bench.ground.database import own_database, settle
from bench.ground.figures import Figure, compared
from cases.actions import reprojecting
from courts.actions.calendar import set_day
from deadlines.models import Deadline
from events import relay
from events.models import Event
from jobs import running
from jobs.models import Job
from kernel import time
from tests.factories.cases import assigned, filing, house
from tests.factories.courts import person
from tests.factories.crowd import copies

GOAL_SECONDS = 60.0
FIRST, DAYS = dt.date(2026, 2, 24), 13
"""Cases are filed on so many days before the edit."""
EDITED = dt.date(2026, 3, 12)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many."""
    parser.add_argument(
        "--clocks", type=int, default=100_000, help="open clocks (default: a hundred thousand)"
    )


def run(options: argparse.Namespace) -> list[Figure]:
    """Stage the cases, edit one day, and work the job off."""
    with own_database() as staging:
        administrator = stage(staging, options.clocks)
        clocks = Deadline.objects.open().count()
        with time.travel(dt.datetime(2026, 3, 9, 1, tzinfo=dt.UTC), frozen=False):
            began = stopwatch.perf_counter()
            set_day(
                on=EDITED, is_workday=False, name="临时放假", source="通告〔2026〕3号",
                actor=administrator, at=time.now(), key="bench",
            )  # fmt: skip
            relay.run()
            running.run(Job.objects.get().pk, budget_seconds=3600)
            took = stopwatch.perf_counter() - began
        job = Job.objects.get()
        if job.state != "done" or job.done != clocks:
            raise RuntimeError(f"{clocks} clocks stood open, but: {job} {job.problem}")
        moved, events = job.result["moved"], Event.objects.filter(kind=reprojecting.EVENT).count()
    name = f"reproject {clocks:,} clocks ({moved:,} moved, {events:,} cases)"
    allowed = GOAL_SECONDS * clocks / 100_000
    return [
        compared(
            name,
            [(took, allowed)],
            unit="s",
            rows=clocks,
            goal=f"below {allowed:.0f} s",
            reached=lambda seconds, _: seconds < allowed,
        )
    ]


def stage(staging: psycopg.Connection, clocks: int) -> object:
    """Cases filed on different days by verbs, then copied until so many clocks stand open; the administrator."""
    home = house()
    made = []
    for number in range(DAYS):
        with time.travel(dt.datetime.combine(FIRST + dt.timedelta(days=number), dt.time(1), tzinfo=dt.UTC)):
            made.append(assigned(home, filing(time.today())))
    standing = Deadline.objects.open().count()
    each = max(1, (clocks - standing) // standing + 1)
    for case in made:
        copies(staging, case, each)
    settle(staging, "deadlines_deadline", "deadlines_timer", "cases_case", "events_event")
    return person(home.court, "administrator")
