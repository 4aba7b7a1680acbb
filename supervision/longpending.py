"""长期未结案件台账: open cases past six months without valuation or auction, with the plan to clear each (JZ-55)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from cases.models import Case, Fact
from cases.selectors import flags
from cases.states import OPEN_STATES
from courts.models import User
from deadlines.models import Deadline
from kernel.keyset import SIZE, Segment, page
from kernel.time import today
from supervision.inspections.models import ClearingPlan

FLAG = "long_pending"
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
    """A page of the ledger, its cursors ("" at an end) and the counts of the whole. new: entered within seven days."""

    rows: Sequence[Row]
    next: str
    prev: str
    whole: int
    without_auction: int
    unplanned: int
    late: int
    new: int


def long_pending(
    user: User, at: dt.datetime, *, which: str = "", after: str = "", before: str = "", size: int = SIZE
) -> Ledger:
    """The ledger of a person's reach, the oldest filing first. Four queries, however many there are."""
    on = today(at)
    seen = Q(case_id__in=user.scope.let_in) | user.scope.rows()
    hidden = Case.objects.hidden_from(user).values("pk")
    clocks = Deadline.objects.flagging(at).filter(seen, flag=FLAG).exclude(case_id__in=hidden)
    plans = ClearingPlan.objects.filter(case_id=OuterRef("case_id"), replaced_at__isnull=True)
    narrowed = {
        "new": Q(overdue_at__gt=at - dt.timedelta(days=NEW_DAYS)),
        "unplanned": ~Q(Exists(plans)),
        "late": Q(Exists(plans.filter(target_on__lt=on))),
    }
    auctioned = Fact.objects.filter(case_id=OuterRef("case_id"), key="@auction_recorded")
    counts = clocks.aggregate(
        whole=_cases(Q()),
        without_auction=_cases(~Q(Exists(auctioned))),
        **{name: _cases(condition) for name, condition in narrowed.items()},
    )
    chosen = clocks.filter(narrowed[which]) if which in narrowed else clocks
    # A clock runs in open cases only; said here, and the clock as a value, so that the list walks the index of filing.
    cases = (
        Case.objects.visible_to(user)
        .filter(state__in=OPEN_STATES)
        .annotate(clock=Subquery(chosen.filter(case_id=OuterRef("pk")).values("pk")[:1]))
        .filter(clock__gt=0)
    )
    rows = cases.select_related("court", "team", "owner").defer("packs")
    found = page([Segment("case", rows, ("filed_on", "id"))], after=after, before=before, size=size)
    return Ledger(_rows([case for _name, case in found.rows], at, on), found.next, found.prev, **counts)


def _cases(condition: Q) -> Count:
    return Count("case_id", distinct=True, filter=condition)


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
