"""工作日历 as month grids and as the table of its special days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from courts.models import CalendarDay
from desk.selectors.calendar import Year
from desk.shapes import year_grids
from desk.words import day_words

WEEKEND = 5


def months(found: Year, today: dt.date) -> list[dict[str, Any]]:
    """Twelve grids: rest days, make-up days, the court's own days."""
    start = dt.date(found.year, 1, 1)
    days = [start + dt.timedelta(n) for n in range((dt.date(found.year + 1, 1, 1) - start).days)]
    marks = {
        day: {"kind": "skipped", "mark": "", "words": _("周末")} for day in days if day.weekday() >= WEEKEND
    }
    marks |= {row.on: _mark(row) for row in [*found.national, *found.own]}
    return year_grids(found.year, marks, today)


def _mark(row: CalendarDay) -> dict[str, str]:
    kind = "makeup" if row.is_workday else "skipped"
    mark = _("班") if row.is_workday else _("休")
    if row.court_id is not None:
        return {"kind": "suspended", "mark": _("院%s") % mark, "words": _("本院规定：%s") % row.name}
    return {"kind": kind, "mark": mark, "words": row.name}


def legend() -> list[dict[str, str]]:
    """What the looks of the days mean."""
    return [
        {"kind": "skipped", "text": _("休息日")},
        {"kind": "makeup", "text": _("调休上班")},
        {"kind": "suspended", "text": _("本院单独规定")},
    ]


def lines(found: Year, today: dt.date) -> list[dict[str, Any]]:
    """Runs of neighbouring days of one name and source, the court's own days one by one."""
    runs: list[list[CalendarDay]] = []
    for row in found.national:
        before = runs[-1][-1] if runs else None
        if before is not None and _goes_on(before, row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return [_line(run, today) for run in runs]


def own_lines(found: Year, today: dt.date) -> list[dict[str, Any]]:
    """What the court has said itself, with the day to take back."""
    return [_line([row], today) | {"on": row.on.isoformat()} for row in found.own]


def _goes_on(before: CalendarDay, row: CalendarDay) -> bool:
    same = (before.name, before.source, before.is_workday) == (row.name, row.source, row.is_workday)
    return same and (row.on - before.on).days == 1


def _line(run: list[CalendarDay], today: dt.date) -> dict[str, Any]:
    first, last = run[0], run[-1]
    days = day_words(first.on, today)
    if last is not first:
        days = _("%(first)s 至 %(last)s，共 %(n)d 天") % {
            "first": days,
            "last": day_words(last.on, today),
            "n": len(run),
        }
    return {
        "days": days,
        "name": first.name,
        "source": first.source,
        "pill": {
            "state": "prog" if first.is_workday else "todo",
            "text": _("上班") if first.is_workday else _("休息"),
        },
        "provisional": first.provisional,
    }
