"""The boards over a million cases and ten million nodes, over HTTP: each p95 below 100 ms; figures equal to a recount."""

from __future__ import annotations

import argparse
import time as stopwatch
from collections.abc import Sequence

from django.conf import settings

from bench.ground.figures import Figure
from bench.ground.pages import add_arguments, measured, staff
from courts.models import User
from kernel import time
from supervision.actions.counting import count_all
from supervision.models import Tally
from supervision.recount import differences
from supervision.tallies import FRESH

__all__ = ["add_arguments", "run"]


def run(options: argparse.Namespace) -> list[Figure]:
    """Board, big screen, overdue table, orders and clocks as four people."""
    return measured(options, staff, _paths, _counters)


def _counters() -> list[Figure]:
    """How old the figures get between two sweeps of the beat, and that a recount of every row finds the same."""
    began = stopwatch.perf_counter()
    count_all(at=time.now())
    took = stopwatch.perf_counter() - began
    oldest = settings.CELERY_BEAT_SCHEDULE["counts"]["schedule"] + took
    limit = FRESH.total_seconds()
    wrong = len(list(differences()))
    tallies = Tally.objects.count()
    age = Figure(
        name=f"age of the counters before the next sweep (counting takes {took:.1f} s)",
        ours=oldest, limit=limit, ratio=oldest / limit, unit="s", rows=tallies, spread=(oldest / limit,) * 2,
        goal=f"at most {limit:.0f} s", is_reached=oldest <= limit,
    )  # fmt: skip
    equal = Figure(
        name="counters unlike a live recount", ours=float(wrong), limit=0.0, ratio=float(wrong), unit="counters",
        rows=tallies, spread=(0.0, float(wrong)), goal="none", is_reached=not wrong,
    )  # fmt: skip
    return [age, equal]


def _paths(user: User) -> Sequence[str]:
    paths = ["/supervision/", "/supervision/screen", "/supervision/screen?part=1", "/supervision/overdue"]
    paths += ["/supervision/overdue?when=week", "/supervision/orders"]
    return [*paths, "/supervision/clocks"] if user.scope.may("clocks", "R") else paths
