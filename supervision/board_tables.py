"""The figures of the command centre as tiles, tables and bars. Every number is a link to its rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from deadlines.matters import matters_in_use
from kernel.dates import long_date
from regimes.vocabulary import load_vocabulary
from supervision.board import BANDS, Asked, Board, Names, Tally
from supervision.overdue import Line, Lines

Row = dict[str, Any]
TOP = 12
BAND_WORDS = {
    "1-3": _lazy("3 日以内"),
    "4-7": _lazy("4 至 7 日"),
    "8-15": _lazy("8 至 15 日"),
    "16-30": _lazy("16 至 30 日"),
    "31-": _lazy("超过 30 日"),
}
WHEN_WORDS = {
    "late": _lazy("已超期"),
    "today": _lazy("今天到期"),
    "soon": _lazy("三日内到期"),
    "week": _lazy("七日内到期"),
}
DEFINITIONS = (
    (
        _lazy("超期节点"),
        _lazy(
            "到今天为止最后一日已过、仍在办理的节点；同一案件、同一对象的同一节点只计一次，以最先届满的期限为准。"
        ),
    ),
    (_lazy("超期天数"), _lazy("今天减去最后一日的自然日数。中止、扣除的日数已在期限中扣除。")),
    (_lazy("今天到期"), _lazy("最后一日是今天、还没有超期的节点。")),
    (
        _lazy("三日内、七日内到期"),
        _lazy("从今天起三日内、七日内届满的节点，含今天，不含已超期。用作提前预警。"),
    ),
    (_lazy("案款超期"), _lazy("发款阶段的超期节点。")),
    (
        _lazy("长期未结"),
        _lazy("带有“长期未结”标记的案件；所辖法院都没有采用这一标记的，列“长期未评估拍卖”的案件。"),
    ),
    (_lazy("督办未反馈"), _lazy("已发出、还没有反馈的督办单；逾期是指过了反馈期限。催办不计。")),
    (
        _lazy("五超"),
        _lazy("财产超期未控、措施到期未处置、超期未发款、长期未结、超期未归档的案件；日数见各案标记的规则。"),
    ),
)
"""What each figure means, in words; told where the figure stands, and all together at the foot of the page."""


def told(place: str, name: str) -> Row:
    """The definition of a figure, for who points at it. place: unique on the page."""
    return {"id": f"told-{place}", "text": next(text for title, text in DEFINITIONS if str(title) == name)}


def link(**given: object) -> str:
    """The list behind a number."""
    query = {name: str(value) for name, value in given.items() if value not in (None, "")}
    url = reverse("supervision:overdue")
    return f"{url}?{urlencode(query)}" if query else url


def flag_link(name: str, **given: object) -> str:
    """The cases that carry a flag."""
    return f"{reverse('desk:cases')}?{urlencode({'flag': name, **given})}"


def tiles(found: Board) -> list[Row]:
    """The row of figures on top."""
    whole, money = found.whole, found.money
    flag = (
        "long_pending"
        if "long_open" not in found.flag_rules and "long_pending" in found.flag_rules
        else "long_open"
    )
    return [
        {
            "label": _("超期节点"),
            "told": told("late", "超期节点"),
            "value": f"{whole.late:,}",
            "note": _("最长 %d 日") % whole.oldest if whole.late else _("没有超期"),
            "tone": "over" if whole.late else "",
            "icon": "alert-octagon",
            "url": link(when="late"),
        },
        {
            "label": _("今天到期"),
            "told": told("today", "今天到期"),
            "value": f"{whole.today:,}",
            "note": _("三日内 %d") % whole.soon,
            "tone": "soon" if whole.today else "",
            "icon": "clock-exclamation",
            "url": link(when="today"),
        },
        {
            "label": _("七日内到期"),
            "told": told("week", "三日内、七日内到期"),
            "value": f"{whole.week:,}",
            "note": _("含今天"),
            "icon": "calendar-due",
            "url": link(when="week"),
        },
        {
            "label": _("案款超期"),
            "told": told("money", "案款超期"),
            "value": f"{money.late:,}",
            "note": _("最长 %d 日") % money.oldest if money.late else _("没有超期"),
            "tone": "over" if money.late else "",
            "icon": "cash",
            "url": link(when="late", money=1),
        },
        {
            "label": load_vocabulary().flags[flag],
            "told": told("long", "长期未结"),
            "value": f"{found.flags.get(flag, 0):,}",
            "note": _("件案件"),
            "icon": "hourglass",
            "url": flag_link(flag),
        },
        {
            "label": _("督办未反馈"),
            "told": told("orders", "督办未反馈"),
            "value": f"{found.open_orders:,}",
            "note": _("逾期 %d") % found.late_orders,
            "tone": "over" if found.late_orders else "",
            "icon": "speakerphone",
            "url": f"{reverse('supervision:orders')}?state=open",
        },
    ]


def flag_lines(found: Board) -> list[Row]:
    """五超 and the other flags that the courts in reach use: name, rule, how many cases, the list."""
    five = found.five_over
    rest = {name: n for name, n in found.flags.items() if name in found.flag_rules and name not in five}
    return [
        {
            "name": load_vocabulary().flags.get(name, name),
            "told": {"id": f"told-flag-{name}", "text": found.flag_rules[name].statement},
            "five": name in five,
            "count": n,
            "url": flag_link(name),
        }
        for name, n in (*five.items(), *rest.items())
    ]


def rolling(found: Board, may_order: bool = False) -> list[Row]:
    """The rolling list of five-over cases (HD-12); may_order: 督办 from each row."""
    return [
        {
            "url": f"/cases/{row.flag.case_id}/",
            "number": row.number,
            "flag": row.flag.words,
            "days": row.flag.days(found.today),
            "place": "　".join(filter(None, (row.court, row.officer))),
            "order_url": reverse("supervision:issue", args=[row.flag.case_id]) if may_order else "",
        }
        for row in found.rolling.rows
    ]


def group_tables(found: Board) -> list[Row]:
    """By court (where there are several), team, officer and node, the latest first."""
    kinds = {key: found.matters.words(key) for key in found.kinds}
    groups = [
        ("officer", _("承办人"), found.officers, found.names.people, _("未分案")),
        ("kind", _("节点"), found.kinds, kinds, ""),
    ]
    if found.teams:
        groups.insert(0, ("team", _("团队"), found.teams, found.names.teams, _("未分团队")))
    if len(found.courts) > 1:
        groups.insert(0, ("court", _("法院"), found.courts, found.names.courts, ""))
    return [_group(*group) for group in groups]


def _group(key: str, title: str, tallies: Mapping[Any, Tally], names: Mapping[Any, str], none: str) -> Row:
    ranked = sorted(
        tallies.items(), key=lambda pair: (-pair[1].late, -pair[1].oldest, -pair[1].week, str(pair[0]))
    )
    return {
        "id": f"by-{key}",
        "title": _("按%s") % title,
        "columns": [
            {"label": title, "kind": "main"},
            {"label": _("超期"), "kind": "num", "told": told(f"{key}-late", "超期节点")},
            {"label": _("最长"), "kind": "num", "told": told(f"{key}-oldest", "超期天数")},
            {"label": _("今天到期"), "kind": "num", "told": told(f"{key}-today", "今天到期")},
            {"label": _("三日内"), "kind": "num", "told": told(f"{key}-soon", "三日内、七日内到期")},
            {"label": _("七日内"), "kind": "num", "told": told(f"{key}-week", "三日内、七日内到期")},
        ],
        "groups": [
            {
                "rows": [
                    _tally_row(key, value, names.get(value) or none or str(value), tally)
                    for value, tally in ranked[:TOP]
                ]
            }
        ]
        if ranked
        else [],
        "foot": _("按超期数只列前 %(top)d，共 %(all)d。") % {"top": TOP, "all": len(ranked)}
        if len(ranked) > TOP
        else "",
    }


def _tally_row(key: str, value: Any, name: str, tally: Tally) -> Row:
    value = 0 if value is None else value
    oldest = _("%d 日") % tally.oldest if tally.late else "—"
    return {
        "cells": [
            {"kind": "main", "text": name},
            _number(_("超期"), tally.late, link(when="late", **{key: value}), name),
            {"kind": "num", "label": _("最长"), "text": oldest, "nowrap": True},
            _number(_("今天到期"), tally.today, link(when="today", **{key: value}), name),
            _number(_("三日内"), tally.soon, link(when="soon", **{key: value}), name),
            _number(_("七日内"), tally.week, link(when="week", **{key: value}), name),
        ]
    }


def _number(label: str, n: int, url: str, _name: str) -> Row:
    return {"kind": "num", "label": label, "text": f"{n:,}", **({"url": url} if n else {})}


def band_lines(found: Board) -> list[Row]:
    """Overdue nodes by how many days late."""
    total = sum(found.bands.values())
    return [
        _bar(str(BAND_WORDS[name]), found.bands[name], total, link(when="late", band=name), "over")
        for name, _first, _last in BANDS
        if total
    ]


def day_lines(found: Board) -> list[Row]:
    """The workload: nodes that end on each of the coming days."""
    most = max(found.days.values(), default=0)
    return [
        _bar(
            _day(day, found.today),
            n,
            most,
            link(on=day.isoformat()),
            "soon" if day == found.today else "prog",
        )
        for day, n in sorted(found.days.items())
        if most
    ]


def _bar(label: str, n: int, whole: int, url: str, tone: str) -> Row:
    share = f"{100 * n / whole:.1f}" if whole else "0"
    return {"label": label, "count": f"{n:,}", "share": share, "url": url if n else "", "tone": tone}


def _day(day: dt.date, today: dt.date) -> str:
    words = long_date(day).partition("年")[2]
    return _("今天 %s") % words if day == today else words


def table_title(asked: Asked, names: Names) -> str:
    """What a list is of: 已超期 · 执行通知 · 李明法."""
    parts = [
        str(WHEN_WORDS[asked.when or "late"]) if asked.on is None else long_date(asked.on),
        _("案款") if asked.money else "",
        matters_in_use().words(asked.kind) if asked.kind else "",
        str(BAND_WORDS.get(asked.band, "")),
        names.courts.get(asked.court or 0, ""),
        names.teams.get(asked.team or 0, ""),
        names.people.get(asked.officer or 0, ""),
    ]
    return " · ".join(part for part in parts if part)


def columns() -> list[Row]:
    """The head of the overdue-node table."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("节点")},
        {"label": _("最后一日")},
        {"label": _("超期"), "kind": "num"},
        {"label": _("承办")},
        {"label": _("督办")},
        {"label": _("办理"), "kind": "acts"},
    ]


