"""The letters a person is to answer, each with the clock of its court, or the hours that the rules only suggest."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cases.book import book_of
from cases.models import Case, Subject
from courts.models import User
from deadlines.models import Deadline
from petitions.models import Letter
from regimes.rules import Suggestion

MOST = 200
DUTY = "message_reply"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter without an answer. due_at: of the binding clock, None where the rules set none.

    hours: how long it has waited. suggested: hours that the court's rules suggest; past them nothing is overdue.
    """

    letter: Letter
    due_at: dt.datetime | None
    is_overdue: bool
    hours: int
    suggested: int | None


def unanswered(user: User, at: dt.datetime) -> list[Waiting]:
    """未回复留言 in the person's sight: those with a clock by their due time, then the oldest first. Two queries."""
    rows = (
        Letter.objects.visible_to(user)
        .unanswered()
        .select_related("case__owner", "case__court", "party", "handler")
    )
    letters = list(rows.order_by("received_at", "id")[:MOST])
    due = due_times([letter.subject_id for letter in letters])
    waiting = [waiting_of(letter, due.get(letter.subject_id), at) for letter in letters]
    last = dt.datetime.max.replace(tzinfo=dt.UTC)
    return sorted(waiting, key=lambda row: (row.due_at or last, row.letter.received_at, row.letter.pk))


def due_times(subjects: list[int]) -> dict[int, dt.datetime]:
    """Subject of a letter -> when its answer is due by a rule that binds. One query."""
    # The cases are named because the clocks' index starts with them.
    cases = Subject.objects.filter(pk__in=subjects).values("case_id")
    clocks = Deadline.objects.filter(
        case_id__in=cases, subject_id__in=subjects, kind="due", due_at__isnull=False
    )
    return dict(clocks.values_list("subject_id", "due_at"))


def waiting_of(letter: Letter, due_at: dt.datetime | None, at: dt.datetime) -> Waiting:
    """How a letter stands at an instant."""
    hours = int((at - letter.received_at).total_seconds() // 3600)
    late = due_at is not None and at > due_at
    return Waiting(letter, due_at, late, hours, None if due_at else suggested_hours(letter.case))


def suggested_hours(case: Case) -> int | None:
    """The hours within which the pinned rules suggest an answer; None where they say nothing."""
    for _pack, rule in book_of(case).reaching("suggestions"):
        if isinstance(rule, Suggestion) and rule.duty == DUTY:
            return sum(part.n for part in rule.period if part.unit == "hour") or None
    return None
