"""The register of conversions as filters and a table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Conversion
from cases.states import ConversionState
from desk.selectors.conversions import Average, Register
from desk.tables.worklist import case_address
from desk.words import short_day
from regimes.vocabulary import load_vocabulary

Row = dict[str, Any]

PILLS = {
    ConversionState.DRAFT: "soon",
    ConversionState.ASKED: "hold",
    ConversionState.APPROVED: "prog",
    ConversionState.ASSIGNED: "done",
    ConversionState.REFUSED: "todo",
}


def sentence(found: Register) -> str:
    """共 4 件：异议立案 3，需要拍卖处置 1."""
    total = sum(found.counts.values())
    if not total:
        return ""
    ordered = sorted(found.counts.items(), key=lambda pair: (-pair[1], pair[0]))
    parts = "，".join(f"{_event(name)} {count}" for name, count in ordered)
    return _("共 %(total)d 件：%(parts)s") % {"total": total, "parts": parts}


def average_note(average: Average | None) -> Row | None:
    """首次执行案件平均用时 75.0 日，超过 70 日."""
    if average is None:
        return None
    names = {
        "month": f"{average.month:%Y年%-m月}",
        "n": average.cases,
        "days": average.days,
        "limit": average.limit,
        "rule": f"{average.rule.id}，{average.rule.article}",
    }
    if average.days is None:
        return {"tone": "", "text": _("%(month)s没有办结的首次执行案件（%(rule)s）") % names}
    if average.is_over:
        text = _("%(month)s办结首次执行案件 %(n)d 件，平均用时 %(days)s 日，超过 %(limit)d 日（%(rule)s）")
        return {"tone": "over", "text": text % names}
    text = _("%(month)s办结首次执行案件 %(n)d 件，平均用时 %(days)s 日，在 %(limit)d 日以内（%(rule)s）")
    return {"tone": "done", "text": text % names}


def filters(found: Register) -> Row:
    """The filter row."""
    asked, words = found.asked, load_vocabulary()
    triggers = [(name, words.events[name].zh) for name in sorted({*found.counts, asked.trigger} - {""})]
    return {
        "fields": [
            {
                "kind": "search",
                "name": "q",
                "label": _("查找案件"),
                "value": asked.text,
                "hint": _("案号"),
            },
            _select("state", _("状态"), _("全部状态"), ConversionState.choices, asked.state),
            _select("trigger", _("转换情形"), _("全部情形"), triggers, asked.trigger),
            {
                "kind": "days",
                "days": [
                    {"name": "since", "label": _("出现自"), "value": _iso(asked.since)},
                    {"name": "until", "label": _("至"), "value": _iso(asked.until)},
                ],
            },
        ],
        "kept": [],
    }


def columns() -> list[Row]:
    """The head of the table."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("转换情形")},
        {"label": _("提出与批准")},
        {"label": _("分派期限")},
        {"label": _("转交")},
        {"label": _("状态")},
    ]


def groups(found: Register) -> list[Row]:
    """One row for each conversion."""
    rows = [_row(row, found) for row in found.rows]
    return [{"rows": rows}] if rows else []


def empty() -> Row:
    """Nothing was converted."""
    return {
        "title": _("没有繁简转换"),
        "text": _("案件出现规则列出的转换情形时，系统自动生成草稿并登记在这里。"),
        "icon": "arrows-exchange",
    }


def _row(row: Conversion, found: Register) -> Row:
    classes = load_vocabulary().facts["case_class"].values
    names = f"{classes.get(row.from_class, row.from_class)} → {classes.get(row.to_class, row.to_class)}"
    return {
        "id": row.pk,
        "cells": [
            {
                "kind": "main",
                "text": row.case.number,
                "url": case_address(row.case_id),
                "open": True,
                "caseno": True,
                "sub": names,
            },
            {
                "label": _("转换情形"),
                "text": _event(row.trigger),
                "sub": short_day(row.triggered_on, found.today),
            },
            {"label": _("提出与批准"), **_asked(row, found.today)},
            {"label": _("分派期限"), **_limit(row, found)},
            {"label": _("转交"), **_given(row, found.today)},
            {"label": _("状态"), "pill": {"state": PILLS[row.state], "text": row.get_state_display()}},
        ],
    }


def _asked(row: Conversion, today: dt.date) -> Row:
    if row.proposed_on is None:
        return {"text": "—"}
    who = row.proposed_by.full_name if row.proposed_by else ""
    said = _("%(who)s %(day)s 提出") % {"who": who, "day": short_day(row.proposed_on, today)}
    if row.approved_on is None:
        return {"text": said}
    return {"text": said, "sub": _("%(day)s 批准") % {"day": short_day(row.approved_on, today)}}


def _limit(row: Conversion, found: Register) -> Row:
    due, state = found.due.get(row.case_id, (None, ""))
    if due is None or row.approved_on is None:
        return {"text": "—"}
    cell: Row = {"text": short_day(due, found.today)}
    if state == "running" and due < found.today:
        cell |= {"sub": _("已超期 %(days)d 日") % {"days": (found.today - due).days}, "sub_tone": "over"}
    elif state == "met_late":
        cell |= {"sub": _("超期分派"), "sub_tone": "over"}
    return cell


def _given(row: Conversion, today: dt.date) -> Row:
    if row.assigned_on is None or row.to_team is None or row.to_owner is None:
        return {"text": "—"}
    left = _("%s → ") % row.from_team.name if row.from_team else ""
    day = short_day(row.assigned_on, today)
    files = f"；{row.files}" if row.files else ""
    return {"text": f"{left}{row.to_team.name}（{row.to_owner.full_name}）", "sub": f"{day}{files}"}


def _event(name: str) -> str:
    event = load_vocabulary().events.get(name)
    return event.zh if event else name


def _select(name: str, label: str, everything: str, choices: Any, chosen: str) -> Row:
    options = [{"value": value, "label": words, "selected": value == chosen} for value, words in choices]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": options}


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
