"""Warnings before late: per team and officer what is late and what ends on each of the coming days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from courts.models import User
from deadlines.querysets import DeadlineQuerySet
from kernel.time import at_local, today
from supervision.board import Names, first_of_nodes, last_day, names_of
from supervision.tallies import fresh

DAYS = 7
Place = tuple[int, int | None, int | None]
"""Court, team, officer."""


@dataclass
class Load:
    """One officer of a team. days: last day -> nodes that end on it and are not late."""

    court: int
    team: int | None
    officer: int | None
    late: int = 0
    days: dict[dt.date, int] = field(default_factory=dict)

    def add(self, day: dt.date, n: int) -> None:
        """Count n nodes that end on a day."""
        if n:
            self.days[day] = self.days.get(day, 0) + n

    @property
    def ahead(self) -> int:
        """All that ends within the days drawn."""
        return sum(self.days.values())

    @property
    def place(self) -> tuple[int, ...]:
        """Where it stands in the list: the heaviest of a team first."""
        return self.court, self.team or 0, -self.late, -self.ahead, self.officer or 0


@dataclass(frozen=True, slots=True)
class Workload:
    """The loads of a person's reach, the heaviest first within each team."""

    days: Sequence[dt.date]
    loads: Sequence[Load]
    names: Names
    total: Mapping[dt.date, int]


def workload(user: User, at: dt.datetime) -> Workload:
    """Who has how much to do on which day. Seven queries at most, however much there is.

    Officers of courts seen whole as the sweep counted them, while that is fresh; the rest is counted now.
    """
    on = today(at)
    days = [on + dt.timedelta(days=n) for n in range(DAYS)]
    found: dict[Place, Load] = {}
    clocks = first_of_nodes(user).filter(overdue_at__lte=at_local(on + dt.timedelta(days=DAYS)))
    if kept := fresh(user, at, "load"):
        clocks = clocks.filter(kept.beside)
        for _axis, court, key, figures, _bands, ahead in kept.rows:
            team, officer = (int(part) if part else None for part in key.split(":"))
            load = _load(found, (court, team, officer))
            load.late += figures[0]
            for day, n in zip(days, ahead, strict=False):
                load.add(day, n)
    for place, day, is_late, n in _counted(clocks, at):
        load = _load(found, place)
        if is_late:
            load.late += n
        else:
            load.add(day, n)
    loads = sorted(
        (load for load in found.values() if load.late or load.days),
        key=lambda each: each.place,
    )
    names = names_of(
        {each.court for each in loads}, {each.team for each in loads}, {each.officer for each in loads}
    )
    total = {day: sum(load.days.get(day, 0) for load in loads) for day in days}
    return Workload(days, loads, names, total)


def _load(found: dict[Place, Load], place: Place) -> Load:
    return found.setdefault(place, Load(*place))


def _counted(clocks: DeadlineQuerySet, at: dt.datetime) -> Iterable[tuple[Place, dt.date, bool, int]]:
    is_late = ExpressionWrapper(Q(overdue_at__lte=at), output_field=BooleanField())
    rows = (
        clocks.annotate(day=last_day(), late=is_late)
        .order_by()
        .values_list("court_id", "team_id", "owner_id", "day", "late")
        .annotate(n=Count("pk"))
    )
    for court, team, officer, day, late, n in rows:
        yield (court, team, officer), day, late, n
