"""Where a case stands: its stage, its cash rate and its flags, computed from rules, facts and what happened (HD-05, HD-07, HD-11).

Pure, but for `keep`, which sets what the case's row shows; the act that changed the facts saves it in the statement that
saves the case. Flags are kept nowhere: a flag is up while one of its clocks is overdue, and the sweep wakes those clocks,
so that a day that passes costs nothing and no night reads every case.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from cases.snapshot import Locked
from deadlines.due import due_of_rule
from kernel import time
from regimes import flow
from regimes.book import RuleBook
from regimes.calendar import Calendar
from regimes.standing import figures_of, stage_of
from regimes.state import State

CASH_RATE = "cash_rate"
LARGEST = Decimal("9999999999.9999")
"""What the column holds; a claim of one yuan against a fortune says no more than this."""


@dataclass(frozen=True, slots=True, order=True)
class Up:
    """A flag that is up: which, by which clock rule, about which subject, since which day."""

    flag: str
    rule_id: str
    subject_id: int
    since: dt.date


@dataclass(frozen=True, slots=True)
class Standing:
    """What the row of a case shows. stage "" and cash_rate None: its rules name none, or it cannot be computed."""

    stage: str = ""
    stage_since: dt.date | None = None
    cash_rate: Decimal | None = None


def standing_of(book: RuleBook, state: State) -> Standing:
    """The stage and the cash rate of a case."""
    stage = stage_of(book, state)
    rate = next(iter(figures_of(book, state).get(CASH_RATE, ())), None)
    return Standing(
        stage=stage.name if stage else "",
        stage_since=stage.since if stage else None,
        cash_rate=None if rate is None else min(rate, LARGEST),
    )


def flags_of(book: RuleBook, state: State, calendar: Calendar, at: dt.datetime) -> list[Up]:
    """The flags that are up at an instant, from the facts alone: every clock is started anew from what happened.

    What the database answers with `Deadline.objects.flagging(at)` is the same; a test holds the two together.
    """
    fresh = flow.plan(book, replace(state, clocks=()))
    found = []
    for change in fresh.clocks:
        flag = book.flag_of(change.rule)
        if not flag or change.met_on is not None:
            continue
        due = due_of_rule(change, calendar)
        if due.overdue_at is not None and due.overdue_at <= at:
            found.append(Up(flag, change.rule.id, change.subject, flag_day(due.overdue_at)))
    return sorted(found)


def flag_day(overdue_at: dt.datetime) -> dt.date:
    """The court's day on which a clock that is late from this instant marks its case."""
    return time.today(overdue_at)


def keep(locked: Locked) -> None:
    """Set on the locked case's row where it stands now. Joins the act, which saves the row."""
    stands = standing_of(locked.book, locked.state())
    case = locked.case
    case.stage, case.stage_since, case.cash_rate = stands.stage, stands.stage_since, stands.cash_rate
