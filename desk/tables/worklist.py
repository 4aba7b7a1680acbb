"""The worklist as tiles, filters and a table grouped by last day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import groupby
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.countdown import state_of, words_of
from desk.queries import query_of
from desk.selectors.worklist import Worklist
from desk.selectors.worklist_counts import Counts
from desk.selectors.worklist_rows import Item, Limit
from desk.tables.tags import flag_tags
from desk.words import day_words, short_day

Row = dict[str, Any]
Address = Callable[..., str]

NEAR = dt.timedelta(days=7)
"""Days that have a heading of their own; what lies further stands under its month."""

VIEW_NAMES = {
    "overdue": _lazy("已超期"),
    "today": _lazy("今天到期"),
    "3d": _lazy("3 日内"),
    "7d": _lazy("7 日内"),
    "hold": _lazy("中止计时"),
    "done": _lazy("本周已办结"),
}


def sentence(found: Worklist) -> str:
    """What to begin with, in one plain sentence; of the chosen part, where conditions are set."""
    words, asked = _sentence(found.counts), found.asked
    return _("按所选条件，%s") % words if asked.text or asked.kind or asked.officer else words


def shown(number: int, most: int) -> str | int:
    """A figure as it is shown: 999+ where no further was counted."""
    return f"{most}+" if number > most else number


def _sentence(counts: Counts) -> str:
    figures = {
        "over": counts.overdue,
        "today": counts.today,
        "soon": counts.within_3,
        "week": counts.within_7,
    }
    named = {name: shown(number, counts.most) for name, number in figures.items()}
    if counts.overdue and counts.today:
        return _("今天还有 %(today)s 个要办，先办 %(over)s 个已超期的") % named
    if counts.overdue:
        return _("先办 %(over)s 个已超期的，今天没有到期的") % named
    if counts.today:
        return _("今天还有 %(today)s 个要办，没有超期的") % named
    if counts.within_3:
        return _("今天没有到期的，3 日内有 %(soon)s 个") % named
    if counts.within_7:
        return _("3 日内没有到期的，7 日内有 %(week)s 个") % named
    return _("7 日内没有到期的")


def tiles(found: Worklist, link: Address) -> list[Row]:
    """The six shortcuts; the chosen one leads back to the whole list."""
    counts, view = found.counts, found.asked.view
    values = {
        "overdue": (
            counts.overdue,
            "alert-octagon",
            "over" if counts.overdue else "",
            _oldest(counts, found.today),
        ),
        "today": (counts.today, "clock-exclamation", "soon" if counts.today else "", _done_today(counts)),
        "3d": (counts.within_3, "calendar-due", "", _("含今天")),
        "7d": (counts.within_7, "calendar-time", "", _busiest(counts, found.today)),
        "hold": (counts.hold, "player-pause", "hold", _("停止期间不计入期限")),
        "done": (counts.done, "circle-check", "done", _late(counts)),
    }
    return [
        {
            "label": VIEW_NAMES[name],
            "value": shown(value, counts.most),
            "icon": icon,
            "tone": tone,
            "note": note,
            "current": name == view,
            "url": link(view=None if name == view else name),
        }
        for name, (value, icon, tone, note) in values.items()
    ]


def filters(found: Worklist) -> Row:
    """The filter row."""
    asked = found.asked
    fields: list[Row] = [
        {
            "kind": "search",
            "name": "q",
            "label": _("在清单中查找"),
            "value": asked.text,
            "hint": _("案号、当事人、拼音首字母"),
        },
        _choice("kind", _("节点类型"), _("全部节点类型"), found.kinds, asked.kind),
    ]
    if found.officers:
        fields.append(_choice("officer", _("承办人"), _("全部承办人"), found.officers, asked.officer))
    kept = (("view", asked.view), ("on", asked.on.isoformat() if asked.on else ""))
    return {"fields": fields, "kept": [(name, value) for name, value in kept if value]}


def chips(found: Worklist, link: Address) -> list[Row]:
    """What narrows the list now, each with the address without it."""
    asked = found.asked
    named = (
        ("view", str(VIEW_NAMES.get(asked.view, ""))),
        ("q", _("查找：%s") % asked.text if asked.text else ""),
        ("kind", _("节点：%s") % dict(found.kinds).get(asked.kind, asked.kind) if asked.kind else ""),
        (
            "officer",
            _("承办人：%s") % dict(found.officers).get(asked.officer, _("不在名单中"))
            if asked.officer
            else "",
        ),
        ("on", _("%s到期") % day_words(asked.on, found.today) if asked.on else ""),
    )
    return [{"label": label, "remove_url": link(**{name: None})} for name, label in named if label]


def columns(found: Worklist) -> list[Row]:
    """The head of the table; whose case it is only where it can be another's."""
    return [
        *([{"label": "", "kind": "check"}] if _tickable(found) else []),
        {"label": _("节点与依据"), "kind": "main"},
        {"label": _("案号与当事人")},
        *([] if found.reach.widest == "own" else [{"label": _("承办人")}]),
        {"label": _("期限")},
        {"label": _("状态")},
        {"label": _("操作"), "kind": "acts"},
    ]


