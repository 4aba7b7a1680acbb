"""The one source of time: the database's clock, so that a worker with a wrong clock or zone changes nothing.

An offset exists only where settings.TIME_TRAVEL is on (demo data and tests).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

SHANGHAI = ZoneInfo("Asia/Shanghai")

LATELY_SECONDS = 60
_last_read: tuple[dt.datetime, float] | None = None
"""The database's clock, and this machine's counter when it was read."""
_offset: dt.timedelta | None = None
_frozen: dt.datetime | None = None


def now() -> dt.datetime:
    """The present instant, aware, UTC, by the database's clock. Ask once per request or task and pass it on."""
    if _frozen is not None:
        return _frozen
    instant = _database_clock()
    return instant if _offset is None else instant + _offset


def lately() -> dt.datetime:
    """As `now`, without asking the database again within a minute: for what a day decides, never for an act.

    The database's clock as last read, and how long that is ago by this machine's counter, which no one can set.
    """
    if _frozen is not None:
        return _frozen
    read = _last_read
    if read is None or not 0 <= monotonic() - read[1] < LATELY_SECONDS:
        return now()
    instant = read[0] + dt.timedelta(seconds=monotonic() - read[1])
    return instant if _offset is None else instant + _offset


def today(at: dt.datetime | None = None) -> dt.date:
    """The court-local date (Asia/Shanghai) of `at`, or of now."""
    return (at or now()).astimezone(SHANGHAI).date()


def local(at: dt.datetime) -> dt.datetime:
    """`at` on the court's wall clock."""
    return at.astimezone(SHANGHAI)


def at_local(day: dt.date, hour: int = 0, minute: int = 0) -> dt.datetime:
    """The instant of a court-local wall-clock time."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(dt.UTC)


@contextmanager
def travel(to: dt.datetime | dt.date | str, *, frozen: bool = True) -> Iterator[None]:
    """Move this process to another time, for demo data and tests only.

    `to` is an aware instant, a date (taken at 09:00 in the court) or "2023-04-24 09:00" in court time.
    """
    if not settings.TIME_TRAVEL:
        raise RuntimeError("time travel is allowed only in demo and tests (TIME_TRAVEL=1)")
    global _offset, _frozen
    before = (_offset, _frozen)
    instant = _as_instant(to)
    try:
        if frozen:
            _frozen = instant
        else:
            _frozen, _offset = None, instant - _database_clock()
        yield
    finally:
        _offset, _frozen = before


def _database_clock() -> dt.datetime:
    global _last_read  # noqa: PLW0603  the one clock of this process
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: dt.datetime = cursor.fetchone()[0]
    _last_read = (instant.astimezone(dt.UTC), monotonic())
    return _last_read[0]


def _as_instant(to: dt.datetime | dt.date | str) -> dt.datetime:
    if isinstance(to, str):
        to = dt.datetime.fromisoformat(to)
        if to.tzinfo is None:
            to = to.replace(tzinfo=SHANGHAI)
    if isinstance(to, dt.datetime):
        return to.astimezone(dt.UTC)
    return at_local(to, 9)
