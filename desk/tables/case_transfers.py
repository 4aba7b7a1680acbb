"""The register of transfers as filters and a table."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Transfer
from cases.states import TransferState
from desk.selectors.case_transfers import Register
from desk.words import short_day

Row = dict[str, Any]

PILLS = {
    TransferState.OFFERED: "soon",
    TransferState.ACCEPTED: "done",
    TransferState.REFUSED: "over",
    TransferState.WITHDRAWN: "todo",
}
SIDES = (("waiting", "待本院接收"), ("in", "移送来的"), ("out", "移送出去的"))


def sentence(found: Register) -> str:
    """待本院接收 2 件."""
    if found.waiting:
        return _("待本院接收 %d 件，请接收或退回") % found.waiting
    return _("没有等待本院接收的案件")


def filters(found: Register) -> Row:
    """The filter row."""
    asked = found.asked
    return {
        "fields": [
            {
                "kind": "search",
                "name": "q",
                "label": _("查找案件"),
                "value": asked.text,
                "hint": _("原案号、新案号"),
            },
            _select("side", _("方向"), _("全部"), SIDES, asked.side),
            _select("state", _("状态"), _("全部状态"), TransferState.choices, asked.state),
        ],
        "kept": [],
    }


def columns() -> list[Row]:
    """The head of the table."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("移送法院")},
        {"label": _("受移送法院")},
        {"label": _("情形和文号")},
        {"label": _("移送")},
        {"label": _("答复")},
        {"label": _("状态")},
    ]


def groups(found: Register) -> list[Row]:
    """One row for each transfer."""
    rows = [_row(row, found) for row in found.rows]
    return [{"rows": rows}] if rows else []


def empty() -> Row:
    """Nothing was transferred."""
    return {
        "title": _("没有案件移送"),
        "text": _("在案件页“更多”里办理移送；对方法院接收后，案件连同全部记录归对方办理。"),
        "icon": "transfer",
    }


def _row(row: Transfer, found: Register) -> Row:
    answer: Row = {"label": _("答复"), "text": "—"}
    if row.answered_on is not None and row.answered_by is not None:
        answer |= {
            "text": f"{row.answered_by.full_name} {short_day(row.answered_on, found.today)}",
            "sub": row.answer,
        }
    return {
        "id": row.pk,
        "cells": [
            {
                "kind": "main",
                "text": row.old_number,
                "url": reverse("desk:case_transfer", args=[row.pk]),
                "open": True,
                "caseno": True,
                "sub": _("新案号 %s") % row.new_number if row.new_number else "",
            },
            {"label": _("移送法院"), "text": row.from_court.short_name},
            {"label": _("受移送法院"), "text": row.to_court.short_name},
            {"label": _("情形和文号"), "text": row.get_ground_display(), "sub": row.paper},
            {
                "label": _("移送"),
                "text": f"{row.asked_by.full_name} {short_day(row.asked_on, found.today)}",
                "sub": row.reason,
            },
            answer,
            {"label": _("状态"), "pill": {"state": PILLS[row.state], "text": row.get_state_display()}},
        ],
    }


def _select(name: str, label: str, everything: str, choices: Any, chosen: str) -> Row:
    options = [{"value": value, "label": words, "selected": value == chosen} for value, words in choices]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": options}
