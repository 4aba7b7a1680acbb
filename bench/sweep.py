"""The sweep of due clocks against one statement that does the same writes for all of them at once.

Also a sweep with nothing due against the same two queries without Django. Goals: half the rate of the one statement,
and an empty sweep in less than a millisecond.
"""

from __future__ import annotations

import argparse
import io
import math
import statistics
import time as stopwatch
from collections.abc import Callable

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from bench.ground.database import own_database, settle
from bench.ground.figures import Figure, compared
from courts.models import Appointment, Court, PackRelease, Unit, User
from deadlines.sweep import Swept, sweep

RATIO, EMPTY_MS = 0.5, 1.0
COURTS, TEAMS, HANDLERS = 20, 5, 4
POLLS = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much of it, how often."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="open timers (default: a million)")
    parser.add_argument("--due", type=int, default=0, help="of which due (default: a tenth)")
    parser.add_argument("--rounds", type=int, default=3, help="counted rounds after one warm-up (default: 3)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Stage the clocks, then ours and the limit in turn over the same due timers."""
    due = options.due or options.rows // 10
    with own_database() as staging:
        stage(staging, options.rows)
        rounds = [(ours(staging, due), limit(staging, due)) for _ in range(options.rounds + 1)][1:]
        polls = empty_polls(staging, options.rounds)
    return [
        compared(
            "sweep",
            rounds,
            unit="timers/s",
            rows=due,
            goal=f"ratio >= {RATIO}",
            reached=lambda _, ratio: ratio >= RATIO,
        ),
        compared(
            "sweep with nothing due",
            polls,
            unit="ms",
            rows=options.rows,
            goal=f"below {EMPTY_MS} ms",
            reached=lambda milliseconds, _: milliseconds < EMPTY_MS,
        ),
    ]


def stage(staging: psycopg.Connection, rows: int) -> None:
    """Courts with teams and people, the released packs, and this many clocks with a timer each, none of them due."""
    call_command("release_packs", stdout=io.StringIO())
    above = Court.objects.create(code="B0", name="B0", short_name="B0", level="intermediate")
    staging.execute(
        "CREATE TABLE bench_team (place serial, court_id bigint, team_id bigint, owners bigint[])"
    )
    staging.execute("CREATE TABLE bench_reader (team_id bigint, rung smallint, user_id bigint)")
    staging.execute(sql.SQL("GRANT SELECT ON bench_reader TO {}").format(sql.Identifier(settings.WEB_ROLE)))
    for number in range(1, COURTS + 1):
        name = f"B{number}"
        court = Court.objects.create(code=name, name=name, short_name=name, level="basic", parent=above)
        centre = _person(court, "command_centre")
        for team in range(TEAMS):
            unit = Unit.objects.create(court=court, kind="team", name=f"{team}")
            owners = [_person(court, "handler", unit) for _ in range(HANDLERS)]
            staging.execute(
                "INSERT INTO bench_team (court_id, team_id, owners) VALUES (%s, %s, %s)",
                [court.pk, unit.pk, owners],
            )
            leader = _person(court, "team_leader", unit)
            for rung, reader in ((2, leader), (3, centre)):
                staging.execute("INSERT INTO bench_reader VALUES (%s, %s, %s)", [unit.pk, rung, reader])
    release = PackRelease.objects.get(code="JZ-2023", version=1)
    staging.execute(
        _CLOCKS, {"rows": rows, "teams": COURTS * TEAMS, "owners": HANDLERS, "digest": release.digest}
    )
    staging.execute(_TIMERS)
    settle(staging, "deadlines_deadline", "deadlines_timer", "bench_team", "bench_reader")


def ours(staging: psycopg.Connection, due: int) -> float:
    """Timers a second of one sweeper."""
    _make_due(staging, due)
    began = stopwatch.perf_counter()
    swept = sweep(budget_seconds=math.inf)
    took = stopwatch.perf_counter() - began
    if swept != Swept(timers=due, firings=due, notices=due):
        raise RuntimeError(f"{due} timers were due, but: {swept}")
    _check(staging, due)
    return due / took


def limit(staging: psycopg.Connection, due: int) -> float:
    """Timers a second of one statement in one transaction, in the same role."""
    _make_due(staging, due)
    with connection.cursor() as cursor:
        began = stopwatch.perf_counter()
        cursor.execute(_LIMIT)
        took = stopwatch.perf_counter() - began
    _check(staging, due)
    return due / took


def empty_polls(staging: psycopg.Connection, rounds: int) -> list[tuple[float, float]]:
    """Milliseconds of a sweep with nothing due, and of its two queries on a bare connection."""
    settle(staging, "deadlines_timer")
    with psycopg.connect(staging.info.dsn, password=staging.info.password, autocommit=True) as bare:
        bare.prepare_threshold = 1

        def look() -> None:
            at = bare.execute("SELECT clock_timestamp()").fetchone()[0]
            bare.execute(
                "SELECT 1 FROM deadlines_timer WHERE fire_at <= %s ORDER BY fire_at LIMIT 1", [at]
            ).fetchone()

        return [(_milliseconds(sweep), _milliseconds(look)) for _ in range(rounds)]


def _milliseconds(act: Callable[[], object]) -> float:
    """The median of many calls."""
    taken = []
    for _ in range(POLLS):
        began = stopwatch.perf_counter()
        act()
        taken.append((stopwatch.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _person(court: Court, role: str, unit: Unit | None = None) -> int:
    user = User.objects.create(username=f"{court.code}-{role}-{User.objects.count()}", court=court)
    Appointment.objects.create(user=user, role=role, court=court, unit=unit)
    return user.pk


def _make_due(staging: psycopg.Connection, due: int) -> None:
    """Every tenth timer or so due since some minutes, at one of the three rungs that tell one person each."""
    staging.execute("TRUNCATE deadlines_firing, notices_message CASCADE")
    staging.execute(_MAKE_DUE, [due])
    settle(staging, "deadlines_timer", "deadlines_firing", "notices_message")


def _check(staging: psycopg.Connection, due: int) -> None:
    """The same rows stand after either way."""
    found = staging.execute(_COUNTS).fetchone()
    if found != (due, due, due, 0):
        raise RuntimeError(f"{due} timers were due; firings, notices shown, their keys, timers left: {found}")


_CLOCKS = """
INSERT INTO deadlines_deadline (
    court_id, team_id, owner_id, case_id, subject_id, node_kind, rule_id, pack_code, pack_version, pack_digest,
    kind, run, state, start, due_on, due_at, overdue_at, provisional, facts, stated, suspensions, extensions, reason)
SELECT t.court_id, t.team_id, t.owners[1 + n %% %(owners)s], n, n, 'enforcement_notice', 'JZ-D-01', 'JZ-2023', 1,
    %(digest)s, 'due', 1, 'running', '2023-04-24', current_date + n %% 60, now() + n %% 60 * interval '1 day',
    now() + n %% 60 * interval '1 day', false, '{}', '', '[]', '[]', ''
FROM generate_series(1, %(rows)s) AS s(n) JOIN bench_team t ON t.place = 1 + s.n %% %(teams)s
"""

_TIMERS = """
INSERT INTO deadlines_timer (deadline_id, fire_at, rung, rungs)
SELECT id, due_at + interval '1 day', 0,
    ARRAY(SELECT due_at + k * interval '1 day' FROM generate_series(1, 5) k)
FROM deadlines_deadline
"""

# Clocks from all over the table, due at a few moments: rungs in days fire at nine in the morning.
_MAKE_DUE = """
UPDATE deadlines_timer t SET rung = r.rung, fire_at = now() - r.ago,
    rungs = ARRAY(SELECT now() - r.ago + (k - r.rung) * interval '3 days' FROM generate_series(0, 4) k)
FROM (
    SELECT deadline_id, (1 + deadline_id %% 3)::smallint AS rung,
           (1 + deadline_id %% 7) * interval '1 hour' AS ago
    FROM deadlines_timer ORDER BY deadline_id * 7919 %% 1000003 LIMIT %s
) r
WHERE t.deadline_id = r.deadline_id
"""

_LIMIT = """
WITH come AS (
    SELECT d.id, d.court_id, d.team_id, d.owner_id, d.case_id, d.rule_id, d.due_on, t.rung, t.fire_at,
           coalesce(r.user_id, d.owner_id) AS reader
    FROM deadlines_timer t JOIN deadlines_deadline d ON d.id = t.deadline_id AND d.state = 'running'
    LEFT JOIN bench_reader r ON r.team_id = d.team_id AND r.rung = t.rung
    WHERE t.fire_at <= now()
), fired AS (
    INSERT INTO deadlines_firing (deadline_id, rung, due_rung_at, fired_at, "to", silent)
    SELECT id, rung, fire_at, now(), '["handler"]', false FROM come
    ON CONFLICT (deadline_id, rung, due_rung_at) DO NOTHING
), told AS (
    INSERT INTO notices_message (
        court_id, team_id, owner_id, about, case_id, topic, rule_id, node, audience, channel, level, party_ref,
        number_masked, to_user_id, text, link, urgent, key, reference, state, reason, withheld_for, evidence,
        provider_id, attempts, failures, misses, created_at, sent_at, delivered_at)
    SELECT court_id, team_id, owner_id, 'case:' || case_id, case_id, '期限提醒', rule_id, '发出执行通知', 'staff',
        'in_app', 'overdue', '', '', reader, '发出执行通知：到期日' || due_on || '（周四），逾期1个工作日提醒', '', false,
        'clock:' || id || '/' || extract(epoch FROM fire_at)::bigint || '/' || rung || '/' || reader,
        gen_random_uuid(), 'delivered', '', '', '', '', 0, 0, 0, now(), now(), now()
    FROM come ON CONFLICT (key) DO NOTHING
)
UPDATE deadlines_timer t SET rung = t.rung + 1, fire_at = t.rungs[t.rung + 2]
FROM come WHERE t.deadline_id = come.id
"""

_COUNTS = """
SELECT (SELECT count(*) FROM deadlines_firing),
       (SELECT count(*) FROM notices_message WHERE state = 'delivered' AND to_user_id IS NOT NULL),
       (SELECT count(DISTINCT key) FROM notices_message),
       (SELECT count(*) FROM deadlines_timer WHERE fire_at <= now())
"""
