"""A batch as its page shows it: one page of its rows with their cases, and how many there are of each state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case as Choice
from django.db.models import Count, IntegerField, Q, Value, When

from cases.models import Batch, BatchRow, Case, Node
from courts.models import Membership, User
from desk.selectors.assigning import Officer, officers_of
from desk.selectors.parties import sides_of
from jobs.models import Job
from kernel.keyset import Segment, page

SIZE = 50
_ORDER = Choice(When(state="refused", then=Value(0)), default=Value(1), output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its case, and what the node is about when it is not the case itself."""

    row: BatchRow
    number: str
    parties: str
    subject: str


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A page of a batch. counts: state -> rows. receivers: who may be given the cases or
    nodes of a draft. shares: of a draft that gives cases away: handler -> cases."""

    batch: Batch
    job: Job | None
    lines: list[Line]
    counts: dict[str, int]
    receivers: list[Officer] | list[User]
    next: str
    prev: str
    shares: dict[int, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many rows."""
        return sum(self.counts.values())


def batch_page(
    *, user: User, batch_id: int, on: Any, after: str = "", before: str = "", size: int = SIZE
) -> BatchPage | None:
    """One page of one's own batch, what was refused first; None: there is none. Eleven queries at most."""
    batch = Batch.objects.visible_to(user).select_related("asked_by").filter(pk=batch_id).first()
    if batch is None:
        return None
    rows = BatchRow.objects.filter(batch=batch).annotate(place=_ORDER)
    found = page(
        [Segment("row", rows.select_related("node__subject"), ("place", "pk"))],
        after=after,
        before=before,
        size=size,
    )
    counted = BatchRow.objects.filter(batch=batch).order_by().values_list("state").annotate(n=Count("pk"))
    shown = [row for _name, row in found.rows]
    cases = _cases(user, shown)
    receivers: list[Officer] | list[User] = []
    shares: dict[int, int] = {}
    to_owners = batch.kind in (Batch.Kind.HAND_OVER, Batch.Kind.ASSIGN)
    if batch.kind == Batch.Kind.ASSIGN and batch.state == Batch.State.DRAFT:
        shares = _shares(batch)
    if to_owners and batch.state == Batch.State.DRAFT and cases:
        receivers = officers_of(next(iter(cases.values())).court_id, on)
    elif batch.kind == Batch.Kind.PASS_ON and batch.state == Batch.State.DRAFT:
        receivers = [person for person in _around(batch, on) if person.pk != user.pk]
    return BatchPage(
        batch=batch,
        job=Job.objects.filter(key=f"{batch.about}:work").first() if batch.confirmed_at else None,
        lines=_lines(shown, cases),
        counts=dict(counted),
        receivers=receivers,
        next=found.next,
        prev=found.prev,
        shares=shares,
    )


def _shares(batch: Batch) -> dict[int, int]:
    rows = batch.rows.order_by().values_list("values__owner")
    return {int(owner): n for owner, n in rows.annotate(n=Count("pk"))}


def _around(batch: Batch, on: Any) -> list[User]:
    """Those who may have some of the nodes: of the teams and groups that have them, and the handlers. One query."""
    nodes = Node.objects.filter(pk__in=batch.rows.values("node"))
    groups = nodes.exclude(group="")
    joined = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on),
        Q(unit__in=nodes.values("team_id")) | Q(unit__function__in=groups.values("group")),
        unit__court__in=nodes.values("court_id"),
        since__lte=on,
    )
    people = User.objects.filter(
        Q(pk__in=joined.values("user_id")) | Q(pk__in=nodes.values("owner_id")),
        kind=User.Kind.STAFF,
        is_active=True,
        court__in=nodes.values("court_id"),
    )
    return list(people.order_by("initials", "pk"))


def nodes_of_rows(user: User, row_ids: Sequence[str]) -> list[int]:
    """The nodes behind ticked rows of a list: each names its nodes, one or several, with commas."""
    wanted = {int(part) for text in row_ids for part in text.split(",") if _is_id(part)}
    return list(Node.objects.visible_to(user).filter(pk__in=wanted).values_list("pk", flat=True))


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


def _cases(user: User, rows: Sequence[BatchRow]) -> dict[int, Case]:
    wanted = {row.case_id for row in rows}
    # What was handed over has left the person's sight; its number was on the page when it was frozen.
    return Case.objects.defer("packs").in_bulk(wanted)


def _lines(rows: Sequence[BatchRow], cases: dict[int, Case]) -> list[Line]:
    parties = sides_of(list(cases)) if cases else {}
    return [
        Line(
            row=row,
            number=cases[row.case_id].number,
            parties=parties.get(row.case_id, ""),
            subject=row.node.subject.label
            if row.node is not None and row.node.subject.kind != "case"
            else "",
        )
        for row in rows
    ]
