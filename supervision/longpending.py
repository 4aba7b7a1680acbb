"""长期未结案件台账: open cases past six months without valuation or auction, with the plan to clear each (JZ-55)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from cases.models import Case, Fact
from cases.selectors import flags
from courts.models import User
from deadlines.models import Deadline
from kernel.time import today
from supervision.inspections.models import ClearingPlan

FLAG = "long_pending"
PAGE = 50
WHICH = ("", "new", "unplanned", "late")
NEW_DAYS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """A case of the ledger. since: the day it entered; months: whole months since filing."""

    case: Case
    since: dt.date
    months: int
    plan: ClearingPlan | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A page of the ledger and the counts of the whole. new: entered within seven days."""

    rows: Sequence[Row]
    more: bool
    whole: int
    without_auction: int
    unplanned: int
    late: int
    new: int


def long_pending(user: User, at: dt.datetime, *, which: str = "", skip: int = 0, size: int = PAGE) -> Ledger:
    """The ledger of a person's reach, the oldest filing first. Six queries, however many there are."""
    on = today(at)
    cases = flags.with_flag(Case.objects.visible_to(user), user, [FLAG], at)
    plans = ClearingPlan.objects.filter(case=OuterRef("pk"), replaced_at__isnull=True)
    auctioned = Fact.objects.filter(case=OuterRef("pk"), key="@auction_recorded")
    recent = Deadline.objects.flagging(at).filter(
        case_id=OuterRef("pk"), flag=FLAG, overdue_at__gt=at - dt.timedelta(days=NEW_DAYS)
    )
    narrowed = {
        "new": Q(Exists(recent)),
        "unplanned": ~Q(Exists(plans)),
        "late": Q(Exists(plans.filter(target_on__lt=on))),
    }
    counts = {name: cases.filter(condition).count() for name, condition in narrowed.items()}
    whole = cases.count()
    without = cases.filter(~Exists(auctioned)).count()
    rows = cases.filter(narrowed[which]) if which in narrowed else cases
    found = list(
        rows.select_related("court", "team", "owner").order_by("filed_on", "pk")[skip : skip + size + 1]
    )
    return Ledger(
        _rows(found[:size], at, on),
        len(found) > size,
        whole,
        without,
        counts["unplanned"],
        counts["late"],
        counts["new"],
    )


def _rows(cases: Sequence[Case], at: dt.datetime, on: dt.date) -> list[Row]:
    ids = [case.pk for case in cases]
    up = flags.flags_of(ids, at)
    plans = {
        plan.case_id: plan
        for plan in ClearingPlan.objects.filter(case__in=ids, replaced_at__isnull=True).select_related(
            "written_by"
        )
    }
    found = []
    for case in cases:
        since = next(flag.since for flag in up[case.pk] if flag.name == FLAG)
        months = (on.year - case.filed_on.year) * 12 + on.month - case.filed_on.month
        found.append(Row(case, since, months - (on.day < case.filed_on.day), plans.get(case.pk)))
    return found
