"""工作日历 of a year: the national table as published, and what one court has said of its own days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from courts.models import CalendarDay, Court, User
from jobs.models import Job

KIND = "cases.reproject"
LATEST = 3


@dataclass(frozen=True, slots=True)
class Year:
    """rows: the days of the year that are not what their weekday says, national before the court's own of a day.

    courts: those whose days the person may look at. court: the one shown, None without a court. first, last: the
    years that the table covers. jobs: the latest recounts that the person may see. may_edit: the calendar right.
    """

    year: int
    court: Court | None
    courts: Sequence[Court]
    rows: Sequence[CalendarDay]
    first: int
    last: int
    jobs: Sequence[Job]
    may_edit: bool

    @property
    def national(self) -> list[CalendarDay]:
        """What holds everywhere."""
        return [row for row in self.rows if row.court_id is None]

    @property
    def own(self) -> list[CalendarDay]:
        """What this court has said itself."""
        return [row for row in self.rows if row.court_id is not None]

    @property
    def notices(self) -> list[str]:
        """The documents behind the published days, each once."""
        return list(dict.fromkeys(row.source for row in self.national if not row.provisional))

    @property
    def is_provisional(self) -> bool:
        """Whether the State Council's notice for the year is not out."""
        return not self.national or any(row.provisional for row in self.national)


def year_of(user: User, year: int | None, court_id: int | None, today: dt.date) -> Year:
    """A year and a court as asked for; this year and the person's own court otherwise. Five queries."""
    courts = list(courts_of(user))
    court = next((each for each in courts if each.pk == court_id), None) or next(
        (each for each in courts if each.pk in user.scope.home), courts[0] if courts else None
    )
    here = Q(court__isnull=True) | Q(court=court) if court else Q(court__isnull=True)
    span = CalendarDay.objects.filter(court__isnull=True)
    first, last = (span.order_by(way).values_list("on", flat=True).first() for way in ("on", "-on"))
    years = (first or today).year, (last or today).year
    shown = min(max(year or today.year, years[0]), years[1])
    rows = CalendarDay.objects.filter(here, on__year=shown).order_by("on", "-court_id")
    return Year(
        shown,
        court,
        courts,
        tuple(rows),
        *years,
        tuple(
            Job.objects.visible_to(user).filter(kind=KIND).defer("result", "cursor").order_by("-pk")[:LATEST]
        ),
        user.is_superuser or user.scope.may("calendar", "W"),
    )


def courts_of(user: User) -> Sequence[Court]:
    """The courts whose calendar the person may look at."""
    rows = Court.objects.order_by("id")
    return rows if user.is_superuser else rows.filter(pk__in=user.scope.courts | user.scope.home)
