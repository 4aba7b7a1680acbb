"""The lists over a million cases: selectors and whole pages as four people see them, each in less than 100 ms.

Fifty basic courts under five intermediate ones, three years. Every state of the pages' addresses is asked in turn by
a handler, a team leader, a command centre and the intermediate court; what takes longer is shown with its plan.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time as stopwatch
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from bench.ground import city
from bench.ground.database import own_database
from bench.ground.figures import Figure
from cases.models import Case, Party
from cases.selectors import flags
from courts.models import User
from desk.selectors.approvals import approvals
from desk.selectors.case_list import Asked as CasesAsked
from desk.selectors.case_list import case_list
from desk.selectors.central import Wanted, central
from desk.selectors.frame import frame_of
from desk.selectors.notifications import notifications
from desk.selectors.searching import search
from desk.selectors.worklist import Asked as NodesAsked
from desk.selectors.worklist import worklist
from kernel import time
from supervision.selectors import clock_audit

GOAL_MS = 100.0
ROLES = {
    "handler": "handler",
    "leader": "team_leader",
    "centre": "command_centre",
    "above": "superior_bureau",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to time. ask: takes the person, loaded afresh."""

    name: str
    ask: Callable[[User], object]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many cases, how often, which questions."""
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases (default: a million)")
    parser.add_argument("--rounds", type=int, default=15, help="counted rounds (default: 15)")
    # PostgreSQL settles on a plan of a prepared statement after five.
    parser.add_argument("--warm", type=int, default=6, help="rounds before, not counted (default: 6)")
    parser.add_argument("--only", default="", help="only questions whose name holds this")
    parser.add_argument("--keep", default="", help="keep the database under this name, or use it again")
    parser.add_argument(
        "--explain", action="store_true", help="plans of what is over the goal, to the error output"
    )


def run(options: argparse.Namespace) -> list[Figure]:
    """Fill a database, ask everything as everybody."""
    with own_database(options.keep) as staging:
        people = city.standing(staging, options.cases).people
        return list(measure(people, options))


def measure(people: Mapping[str, int], options: argparse.Namespace) -> Iterator[Figure]:
    """The figures of every question that a role may ask, one after the other."""
    logging.disable(logging.INFO)
    cases = Case.objects.count()
    for role, name in ROLES.items():
        user = User.objects.get(pk=people[name])
        for question in questions(user):
            full = f"{role} {question.name}"
            if options.only in full:
                yield _timed(full, question, user.pk, cases, options)


def questions(user: User) -> list[Question]:
    """The selectors in all their states, then the pages."""
    at = time.now()
    found = [
        Question("frame", lambda u: frame_of(u, at)),
        Question("stages", flags.count_by_stage),
        Question("flags", lambda u: flags.count_by_flag(u, at)),
        Question("flagged", lambda u: flags.flagged(u, at)),
    ]
    found += [
        Question(f"worklist {name}", lambda u, a=asked: worklist(user=u, asked=a, at=at))
        for name, asked in _of_worklist(user, at)
    ]
    found += [
        Question(f"cases {name}", lambda u, a=asked: case_list(user=u, asked=a, at=at))
        for name, asked in _of_cases(user, at)
    ]
    found += [
        Question(f"search {name}", lambda u, t=text: search(user=u, text=t)) for name, text in _typed(user)
    ]
    found += [
        Question(f"central {view or 'all'}", lambda u, v=view: central(user=u, asked=Wanted(view=v), at=at))
        for view in ("", "free", "mine", "overdue")
    ]
    found += [
        Question(f"approvals {name}", lambda u, m=mine: approvals(user=u, mine=m, at=at))
        for name, mine in (("waiting", False), ("mine", True))
    ]
    found += [
        Question(f"notifications {group or 'all'}", lambda u, g=group: notifications(user=u, group=g))
        for group in ("", "due", "system")
    ]
    if user.scope.may("clocks", "R") or user.scope.may("clocks", "S"):
        found.append(Question("clock audit", lambda u: clock_audit(u, at)))
    return found + [Question(f"GET {path}", _page(user, path)) for path in _paths(user)]


def _of_worklist(user: User, at: Any) -> Iterator[tuple[str, NodesAsked]]:
    yield "all", NodesAsked()
    for view in ("overdue", "today", "3d", "7d", "hold", "done"):
        yield view, NodesAsked(view=view)
    yield "kind", NodesAsked(kind="closing")
    yield "name", NodesAsked(text=_a_name(user))
    yield "officer", NodesAsked(officer=_an_officer(user))
    yield "next page", NodesAsked(after=worklist(user=user, asked=NodesAsked(), at=at).next)


def _of_cases(user: User, at: Any) -> Iterator[tuple[str, CasesAsked]]:
    case = _a_case(user)
    yield "all open", CasesAsked()
    for state in ("all", "filed", "suspended", "closed", "archived", "cancelled"):
        yield state, CasesAsked(state=state)
    yield "team", CasesAsked(team=case.team_id)
    yield "officer", CasesAsked(officer=_an_officer(user))
    yield "since", CasesAsked(since=time.today(at).replace(day=1), state="all")
    yield "until", CasesAsked(until=time.today(at).replace(year=time.today(at).year - 2))
    yield "overdue", CasesAsked(overdue=True)
    yield "stage", CasesAsked(stage="control")
    yield "flag", CasesAsked(flag="long_pending")
    yield "rare flag", CasesAsked(flag="property_uncontrolled")
    yield "no such flag", CasesAsked(flag="measure_expired")
    yield "number", CasesAsked(text=case.number, state="all")
    yield "digits", CasesAsked(text=str(case.pk), state="all")
    yield "year", CasesAsked(text=str(case.filed_on.year), state="all")
    yield "name", CasesAsked(text=_a_name(user), state="all")
    yield "surname", CasesAsked(text=_a_name(user)[:1])
    yield "initials", CasesAsked(text=_initials(user), state="all")
    yield "nobody", CasesAsked(text="诸葛孔明", state="all")
    yield "next page", CasesAsked(after=case_list(user=user, asked=CasesAsked(), at=at).next)


def _typed(user: User) -> Iterator[tuple[str, str]]:
    case = _a_case(user)
    yield "number", case.number
    yield "running number", str(case.pk)
    yield "name", _a_name(user)
    yield "surname", _a_name(user)[:1]
    yield "initials", _initials(user)
    yield "nobody", "诸葛孔明"
    yield "tail", "1234"
    yield "phone", "13800001234"


def _paths(user: User) -> Iterator[str]:
    case = _a_case(user)
    yield from ("/worklist", "/worklist?view=overdue", "/worklist?view=done")
    yield from ("/cases/", "/cases/?state=all", "/cases/?overdue=1", "/cases/?stage=control")
    yield from ("/cases/?flag=long_pending", f"/cases/?state=all&q={_a_name(user)}", f"/search?q={case.pk}")
    yield from (f"/search?q={_a_name(user)}", "/search?q=1234", "/central", "/approvals", "/notifications")
    if user.scope.may("clocks", "R") or user.scope.may("clocks", "S"):
        yield "/supervision/clocks"


def _page(user: User, path: str) -> Callable[[User], object]:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def ask(_user: User) -> object:
        with override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
            response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code}")
        return response

    return ask


def _a_case(user: User) -> Case:
    seen = Case.objects.filter(user.scope.rows(), sealed=False, owner__isnull=False)
    return list(seen.order_by("-pk")[:40])[-1]


def _a_name(user: User) -> str:
    return str(Party.objects.filter(case=_a_case(user), role="respondent").values_list("name", flat=True)[0])


def _initials(user: User) -> str:
    return str(Party.objects.filter(case=_a_case(user)).values_list("initials", flat=True)[0])


def _an_officer(user: User) -> int | None:
    return _a_case(user).owner_id


def _timed(name: str, question: Question, user_id: int, cases: int, options: argparse.Namespace) -> Figure:
    taken = []
    for _ in range(options.warm + options.rounds):
        user = User.objects.get(pk=user_id)
        assert user.scope.roles  # noqa: S101  read before the watch starts: the middleware reads it once a request
        began = stopwatch.perf_counter()
        question.ask(user)
        taken.append((stopwatch.perf_counter() - began) * 1000)
    taken = taken[options.warm :]
    median = statistics.median(taken)
    p95 = sorted(taken)[min(len(taken) - 1, round(0.95 * len(taken)))]
    if median > GOAL_MS and options.explain:
        _explain(name, question, user_id)
    return Figure(
        name=name,
        ours=median,
        limit=GOAL_MS,
        ratio=p95 / GOAL_MS,
        unit="ms",
        rows=cases,
        spread=(min(taken) / GOAL_MS, max(taken) / GOAL_MS),
        goal=f"median below {GOAL_MS:.0f} ms (ratio: p95)",
        is_reached=median < GOAL_MS,
    )


def _explain(name: str, question: Question, user_id: int) -> None:
    """The plan of the slowest statement behind a question."""
    user = User.objects.get(pk=user_id)
    with CaptureQueriesContext(connection) as asked:
        question.ask(user)
    slowest = max(asked.captured_queries, key=lambda query: float(query["time"]))
    sys.stderr.write(f"\n== {name}: {len(asked)} queries, slowest {slowest['time']} s\n{slowest['sql']}\n")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + slowest["sql"].replace("%", "%%"), [])
        sys.stderr.write("\n".join(row[0] for row in cursor.fetchall()) + "\n")
