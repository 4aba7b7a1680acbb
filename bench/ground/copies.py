"""Copies of one case, many times, by SQL: the same rows under other ids, and the same writes again for pgbench.

Every id of the case's tables is moved by a whole step for each copy, so that copies never meet.
"""

from __future__ import annotations

import psycopg
from psycopg import sql

STEP = 1_000
"""More ids than one case has rows in any table."""

TABLES = (
    "cases_case",
    "cases_subject",
    "cases_party",
    "cases_contactpoint",
    "cases_claimitem",
    "cases_fact",
    "cases_node",
    "deadlines_deadline",
    "deadlines_timer",
    "events_event",
)
MOVED = ("id", "case_id", "subject_id", "parent_id", "party_id", "agent_id", "node_id", "deadline_id")
RENAMED = {
    "number": "CASE WHEN {c} = '' THEN '' ELSE {c} || '-' || {k} END",
    "number_key": "{c} || '-' || {k}",
    "case_number": "{c} || '-' || {k}",
    "about": "'case:' || ({case} + {k}::bigint * {step})",
    "stream": (
        "CASE WHEN {c} LIKE 'case:%%' THEN 'case:' || ({case} + {k}::bigint * {step})"
        " ELSE 'bench:' || gen_random_uuid() END"
    ),
    "key": "{c} || '-' || {k}",
    "party_ref": "{c} || '-' || {k}",
    "reference": "gen_random_uuid()",
}


def columns(staging: psycopg.Connection, table: str) -> list[str]:
    """The columns of a table in their order."""
    rows = staging.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
        " ORDER BY ordinal_position",
        [table],
    )
    return [name for (name,) in rows]


def moved(names: list[str], *, case: int, k: str, alias: str) -> str:
    """A select list that gives rows of the case `case` as those of its copy number `k` (an SQL expression)."""
    shown = []
    for name in names:
        column = f'{alias}."{name}"'
        if name in MOVED:
            column = f"{column} + {k}::bigint * {STEP}"
        elif name in RENAMED:
            column = RENAMED[name].format(c=column, k=k, case=case, step=STEP).replace("%%", "%")
        shown.append(column)
    return ", ".join(shown)


def multiply(staging: psycopg.Connection, case: int, copies: int) -> None:
    """Make the copies 1 to `copies` of a case."""
    for table in TABLES:
        names = columns(staging, table)
        listed = moved(names, case=case, k="k", alias="t")
        staging.execute(
            f"INSERT INTO {table} ({_quoted(names)}) SELECT {listed} FROM {table} t,"  # noqa: S608  our own names
            f" generate_series(1, {copies}) k WHERE {_of_case(table, case)}"
        )
        if "id" in names:
            staging.execute(
                sql.SQL(
                    "SELECT setval(pg_get_serial_sequence({0}, 'id'), (SELECT max(id) + {1} FROM {2}))"
                ).format(sql.Literal(table), sql.Literal(STEP), sql.Identifier(table))
            )


def keep(staging: psycopg.Connection, table: str, condition: str) -> list[str]:
    """Keep the rows that an act wrote in bench_<table>; returns its columns."""
    staging.execute(f"CREATE TABLE bench_{table} AS SELECT * FROM {table} WHERE {condition}")  # noqa: S608
    return columns(staging, table)


def _of_case(table: str, case: int) -> str:
    match table:
        case "cases_case":
            return f"t.id = {case}"
        case "cases_contactpoint":
            return f"t.party_id IN (SELECT id FROM cases_party WHERE case_id = {case})"  # noqa: S608
        case "deadlines_timer":
            return f"t.deadline_id IN (SELECT id FROM deadlines_deadline WHERE case_id = {case})"  # noqa: S608
        case "events_event":
            return f"t.stream = 'case:{case}'"
        case _:
            return f"t.case_id = {case}"


def _quoted(names: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
