"""The tallies against a recount: every running clock that calls for work is read and added up here, without the sweep's SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from cases.models import Case
from kernel.time import today
from supervision.board import Tally, counted_by_day, first_of_all
from supervision.models import Counted
from supervision.models import Tally as Kept


def differences(at: dt.datetime | None = None) -> Iterator[str]:
    """One line for each figure of a court, team, officer or kind that a recount gives otherwise. at: default the tallies' own."""
    at = at or Counted.objects.values_list("at", flat=True).first()
    if at is None:
        yield "没有计数"
        return
    counted, kept = recounted(at), stored()
    for name in sorted(counted.keys() | kept.keys()):
        live, known = counted.get(name, (0,) * 5), kept.get(name, (0,) * 5)
        if live != known:
            yield f"{name}: 计数 {known}，重数 {live}"


def recounted(at: dt.datetime) -> dict[tuple[int, str, str], tuple[int, ...]]:
    """(court, axis, key) -> late, today, soon, week, oldest; figures that are all nought are left out."""
    found: dict[tuple[int, str, str], Tally] = {}
    on = today(at)
    open_cases = first_of_all().exclude(case_id__in=Case.objects.filter(sealed=True).values("pk"))
    for court, team, officer, kind, day, late, n in counted_by_day(open_cases, at):
        load = f"{team or ''}:{officer or ''}"
        axes = (("court", ""), ("team", team), ("officer", officer), ("kind", kind), ("load", load))
        for axis, key in axes:
            tally = found.setdefault((court, axis, "" if key is None else str(key)), Tally())
            tally.add(day, on, late, n)
    return {name: row for name, tally in found.items() if any(row := _figures(tally))}


def stored() -> dict[tuple[int, str, str], tuple[int, ...]]:
    """The same, as the sweep has written it."""
    rows = Kept.objects.exclude(axis="flag").values_list(
        "court_id", "axis", "key", "late", "today", "soon", "week", "oldest"
    )
    return {(court, axis, key): tuple(row) for court, axis, key, *row in rows if any(row)}


def _figures(tally: Tally) -> tuple[int, ...]:
    return (tally.late, tally.today, tally.soon, tally.week, tally.oldest)
