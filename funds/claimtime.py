"""认领时间: how soon money that arrived should be claimed, and when the judge is reminded, by the rules of its court.

No document states either number (TJ-U-01, BASE-U-01): they are suggestions of the packs, shown as such and never as law.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from courts.calendar import calendar_for
from courts.selectors import pack_of, packs_in_force
from regimes.calendar import Calendar
from regimes.periods import due_of
from regimes.rules import Suggestion

CLAIM, REMIND = "fund_claim", "fund_reminder"
FURTHEST = 400
"""Calendar days: no suggestion about a receipt is longer."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A suggestion of a court's packs, counted from the day on which money was booked, by the court's calendar."""

    rule: Suggestion
    calendar: Calendar

    def due(self, booked_on: dt.date) -> dt.date:
        """The last day, for money booked on a day."""
        found = due_of(self.rule.terms, booked_on, self.calendar)
        if not isinstance(found, dt.date) or isinstance(found, dt.datetime):
            raise ValueError(f"{self.rule.id} counts no days")
        return found

    def latest_due(self, on: dt.date) -> dt.date:
        """The latest booking day whose last day is `on` or before: what was booked after it has time left."""
        day = on
        while self.due(day) > on and (on - day).days < FURTHEST:
            day -= dt.timedelta(days=1)
        return day


def suggested(court_id: int, duty: str, on: dt.date) -> Suggested | None:
    """What the court's packs in force on a day suggest for CLAIM or REMIND: the court's own before BASE; None: nothing."""
    found: Suggested | None = None
    for release, features in packs_in_force(court_id, on):
        pack = pack_of(release)
        for rule in pack.suggestions:
            if rule.duty == duty and rule.period and (not rule.feature or rule.feature in features):
                own = Suggested(rule, calendar_for(court_id))
                if pack.code != "BASE":
                    return own
                found = found or own
    return found
