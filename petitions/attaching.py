"""What a petition is opened with: the duties of the case that are overdue and the letters without an answer.

The same two lists frozen on registration and read live beside it, so that one sees what has been done since.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from cases.book import book_of
from cases.models import Case, Subject
from cases.snapshot import Locked
from deadlines.models import Deadline
from kernel import time
from petitions.models.letters import Letter
from regimes.book import RuleBook
from regimes.nodes import load_nodes
from regimes.vocabulary import load_vocabulary

Attached = dict[str, list[dict[str, Any]]]
QUIET = ("soft_target", "right", "detector")
"""Kinds of clocks that nobody is late with."""


def attached_to(locked: Locked, at: dt.datetime) -> Attached:
    """As JSON, from the locked state of a case; one query for the letters."""
    return _attached(locked.clocks.values(), locked.labels, locked.root, locked.case, locked.book, at)


def attached_now(case: Case, at: dt.datetime) -> Attached:
    """The same for a case that is read. Three queries."""
    labels = dict(Subject.objects.filter(case=case).values_list("pk", "label"))
    root = Subject.objects.filter(case=case, kind="case").values_list("pk", flat=True).first()
    clocks = Deadline.objects.running().filter(case_id=case.pk)
    return _attached(clocks, labels, root, case, book_of(case), at)


def _attached(
    clocks: Iterable[Deadline],
    labels: dict[int, str],
    root: int | None,
    case: Case,
    book: RuleBook,
    at: dt.datetime,
) -> Attached:
    """One duty once, however many clocks it has: the one that ended first."""
    late = [
        clock
        for clock in clocks
        if clock.state == "running"
        and clock.kind not in QUIET
        and clock.overdue_at is not None
        and clock.overdue_at <= at
    ]
    late.sort(key=lambda clock: (clock.overdue_at, clock.pk))
    firsts: dict[tuple[str, int | None], Deadline] = {}
    for clock in late:
        firsts.setdefault((_name(clock, book), clock.subject_id), clock)
    letters = Letter.objects.filter(case=case).unanswered().order_by("received_at", "id")
    return {
        "nodes": [
            {
                "clock": clock.pk,
                "rule": clock.rule_id,
                "name": name,
                "about": "" if clock.subject_id == root else labels.get(clock.subject_id, ""),
                "due_on": _day(clock).isoformat(),
                "days": (time.today(at) - _day(clock)).days,
            }
            for (name, _subject), clock in firsts.items()
        ],
        "letters": [
            {
                "letter": letter.pk,
                "topic": letter.get_topic_display(),
                "received_at": letter.received_at.isoformat(),
            }
            for letter in letters
        ],
    }


def _name(clock: Deadline, book: RuleBook) -> str:
    """What is to be done: the node, else the duty of the rule."""
    nodes = {node.kind: node.zh for node in load_nodes()}
    if clock.node_kind in nodes:
        return nodes[clock.node_kind]
    try:
        duty = book.rule(clock.rule_id).duty
    except KeyError:
        return clock.rule_id
    return load_vocabulary().duties.get(duty, clock.rule_id)


def _day(clock: Deadline) -> dt.date:
    """The last day of a clock, of hours too."""
    return clock.due_on or time.today(clock.due_at or clock.overdue_at)  # type: ignore[arg-type]