def line_groups(found: Lines, today: dt.date, may_order: bool) -> list[Row]:
    """The rows of the overdue-node table."""
    rows = [_line(line, today, may_order) for line in found.lines]
    return [{"rows": rows}] if rows else []


def days_words(days: int) -> str:
    """9 日; before the end 还有 3 日; on the last day 今天."""
    if days > 0:
        return _("%d 日") % days
    return _("今天") if days == 0 else _("还有 %d 日") % -days


def _line(line: Line, today: dt.date, may_order: bool) -> Row:
    node = f"?node={line.clock.node_id}#node-{line.clock.node_id}" if line.clock.node_id else ""
    who = "　".join(filter(None, (line.court, line.team)))
    return {
        "cells": [
            {
                "kind": "main",
                "text": line.number,
                "url": f"{reverse('desk:case', args=[line.case_id])}{node}",
                "open": True,
                "caseno": True,
            },
            {"label": _("节点"), "text": line.matter, "sub": line.source},
            {"label": _("最后一日"), "text": _short(line.day, today), "nowrap": True},
            {
                "kind": "num",
                "label": _("超期"),
                "text": days_words(line.days),
                "strong": line.days > 0,
                "nowrap": True,
            },
            {"label": _("承办"), "text": line.officer or _("未分案"), "sub": who},
            {"label": _("督办"), **_order_cell(line)},
            {"kind": "acts", **({"template": "supervision/_line_acts.html"} if may_order else {})}
            | {
                "clock": line.clock.pk,
                "case": line.case_id,
                "may": may_order,
                "order": line.order,
                "name": line.number,
            },
        ]
    }


def _order_cell(line: Line) -> Row:
    order = line.order
    if order is None:
        return {"text": "—"}
    url = reverse("supervision:order", args=[order.pk])
    read = _("已签收") if order.read_at else _("未签收")
    return {"text": order.number, "url": url, "sub": f"{order.get_state_display()}，{read}"}


def _short(day: dt.date, today: dt.date) -> str:
    words = long_date(day)
    return (words.partition("年")[2] if day.year == today.year else words).partition("（")[0]