def groups(found: Worklist) -> list[Row]:
    """The rows under the day they must be done by, further than a week under its month: overdue first, no limit last."""
    grouped = groupby(found.items, key=lambda item: _group_of(item, found))
    return [
        {"title": _group_title(name, found), "rows": [_row(item, found) for item in items]}
        for name, items in grouped
    ]


def empty(found: Worklist, link: Address) -> Row:
    """Why there is nothing, and where to look next."""
    counts, asked = found.counts, found.asked
    if asked.text or asked.kind or asked.officer:
        return {
            "title": _("没有符合条件的节点"),
            "text": _("去掉一些条件再看。"),
            "icon": "filter-off",
            "actions": [
                {"label": _("清除全部条件"), "url": link(view=None, q=None, kind=None, officer=None)}
            ],
        }
    further = [("today", counts.today), ("3d", counts.within_3), ("7d", counts.within_7)]
    offered = next(((name, n) for name, n in further if n and name != asked.view), None)
    title = _("“%s”里没有节点") % VIEW_NAMES[asked.view] if asked.view else _("没有要办的节点")
    if offered and asked.view:
        name, number = offered
        label = _("看 %(view)s（%(n)s）") % {"view": VIEW_NAMES[name], "n": shown(number, counts.most)}
        return {
            "title": title,
            "text": "",
            "icon": "circle-check",
            "actions": [{"label": label, "url": link(view=name)}],
        }
    text = _("新的案件分到后，要办的节点会出现在这里。")
    actions = [{"label": _("看全部节点"), "url": link(view=None)}] if asked.view else []
    return {"title": title, "text": "" if asked.view else text, "icon": "circle-check", "actions": actions}


def footing(found: Worklist) -> str:
    """How many rows the page holds."""
    over = sum(1 for item in found.items if _overdue(item, found))
    words = _("本页 %(n)d 条") % {"n": len(found.items)}
    return _("%(words)s，含超期 %(over)s 条") % {"words": words, "over": over} if over else words


def case_address(case_id: int, nodes: tuple[int, ...] = (), query: str = "") -> str:
    """The case page, with the first of these nodes open. query: of the worklist, to which the way leads back."""
    page = reverse("desk:case", args=[case_id])
    origin = quote(f"worklist?{query}" if query else "worklist")
    return f"{page}?from={origin}&node={nodes[0]}#node-{nodes[0]}" if nodes else page


def _choice(name: str, label: str, everything: str, options: list, chosen: object) -> Row:
    given = [{"value": value, "label": text, "selected": value == chosen} for value, text in options]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": given}


def _row(item: Item, found: Worklist) -> Row:
    page = case_address(item.case_id, item.nodes, query_of(found.asked))
    return {
        "id": item.row_id,
        **_tick(item, found),
        "cells": [
            {"kind": "main", "text": _title(item), "sub": _ground(item), "strong": True},
            {
                "text": item.number,
                "sub": item.parties,
                "url": page,
                "open": True,
                "caseno": True,
                "tags": flag_tags(item.flags, found.today),
            },
            *([] if found.reach.widest == "own" else [_handler(item)]),
            {**_day(item, found), "nowrap": True, "label": _("期限")},
            {"pill": _pill(item, found), "label": _("状态")},
            {"kind": "acts", "actions": _acts(item, page)},
        ],
    }


def bulk(found: Worklist, may_pass_on: bool = False) -> Row | None:
    """The bar below ticked rows; all that the filters leave over only where they leave one kind of node over."""
    if not _tickable(found):
        return None
    acts: list[Row] = [{"label": _("批量办结…"), "primary": True, "small": True}]
    if may_pass_on:
        acts.append({"label": _("批量转办…"), "small": True, "name": "do", "value": "pass_on"})
    one_kind = bool(found.asked.kind) or len({item.title for item in found.items}) == 1
    if not one_kind:
        return {"note": _("同一种节点可以批量办理"), "actions": acts}
    number = f" {len(found.items)} " if not found.next and not found.prev else ""
    every: Row = {"label": _("选择全部%s条结果") % number, "small": True, "name": "all", "value": "1"}
    if may_pass_on:
        acts.append({**every, "label": _("转办全部%s条结果…") % number, "value": "pass_on"})
    return {"note": "", "actions": [*acts, every]}


def _tickable(found: Worklist) -> bool:
    return found.asked.view != "done" and any(item.nodes for item in found.items)


def _tick(item: Item, found: Worklist) -> Row:
    if not _tickable(found):
        return {}
    if not item.nodes:
        return {"blank": True}
    ids = ",".join(str(node) for node in item.nodes)
    return {"select_label": f"{_title(item)} {item.number}", "select_value": ids}


