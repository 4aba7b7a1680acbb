"""The tables of supervision's pages, as the components take them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kernel import time
from supervision.auditor import KINDS, Audit, Finding, Kind
from supervision.selectors import MOST, ClockAudit, Wire

SHOWN = 20
"""Rows of a kind on the page, the longest standing first: more of one kind are one fault."""


def finding_columns() -> list[dict[str, str]]:
    """Of one kind of finding."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("情况")},
        {"label": _("自何时起")},
        {"label": _("编号"), "kind": "wide"},
    ]


def finding_groups(found: ClockAudit) -> list[dict[str, Any]]:
    """A table for each kind that has findings: what it means, how many, its rows."""
    return [
        {
            "id": kind.id,
            "title": kind.title,
            "meaning": kind.meaning,
            "count": _count(rows),
            "groups": [{"rows": [_row(finding, found) for finding in rows[:SHOWN]]}],
            "foot": _("只列出最早的 %d 项。") % SHOWN if len(rows) > SHOWN else "",
        }
        for kind in KINDS.values()
        if (rows := found.audit.of(kind))
    ]


def check_lines(audit: Audit) -> list[dict[str, Any]]:
    """Every check with how it came out, also those that found nothing."""
    return [_check_line(kind, audit.of(kind)) for kind in KINDS.values()]


def lateness_lines(audit: Audit) -> list[dict[str, str]]:
    """The last firings by how late they were: words, how many, share of all in percent."""
    total = sum(count for _words, count in audit.lateness)
    return [
        {"label": words, "text": f"{count:,}", "share": f"{100 * count / total:.1f}"}
        for words, count in audit.lateness
        if total
    ]


def wire_table(wires: Sequence[Wire]) -> dict[str, Any]:
    """The reactions, one line each."""
    columns = [
        {"label": _("事件"), "kind": "main"},
        {"label": _("引起的办理")},
        {"label": _("程序"), "kind": "wide"},
    ]
    rows = [
        {
            "cells": [
                {"kind": "main", "text": wire.event},
                {"text": wire.name, "label": columns[1]["label"]},
                {"kind": "wide", "text": wire.verb, "label": columns[2]["label"]},
            ]
        }
        for wire in wires
    ]
    return {"columns": columns, "groups": [{"rows": rows}] if rows else []}


def _row(finding: Finding, found: ClockAudit) -> dict[str, Any]:
    number, *others = [column["label"] for column in finding_columns()]
    since = time.local(finding.since).strftime("%Y-%m-%d %H:%M") if finding.since else "—"
    return {
        "cells": [
            {"kind": "main", **_case(finding, found)},
            {"label": others[0], "text": finding.words.strip()},
            {"label": others[1], "text": since, "nowrap": True},
            {"kind": "wide", "label": others[2], "text": finding.place},
        ]
    }


def _case(finding: Finding, found: ClockAudit) -> dict[str, Any]:
    if finding.case_id is None or not finding.number:
        return {"text": _("不属于某一案件")}
    if not found.may_open(finding):
        return {"text": _("保密案件")}
    url = reverse("desk:case", args=[finding.case_id])
    return {"text": finding.number, "url": url, "open": True, "caseno": True}


def _check_line(kind: Kind, rows: Sequence[Finding]) -> dict[str, Any]:
    if not rows:
        return {"title": kind.title, "pill": {"state": "done", "text": _("未见")}}
    pill = {"state": "soon" if kind.fault else "prog", "text": _("%s 项") % _count(rows)}
    return {"title": kind.title, "url": f"#{kind.id}", "pill": pill}


def _count(rows: Sequence[Finding]) -> str:
    return f"{MOST}+" if len(rows) >= MOST else str(len(rows))
