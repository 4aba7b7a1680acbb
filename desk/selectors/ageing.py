"""案款账龄: how much waits to be paid, by the days left to its limit, of each court and officer; and the list behind it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case
from courts.models import Court, User
from deadlines.models import Deadline
from kernel.money import from_fen

BUCKETS = (5, 10, 15, 30)
"""Days that are left before the limit (荆中法: 案款专管 watches money before it is late)."""
NAMES = ("late", *map(str, BUCKETS), "later")
NOTHING = Decimal("0.00")


@dataclass(slots=True)
class Heap:
    """So many receipts and so much money, yuan."""

    count: int = 0
    amount: Decimal = NOTHING

    def add(self, count: int, amount: Decimal) -> None:
        """More of it."""
        self.count += count
        self.amount += amount


@dataclass(slots=True)
class Held:
    """What one officer, or a whole court, has waiting: bucket -> heap."""

    court: Court
    owner: User | None = None
    heaps: dict[str, Heap] = field(default_factory=lambda: {name: Heap() for name in NAMES})

    @property
    def whole(self) -> Heap:
        """All of it."""
        heaps = self.heaps.values()
        return Heap(sum(each.count for each in heaps), sum((each.amount for each in heaps), NOTHING))


def first_clocks(user: User) -> QuerySet[Deadline]:
    """The earliest running payout clock of each receipt whose case the person may see."""
    waits = Q(node_kind="payout", state="running", due_on__isnull=False)
    at_once = Q(due_on=OuterRef("due_on"), pk__lt=OuterRef("pk"))
    earlier = Deadline.objects.filter(
        waits, Q(due_on__lt=OuterRef("due_on")) | at_once,
        case_id=OuterRef("case_id"), subject_id=OuterRef("subject_id"),
    )  # fmt: skip
    hidden = Case.objects.hidden_from(user).values("pk")
    return Deadline.objects.visible_to(user).filter(waits, ~Exists(earlier)).exclude(case_id__in=hidden)


def ageing(user: User, on: dt.date) -> list[tuple[Held, list[Held]]]:
    """(court, its officers, the one with the most late money first) of each court in the person's scope. Three queries."""
    courts: dict[int, Held] = {}
    officers: dict[tuple[int, int | None], Held] = {}
    counted = _counted(user, on)
    known = Court.objects.in_bulk({row[0] for row in counted})
    people = User.objects.in_bulk({row[1] for row in counted if row[1]})
    for court_id, owner_id, bucket, count, fen in counted:
        court = courts.setdefault(court_id, Held(known[court_id]))
        owner = officers.setdefault((court_id, owner_id), Held(known[court_id], people.get(owner_id)))
        for held in (court, owner):
            held.heaps[bucket].add(count, from_fen(fen))
    return [
        (court, sorted((o for (at, _owner), o in officers.items() if at == court_id), key=_urgent))
        for court_id, court in sorted(courts.items())
    ]


def heaps(clocks: QuerySet[Deadline], on: dt.date, *, by_cause: bool = False) -> dict[str, Heap]:
    """Bucket -> heap of the receipts of these clocks (of `first_clocks`), or cause -> heap, "" where none is known. One query."""
    sql, params = clocks.values("subject_id", "due_on").query.sql_with_params()
    limits = " ".join("WHEN clock.due_on <= %s THEN %s" for _days in BUCKETS)
    days = [value for each in BUCKETS for value in (on + dt.timedelta(days=each), str(each))]
    key, given = (_CAUSE, []) if by_cause else (_BUCKET.format(limits=limits), [on, *days])
    with connection.cursor() as cursor:
        cursor.execute(_HEAPED.format(key=key, clocks=sql), [*given, *params])
        return {name: Heap(count, from_fen(fen)) for name, count, fen in cursor.fetchall()}


def _urgent(held: Held) -> tuple[int, ...]:
    counts = [-held.heaps[name].count for name in NAMES]
    return (*counts, held.owner.pk if held.owner else 0)


def _counted(user: User, on: dt.date) -> list[tuple[int, int | None, str, int, int]]:
    """(court, officer, bucket, receipts, fen), counted by the database: nothing is read row by row."""
    sql, params = (
        first_clocks(user).values("subject_id", "court_id", "owner_id", "due_on").query.sql_with_params()
    )
    limits = " ".join("WHEN clock.due_on <= %s THEN %s" for _days in BUCKETS)
    days = [value for each in BUCKETS for value in (on + dt.timedelta(days=each), str(each))]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED.format(clocks=sql, limits=limits), [on, *days, *params])
        return list(cursor.fetchall())


_BUCKET = "CASE WHEN clock.due_on < %s THEN 'late' {limits} ELSE 'later' END"
_CAUSE = """
coalesce((SELECT cause.value #>> '{}' FROM cases_fact cause
           WHERE cause.subject_id = clock.subject_id AND cause.key = 'unpaid_cause'), '')
"""
_HEAPED = """
SELECT {key} AS heap, count(*), sum(receipt.amount)::bigint
  FROM ({clocks}) clock
  JOIN cases_fact fact ON fact.subject_id = clock.subject_id AND fact.key = 'receipt_id'
  JOIN funds_receipt receipt ON receipt.id = (fact.value #>> '{{}}')::bigint
 GROUP BY 1
"""
_COUNTED = """
SELECT clock.court_id, clock.owner_id,
       CASE WHEN clock.due_on < %s THEN 'late' {limits} ELSE 'later' END AS bucket,
       count(*), sum(receipt.amount)::bigint
  FROM ({clocks}) clock
  JOIN cases_fact fact ON fact.subject_id = clock.subject_id AND fact.key = 'receipt_id'
  JOIN funds_receipt receipt ON receipt.id = (fact.value #>> '{{}}')::bigint
 GROUP BY 1, 2, 3
"""
