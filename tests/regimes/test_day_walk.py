"""The fast counting against the slow walk, date by date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from regimes.amounts import Amount, Unit, period_of
from regimes.calendar import Calendar
from regimes.periods import Terms, compute, due_of
from regimes.suspensions import Suspension
from tests.regimes import day_walk

CALENDAR = Calendar.seed()
LIMITS: dict[Unit, int] = {"year": 1, "month": 8, "day": 60, "workday": 40}

starts = st.dates(dt.date(2005, 1, 1), dt.date(2023, 6, 30))
rolls = st.sampled_from(["none", "next_workday", "previous_workday"])


@st.composite
def parts(draw: Any) -> list[tuple[int, Unit]]:
    units = draw(st.lists(st.sampled_from(sorted(LIMITS)), min_size=1, max_size=3, unique=True))
    return [(draw(st.integers(1, LIMITS[unit])), unit) for unit in units]


@st.composite
def gaps(draw: Any, start: dt.date) -> list[tuple[dt.date, dt.date | None]]:
    found: list[tuple[dt.date, dt.date | None]] = []
    for _ in range(draw(st.integers(0, 3))):
        first = start + dt.timedelta(days=draw(st.integers(-20, 120)))
        length = draw(st.one_of(st.integers(0, 40), st.none()) if draw(st.booleans()) else st.integers(0, 40))
        found.append((first, None if length is None else first + dt.timedelta(days=length)))
    return found


def as_suspensions(found: list[tuple[dt.date, dt.date | None]]) -> list[Suspension]:
    return [Suspension(first, last) for first, last in found]


@settings(max_examples=200, deadline=None)
@given(data=st.data(), start=starts, length=parts(), roll=rolls)
def test_days_and_longer(data: Any, start: dt.date, length: list[tuple[int, Unit]], roll: Any) -> None:
    pauses = data.draw(gaps(start))
    units: st.SearchStrategy[Unit] = st.sampled_from(["day", "workday"])
    extra = data.draw(st.lists(st.tuples(st.integers(1, 30), units), max_size=2))
    terms = Terms(period=period_of(*(Amount(n, unit) for n, unit in length)), roll=roll)
    extensions = [Amount(n, unit) for n, unit in extra]

    expected = day_walk.due(start, length, roll=roll, gaps=pauses, extensions=extra)

    found = compute(terms, start, CALENDAR, suspensions=as_suspensions(pauses), extensions=extensions)
    assert found.due == expected
    assert (found.state == "suspended") == (expected is None)
    assert (
        due_of(terms, start, CALENDAR, suspensions=as_suspensions(pauses), extensions=extensions) == expected
    )


@settings(max_examples=60, deadline=None)
@given(start=starts, length=parts())
def test_backward(start: dt.date, length: list[tuple[int, Unit]]) -> None:
    terms = Terms(period=period_of(*(Amount(n, unit) for n, unit in length)), direction="backward")
    assert compute(terms, start, CALENDAR).due == day_walk.latest_before(start, length)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), start=starts, clock=st.times(), hours=st.integers(1, 72), exact=st.booleans())
def test_hours(data: Any, start: dt.date, clock: dt.time, hours: int, exact: bool) -> None:
    begin = dt.datetime.combine(start, clock.replace(second=0, microsecond=0))
    pauses = [pause for pause in data.draw(gaps(start)) if pause[0] < start + dt.timedelta(days=5)]
    terms = Terms(period=(Amount(hours, "hour"),), hours="exact" if exact else "next_full_hour")

    expected = day_walk.due_instant(begin, hours * 60, exact=exact, gaps=pauses)

    found = compute(terms, begin, CALENDAR, suspensions=as_suspensions(pauses)).due
    assert (found.replace(tzinfo=None) if isinstance(found, dt.datetime) else found) == expected
