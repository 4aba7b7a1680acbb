"""A batch as a table: a draft with its fields to fill in, then what became of each row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Batch, BatchRow
from desk.forms.batches import OwnerRowForm, RowForm
from desk.selectors.assigning import Officer
from desk.selectors.batches import BatchPage, Line
from desk.tables.worklist import case_address
from regimes.nodes import load_nodes

Row = dict[str, Any]
PILLS = {"waiting": "todo", "done": "done", "refused": "over"}


def title(found: BatchPage) -> str:
    """批量办结：执行通知."""
    return (
        f"{found.batch.get_kind_display()}：{what(found.batch)}"
        if found.batch.node_kind
        else str(found.batch.get_kind_display())
    )


def what(batch: Batch) -> str:
    """The name of the kind of node."""
    return next((item.zh for item in load_nodes() if item.kind == batch.node_kind), "")


def note(found: BatchPage) -> str:
    """How many, and how far they have come."""
    counts = {
        "n": found.total,
        "done": found.counts.get("done", 0),
        "refused": found.counts.get("refused", 0),
    }
    match found.batch.state:
        case Batch.State.DRAFT:
            return _("已选定 %(n)d 条。之后清单的变化不影响这一批，选定后被改动的会列为没有办成") % counts
        case Batch.State.DROPPED:
            return _("已放弃，一条也没有办")
        case Batch.State.RUNNING:
            return _("共 %(n)d 条，逐条办理，可以离开本页") % counts
    return _("共 %(n)d 条，办成 %(done)d 条，没有办成 %(refused)d 条") % counts


def shares(found: BatchPage) -> list[Row]:
    """How many of the cases each handler gets, and how many that handler holds then."""
    return [
        {
            "label": officer.name,
            "value": _("%(n)d 件，分后在办 %(all)d 件") % {"n": n, "all": officer.cases + n},
        }
        for officer in found.receivers
        if isinstance(officer, Officer) and (n := found.shares.get(officer.user_id, 0))
    ]


def draft_rows(found: BatchPage, forms: Mapping[int, RowForm | OwnerRowForm]) -> list[Row]:
    """Each row with its own fields."""
    return [
        {
            "number": line.number,
            "url": case_address(line.row.case_id),
            "sub": " · ".join(filter(None, (line.subject, line.parties))),
            "form": forms.get(line.row.pk),
            "bad": bool(forms.get(line.row.pk) and forms[line.row.pk].errors),
        }
        for line in found.lines
    ]


def columns() -> list[Row]:
    """The head of the results."""
    return [
        {"label": _("案号与当事人"), "kind": "main"},
        {"label": _("结果")},
        {"label": _("说明"), "kind": "wide"},
    ]


def groups(found: BatchPage) -> list[Row]:
    """The rows with what became of them."""
    return [{"rows": [_row(line, found.batch) for line in found.lines]}] if found.lines else []


def _row(line: Line, batch: Batch) -> Row:
    row: BatchRow = line.row
    said = str(row.get_state_display())
    if row.state == BatchRow.State.DONE and batch.kind != Batch.Kind.COMPLETE:
        said = _("已%s") % str(batch.get_kind_display()).removeprefix("批量")
    return {
        "id": str(row.pk),
        "cells": [
            {
                "kind": "main",
                "text": line.number,
                "url": case_address(row.case_id),
                "open": True,
                "caseno": True,
                "sub": " · ".join(filter(None, (line.subject, line.parties))),
            },
            {"pill": {"state": PILLS[row.state], "text": said}, "label": _("结果")},
            {"kind": "wide", "text": str(row.note or ""), "label": _("说明")},
        ],
    }