def _handler(item: Item) -> Row:
    return {"text": item.handler or _("未分案"), "nowrap": True, "label": _("承办人")}


def _title(item: Item) -> str:
    if len(item.nodes) > 1:
        return _("%(title)s（%(n)d 项）") % {"title": item.title, "n": len(item.nodes)}
    return f"{item.title} · {item.subject}" if item.subject else item.title


def _ground(item: Item) -> str:
    limit = item.limit
    if limit is None:
        return ""
    parts = [limit.statement, limit.source, "" if limit.verified else _("待核实")]
    return " · ".join(filter(None, parts))


def _acts(item: Item, page: str) -> list[Row]:
    label = _("查看") if item.segment == "done" or not item.nodes else _("办结")
    return [{"label": label, "small": True, "url": page}]


def _day(item: Item, found: Worklist) -> Row:
    today, limit = found.today, item.limit
    if item.done_on:
        return {"text": day_words(item.done_on, today), "sub": _("办结日期")}
    if limit is None:
        return {"text": _("没有期限")}
    if limit.on is None:
        return {"text": _("停止计时"), "sub": _stopped(limit, today)}
    overdue = _overdue(item, found)
    text = day_words(limit.on, today) + (_("，暂定") if limit.provisional else "")
    sub = words_of(limit.on, overdue=overdue, today=today, at=limit.at if limit.timed else None)
    tone = state_of(limit.on, overdue=overdue, today=today)
    return {"text": text, "sub": _with_beside(sub, item, today), "sub_tone": tone if tone != "prog" else ""}


def _with_beside(words: str, item: Item, today: dt.date) -> str:
    if item.beside is None or item.beside.on is None:
        return words
    other = short_day(item.beside.on, today)
    return _("%(words)s · 国家规定，本院规定 %(day)s") % {"words": words, "day": other}


def _pill(item: Item, found: Worklist) -> Row:
    if item.segment == "done":
        return {"state": "late_done" if item.late else "done"}
    if item.segment == "hold":
        return {"state": "hold"}
    if item.limit is None or item.limit.on is None:
        return {"state": "todo", "text": _("待办")}
    return {"state": state_of(item.limit.on, overdue=_overdue(item, found), today=found.today)}


def _overdue(item: Item, found: Worklist) -> bool:
    limit = item.limit
    return bool(limit and limit.overdue_at and limit.overdue_at <= found.at)


def _group_of(item: Item, found: Worklist) -> object:
    if item.segment not in ("running", "later"):
        return item.done_on or item.segment
    day = item.limit and item.limit.on
    if _overdue(item, found):
        return "overdue"
    return _month_of(day) if day and day > found.today + NEAR else day


def _month_of(day: dt.date) -> tuple[int, int]:
    return day.year, day.month


def _group_title(name: object, found: Worklist) -> str:
    counts, today = found.counts, found.today
    if isinstance(name, dt.date):
        if found.asked.view == "done":
            return day_words(name, today)
        words = _("今天 %s") % day_words(name, today) if name == today else day_words(name, today)
        number = counts.by_day.get(name)
        return f"{words}（{number}）" if number else words
    if isinstance(name, tuple):
        return _month_words(*name, today)
    titles = {
        "overdue": _("已超期（%s）") % shown(counts.overdue, counts.most),
        "hold": _("中止计时（%s）") % shown(counts.hold, counts.most),
        "free": _("没有期限"),
    }
    return titles[str(name)]


def _month_words(year: int, month: int, today: dt.date) -> str:
    """本月稍后, 12月稍后, 2027年1月: what ends later than the week ahead."""
    if (year, month) == (today.year, today.month):
        return _("本月稍后")
    first = (
        _("%d月") % month
        if year == today.year
        else _("%(year)d年%(month)d月") % {"year": year, "month": month}
    )
    near = today + NEAR
    return _("%s稍后") % first if (year, month) == (near.year, near.month) else first


def _stopped(limit: Limit, today: dt.date) -> str:
    if limit.stopped_on is None:
        return ""
    return _("已停 %(n)d 日") % {"n": max((today - limit.stopped_on).days, 0) + 1}


def _oldest(counts: Counts, today: dt.date) -> str:
    if counts.oldest_on is None:
        return _("没有超期")
    return _("最长 %(n)d 日") % {"n": max((today - counts.oldest_on).days, 0)}


def _done_today(counts: Counts) -> str:
    return _("今天已办 %d") % counts.done_today if counts.done_today else _("今天还没有办结的")


def _busiest(counts: Counts, today: dt.date) -> str:
    if counts.busiest is None:
        return _("含 3 日内")
    day, number = counts.busiest
    return _("%(day)s最多（%(n)d）") % {"day": short_day(day, today), "n": number}


def _late(counts: Counts) -> str:
    if counts.done > counts.most:
        return ""
    return _("超期办结 %d") % counts.done_late if counts.done_late else _("没有超期办结")
