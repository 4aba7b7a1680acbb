"""The coverage of a court's pushes as a table (JZ-09)."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from desk.selectors.coverage import Coverage
from desk.words import short_day
from notices.coverage import TopicSummary, reason_text
from notices.states import Audience

Row = dict[str, Any]


def sentence(found: Coverage, today: dt.date) -> str:
    """云州一院，11月1日至11月20日：6 个环节中 5 个已全部告知."""
    covered, happened = found.score
    names = {
        "court": found.court.short_name,
        "since": short_day(found.since, today),
        "until": short_day(found.until, today),
        "covered": covered,
        "n": happened,
    }
    if not happened:
        return _("%(court)s，%(since)s至%(until)s：没有需要告知的环节") % names
    return _("%(court)s，%(since)s至%(until)s：发生的 %(n)d 个环节中，%(covered)d 个已全部告知") % names


def filters(found: Coverage) -> Row:
    """The court, where the person sees several, and the span."""
    fields: list[Row] = []
    if len(found.courts) > 1:
        options = [{"value": c.pk, "label": c.name, "selected": c.pk == found.court.pk} for c in found.courts]
        fields.append(
            {"kind": "select", "name": "court", "label": _("法院"), "everything": "", "options": options}
        )
    fields += [
        {
            "kind": "days",
            "days": [
                {"name": "since", "label": _("自"), "value": found.since.isoformat()},
                {"name": "until", "label": _("至"), "value": found.until.isoformat()},
            ],
        },
    ]
    return {"fields": fields, "kept": []}


def columns() -> list[Row]:
    """The head of the table."""
    return [
        {"label": _("环节与对象"), "kind": "main"},
        {"label": _("应告知"), "kind": "num"},
        {"label": _("已告知"), "kind": "num"},
        {"label": _("待发"), "kind": "num"},
        {"label": _("覆盖")},
        {"label": _("没有告知的原因")},
    ]


def groups(found: Coverage) -> list[Row]:
    """What the rules of the court ask for, then what was sent besides; what has happened first."""
    ordered = sorted(found.rows, key=lambda row: (row.topic not in found.asked, not row.intended))
    parts = groupby(ordered, key=lambda row: row.topic in found.asked)
    titles = {True: _("本院适用的规则要求推送的环节"), False: _("其他推送")}
    return [{"title": titles[asked], "rows": [_row(row) for row in rows]} for asked, rows in parts]


def missing(found: Coverage) -> str:
    """The pushes that no approved text stands for, in one sentence; "" when there are none."""
    names = dict.fromkeys(f"{row.label}（{Audience(row.audience).label}）" for row in found.without_text)
    return _("没有经核定的文本，不会推送：%s。") % "、".join(names) if names else ""


def empty() -> Row:
    """No rules, no messages."""
    return {"title": _("这段时间没有推送"), "text": _("本院也没有要求推送的规则。"), "icon": "bell-off"}


def _row(row: TopicSummary) -> Row:
    why = "；".join(
        _("%(why)s %(n)d") % {"why": reason_text(code), "n": n} for code, n in sorted(row.why.items())
    )
    return {
        "cells": [
            {"kind": "main", "text": row.label, "sub": str(Audience(row.audience).label), "strong": True},
            {"kind": "num", "text": str(row.intended), "label": _("应告知")},
            {"kind": "num", "text": str(row.told), "label": _("已告知")},
            {"kind": "num", "text": str(row.pending), "label": _("待发")},
            {"pill": _pill(row), "label": _("覆盖")},
            {"text": why or "—", "label": _("没有告知的原因")},
        ]
    }


def _pill(row: TopicSummary) -> Row:
    if not row.has_text:
        return {"state": "soon", "text": _("没有文本")}
    if not row.intended:
        return {"state": "todo", "text": _("没有发生")}
    share = row.told * 100 // row.intended
    if row.told == row.intended:
        return {"state": "done", "text": _("全部告知")}
    return {"state": "prog" if row.told + row.pending == row.intended else "soon", "text": f"{share}%"}
