"""The state that the rules look at, built from nothing but the events of a case."""

from __future__ import annotations

import datetime as dt
from typing import Any

from cases.snapshot import moment_of
from regimes.state import Extension, Interval, Subject
from regimes.state import State as FlowState
from supervision.replay import State


def flow_state(replayed: State) -> FlowState:
    """Subjects, facts, moments, holds and extensions of the replayed rows; no clock and no node."""
    facts: dict[int, dict[str, Any]] = {}
    happened: dict[int, dict[str, list[Any]]] = {}
    for row in _rows(replayed, "cases.fact").values():
        if row["key"].startswith("@"):
            moments = [moment_of(text) for text, _seq in row["value"]]
            happened.setdefault(row["subject_id"], {})[row["key"][1:]] = moments
        else:
            facts.setdefault(row["subject_id"], {})[row["key"]] = row["value"]
    subjects = _rows(replayed, "cases.subject")
    return FlowState(
        subjects={pk: Subject(pk, row["kind"], row["parent_id"]) for pk, row in subjects.items()},
        facts=facts,
        happened=happened,
        intervals=[_interval(row) for row in _rows(replayed, "cases.hold").values() if not row["voided"]],
        extensions=[
            Extension(row["rule_id"], row["subject_id"], row["days"])
            for row in _rows(replayed, "cases.extension").values()
        ],
    )


def _rows(replayed: State, table: str) -> dict[int, dict[str, Any]]:
    return {pk: row for (name, pk), row in replayed.items() if name == table}


def _interval(row: dict[str, Any]) -> Interval:
    last = row["last"]
    return Interval(
        kind=row["kind"],
        first=dt.date.fromisoformat(row["first"]),
        last=dt.date.fromisoformat(last) if last else None,
        subject=row["subject_id"],
        stops=tuple(row["stops"]),
        rules=tuple(row["rules"]),
    )
