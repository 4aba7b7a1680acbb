"""The rungs of a clock as instants: days before and after the last day, at nine in the morning of the court.

Rungs in working days land on working days; rungs in days, months or years keep to the calendar.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from deadlines.models import Deadline
from kernel.time import at_local
from regimes.amounts import Period, is_clock, period_chinese
from regimes.calendar import Calendar
from regimes.counting import add_calendar, forward_date, length_of
from regimes.rules import DeadlineRule
from regimes.suspensions import Interval, Suspension, merged
from regimes.vocabulary import Ladder, Rung

HOUR = 9


def rungs_of(rule: DeadlineRule, row: Deadline, calendar: Calendar) -> list[dt.datetime]:
    """When each rung of a running clock is due: the rule's own early warnings, then its ladder, as numbered.

    The numbers are places in this list; the instants need not rise (a warning counts from the start of the
    clock, a rung from its end).
    """
    if row.due_on is None or row.due_at is None:
        return []
    early = [_warning(row, period, calendar) for period in rule.warn_at]
    return [*early, *(_instant(rung, rule, row.due_on, row.due_at, calendar) for rung in rule.ladder.rungs)]


def instants_of(ladder: Ladder, due: dt.date, calendar: Calendar) -> list[dt.datetime]:
    """When each rung of a ladder of days is due for something that ends on a day and follows no rule of a pack."""
    return [
        at_local(
            due
            if rung.side == "on"
            else _counted(due, rung.period, calendar, -1 if rung.side == "before" else 1),
            HOUR,
        )
        for rung in ladder.rungs
    ]


def receivers_of(rule: DeadlineRule, rung: int) -> tuple[str, ...]:
    """The roles that a rung of this rule tells. Raises IndexError where the ladder has no such rung."""
    return ("handler",) if rung < len(rule.warn_at) else _rung(rule, rung).to


def name_of(rule: DeadlineRule, rung: int) -> str:
    """What a rung is called: 到期前2个工作日, 起算满5个月. Raises IndexError where there is no such rung."""
    if rung < len(rule.warn_at):
        return f"起算满{period_chinese(rule.warn_at[rung])}"
    return _rung(rule, rung).chinese


def is_late(rule: DeadlineRule, rung: int) -> bool:
    """Whether a rung stands behind the last day. Raises IndexError where the ladder has no such rung."""
    return rung >= len(rule.warn_at) and _rung(rule, rung).side == "after"


def next_rung(rungs: Sequence[dt.datetime], after: dt.datetime | None) -> int | None:
    """The earliest rung, or the earliest later than `after` where past ones stay silent; None: none left."""
    left = [(instant, index) for index, instant in enumerate(rungs) if after is None or instant > after]
    return min(left)[1] if left else None


def _rung(rule: DeadlineRule, rung: int) -> Rung:
    return rule.ladder.rungs[rung - len(rule.warn_at)]


def _instant(
    rung: Rung, rule: DeadlineRule, due: dt.date, last: dt.datetime, calendar: Calendar
) -> dt.datetime:
    if is_clock(rung.period) or (rung.side == "on" and is_clock(rule.period)):
        length = length_of(rung.period) if rung.period else dt.timedelta()
        return last - length if rung.side == "before" else last + length
    if rung.side == "on":
        return at_local(due, HOUR)
    return at_local(_counted(due, rung.period, calendar, -1 if rung.side == "before" else 1), HOUR)


def _counted(due: dt.date, period: Period, calendar: Calendar, sign: int) -> dt.date:
    """So many units before or after the last day.

    Not the backward count of the rules: that asks for the latest day from which the period still ends in
    time, and on such a Sunday nobody is at work to be reminded.
    """
    day = due
    for amount in period:
        if amount.unit == "workday":
            day = calendar.add_workdays(day, sign * amount.n)
        else:
            day = add_calendar(day, amount, sign)
    return day


def _warning(row: Deadline, period: Period, calendar: Calendar) -> dt.datetime:
    """An early warning counts as its clock does: days that were suspended do not bring it nearer."""
    start = dt.date.fromisoformat(row.start[:10])
    return at_local(forward_date(start, period, calendar, _suspended(row)) or start, HOUR)


def _suspended(row: Deadline) -> tuple[Interval, ...]:
    """The uncounted days that the clock keeps as (kind, first, last)."""
    kept = (
        Suspension(dt.date.fromisoformat(first), dt.date.fromisoformat(last) if last else None)
        for _, first, last in row.suspensions
    )
    return merged(kept)
