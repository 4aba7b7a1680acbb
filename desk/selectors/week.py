"""一周到期: how many duties end on each day of a week, by officer, as the worklist of this person counts them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, DateTimeField, ExpressionWrapper, F
from django.db.models.functions import TruncDate

from courts.models import User
from desk.reach import Reach, reach_of
from desk.selectors.worklist import Asked, due_between
from kernel.time import SHANGHAI, at_local, today

DAYS = 7


@dataclass(frozen=True, slots=True)
class Load:
    """One officer's week. owner: None for what nobody holds yet; by_day: in the order of the days."""

    owner: int | None
    name: str
    by_day: tuple[int, ...]

    @property
    def total(self) -> int:
        """All days."""
        return sum(self.by_day)

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in the list: the heaviest first."""
        return -self.total, self.owner or 0


@dataclass(frozen=True, slots=True)
class Week:
    """A week from its Monday. loads: the heaviest first; only one's own where the person sees no colleagues."""

    reach: Reach
    today: dt.date
    days: tuple[dt.date, ...]
    loads: list[Load]

    @property
    def by_day(self) -> tuple[int, ...]:
        """Everybody's, by day."""
        return tuple(sum(load.by_day[place] for load in self.loads) for place in range(DAYS))

    @property
    def most(self) -> int:
        """The heaviest day of one officer."""
        return max((number for load in self.loads for number in load.by_day), default=0)


def week(*, user: User, day: dt.date | None, at: dt.datetime) -> Week:
    """The week of a day, else this one. Three queries beyond the person's scope, however much there is."""
    on = today(at)
    first = day or on
    monday = first - dt.timedelta(days=first.weekday())
    days = tuple(monday + dt.timedelta(days=n) for n in range(DAYS))
    last = ExpressionWrapper(F("overdue_at") - dt.timedelta(microseconds=1), output_field=DateTimeField())
    rows = due_between(
        user=user, asked=Asked(), since=at_local(monday), until=at_local(monday + dt.timedelta(DAYS))
    )
    counted = (
        rows.annotate(due=TruncDate(last, tzinfo=SHANGHAI))
        .order_by()
        .values_list("owner_id", "due")
        .annotate(n=Count("pk"))
    )
    found: dict[int | None, dict[dt.date, int]] = {}
    for owner, due, number in counted:
        found.setdefault(owner, {})[due] = number
    names = dict(User.objects.filter(pk__in=[pk for pk in found if pk]).values_list("pk", "full_name"))
    loads = [
        Load(owner, names.get(owner, ""), tuple(by_day.get(each, 0) for each in days))
        for owner, by_day in found.items()
    ]
    return Week(reach_of(user), on, days, sorted(loads, key=lambda load: load.place))
