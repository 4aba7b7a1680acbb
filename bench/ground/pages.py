"""Pages of a million cases over HTTP, as several people: a figure each, p95 against the goal."""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from bench.ground import city
from bench.ground.database import own_database
from bench.ground.figures import Figure
from bench.ground.web import Timed, ask, web
from cases.models import Case
from courts.models import User
from kernel import time
from supervision.actions.auditing import audit_all
from supervision.actions.counting import count_all
from supervision.models import Audited, Counted

GOAL_MS = 100.0
ROLES: Mapping[str, str] = {
    "handler": "handler",
    "leader": "team_leader",
    "centre": "command_centre",
    "above": "superior_bureau",
}
Paths = Callable[[User], Sequence[str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many cases, how often, by how many at once."""
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases (default: a million)")
    parser.add_argument("--rounds", type=int, default=60, help="counted requests (default: 60)")
    # PostgreSQL settles on a plan of a prepared statement after five, and there are two processes.
    parser.add_argument("--warm", type=int, default=12, help="requests before, not counted (default: 12)")
    parser.add_argument("--clients", type=int, default=1, help="how many ask at once (default: 1)")
    parser.add_argument("--keep", default="", help="keep the database under this name, or use it again")
    parser.add_argument("--only", default="", help="only pages whose name holds this")


def measured(
    options: argparse.Namespace,
    people: Callable[[Mapping[str, int]], Iterator[tuple[str, User]]],
    paths: Paths,
    beside: Callable[[], list[Figure]] = list,
) -> list[Figure]:
    """The figures of every path as everybody. beside: what else is measured on the same ground."""
    logging.disable(logging.INFO)
    found: list[Figure] = []
    with own_database(options.keep) as staging:
        chosen = city.standing(staging, options.cases).people
        cases = Case.objects.count()
        with web() as port:
            for role, user in people(chosen):
                for path in paths(user):
                    if options.only not in f"{role} {path}":
                        continue
                    _beat()
                    timed = ask(
                        port, user, path, rounds=options.rounds, warm=options.warm, clients=options.clients
                    )
                    found.append(_figure(f"{role} {path}", timed, cases))
                    sys.stderr.write(f"{found[-1].words()}\n")
        found += beside()
    _sum_up(found)
    return found


def _sum_up(found: Sequence[Figure]) -> None:
    """How many reached their goal, and the five that were nearest to it or missed it."""
    reached = sum(figure.is_reached for figure in found)
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    worst = sorted(found, key=lambda figure: -figure.ratio)[:5]
    lines = [f"{reached} of {len(found)} reached their goal; load {load}", *(each.words() for each in worst)]
    sys.stderr.write("\n  ".join(lines) + "\n")


def _beat() -> None:
    """What the beat does in life: figures no older than half a minute, findings than five."""
    at = time.now()
    if not Counted.objects.filter(at__gt=at - dt.timedelta(seconds=30)).exists():
        count_all(at=at)
    if not Audited.objects.filter(at__gt=at - dt.timedelta(minutes=5)).exists():
        audit_all(at=at)


def staff(chosen: Mapping[str, int]) -> Iterator[tuple[str, User]]:
    """The four people who look at lists and boards."""
    for role, name in ROLES.items():
        yield role, User.objects.get(pk=chosen[name])


def a_case(user: User) -> Case:
    """A running case in a person's reach."""
    seen = Case.objects.filter(user.scope.rows(), sealed=False, state="running", owner__isnull=False)
    return list(seen.order_by("-pk")[:5])[-1]


def _figure(name: str, timed: Timed, cases: int) -> Figure:
    low, high = min(timed.milliseconds), max(timed.milliseconds)
    return Figure(
        name=f"{name} ({timed.statements} statements, {timed.size // 1024} KiB, p50 {timed.median:.0f}, max {high:.0f} ms)",
        ours=timed.p95,
        limit=GOAL_MS,
        ratio=timed.p95 / GOAL_MS,
        unit="ms p95",
        rows=cases,
        spread=(low / GOAL_MS, high / GOAL_MS),
        goal=f"p95 below {GOAL_MS:.0f} ms",
        is_reached=timed.p95 < GOAL_MS,
    )
