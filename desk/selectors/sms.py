"""Short messages that need a hand: failed ones, ones of unknown outcome, numbers that reach nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cases.models import Case
from courts.models import User
from notices.models import Message, NumberMark
from notices.selectors import MessageLine, bad_numbers, in_trouble

LIMIT = 50


@dataclass(frozen=True, slots=True)
class Trouble:
    """A message of the queue and its case."""

    line: MessageLine
    case_id: int | None
    number: str


@dataclass(frozen=True, slots=True)
class Troubles:
    """The queues. next_id: where the next page of messages begins, 0 at the end."""

    messages: list[Trouble]
    marks: list[tuple[NumberMark, str]]
    next_id: int


def troubles(*, user: User, after_id: int = 0) -> Troubles:
    """What the person may see of the queues, oldest first. Four queries. A sealed case is not named."""
    lines = in_trouble(user=user, limit=LIMIT + 1, after_id=after_id)
    marks: Sequence[NumberMark] = bad_numbers(user=user)[:LIMIT]
    shown = lines[:LIMIT]
    cases = dict(
        Message.objects.filter(pk__in=[line.message_id for line in shown]).values_list("pk", "case_id")
    )
    ids = {*cases.values(), *(mark.message.case_id for mark in marks if mark.message)} - {None}
    numbers = dict(Case.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "number"))
    return Troubles(
        messages=[_trouble(line, cases.get(line.message_id), numbers) for line in shown],
        marks=[(mark, numbers.get(mark.message.case_id, "") if mark.message else "") for mark in marks],
        next_id=shown[-1].message_id if len(lines) > LIMIT else 0,
    )


def _trouble(line: MessageLine, case_id: int | None, numbers: dict[int, str]) -> Trouble:
    seen = case_id if case_id in numbers else None
    return Trouble(line, seen, numbers.get(case_id, "") if case_id else "")
