"""When a request that waits is next reminded of: its ladder of the vocabulary, counted from its present step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from approvals.models import Request
from courts.calendar import calendar_for
from kernel.time import at_local, today
from regimes.calendar import Calendar
from regimes.counting import add_calendar
from regimes.vocabulary import Rung, load_vocabulary

HOUR = 9


def rungs_of(request: Request) -> Sequence[Rung]:
    """The rungs of a request's ladder; none where it has none."""
    ladder = load_vocabulary().ladders.get(request.ladder)
    return ladder.rungs if ladder else ()


def instant_of(request: Request, rung: Rung, calendar: Calendar) -> dt.datetime:
    """Nine in the morning of the day on which a rung of the present step is due."""
    day = today(request.since or request.asked_at)
    for amount in rung.period:
        if amount.unit == "workday":
            day = calendar.add_workdays(day, amount.n)
        else:
            day = add_calendar(day, amount, 1)
    return at_local(day, HOUR)


def next_rung(request: Request) -> dt.datetime | None:
    """When the next rung of the present step is due, or None."""
    rungs = rungs_of(request)
    if request.reminded >= len(rungs):
        return None
    return instant_of(request, rungs[request.reminded], calendar_for(request.court_id))
