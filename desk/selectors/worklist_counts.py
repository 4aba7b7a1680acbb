"""The figures above the worklist. Nothing later than seven days ahead is counted, and no part further than `most`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ExpressionWrapper,
    F,
    QuerySet,
    Value,
)
from django.db.models.functions import TruncDate

from deadlines.querysets import DeadlineQuerySet
from kernel.time import SHANGHAI, at_local, today
from supervision.tallies import Row as Tallied

MOST = 999
"""How far each part is counted: one more than this means more."""
MOST_TYPED = 99
"""How far where a name or number was typed."""
MOST_COMMON = 9
"""How far where many cases match: of a surname that every tenth case has, ten clocks are looked at for each counted."""
WEEK = 7
_COLUMNS = ("part", "on", "is_late")


@dataclass(frozen=True, slots=True)
class Counts:
    """Nodes by how soon their first clock ends. within_3, within_7: today's included, overdue ones not.

    oldest_on: last day of the longest overdue one. by_day: last days of the coming week with their nodes, as far as
    they are counted whole. A figure above `most` stands for any number above it.
    """

    overdue: int = 0
    today: int = 0
    within_3: int = 0
    within_7: int = 0
    hold: int = 0
    done: int = 0
    done_late: int = 0
    done_today: int = 0
    oldest_on: dt.date | None = None
    by_day: Mapping[dt.date, int] = field(default_factory=dict)
    most: int = MOST

    @property
    def busiest(self) -> tuple[dt.date, int] | None:
        """The day of the coming week with the most nodes, the earlier of equals; None when not all are counted."""
        if self.within_7 > self.most:
            return None
        return max(sorted(self.by_day.items()), key=lambda pair: pair[1]) if self.by_day else None


def count(
    running: DeadlineQuerySet,
    stopped: DeadlineQuerySet,
    done: QuerySet,
    at: dt.datetime,
    *,
    most: int = MOST,
    is_common: bool = False,
) -> Counts:
    """One query. running, stopped: one clock a node. done: this week's nodes, annotated with `late`.

    is_common: of a text that many cases match no more than MOST_COMMON are counted, and what is ahead is walked in the
    order of its days until enough is found, where otherwise the whole week is looked at.
    """
    on = today(at)
    last = on + dt.timedelta(days=WEEK)
    most = MOST_COMMON if is_common else most
    parts = _rows(running, stopped, done, at, None if is_common else last, most + 1)
    over, finished = parts["over"], parts["done"]
    ahead = [(day, late) for day, late in parts["ahead"] if day <= last]
    by_day = Counter(day for day, _late in ahead)
    within_3 = sum(n for day, n in by_day.items() if day <= on + dt.timedelta(days=3))
    due_today = by_day[on]
    if len(ahead) > most:
        # The day at which counting stopped is not counted whole.
        del by_day[max(by_day)]
    return Counts(
        overdue=len(over),
        today=due_today,
        within_3=within_3,
        within_7=len(ahead),
        hold=len(parts["hold"]),
        done=len(finished),
        done_late=sum(late for _day, late in finished),
        done_today=sum(day == on for day, _late in finished),
        oldest_on=min((day for day, _late in over), default=None),
        by_day=dict(by_day),
        most=most,
    )


def with_tallies(counts: Counts, rows: Sequence[Tallied], on: dt.date) -> Counts:
    """The figures with those of whole courts, as the sweep counted them: exact, and a minute old at most.

    rows: tallies of the axis `court`, of a day `on`.
    """
    by_day, oldest = Counter(counts.by_day), [counts.oldest_on] if counts.oldest_on else []
    summed = [0, 0, 0, 0]
    for _axis, _court, _key, figures, _bands, days in rows:
        summed = [one + other for one, other in zip(summed, figures, strict=False)]
        by_day.update(
            {on + dt.timedelta(days=n): number for n, number in enumerate(days[: WEEK + 1]) if number}
        )
        oldest += [on - dt.timedelta(days=figures[4])] if figures[0] else []
    overdue, due_today, within_3, within_7 = summed
    return replace(
        counts,
        overdue=counts.overdue + overdue,
        today=counts.today + due_today,
        within_3=counts.within_3 + within_3,
        within_7=counts.within_7 + within_7,
        oldest_on=min(oldest, default=None),
        by_day=dict(by_day),
    )


def _rows(
    running: DeadlineQuerySet,
    stopped: DeadlineQuerySet,
    done: QuerySet,
    at: dt.datetime,
    until: dt.date | None,
    limit: int,
) -> Mapping[str, list[tuple[dt.date, bool]]]:
    """Part -> (day, late) of each row, the earliest first, no more of a part than `limit`. until: last day ahead."""
    last = ExpressionWrapper(F("overdue_at") - dt.timedelta(microseconds=1), output_field=DateTimeField())
    days = running.annotate(on=TruncDate(last, tzinfo=SHANGHAI))
    ahead = days.filter(overdue_at__gt=at)
    if until is not None:
        ahead = ahead.filter(overdue_at__lte=at_local(until + dt.timedelta(days=1)))
    no, none = Value(False, BooleanField()), Value(None, DateField())
    parts = (
        _part("over", days.filter(overdue_at__lte=at), "overdue_at", is_late=Value(True, BooleanField())),
        _part("ahead", ahead, "overdue_at", is_late=no),
        _part("hold", stopped, on=none, is_late=no),
        _part("done", done, "-done_on", on=F("done_on"), is_late=F("late")),
    )
    over, *others = (part[:limit] for part in parts)
    found: dict[str, list[tuple[dt.date, bool]]] = {"over": [], "ahead": [], "hold": [], "done": []}
    for part, day, late in over.union(*others, all=True):
        found[part].append((day, late))
    return found


def _part(name: str, rows: QuerySet, *order: str, **columns: Any) -> QuerySet:
    named = rows.annotate(part=Value(name, CharField()), **columns)
    return named.order_by(*order).values_list(*_COLUMNS)
