"""建议时限 of one case: the day that a rule proposes where its document only says 及时 or 立即. Pure; never a limit.

A suggestion starts no clock, warns nobody and is never overdue: it is computed when somebody looks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from regimes.book import RuleBook
from regimes.calendar import Calendar
from regimes.errors import RegimeError
from regimes.flow import View
from regimes.periods import due_of
from regimes.rules import Suggestion
from regimes.state import Moment, State, day_of, instant_of


@dataclass(frozen=True, slots=True)
class Suggested:
    """One suggestion about one subject. start: the moment it is counted from, the latest of its event.

    due: the suggested day, or the instant where it counts hours. met_on: the day on which it was done, or None.
    """

    rule: Suggestion
    subject: int
    start: Moment
    due: Moment
    met_on: dt.date | None

    @property
    def due_on(self) -> dt.date:
        """The court's day of it."""
        return day_of(self.due)


def suggestions_of(book: RuleBook, state: State, calendar: Calendar) -> list[Suggested]:
    """Every suggestion whose start is recorded and whose condition holds, earliest first.

    Left out: those that only point elsewhere (`due_from`), hours counted from a start of which only the day is known,
    and days beyond the calendar.
    """
    view = View(state)
    found = [
        each
        for rule in book.suggestions
        for subject in state.subjects.values()
        if subject.kind == rule.per
        for each in _suggested(rule, view, subject.id, calendar)
    ]
    return sorted(found, key=lambda each: (instant_of(each.due), each.rule.id, each.subject))


def _suggested(rule: Suggestion, view: View, subject: int, calendar: Calendar) -> Iterator[Suggested]:
    moments = view.moments(subject, rule.start) if rule.start else ()
    if not moments or rule.when.evaluate(view.facts(subject)) is not True:
        return
    start = moments[-1]
    due: Moment | None = day_of(start)
    if rule.period:
        try:
            due = due_of(rule.terms, start, calendar)
        except RegimeError:
            return
    elif not rule.same_visit:
        return
    if due is None:
        return
    met = view.met(rule.met_by, subject) if rule.met_by else None
    yield Suggested(rule, subject, start, due, day_of(met) if met is not None else None)
