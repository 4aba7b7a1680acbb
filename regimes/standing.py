"""Where a case stands, computed from what happened: its stage and the figures of one case. Pure; nothing is typed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from regimes.book import RuleBook
from regimes.figures import figure, measures_of
from regimes.flow import CANCELLED
from regimes.rules import StageRule
from regimes.state import State, day_of


@dataclass(frozen=True, slots=True)
class Stage:
    """The stage of a case. since: the day on which what holds it there first happened."""

    rule: StageRule
    since: dt.date

    @property
    def name(self) -> str:
        """One of the vocabulary's stages."""
        return self.rule.stage


def stage_of(book: RuleBook, state: State) -> Stage | None:
    """The last stage of the book that was entered and not left; None where the book names no stages (HD-05).

    A case whose filing was taken back is in no stage.
    """
    if any(happened.get(CANCELLED) for happened in state.happened.values()):
        return None
    for rule in reversed(book.stages):
        if days := list(_standing_since(rule, state)):
            return Stage(rule, min(days))
    return None


def _standing_since(rule: StageRule, state: State) -> Iterator[dt.date]:
    """For each subject that is in the stage, the day it entered it. A leaving counts only from the last entry on."""
    for happened in state.happened.values():
        entered = [day_of(m) for event in rule.entered_by for m in happened.get(event, ())]
        if not entered:
            continue
        left = [day_of(m) for event in rule.left_by for m in happened.get(event, ())]
        if not left:
            yield min(entered)
        elif later := [day for day in entered if day > max(left)]:
            yield min(later)


def figures_of(book: RuleBook, state: State) -> dict[str, list[Decimal | None]]:
    """The figures of one case by the fact they give, a value for each line of the indicator (HD-I-01: cash_rate)."""
    if not book.figures:
        return {}
    measures = measures_of(state)
    return {
        fact: [figure(line, measures) for line in rule.calculations] for fact, rule in book.figures.items()
    }
