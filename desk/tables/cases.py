"""The list of cases as filters, chips and a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.states import CaseState
from desk.countdown import state_of, words_of
from desk.selectors.case_list import ALL, CaseList, Figures, Line
from desk.tables.tags import flag_tags
from desk.tables.worklist import case_address
from desk.words import day_words, short_day
from kernel.money import format_yuan
from kernel.time import today as day_of
from regimes.vocabulary import load_vocabulary
from supervision.models import Order

Row = dict[str, Any]
Address = Callable[..., str]

PILLS = {
    CaseState.FILED: "todo",
    CaseState.ASSIGNED: "prog",
    CaseState.RUNNING: "prog",
    CaseState.SUSPENDED: "hold",
    CaseState.CLOSED: "done",
    CaseState.ARCHIVED: "done",
    CaseState.CANCELLED: "todo",
}
_INSTANT = dt.timedelta(microseconds=1)


def filters(found: CaseList) -> Row:
    """The filter row."""
    asked = found.asked
    states = [(ALL, _("全部状态")), *CaseState.choices]
    fields: list[Row] = [
        {
            "kind": "search",
            "name": "q",
            "label": _("查找案件"),
            "value": asked.text,
            "hint": _("案号、当事人、拼音首字母"),
        },
        _select("state", _("状态"), _("在办"), states, asked.state),
    ]
    if len(found.teams) > 1:
        fields.append(_select("team", _("团队"), _("全部团队"), found.teams, asked.team))
    if found.officers:
        fields.append(_select("officer", _("承办人"), _("全部承办人"), found.officers, asked.officer))
    if found.flags:
        fields.append(_select("flag", _("标记"), _("不限标记"), _flag_options(found), asked.flag))
    fields += [
        {
            "kind": "days",
            "days": [
                {"name": "since", "label": _("立案自"), "value": _iso(asked.since)},
                {"name": "until", "label": _("至"), "value": _iso(asked.until)},
            ],
        },
        {"kind": "check", "name": "overdue", "label": _("只看有超期的"), "checked": asked.overdue},
    ]
    return {"fields": fields, "kept": [("stage", asked.stage)] if asked.stage else []}


def stages(found: CaseList, link: Address) -> list[Row]:
    """How many cases stand in each stage, each an address (HD-05). None where no rule names stages."""
    names, chosen = load_vocabulary().stages, found.asked.stage
    counted = [
        {"label": names[stage], "count": number, "url": link(stage=stage), "current": stage == chosen}
        for stage, number in found.stages.items()
    ]
    everything = {"label": _("全部阶段"), "url": link(stage=None), "current": not chosen}
    return [everything, *counted] if counted else []


def _flag_options(found: CaseList) -> list[tuple[str, str]]:
    words = load_vocabulary()
    used = {rule.group for rule in found.flags.values()}
    groups = [(group, _("%s（全部）") % zh) for group, zh in words.flag_groups.items() if group in used]
    return [*groups, *((name, words.flags[name]) for name in found.flags)]


def chips(found: CaseList, link: Address) -> list[Row]:
    """What narrows the list now, each with the address without it."""
    asked, today = found.asked, found.today
    state = _("全部状态") if asked.state == ALL else str(dict(CaseState.choices).get(asked.state, ""))
    named = (
        ("q", _("查找：%s") % asked.text if asked.text else ""),
        ("state", _("状态：%s") % state if asked.state else ""),
        ("team", _("团队：%s") % dict(found.teams).get(asked.team, _("不在名单中")) if asked.team else ""),
        (
            "officer",
            _("承办人：%s") % dict(found.officers).get(asked.officer, _("不在名单中"))
            if asked.officer
            else "",
        ),
        ("since", _("立案自 %s") % short_day(asked.since, today) if asked.since else ""),
        ("until", _("立案至 %s") % short_day(asked.until, today) if asked.until else ""),
        ("overdue", _("有超期") if asked.overdue else ""),
        ("stage", _("阶段：%s") % load_vocabulary().stages[asked.stage] if asked.stage else ""),
        ("flag", _("标记：%s") % _flag_words(asked.flag) if asked.flag else ""),
    )
    return [{"label": label, "remove_url": link(**{name: None})} for name, label in named if label]


def _flag_words(name: str) -> str:
    words = load_vocabulary()
    return words.flags.get(name) or words.flag_groups.get(name, name)


def columns(found: CaseList) -> list[Row]:
    """The head of the table; stage and flags only where a rule names any."""
    return [
        {"label": _("案号与当事人"), "kind": "main"},
        {"label": _("案由"), "kind": "wide"},
        {"label": _("执行标的"), "kind": "num"},
        {"label": _("立案"), "sorted": "descending"},
        {"label": _("承办人")},
        {"label": _("状态")},
        *([{"label": _("阶段与标记")}] if _stands(found) else []),
        {"label": _("下一个期限")},
    ]


def _stands(found: CaseList) -> bool:
    return bool(found.flags or found.stages)


def _standing(line: Line, found: CaseList) -> Row:
    """The stage with the days in it, and the flags."""
    case, words = line.case, load_vocabulary().stages
    cell: Row = {"label": _("阶段与标记"), "tags": flag_tags(line.flags, found.today)}
    if case.stage and case.stage_since:
        cell["text"] = words.get(case.stage, case.stage)
        cell["sub"] = _("%s起") % short_day(case.stage_since, found.today)
    elif not line.flags:
        cell["text"] = "—"
    return cell


def groups(found: CaseList) -> list[Row]:
    """The rows, in one group."""
    return [{"rows": [_row(line, found) for line in found.lines]}] if found.lines else []


def shown(found: CaseList) -> Row:
    """The table as it stands on the page: for who issues 督办 with what supervises each case, and the way to it."""
    if found.orders is None:
        return {"columns": columns(found), "groups": groups(found)}
    rows = [_row(line, found) for line in found.lines]
    for line, row in zip(found.lines, rows, strict=True):
        row["cells"].append(_order_cell(line.case, found.orders.get(line.case.pk)))
    return {
        "columns": [*columns(found), {"label": _("督办"), "kind": "acts"}],
        "groups": [{"rows": rows}] if rows else [],
    }


def _order_cell(case: Case, order: Order | None) -> Row:
    """The number of the open order, and 督办 or 补充; the page behind the button says what stands already."""
    cell: Row = {"kind": "acts", "label": _("督办")}
    if order is not None:
        cell |= {"text": order.number, "url": reverse("supervision:order", args=[order.pk])}
    elif case.is_open:
        url = reverse("supervision:issue", args=[case.pk])
        cell["actions"] = [{"label": _("督办"), "url": url, "small": True, "about": case.number}]
    return cell


def ticked(found: CaseList) -> Row:
    """The table with a box before each open case, and the bar below the ticked ones."""
    table = shown(found)
    rows = [
        row | ({"select_label": line.case.number} if line.case.is_open else {"blank": True})
        for line, row in zip(found.lines, table["groups"][0]["rows"] if table["groups"] else [], strict=True)
    ]
    number = f" {len(rows)} " if not found.next and not found.prev else ""
    every = {"label": _("选择全部%s条结果") % number, "small": True, "name": "all", "value": "1"}
    return {
        "columns": [{"label": "", "kind": "check"}, *table["columns"]],
        "groups": [{"rows": rows}] if rows else [],
        "bulk": {"actions": [{"label": _("批量移交…"), "primary": True, "small": True}, every]}
        if rows
        else None,
    }


def empty(found: CaseList, narrowed: bool, clear_url: str) -> Row:
    """Why there is nothing, and what next. narrowed: some condition is set."""
    if narrowed:
        actions = [{"label": _("清除全部条件"), "url": clear_url}]
        text = _("去掉一些条件再看；已结案的案件要把状态改为“全部状态”。")
        return {"title": _("没有符合条件的案件"), "text": text, "icon": "filter-off", "actions": actions}
    actions = [{"label": _("看全部状态"), "url": f"{clear_url}?state={ALL}"}]
    return {
        "title": _("没有在办的案件"),
        "text": _("新立的、分到的案件会出现在这里。"),
        "icon": "folder",
        "actions": actions,
    }


def footing(found: CaseList) -> str:
    """How many rows the page holds; the whole list is never counted."""
    words = _("本页 %(n)d 件") % {"n": len(found.lines)}
    over = sum(1 for line in found.lines if line.figures.overdue)
    return _("%(words)s，其中 %(n)d 件有超期") % {"words": words, "n": over} if over else words


def next_words(figures: Figures, at: dt.datetime) -> Row:
    """The next last day of a case with its countdown, and how many duties are overdue or soon."""
    if figures.next_at is None:
        return {"text": _("没有在计的期限")}
    today, on = day_of(at), day_of(figures.next_at - _INSTANT)
    overdue = figures.next_at <= at
    tone = state_of(on, overdue=overdue, today=today)
    counted = []
    if figures.overdue:
        counted.append(_("超期 %d 项") % figures.overdue)
    if figures.soon:
        counted.append(_("3 日内 %d 项") % figures.soon)
    sub = "，".join(counted) or words_of(on, overdue=overdue, today=today)
    return {"text": day_words(on, today), "sub": sub, "sub_tone": "" if tone == "prog" else tone}


def _row(line: Line, found: CaseList) -> Row:
    case = line.case
    state = _("%s（保密）") % case.get_state_display() if case.sealed else str(case.get_state_display())
    return {
        "id": str(case.pk),
        "cells": [
            {
                "kind": "main",
                "text": case.number,
                "url": case_address(case.pk),
                "open": True,
                "caseno": True,
                "sub": line.parties,
            },
            {"kind": "wide", "text": case.cause},
            {"kind": "num", "amount": {"text": format_yuan(case.claim_amount)}, "label": _("执行标的")},
            {"text": short_day(case.filed_on, found.today), "nowrap": True, "label": _("立案")},
            {
                "text": case.owner.full_name if case.owner else _("未分案"),
                "nowrap": True,
                "label": _("承办人"),
            },
            {"pill": {"state": PILLS[CaseState(case.state)], "text": state}, "label": _("状态")},
            *([_standing(line, found)] if _stands(found) else []),
            {**_due(line, found), "nowrap": True, "label": _("下一个期限")},
        ],
    }


def _due(line: Line, found: CaseList) -> Row:
    if not line.case.is_open and line.figures.next_at is None:
        closed = line.case.closed_on
        return {"text": _("%s 结案") % short_day(closed, found.today) if closed else "—"}
    return next_words(line.figures, found.at)


def _select(name: str, label: str, everything: str, options: Any, chosen: object) -> Row:
    given = [{"value": value, "label": text, "selected": value == chosen} for value, text in options]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": given}


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day else ""
