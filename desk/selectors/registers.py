"""Registers of money: transfers by kind, deferrals, old money, money that waits by age and by cause, plans."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from cases.actions.transfers import CAUSES
from cases.models import Case, Fact, Hold
from closing.models import DistributionPlan
from courts.models import Court, User
from courts.selectors import pack_of, packs_in_force
from deadlines.models import Deadline
from desk.selectors.ageing import BUCKETS, first_clocks, heaps
from funds.actions.tracing import oldest_arrival
from funds.ledger import NOTHING
from funds.models import Receipt, Trace, Transfer, Voucher
from funds.querysets import ReceiptQuerySet
from funds.selectors import lying
from funds.states import ReceiptState
from kernel.keyset import SIZE, Segment, page

KINDS = {
    "escrow": ("escrow", "court_escrow"),
    "refund": ("refund", "deposit"),
    "advance": ("advance",),
    "aid": ("relief", "insurance"),
}
CAUSE = "unpaid_cause"
"""The fact that says why a receipt was not paid."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One page of a register. cases: by id, those the person may see; more: what a register needs beside its rows."""

    rows: Sequence[Any]
    cases: dict[int, Case] = field(default_factory=dict)
    more: Any = None
    next: str = ""
    prev: str = ""


def transfers(user: User, name: str, *, state: str, after: str, before: str, size: int = SIZE) -> Rows:
    """提存、退款、垫付、救助登记簿, the newest first. Two queries."""
    rows = Transfer.objects.visible_to(user).filter(kind__in=KINDS[name])
    if state:
        rows = rows.filter(state=state)
    rows = rows.select_related("book", "receipt", "requester", "doer")
    found = page([Segment("row", rows, ("-requested_on", "-id"))], after=after, before=before, size=size)
    kept = [row for _name, row in found.rows]
    return Rows(kept, _cases(user, [t.book.case_id for t in kept if t.book]), None, found.next, found.prev)


def deferrals(user: User, *, state: str, after: str, before: str, size: int = SIZE) -> Rows:
    """缓发登记簿: approved deferrals with their ten days after the ground ended. Three queries."""
    visible = Case.objects.visible_to(user).values("pk")
    rows = Hold.objects.filter(kind="payout_deferral_approved", voided=False, case__in=visible)
    if state == "open":
        rows = rows.filter(last=None)
    if state == "ended":
        rows = rows.exclude(last=None)
    rows = rows.select_related("case", "case__owner", "subject")
    found = page([Segment("row", rows, ("-first", "-id"))], after=after, before=before, size=size)
    kept = [row for _name, row in found.rows]
    clocks = Deadline.objects.filter(
        case_id__in={h.case_id for h in kept},
        subject_id__in=[h.subject_id for h in kept if h.last],
        node_kind="payout",
        due_on__isnull=False,
    ).exclude(state="cancelled")
    ended = {h.subject_id: h.last for h in kept if h.last}
    ends = {
        clock.subject_id: clock
        for clock in clocks.order_by("-due_on")
        if clock.met_on is None or clock.met_on > ended[clock.subject_id]
    }
    return Rows(kept, {h.case_id: h.case for h in kept}, ends, found.next, found.prev)


def old_money(user: User, on: dt.date, *, after: str, before: str, size: int = SIZE) -> Rows:
    """历史案款台账: unidentified money of three years and more, the oldest first, with its tracing. Three queries."""
    rows = _old(user, on).select_related("court").prefetch_related(
        Prefetch("traces", Trace.objects.order_by("pk")),
        Prefetch("transfers", Transfer.objects.filter(kind="court_escrow")),
    )  # fmt: skip
    found = page([Segment("row", rows, ("arrived_on", "id"))], after=after, before=before, size=size)
    return Rows([row for _name, row in found.rows], {}, None, found.next, found.prev)


def _old(user: User, on: dt.date) -> ReceiptQuerySet:
    return Receipt.objects.visible_to(user).unidentified().filter(arrived_on__lte=oldest_arrival(on))


