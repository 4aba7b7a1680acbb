"""Hours in which a court sends no short messages. Pure arithmetic on the court's wall clock."""

from __future__ import annotations

import datetime as dt

from kernel import time


def next_open(at: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> dt.datetime:
    """The earliest instant from `at` on that lies outside the quiet hours; `at` itself when it does.

    The hours include `quiet_from` and end before `quiet_until`; they may span midnight. Equal times mean
    none.
    """
    wall = time.local(at)
    clock = wall.time()
    if quiet_from < quiet_until:
        is_quiet = quiet_from <= clock < quiet_until
    else:
        is_quiet = quiet_from != quiet_until and (clock >= quiet_from or clock < quiet_until)
    if not is_quiet:
        return at
    opens_on = wall.date() + dt.timedelta(days=1 if clock >= quiet_until else 0)
    return time.at_local(opens_on, quiet_until.hour, quiet_until.minute)


def next_day_open(at: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> dt.datetime:
    """The earliest open instant of the next court-local day: where a message over the daily cap goes."""
    tomorrow = time.at_local(time.today(at) + dt.timedelta(days=1))
    return next_open(tomorrow, quiet_from, quiet_until)
