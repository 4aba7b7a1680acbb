"""繁简转换登记 (商丘 第十七条第二款), and how long first cases take on average where a court's rules limit that (洛阳 三(三)5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F

from cases.models import Case, Conversion
from cases.querysets import ConversionQuerySet
from cases.states import ConversionState
from courts.models import User
from courts.selectors import pack_of, packs_in_force
from deadlines.library import library_in_use
from deadlines.models import Deadline
from kernel.keyset import SIZE, Segment, page
from kernel.time import today
from regimes.book import Pinned, RuleBook
from regimes.rules import DeadlineRule

ASSIGNMENT = "conversion_assignment"
FIRST_CASE_AVERAGE = "first_case_average"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which conversions. state: of ConversionState, "" = all. since, until: days of the trigger, both included."""

    text: str = ""
    state: str = ""
    trigger: str = ""
    since: dt.date | None = None
    until: dt.date | None = None
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Average:
    """The days from filing to closing of the first-time cases closed in a month. rule: with the limit."""

    rule: DeadlineRule
    month: dt.date
    cases: int
    days: Decimal | None

    @property
    def limit(self) -> int:
        """Days that the average must not pass."""
        return sum(amount.n for amount in self.rule.period)

    @property
    def is_over(self) -> bool:
        """Past the limit."""
        return self.days is not None and self.days > self.limit


@dataclass(frozen=True, slots=True)
class Register:
    """The page. due: case -> last day of its assignment; counts: trigger -> conversions of the whole selection."""

    asked: Asked
    today: dt.date
    rows: list[Conversion]
    due: Mapping[int, tuple[dt.date | None, str]]
    counts: Mapping[str, int]
    next: str
    prev: str
    average: Average | None


def register(*, user: User, asked: Asked, at: dt.datetime) -> Register:
    """One page of the register a person may see, newest trigger first. Eight queries at most, however long it is."""
    on = today(at)
    selected = _narrowed(Conversion.objects.visible_to(user), asked)
    rows = selected.select_related("case", "proposed_by", "from_team", "to_team", "to_owner")
    found = page(
        [Segment("conversion", rows, ("-triggered_on", "-id"))],
        after=asked.after,
        before=asked.before,
        size=SIZE,
    )
    shown: list[Conversion] = [row for _name, row in found.rows]
    counts = selected.order_by().values("trigger").annotate(n=Count("pk")).values_list("trigger", "n")
    return Register(
        asked=asked,
        today=on,
        rows=shown,
        due=_due({row.case_id for row in shown}),
        counts=dict(counts),
        next=found.next,
        prev=found.prev,
        average=average_of(user.court_id, asked.until or on) if user.court_id else None,
    )


def average_of(court_id: int, on: dt.date) -> Average | None:
    """The average of a court in the month of a day; None where its rules set no limit to it. Three queries."""
    book = RuleBook(Pinned(pack_of(r), frozenset(features)) for r, features in packs_in_force(court_id, on))
    rule = next((r for r in book.deadlines if r.kind == "average" and r.duty == FIRST_CASE_AVERAGE), None)
    if rule is None:
        return None
    month = on.replace(day=1)
    following = (month + dt.timedelta(days=31)).replace(day=1)
    took = ExpressionWrapper(F("closed_on") - F("filed_on"), output_field=DurationField())
    closed = Case.objects.filter(
        court_id=court_id,
        closed_on__gte=month,
        closed_on__lt=following,
        subjects__facts__key="case_first_time",
        subjects__facts__value=True,
    )
    summed = closed.aggregate(n=Count("pk"), days=Avg(took))
    took_on_average: dt.timedelta | None = summed["days"]
    exact = None
    if took_on_average is not None:
        hours = Decimal(took_on_average / dt.timedelta(hours=1))
        exact = (hours / 24).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Average(rule, month, summed["n"], exact)


def _narrowed(rows: ConversionQuerySet, asked: Asked) -> ConversionQuerySet:
    if asked.text:
        rows = rows.filter(case__number__icontains=asked.text)
    given = {
        "state": asked.state if asked.state in ConversionState.values else "",
        "trigger": asked.trigger,
        "triggered_on__gte": asked.since,
        "triggered_on__lte": asked.until,
    }
    return rows.filter(**{name: value for name, value in given.items() if value})


def _due(cases: Collection[int]) -> dict[int, tuple[dt.date | None, str]]:
    """Case -> (last day, state) of the clock of its assignment, by whichever rule."""
    if not cases:
        return {}
    rules = [rule.id for pack in library_in_use().packs for rule in pack.deadlines if rule.duty == ASSIGNMENT]
    clocks = Deadline.objects.filter(case_id__in=cases, rule_id__in=rules).order_by("run", "id")
    return {case: (due, state) for case, due, state in clocks.values_list("case_id", "due_on", "state")}
