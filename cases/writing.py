"""Write what acts changed of their cases: facts, nodes and the cases' own rows, in one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from cases.models import Case, Fact, Node
from cases.rows import CASE_COLUMNS
from kernel.rows import as_json, columns_of, overwritten, quoted

_NODE_MOVES = (
    "state", "done_on", "done_by_id", "outcome", "values", "reason", "group", "version", "team_id", "owner_id",
)  # fmt: skip


def write_state(case: Case, facts: Sequence[Fact], nodes: Sequence[Node]) -> None:
    """Save the case, and new and changed facts and nodes by what makes them unique; each row gets its id.

    Joins the transaction that holds the case's lock, which makes the upserts safe.
    """
    write_states([case], facts, nodes)


def write_states(cases: Sequence[Case], facts: Sequence[Fact], nodes: Sequence[Node]) -> None:
    """The same for several cases at once; the transaction holds the lock of each."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [as_json(facts), as_json(nodes), as_json(cases, ("id", *CASE_COLUMNS))])
        noted, ran = cursor.fetchone()
    _take_ids(facts, noted, ("subject_id", "key"))
    _take_ids(nodes, ran, ("subject_id", "kind", "run"))


_FACT, _NODE = quoted(columns_of(Fact)), quoted(columns_of(Node))
_WRITE = f"""
WITH noted AS (
  INSERT INTO cases_fact ({_FACT})
  SELECT {_FACT} FROM json_populate_recordset(NULL::cases_fact, %s)
  ON CONFLICT (subject_id, key) DO UPDATE SET {overwritten(("value", "seq"))}
  RETURNING id, subject_id, key
), ran AS (
  INSERT INTO cases_node ({_NODE})
  SELECT {_NODE} FROM json_populate_recordset(NULL::cases_node, %s)
  ON CONFLICT (subject_id, kind, run) DO UPDATE SET {overwritten(_NODE_MOVES)}
  RETURNING id, subject_id, kind, run
), saved AS (
  UPDATE cases_case c SET {", ".join(f'"{name}" = v."{name}"' for name in CASE_COLUMNS)}
  FROM json_populate_recordset(NULL::cases_case, %s) v WHERE c.id = v.id
)
SELECT (SELECT coalesce(json_agg(noted), '[]') FROM noted), (SELECT coalesce(json_agg(ran), '[]') FROM ran)
"""  # noqa: S608  names of columns, no input


def _take_ids(rows: Sequence[Any], found: Any, names: Sequence[str]) -> None:
    listed = json.loads(found) if isinstance(found, str) else found
    ids = {tuple(each[name] for name in names): each["id"] for each in listed}
    for row in rows:
        row.pk = ids[tuple(getattr(row, name) for name in names)]
        row._state.adding = False