@dataclass(frozen=True, slots=True)
class Progress:
    """历史案款清理进度 of a court (JZ 三(二)7). left: yuan neither paid, given back nor escrowed; due: the rules' day, None where none."""

    court: Court
    left: Decimal
    count: int
    due: dt.date | None
    rule: str

    def is_late(self, on: dt.date) -> bool:
        """Money is left and the day has passed."""
        return bool(self.left) and self.due is not None and on > self.due


def progress(user: User, on: dt.date) -> list[Progress]:
    """Each court in the person's scope: what nobody claimed, and what of a case is neither paid nor given back. Three queries and those of the courts' packs."""
    courts = list(Court.objects.filter(pk__in=user.scope.courts).order_by("pk"))
    aside = Q(transfers__kind="court_escrow", transfers__state="held")
    rows = Receipt.objects.filter(court__in=courts).unidentified().filter(arrived_on__lte=oldest_arrival(on))
    left: dict[int, tuple[Decimal, int]] = {}
    for court_id, amount in rows.exclude(aside).values_list("court_id").annotate(all=Sum("amount")):
        left[court_id] = (amount or NOTHING, 0)
    known = Receipt.objects.filter(
        court__in=courts, state=ReceiptState.IDENTIFIED, arrived_on__lte=oldest_arrival(on)
    )
    for court_id, amount in lying(known).items():
        left[court_id] = (left.get(court_id, (NOTHING, 0))[0] + amount, 0)
    return [
        Progress(
            court, left.get(court.pk, (NOTHING, 0))[0], left.get(court.pk, (NOTHING, 0))[1], *_due(court, on)
        )
        for court in courts
    ]


