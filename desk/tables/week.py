"""一周到期 as a table: one row an officer, one column a day, each figure the way to its list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from desk.selectors.week import Load, Week
from desk.words import short_day

Row = dict[str, Any]
LEVELS = 4


def sentence(found: Week) -> str:
    """The heaviest day, in one sentence."""
    total = sum(found.by_day)
    if not total:
        return _("这一周没有到期的节点")
    most = max(found.by_day)
    day = found.days[found.by_day.index(most)]
    return _("共 %(n)d 个到期，%(day)s最多（%(most)d 个）") % {
        "n": total,
        "day": short_day(day, found.today),
        "most": most,
    }


def columns(found: Week) -> list[Row]:
    """The officer, the days, the sum."""
    weekdays = _("一二三四五六日")
    days = [
        {
            "label": f"{day.month}月{day.day}日（{weekdays[day.weekday()]}）",
            "kind": "num c-week__today" if day == found.today else "num",
        }
        for day in found.days
    ]
    return [{"label": _("承办人"), "kind": "main"}, *days, {"label": _("合计"), "kind": "num"}]


def groups(found: Week, loads: Sequence[Load] | None = None) -> list[Row]:
    """One row an officer, everybody's below when there are several. loads: those of the page, else all."""
    rows = [_row(load, found) for load in (found.loads if loads is None else loads)]
    if len(found.loads) > 1:
        rows.append(_row(Load(None, _("合计"), found.by_day), found, whole=True))
    return [{"rows": rows}] if rows else []


def _row(load: Load, found: Week, *, whole: bool = False) -> Row:
    # Who sees no colleagues has no filter by officer either.
    officer = load.owner if found.reach.sees_colleagues and not whole else None
    name = load.name or _("未分案")
    cells = [
        _cell(number, day, name, officer, 0 if whole else _level(number, found.most))
        for number, day in zip(load.by_day, found.days, strict=True)
    ]
    return {
        "cells": [
            {"kind": "main", "text": name, "strong": whole},
            *cells,
            {"kind": "num", "text": str(load.total), "strong": True, "label": _("合计")},
        ]
    }


def _cell(number: int, day: dt.date, name: str, officer: int | None, level: int) -> Row:
    label = f"{day.month}月{day.day}日"
    cell: Row = {"kind": f"num c-week__{level}", "label": label, "text": str(number) if number else "—"}
    if number:
        narrowed = f"&officer={officer}" if officer else ""
        cell["url"] = f"{reverse('desk:worklist')}?on={day.isoformat()}{narrowed}"
    return cell


def _level(number: int, most: int) -> int:
    """0 for none, else 1..LEVELS by the share of the heaviest day."""
    return -(-number * LEVELS // most) if number else 0
