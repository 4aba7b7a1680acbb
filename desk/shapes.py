"""Figures of the case page as plain shapes: the ring of a limit, month grids. Templates do no arithmetic."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

Day = dict[str, Any]

# What a step of a derivation (regimes.explain) makes of a day.
_KINDS = {"count": "counted", "skip": "skipped", "suspend": "suspended"}


def donut(parts: Iterable[tuple[str, str, int]], total: int, number: int, unit: str) -> dict[str, Any]:
    """The ring of a limit for components/donut.html.

    parts: (tone, label, days), drawn one after the other from the top; total: days of the whole ring;
    number and unit: what stands in the middle, e.g. 129 日剩余. More days than the ring holds fill it.
    """
    drawn: list[dict[str, Any]] = []
    at = 0
    for tone, label, days in parts:
        value = max(0, min(days, total - at))
        text = _("%(days)d 日") % {"days": days}
        drawn.append({"tone": tone, "label": label, "value": value, "offset": -at, "text": text})
        at += value
    words = "，".join(f"{part['label']} {part['text']}" for part in drawn)
    return {
        "total": max(total, 1),
        "number": number,
        "unit": unit,
        "parts": drawn,
        "words": _("%(words)s，%(number)d %(unit)s") % {"words": words, "number": number, "unit": unit},
    }


def month_grids(
    start: dt.date, due: dt.date | None, steps: Iterable[Mapping[str, Any]], today: dt.date | None = None
) -> list[dict[str, Any]]:
    """The months between start and due for components/calendar.html; months without a mark are left out.

    steps: {kind, on, n, reason} as in the steps of an explained deadline; `on` a date or its ISO text.
    A counted day whose reason speaks of 调休 is drawn as a make-up day. Start and due keep their own look.
    """
    marks: dict[dt.date, Day] = {}
    for step in steps:
        if step["kind"] in _KINDS and step["on"]:
            on = _as_date(step["on"])
            marks[on] = _marked(step)
    marks[start] = {"kind": "start", "mark": _("起"), "words": _("起算事实发生日，不计入")}
    if due is not None:
        marks[due] = {"kind": "due", "mark": _("到期"), "words": _("到期日")}
    months = sorted({(day.year, day.month) for day in marks})
    return [_month(year, month, marks, today) for year, month in months]


def year_grids(year: int, marks: Mapping[dt.date, Day], today: dt.date) -> list[dict[str, Any]]:
    """Twelve months for components/calendar.html. marks: {kind, mark, words} by day."""
    return [_month(year, month, marks, today) for month in range(1, 13)]


def _as_date(on: dt.date | str) -> dt.date:
    if isinstance(on, str):
        return dt.date.fromisoformat(on[:10])
    return on.date() if isinstance(on, dt.datetime) else on


def _marked(step: Mapping[str, Any]) -> Day:
    kind = _KINDS[step["kind"]]
    if kind == "counted":
        makeup = "调休" in step["reason"]
        return {
            "kind": "makeup" if makeup else "counted",
            "mark": str(step["n"] or ""),
            "words": step["reason"],
        }
    return {"kind": kind, "mark": _("停") if kind == "suspended" else _("休"), "words": step["reason"]}


def _month(year: int, month: int, marks: Mapping[dt.date, Day], today: dt.date | None) -> dict[str, Any]:
    weeks = [
        [_day(dt.date(year, month, number), marks, today) if number else None for number in week]
        for week in calendar.Calendar().monthdayscalendar(year, month)
    ]
    return {"title": _("%(year)d年%(month)d月") % {"year": year, "month": month}, "weeks": weeks}


def _day(on: dt.date, marks: Mapping[dt.date, Day], today: dt.date | None) -> Day:
    return {"number": on.day, "today": on == today, **marks.get(on, {"kind": "", "mark": "", "words": ""})}