def _due(court: Court, on: dt.date) -> tuple[dt.date | None, str]:
    """The day that the court's rules set for its level."""
    facts = {"fund_age_years": 3, "court_level": court.level}
    for release, _features in packs_in_force(court.pk, on):
        for rule in pack_of(release).deadlines:
            if rule.duty == "historical_funds" and rule.date and rule.when.evaluate(facts) is True:
                return rule.date, rule.id
    return None, ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A receipt that waits to be paid. left: days to its limit, below zero when late; cause: why, "" when unknown."""

    clock: Deadline
    case: Case
    receipt: Receipt
    left: int
    cause: str
    has_escrow: bool


def waiting(
    user: User,
    on: dt.date,
    *,
    chosen: str = "",
    officer: int | None = None,
    court: int | None = None,
    by_cause: bool = False,
    after: str = "",
    before: str = "",
    size: int = SIZE,
) -> Rows:
    """Receipts whose payout clock runs: the earliest limit first, or by_cause in the order of CAUSES. Eleven queries at most.

    chosen: a bucket; officer, court: only theirs. more: bucket (or cause) -> Heap of all of them, on whatever page.
    """
    rows = first_clocks(user).filter(**_between(chosen, on))
    if officer is not None:
        rows = rows.filter(owner_id=officer)
    if court is not None:
        rows = rows.filter(court_id=court)
    all_of_it = heaps(rows, on, by_cause=by_cause)
    keys = ("due_on", "id")
    # Most pages end within what is late: the rest is not sorted for them.
    segments = [
        Segment("late", rows.filter(due_on__lt=on), keys), Segment("row", rows.filter(due_on__gte=on), keys),
    ]  # fmt: skip
    if by_cause:
        segments = [Segment(cause or "none", _caused(rows, cause), keys) for cause in _causes(all_of_it)]
    found = page(segments, after=after, before=before, size=size)
    return Rows(
        _receipts_of(user, [row for _name, row in found.rows], on), {}, all_of_it, found.next, found.prev
    )


def _causes(found: Collection[str]) -> list[str]:
    """The causes that occur, in the order of the page; what has none comes last."""
    return [cause for cause in (*CAUSES, "") if cause in found]


def _caused(rows: QuerySet[Deadline], cause: str) -> QuerySet[Deadline]:
    noted = Fact.objects.filter(subject_id=OuterRef("subject_id"), key=CAUSE)
    if cause:
        return rows.filter(Exists(noted.filter(value=cause)))
    return rows.filter(~Exists(noted.filter(value__in=list(CAUSES))))


def _receipts_of(user: User, clocks: Sequence[Deadline], on: dt.date) -> list[Waiting]:
    """The receipt and the case of each clock, in their order. Six queries."""
    facts: dict[int, dict[str, Any]] = {}
    of_subjects = Fact.objects.filter(
        subject_id__in=[clock.subject_id for clock in clocks], key__in=("receipt_id", CAUSE)
    )
    for subject, key, value in of_subjects.values_list("subject_id", "key", "value"):
        facts.setdefault(subject, {})[key] = value
    receipts = Receipt.objects.visible_to(user).in_bulk(
        [f["receipt_id"] for f in facts.values() if f.get("receipt_id")]
    )
    open_escrow = set(
        Transfer.objects.filter(receipt__in=receipts, kind="escrow")
        .exclude(state__in=("released", "cancelled"))
        .values_list("receipt_id", flat=True)
    )
    cases = _cases(user, [clock.case_id for clock in clocks])
    found = []
    for clock in clocks:
        of_it = facts.get(clock.subject_id, {})
        receipt, case = receipts.get(of_it.get("receipt_id")), cases.get(clock.case_id)
        if receipt is not None and case is not None:
            left = (clock.due_on - on).days
            cause = str(of_it.get(CAUSE) or "")
            found.append(Waiting(clock, case, receipt, left, cause, receipt.pk in open_escrow))
    return found


def _between(chosen: str, on: dt.date) -> dict[str, dt.date]:
    """The days of a bucket as conditions."""
    if chosen == "late":
        return {"due_on__lt": on}
    places = [str(days) for days in BUCKETS]
    if chosen not in (*places, "later"):
        return {}
    place = places.index(chosen) if chosen in places else len(places)
    least = BUCKETS[place - 1] + 1 if place else 0
    given = {"due_on__gte": on + dt.timedelta(days=least)}
    if chosen != "later":
        given["due_on__lte"] = on + dt.timedelta(days=BUCKETS[place])
    return given


def bucket(left: int) -> str:
    """late, or the first of 5/10/15/30 days within which the limit comes, or later."""
    if left < 0:
        return "late"
    return next((str(days) for days in BUCKETS if left <= days), "later")


def plans(user: User, *, state: str, after: str, before: str, size: int = SIZE) -> Rows:
    """参与分配登记簿, the newest first. Two queries."""
    rows = DistributionPlan.objects.filter(case__in=Case.objects.visible_to(user).values("pk"))
    if state:
        rows = rows.filter(state=state)
    rows = rows.select_related("case").prefetch_related("parties", "shares__party")
    found = page([Segment("row", rows, ("-drafted_on", "-id"))], after=after, before=before, size=size)
    return Rows([row for _name, row in found.rows], {}, None, found.next, found.prev)


def vouchers(user: User, *, kind: str, after: str, before: str, size: int = SIZE) -> Rows:
    """票据登记簿, the newest first. Six queries."""
    rows = Voucher.objects.visible_to(user)
    if kind:
        rows = rows.filter(kind=kind)
    rows = rows.select_related("issued_by").prefetch_related("prints", "payout__slips__file")
    found = page([Segment("row", rows, ("-issued_on", "-id"))], after=after, before=before, size=size)
    kept = [row for _name, row in found.rows]
    return Rows(kept, _cases(user, [row.case_id for row in kept]), None, found.next, found.prev)


def _cases(user: User, ids: Sequence[int | None]) -> dict[int, Case]:
    return Case.objects.visible_to(user).select_related("owner", "court").in_bulk([pk for pk in ids if pk])
