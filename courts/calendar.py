"""The working days of a court as a value: the national table, then the court's own exceptions."""

from __future__ import annotations

from django.db.models import Q

from courts.models import CalendarDay, CalendarStamp
from regimes.calendar import Calendar, Day

_kept: dict[int | None, tuple[int, Calendar]] = {}


def version() -> int:
    """The number that rises with every edit of any calendar row."""
    return CalendarStamp.objects.values_list("version", flat=True).first() or 0


def calendar_for(court_id: int | None = None, *, current: int | None = None) -> Calendar:
    """The calendar of a court (None: the national one); built once per version in each process.

    current: version() where the caller has read it already; then no query is made when the calendar is kept, else one.
    """
    current = version() if current is None else current
    kept = _kept.get(court_id)
    if kept is not None and kept[0] == current:
        return kept[1]
    rows = CalendarDay.objects.filter(Q(court__isnull=True) | Q(court_id=court_id)).order_by("court_id", "on")
    days: dict = {}
    national_first = sorted(rows, key=lambda row: row.court_id is not None)
    for row in national_first:
        days[row.on] = Day(is_workday=row.is_workday, name=row.name, source=row.source)
    provisional = frozenset(row.on.year for row in national_first if row.provisional)
    calendar = Calendar.of(days, provisional_years=provisional, version=current)
    _kept[court_id] = (current, calendar)
    return calendar
