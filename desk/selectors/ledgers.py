"""What the pages of ledger imports show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from cases.actions.ledgers import job_key
from cases.ledger_rows import Problem
from cases.ledger_stored import problems_of, shown
from cases.models import LedgerImport, LedgerRow
from courts.models import User
from jobs.models import Job
from kernel.keyset import Segment, page

SHOWN = 50
SAMPLES = 2
TO_LOOK_AT = ("bad", "doubtful", "differs", "repeat")
"""The verdicts that a person puts right in the sheet."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row and what was found in it; case: the address of the case that stands."""

    row: LedgerRow
    notes: list[Problem]


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One import. samples: place of a column -> its first values. show: the verdict chosen."""

    ledger: LedgerImport
    show: str
    rows: list[Shown] = field(default_factory=list)
    samples: dict[int, list[str]] = field(default_factory=dict)
    total: int = 0
    next: str = ""
    prev: str = ""
    job: Job | None = None


def ledgers(user: User) -> list[LedgerImport]:
    """The newest imports that the person may see. One query."""
    rows = LedgerImport.objects.visible_to(user).select_related("court", "asked_by")
    return list(rows.order_by("-pk")[:SHOWN])


def visible_ledgers(user: User) -> QuerySet[LedgerImport]:
    """Imports that the person may see, with court and person."""
    return LedgerImport.objects.visible_to(user).select_related("court", "asked_by")


def mapping_page(ledger: LedgerImport) -> LedgerPage:
    """The columns and what stands in them. Two queries."""
    samples: dict[int, list[str]] = {int(place): [] for place in ledger.titles}
    for row in ledger.rows.order_by("row").only("cells")[:20]:
        for place, text in enumerate(shown(row.cells)):
            if place in samples and text and len(samples[place]) < SAMPLES:
                samples[place].append(text[:24])
    return LedgerPage(ledger, "", samples=samples, total=ledger.rows.count())


def ledger_page(ledger: LedgerImport, *, show: str, after: str, before: str) -> LedgerPage:
    """The rows of a verdict (default: all that want looking at), and the job. Two queries."""
    rows = ledger.rows.filter(verdict__in=(show,) if show else TO_LOOK_AT).defer("cells")
    rows = rows.select_related("case")
    found = page([Segment("row", rows, ("row",))], after=after, before=before, size=SHOWN)
    lines = [Shown(row, problems_of(row.row, row.notes)) for _name, row in found.rows]
    job = Job.objects.filter(key=job_key(ledger)).select_related("court", "asked_by").first()
    return LedgerPage(ledger, show, lines, next=found.next, prev=found.prev, job=job)


def rows_to_put_right(ledger: LedgerImport) -> Iterator[tuple[LedgerRow, list[Problem], list[str]]]:
    """Every row that wants looking at, what is wrong in it, and its cells as they came; one by one."""
    rows = ledger.rows.filter(verdict__in=TO_LOOK_AT).order_by("row")
    for row in rows.iterator(chunk_size=500):
        yield row, problems_of(row.row, row.notes), shown(row.cells) if row.cells else []
