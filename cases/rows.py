"""Which rows make up a case's state, and which columns replay compares. Encrypted columns are never among them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
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
    """A model that is part of a case's state: its name in events, its columns, the path from a row to its case.

    places: of its amounts, by column.
    """

    name: str
    columns: tuple[str, ...]
    path: str
    places: Mapping[str, int]


_tracked: dict[type[Model], Tracked] = {}


def track(model: type[Model], columns: Iterable[str], *, path: str = "case_id") -> None:
    """Make a model part of the case's state; upper floors call it beside their models."""
    known = tuple(columns)
    amounts = {
        f.attname: f.decimal_places for f in model._meta.concrete_fields if isinstance(f, DecimalField)
    }
    places = {column: amounts[column] for column in known if column in amounts}
    _tracked[model] = Tracked(model._meta.label_lower, known, path, places)


def tracked() -> dict[type[Model], Tracked]:
    """Every tracked model."""
    return _tracked


_AS_THEY_ARE = frozenset((str, int, bool, type(None), dict, list))
"""What needs no other spelling; a word of a list of choices is no plain str."""


def image_of(row: Model) -> list[Any]:
    """[name, id, {column: value}] as an event keeps it. Raises KeyError for a model that is not tracked."""
    known = _tracked[type(row)]
    image = {column: getattr(row, column) for column in known.columns}
    for column, value in image.items():
        if type(value) not in _AS_THEY_ARE:
            image[column] = _plain(value)
    # By the field: a row that was just made may still hold the int of a default.
    for column, places in known.places.items():
        if (amount := getattr(row, column)) is not None:
            image[column] = f"{amount:.{places}f}"
    return [known.name, row.pk, image]


def _plain(value: Any) -> Any:
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
