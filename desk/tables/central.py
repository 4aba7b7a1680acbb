"""集约事项 as tiles, filters and a table under days; one item's task sheet as facts and a trail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Task
from desk.countdown import state_of, words_of
from desk.selectors.central import Central, Figures, Hands, Line
from desk.selectors.worklist_rows import Limit
from desk.tables.worklist import case_address
from desk.words import day_words

Row = dict[str, Any]
Address = Callable[..., str]

VIEW_NAMES = {
    "free": _lazy("待领办"),
    "mine": _lazy("我在办理"),
    "offered": _lazy("待我接收"),
    "overdue": _lazy("已超期"),
    "3d": _lazy("3 日内"),
    "disputed": _lazy("移交被拒"),
}
DISPUTE_DAYS = 2


def sentence(found: Central) -> str:
    """What to begin with."""
    n = found.figures
    if n.offered:
        return _("有 %(n)d 项移交等您接收") % {"n": n.offered}
    if n.overdue:
        return _("%(over)d 项已超期，%(free)d 项没有人领办") % {"over": n.overdue, "free": n.free}
    if n.free:
        return _("%(free)d 项等待领办，3 日内到期 %(soon)d 项") % {"free": n.free, "soon": n.soon}
    return _("没有等待领办的事项")


def tiles(found: Central, link: Address) -> list[Row]:
    """The six shortcuts; the chosen one leads back to the whole list."""
    n, view = found.figures, found.asked.view
    values = {
        "free": (n.free, "inbox", "", _("全部 %d 项") % n.open),
        "mine": (n.mine, "user-check", "", _("领办和分派给我的")),
        "offered": (n.offered, "transfer", "soon" if n.offered else "", _("接收前由对方办理")),
        "overdue": (n.overdue, "alert-octagon", "over" if n.overdue else "", _("期限照常计算")),
        "3d": (n.soon, "calendar-due", "", _("含今天")),
        "disputed": (
            n.disputed,
            "alert-triangle",
            "soon" if n.disputed else "",
            _("超过 %d 日由局长决定") % DISPUTE_DAYS,
        ),
    }
    return [
        {
            "label": VIEW_NAMES[name],
            "value": value,
            "icon": icon,
            "tone": tone,
            "note": note,
            "current": name == view,
            "url": link(view=None if name == view else name),
        }
        for name, (value, icon, tone, note) in values.items()
    ]


def filters(found: Central) -> Row:
    """The filter row: text and group, each group with what is open and late."""
    asked = found.asked
    options = [
        {"value": group, "label": _group_words(found, group, n), "selected": group == asked.group}
        for group, n in found.by_group.items()
        if group
    ]
    fields: list[Row] = [
        {
            "kind": "search",
            "name": "q",
            "label": _("在清单中查找"),
            "value": asked.text,
            "hint": _("案号、当事人、拼音首字母"),
        },
        {
            "kind": "select",
            "name": "group",
            "label": _("小组"),
            "everything": _("全部小组"),
            "options": options,
        },
    ]
    return {"fields": fields, "kept": [("view", asked.view)] if asked.view else []}


def chips(found: Central, link: Address) -> list[Row]:
    """What narrows the list now, each with the address without it."""
    asked = found.asked
    named = (
        ("view", str(VIEW_NAMES.get(asked.view, ""))),
        ("q", _("查找：%s") % asked.text if asked.text else ""),
        ("group", found.names.get(asked.group, "")),
    )
    return [{"label": label, "remove_url": link(**{name: None})} for name, label in named if label]


def columns(found: Central) -> list[Row]:
    """The head of the table; a box to tick where something can be claimed."""
    return [
        *([{"label": "", "kind": "check"}] if claimable(found) else []),
        {"label": _("事项与依据"), "kind": "main"},
        {"label": _("案号与当事人")},
        {"label": _("小组")},
        {"label": _("期限")},
        {"label": _("办理人")},
        {"label": _("操作"), "kind": "acts"},
    ]


def claimable(found: Central) -> int:
    """How many rows of the page this person may claim."""
    return sum(1 for line in found.lines if line.claimable)


def groups(found: Central) -> list[Row]:
    """The rows under overdue, running, without a limit."""
    grouped = groupby(found.lines, key=lambda line: _part(line, found))
    titles = {"over": _("已超期"), "running": _("未到期"), "free": _("没有期限")}
    return [{"title": titles[name], "rows": [_row(line, found) for line in lines]} for name, lines in grouped]


def empty(found: Central, link: Address) -> Row:
    """Why there is nothing."""
    asked = found.asked
    if asked.view or asked.text or asked.group:
        clear = {"label": _("清除全部条件"), "url": link(view=None, q=None, group=None)}
        return {
            "title": _("没有符合条件的事项"),
            "text": _("去掉一些条件再看。"),
            "icon": "filter-off",
            "actions": [clear],
        }
    return {
        "title": _("没有集约事项"),
        "text": _("您所在小组的事项，以及您的案件中由小组办理的事项，会出现在这里。"),
        "icon": "circle-check",
    }


def footing(found: Central) -> str:
    """How many rows the page holds."""
    return _("本页 %(n)d 项，可领办 %(free)d 项") % {"n": len(found.lines), "free": claimable(found)}


def trail(tasks: Iterable[Task], today: dt.date) -> list[Row]:
    """Who had the item, on whose word, until when and why: one row a task, oldest first."""
    return [
        {
            "cells": [
                {"kind": "main", "text": _way(task), "sub": task.words, "strong": True},
                {
                    "text": task.doer.full_name,
                    "sub": task.unit.name if task.unit else "",
                    "label": _("办理人"),
                },
                {"text": day_words(task.since, today), "nowrap": True, "label": _("起")},
                {
                    "text": day_words(task.until, today) if task.until else "—",
                    "nowrap": True,
                    "label": _("止"),
                },
                {"text": str(task.get_state_display()), "sub": task.answer, "label": _("结果")},
            ]
        }
        for task in tasks
    ]


def trail_columns() -> list[Row]:
    """The head of the trail."""
    labels = (_("事由"), _("办理人"), _("起"), _("止"), _("结果"))
    return [{"label": label, **({"kind": "main"} if n == 0 else {})} for n, label in enumerate(labels)]


def due_words(limit: Limit | None, found_today: dt.date, at: dt.datetime) -> Row:
    """The cell of a limit."""
    if limit is None or limit.on is None:
        return {"text": _("没有期限") if limit is None else _("停止计时")}
    overdue = limit.overdue_at is not None and limit.overdue_at <= at
    tone = state_of(limit.on, overdue=overdue, today=found_today)
    return {
        "text": day_words(limit.on, found_today) + (_("，暂定") if limit.provisional else ""),
        "sub": words_of(limit.on, overdue=overdue, today=found_today, at=limit.at if limit.timed else None),
        "sub_tone": tone if tone != "prog" else "",
    }


def hands_words(hands: Hands, group: str) -> tuple[str, str]:
    """Who has it, and what else is to be known."""
    if hands.held is None:
        return (_("待领办") if group else _("承办人")), ""
    who = hands.held.doer.full_name
    if hands.offered is not None:
        return who, _("待%s接收") % hands.offered.doer.full_name
    if hands.refused is not None:
        named = {"name": hands.refused.doer.full_name, "why": hands.refused.answer}
        return who, _("%(name)s拒收：%(why)s") % named
    return who, str(hands.held.get_way_display())


def _way(task: Task) -> str:
    if task.by is None:
        return str(task.get_way_display())
    return _("%(by)s：%(way)s") % {"by": task.by.full_name, "way": task.get_way_display()}


def _group_words(found: Central, group: str, n: Figures) -> str:
    named = {"group": found.names[group], "n": n.open, "over": n.overdue}
    return _("%(group)s（%(n)d，超期 %(over)d）") % named if n.overdue else _("%(group)s（%(n)d）") % named


def _part(line: Line, found: Central) -> str:
    limit = line.item.limit
    if limit is None or limit.overdue_at is None:
        return "free"
    return "over" if limit.overdue_at <= found.at else "running"


def _row(line: Line, found: Central) -> Row:
    item = line.item
    title = f"{item.title} · {item.subject}" if item.subject else item.title
    ground = " · ".join(filter(None, (item.limit.statement, item.limit.source))) if item.limit else ""
    who, more = hands_words(line.hands, line.group)
    return {
        "id": str(line.node_id),
        **({"select_label": f"{title} {item.number}"} if line.claimable else {"blank": claimable(found) > 0}),
        "cells": [
            {"kind": "main", "text": title, "sub": ground, "strong": True},
            {
                "text": item.number,
                "sub": item.parties,
                "url": case_address(item.case_id, item.nodes),
                "open": True,
                "caseno": True,
            },
            {"text": found.names.get(line.group, _("承办人")), "nowrap": True, "label": _("小组")},
            {**due_words(item.limit, found.today, found.at), "nowrap": True, "label": _("期限")},
            {"text": who, "sub": more, "nowrap": True, "label": _("办理人")},
            {"kind": "acts", "actions": _acts(line, found)},
        ],
    }


def _acts(line: Line, found: Central) -> list[Row]:
    sheet = {
        "label": _("任务单"),
        "small": True,
        "text": True,
        "url": reverse("desk:central_task", args=[line.node_id]),
    }
    held = line.hands.held
    if line.claimable:
        return [{"label": _("领办"), "small": True, "name": "one", "value": line.node_id}, sheet]
    if held is not None and held.doer_id == found.user.pk:
        work = {"label": _("办结"), "small": True, "url": case_address(line.item.case_id, line.item.nodes)}
        return [work, sheet]
    return [sheet]
