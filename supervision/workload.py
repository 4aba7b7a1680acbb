"""Warnings before late: per team and officer what is late and what ends on each of the coming days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from courts.models import User
from kernel.time import at_local, today
from supervision.board import Names, first_of_nodes, last_day, names_of

DAYS = 7


@dataclass
class Load:
    """One officer of a team. days: last day -> nodes that end on it and are not late."""

    court: int
    team: int | None
    officer: int | None
    late: int = 0
    days: dict[dt.date, int] = field(default_factory=dict)

    @property
    def ahead(self) -> int:
        """All that ends within the days drawn."""
        return sum(self.days.values())


@dataclass(frozen=True, slots=True)
class Workload:
    """The loads of a person's reach, the heaviest first within each team."""

    days: Sequence[dt.date]
    loads: Sequence[Load]
    names: Names
    total: Mapping[dt.date, int]


def workload(user: User, at: dt.datetime) -> Workload:
    """Who has how much to do on which day. Four queries, however much there is."""
    on = today(at)
    days = [on + dt.timedelta(days=n) for n in range(DAYS)]
    is_late = ExpressionWrapper(Q(overdue_at__lte=at), output_field=BooleanField())
    rows = (
        first_of_nodes(user)
        .filter(overdue_at__lte=at_local(on + dt.timedelta(days=DAYS)))
        .annotate(day=last_day(), late=is_late)
        .order_by()
        .values("court_id", "team_id", "owner_id", "day", "late")
        .annotate(n=Count("pk"))
    )
    found: dict[tuple[int, int | None, int | None], Load] = {}
    total = dict.fromkeys(days, 0)
    for row in rows:
        place = (row["court_id"], row["team_id"], row["owner_id"])
        load = found.setdefault(place, Load(*place))
        if row["late"]:
            load.late += row["n"]
        else:
            load.days[row["day"]] = load.days.get(row["day"], 0) + row["n"]
            total[row["day"]] += row["n"]
    names = names_of({p[0] for p in found}, {p[1] for p in found}, {p[2] for p in found})
    loads = sorted(
        found.values(),
        key=lambda each: (each.court, each.team or 0, -each.late, -each.ahead, each.officer or 0),
    )
    return Workload(days, loads, names, total)
