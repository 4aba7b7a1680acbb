"""What the sweep of the auditor left, for the page; who may look at it, and how long it speaks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import reduce

from django.db.models import F, QuerySet

from deadlines.matters import Matters, matters_in_use
from supervision.auditor import KINDS, Audit, Finding, lateness_of, named
from supervision.models import Audited, StoredFinding

FRESH = dt.timedelta(minutes=15)
"""Older findings are not shown: a beat that stands still is what the auditor is there to see."""
_COLUMNS = ("kind", "court_id", "case_id", "number", "sealed", "owner_id", "place", "since", "detail")


def fresh(*, at: dt.datetime, courts: Collection[int] | None, limit: int) -> Audit | None:
    """The audit of these courts (None: all) as the last sweep found it; None when it is too old. Three queries."""
    swept = Audited.objects.first()
    if swept is None or not swept.at <= at < swept.at + FRESH:
        return None
    parts = [_of(kind, courts)[:limit] for kind in KINDS]
    rows = reduce(lambda one, other: one.union(other, all=True), parts)
    seen = [counts for court, counts in swept.lateness.items() if courts is None or int(court) in courts]
    matters = matters_in_use()
    return Audit(swept.at, tuple(_finding(row, matters) for row in rows), lateness_of(seen))


def _of(kind: str, courts: Collection[int] | None) -> QuerySet:
    """The findings of a kind, the longest standing first; of the case what it says today."""
    rows = StoredFinding.objects.filter(kind=kind)
    if courts is not None:
        rows = rows.filter(court__in=courts)
    about_case = {"number": F("case__number"), "sealed": F("case__sealed"), "owner_id": F("case__owner_id")}
    return rows.order_by("since", "id").annotate(**about_case).values_list(*_COLUMNS)


def _finding(row: tuple, matters: Matters) -> Finding:
    kind, court_id, case_id, number, sealed, owner_id, place, since, detail = row
    said = named(detail, matters)
    return Finding(KINDS[kind], court_id, case_id, number or "", bool(sealed), owner_id, place, since, said)
