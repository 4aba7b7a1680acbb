"""Which rows make up a case's state, and which columns replay compares. Encrypted columns are never among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import DecimalField, Model

from cases.models import (
    Agent,
    Case,
    ClaimItem,
    Conversion,
    Extension,
    Fact,
    Hold,
    NationalNumber,
    Node,
    Party,
    Subject,
    Task,
    Transfer,
)
from deadlines.models import Deadline

CASE_COLUMNS = (
    "team_id", "owner_id", "filed_on", "received_on", "application_on", "cause", "basis", "claim_amount",
    "costs_amount", "track", "sealed", "state", "closing_type", "closed_on", "archived_on", "stage", "stage_since", "cash_rate",
    "packs", "version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tracked:
    """A model that is part of a case's state: its name in events, its columns, the path from a row to its case."""

    name: str
    columns: tuple[str, ...]
    path: str


_tracked: dict[type[Model], Tracked] = {}


def track(model: type[Model], columns: Iterable[str], *, path: str = "case_id") -> None:
    """Make a model part of the case's state; upper floors call it beside their models."""
    _tracked[model] = Tracked(model._meta.label_lower, tuple(columns), path)


def tracked() -> dict[type[Model], Tracked]:
    """Every tracked model."""
    return _tracked


def image_of(row: Model) -> list[Any]:
    """[name, id, {column: value}] as an event keeps it. Raises KeyError for a model that is not tracked."""
    known = _tracked[type(row)]
    return [known.name, row.pk, {column: _plain(row, column) for column in known.columns}]


def _plain(row: Model, column: str) -> Any:
    value = getattr(row, column)
    # By the field: a row that was just made may still hold the int of a default.
    if value is not None and isinstance(field := row._meta.get_field(column), DecimalField):
        return f"{value:.{field.decimal_places}f}"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value) if hasattr(value, "label") else value


track(Case, ("court_id", "number", "kind", "channel", *CASE_COLUMNS), path="pk")
track(Subject, ("case_id", "kind", "parent_id", "label"))
track(Party, ("case_id", "subject_id", "role", "kind", "name", "id_masked", "id_doubt", "location"))
track(Agent, ("party_id", "name", "is_lawyer", "firm"), path="party__case_id")
track(ClaimItem, ("case_id", "kind", "amount", "words"))
track(
    Node,
    (
        "case_id",
        "kind",
        "subject_id",
        "run",
        "state",
        "opened_on",
        "done_on",
        "done_by_id",
        "outcome",
        "values",
        "reason",
        "group",
        "version",
    ),
)
track(
    Task,
    (
        "case_id",
        "node_id",
        "unit_id",
        "doer_id",
        "by_id",
        "way",
        "state",
        "words",
        "answer",
        "since",
        "until",
        "dispute_id",
    ),
)
track(Fact, ("case_id", "subject_id", "key", "value", "seq"))
track(
    Hold,
    (
        *(
            "case_id",
            "kind",
            "subject_id",
            "first",
            "last",
            "stops",
            "rules",
            "ground",
            "approval_id",
            "voided",
        ),
        *("rule_id", "document", "expected", "outcome", "files"),
    ),
)
track(NationalNumber, ("case_id", "court_id", "number"))
track(Extension, ("case_id", "rule_id", "subject_id", "days", "ground", "approval_id"))
track(
    Conversion,
    (
        "case_id",
        "rule_id",
        "from_class",
        "to_class",
        "trigger",
        "triggered_on",
        "state",
        "proposed_by_id",
        "proposed_on",
        "ground",
        "approval_id",
        "approved_on",
        "from_team_id",
        "to_team_id",
        "to_owner_id",
        "assigned_on",
        "files",
    ),
)
track(
    Transfer,
    (
        *(
            "case_id",
            "from_court_id",
            "to_court_id",
            "ground",
            "paper",
            "reason",
            "state",
            "old_number",
            "new_number",
        ),
        *("asked_by_id", "asked_on", "answered_by_id", "answered_on", "answer"),
    ),
)
track(
    Deadline,
    (
        "case_id",
        "subject_id",
        "node_id",
        "rule_id",
        "pack_code",
        "pack_version",
        "kind",
        "run",
        "state",
        "start",
        "due_on",
        "due_at",
        "met_on",
        "reason",
        "provisional",
        "suspensions",
        "extensions",
    ),
)
