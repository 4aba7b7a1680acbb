"""The tallies of whole courts, as the sweep counted them: who reads them, and how long they speak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from cases.models import Case
from courts.models import User
from kernel.time import today
from supervision.models import Counted, Tally

FRESH = dt.timedelta(seconds=60)
"""Older figures are counted anew."""
Row = tuple[str, int, str, Sequence[int], Sequence[int], Sequence[int]]
"""(axis, court, key, (late, today, soon, week, oldest), bands, days)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands for the courts that a person sees whole. flags: flag -> cases.

    beside: the clocks that the tallies do not hold and the person sees: of other courts, of sealed cases.
    """

    at: dt.datetime
    rows: Sequence[Row]
    beside: Q
    flags: Mapping[str, int] = field(default_factory=dict)


def fresh(user: User, at: dt.datetime, axis: str = "", key: str = "") -> Kept | None:
    """The tallies for a person; None where nothing is seen whole, or they are too old (then all is counted anew).

    axis: only those of this axis; key: only of this kind or officer. Three queries at most.
    """
    courts = user.scope.courts
    counted = Counted.objects.values_list("at", flat=True).first() if courts else None
    if counted is None or not counted <= at < counted + FRESH or today(counted) != today(at):
        return None
    rows: list[Row] = []
    flags: dict[str, int] = {}
    columns = ("axis", "court_id", "key", "late", "today", "soon", "week", "oldest", "bands", "days")
    tallies = Tally.objects.filter(court__in=courts, **({"key": key} if key else {}))
    # The loads are the officers once more, by team: only for who asks for them.
    tallies = tallies.filter(axis=axis) if axis else tallies.exclude(axis="load")
    for axis, court, key, *figures, bands, days in tallies.values_list(*columns):
        if axis == "flag":
            flags[key] = flags.get(key, 0) + figures[0]
        else:
            rows.append((axis, court, key, figures, bands, days))
    sealed = Case.objects.filter(sealed=True).visible_to(user).values_list("pk", flat=True)
    beside = ~Q(court__in=courts) & (Q(team_id__in=user.scope.teams) | Q(owner_id__in=user.scope.owners))
    return Kept(counted, rows, beside | Q(case_id__in=list(sealed)), flags)
