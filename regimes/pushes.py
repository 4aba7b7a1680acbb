"""Pushes: who is told what when something happens. Pure; one message per act and person at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from regimes.book import RuleBook
from regimes.rules import PushRule


@dataclass(frozen=True, slots=True)
class Telling:
    """That an audience is to be told of an event. withheld: wait until one of `until` has happened."""

    rule: PushRule
    audience: str
    event: str
    withheld: bool
    until: tuple[str, ...]


def tellings(book: RuleBook, events: Iterable[str], happened: frozenset[str]) -> Iterator[Telling]:
    """What an act that made `events` happen tells, one per audience: the first event that a rule names wins.

    events: in order, the direct ones before the implied ones. happened: events of the case so far, these included.
    """
    told: set[str] = set()
    for event in events:
        for rule in book.pushes:
            if event not in rule.on:
                continue
            for audience in rule.to:
                if audience in told:
                    continue
                told.add(audience)
                until = tuple(rule.hold.get(audience, ()))
                withheld = bool(until) and happened.isdisjoint(until)
                yield Telling(rule, audience, event, withheld, until)
