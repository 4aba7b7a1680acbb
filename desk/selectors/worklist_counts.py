"""The figures above the worklist. Nothing later than seven days ahead is counted: the index ends the scan there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import BooleanField, Count, DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import TruncDate

from deadlines.querysets import DeadlineQuerySet
from kernel.time import SHANGHAI, at_local, today


@dataclass(frozen=True, slots=True)
class Counts:
    """Nodes by how soon their first clock ends. within_3, within_7: today's included, overdue ones not.

    oldest_on: last day of the longest overdue one. by_day: last days of the coming week with their nodes.
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

    @property
    def busiest(self) -> tuple[dt.date, int] | None:
        """The day of the coming week with the most nodes, the earlier of equals."""
        return max(sorted(self.by_day.items()), key=lambda pair: pair[1]) if self.by_day else None


def count(running: DeadlineQuerySet, stopped: DeadlineQuerySet, done: QuerySet, at: dt.datetime) -> Counts:
    """Three queries. running, stopped: one clock a node. done: this week's nodes, annotated with `late`."""
    on = today(at)
    week = at_local(on + dt.timedelta(days=8))
    is_late = ExpressionWrapper(Q(overdue_at__lte=at), output_field=BooleanField())
    last = ExpressionWrapper(F("overdue_at") - dt.timedelta(microseconds=1), output_field=DateTimeField())
    days = running.filter(overdue_at__lte=week).annotate(is_late=is_late, on=TruncDate(last, tzinfo=SHANGHAI))
    rows = list(days.order_by().values("is_late", "on").annotate(n=Count("pk")))
    by_day = {row["on"]: row["n"] for row in rows if not row["is_late"]}
    finished = list(done.order_by().values("done_on", "late").annotate(n=Count("pk")))
    return Counts(
        overdue=sum(row["n"] for row in rows if row["is_late"]),
        today=by_day.get(on, 0),
        within_3=sum(n for day, n in by_day.items() if day <= on + dt.timedelta(days=3)),
        within_7=sum(by_day.values()),
        hold=stopped.count(),
        done=sum(row["n"] for row in finished),
        done_late=sum(row["n"] for row in finished if row["late"]),
        done_today=sum(row["n"] for row in finished if row["done_on"] == on),
        oldest_on=min((row["on"] for row in rows if row["is_late"]), default=None),
        by_day=by_day,
    )
