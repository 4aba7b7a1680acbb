"""Drafts, texts and a provider that does as it is told."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Sequence

from courts.models import Court
from notices.models import Message, Template
from notices.outbox import Draft, enqueue
from notices.providers import Outcome, Outgoing, Result

_numbers = itertools.count(1)


def text(topic: str = "case_filed", audience: str = "applicant", **fields: object) -> Template:
    """An approved text, for all courts unless one is given."""
    defaults = {
        "text": "您好，{案号}案已立案。咨询{电话}。{法院}",
        "approved_by": "执行指挥中心",
        "approved_on": dt.date(2023, 1, 4),
    }
    return Template.objects.create(topic=topic, audience=audience, **{**defaults, **fields})


def mobile() -> str:
    """A mobile number that nobody has (138 0000 xxxx)."""
    return f"1380000{next(_numbers):04d}"


def draft(court: Court, **fields: object) -> Draft:
    """A draft of the filing message to an applicant with a mobile."""
    number = next(_numbers)
    defaults = {
        "about": "case:12",
        "case_id": 12,
        "court_id": court.pk,
        "topic": "case_filed",
        "rule_id": "JZ-P-01",
        "audience": "applicant",
        "party_ref": f"party:{number}",
        "facts": {"number": "(2023)鄂9901执12号", "date": "2023年4月24日", "handler": "王某"},
        "key": f"test:{number}",
    }
    if "number" not in fields and fields.get("channel") != "in_app":
        defaults["number"] = mobile()
    return Draft(**{**defaults, **fields})


def waiting(court: Court, *, at: dt.datetime, **fields: object) -> Message:
    """A message in the outbox; its text must stand."""
    return enqueue([draft(court, **fields)], at=at)[0]


class Scripted:
    """A provider that answers from a script: a Result (or Outcome maker) per call, the last one for ever."""

    name = "scripted"
    longest_call = 1.0

    def __init__(
        self,
        sends: Sequence[Result | Callable[[Outgoing], Outcome]] = (Result.ACCEPTED,),
        asks: Sequence[Result | Callable[[Outgoing], Outcome]] = (Result.ABSENT,),
        *,
        answers_queries: bool = True,
    ) -> None:
        self.answers_queries = answers_queries
        self.sent: list[Outgoing] = []
        self.asked: list[Outgoing] = []
        self._sends, self._asks = list(sends), list(asks)

    def send(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Answer each sending from the script."""
        self.sent += batch
        return [self._next(self._sends, one) for one in batch]

    def ask(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Answer each query from the script."""
        self.asked += batch
        return [self._next(self._asks, one) for one in batch]

    @staticmethod
    def _next(script: list[Result | Callable[[Outgoing], Outcome]], one: Outgoing) -> Outcome:
        step = script.pop(0) if len(script) > 1 else script[0]
        if isinstance(step, Result):
            return Outcome(one.message_id, step, provider_id=f"p-{one.message_id}")
        return step(one)
