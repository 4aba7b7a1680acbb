"""Which cases belong to a subject of an inspection: the populations of the pack as one statement, set by set."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable

from django.db.models import BooleanField, CharField, Exists, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, ExtractYear

from cases.models import Case, Fact, Hold
from cases.states import CaseState
from regimes.inspections import InspectionRule, Population
from regimes.sampling import Unit

NOBODY = "未分"


def population_of(rule: InspectionRule, court_id: int, first: dt.date, last: dt.date) -> list[Unit]:
    """The cases of a court that belong to a subject in a quarter, with their strata, by id. One query.

    Sealed cases stay out: they are not drawn by lot but inspected by those let in.
    """
    belongs = Q(pk__in=())
    for group in rule.populations:
        belongs |= _meets(group, first, last)
    cases = (
        Case.objects.filter(court_id=court_id, sealed=False, filed_on__lte=last)
        .exclude(state=CaseState.CANCELLED)
        .filter(belongs)
    )
    rows = cases.annotate(stratum=_stratum(rule.strata)).order_by("pk").values_list("pk", "stratum")
    return [Unit(pk, stratum or NOBODY) for pk, stratum in rows]


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months earlier, at most the last of that month."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _meets(group: Population, first: dt.date, last: dt.date) -> Q:
    found = Q()
    match group.cases:
        case "open":
            found &= Q(closed_on__isnull=True) | Q(closed_on__gt=last)
        case "closed":
            found &= Q(closed_on__range=(first, last))
    if group.filed_months:
        found &= Q(filed_on__lte=months_before(last, group.filed_months))
    if group.closing_types:
        found &= Q(closing_type__in=group.closing_types)
    if group.claim_at_least:
        found &= Q(claim_amount__gte=group.claim_at_least)
    if group.events:
        found &= Q(Exists(_happened(group.events, first, last)))
    if group.holds:
        stood = Hold.objects.filter(case=OuterRef("pk"), kind__in=group.holds, voided=False, first__lte=last)
        found &= Q(Exists(stood.filter(Q(last__isnull=True) | Q(last__gte=first))))
    for name, value in group.facts.items():
        wanted = {"yes": True, "no": False}.get(value, value)
        holds = Fact.objects.filter(case=OuterRef("pk"), key=name)
        found &= Q(Exists(holds.filter(Q(value=wanted) | Q(value__contains=[wanted]))))
    return found


def _happened(events: Iterable[str], first: dt.date, last: dt.date) -> QuerySet[Fact]:
    """Facts of the outer case that hold a moment of one of these events in the quarter; moments are in court time."""
    after = (last + dt.timedelta(days=1)).isoformat()
    path = f'$[*][0] ? (@ >= "{first.isoformat()}" && @ < "{after}")'
    hit = Func(
        "value",
        Value(path),
        function="jsonb_path_exists",
        template="%(function)s(%(expressions)s::jsonpath)",
        output_field=BooleanField(),
    )
    keys = [f"@{event}" for event in events]
    return Fact.objects.filter(case=OuterRef("pk"), key__in=keys).alias(hit=hit).filter(hit=True)


def _stratum(by: str) -> object:
    match by:
        case "team":
            return Coalesce("team__name", Value(NOBODY))
        case "owner":
            return Coalesce("owner__full_name", Value(NOBODY))
        case "track" | "closing_type":
            return Cast(by, CharField())
        case "year":
            return Cast(ExtractYear("filed_on"), CharField())
    return Value("全部", CharField())
