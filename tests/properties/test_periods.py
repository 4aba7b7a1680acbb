"""What must be true of every period, whatever its dates."""

from __future__ import annotations

import calendar as months
import datetime as dt
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from regimes.amounts import Amount, Period, Unit, parse_period, period_chinese, period_of, period_text
from regimes.calendar import Calendar
from regimes.periods import Repeat, Terms, compute, due_of
from regimes.suspensions import Suspension

CALENDAR = Calendar.seed()
DAY = dt.timedelta(days=1)
KINDS = ("due", "detector", "soft_target", "min_gap", "min_elapsed", "max_length", "right")
FOUR: tuple[Unit, ...] = ("year", "month", "day", "workday")

# Beyond 2026 too: the provisional years must obey the same laws.
starts = st.dates(dt.date(2004, 1, 1), dt.date(2033, 12, 31))
amounts = st.builds(Amount, st.integers(1, 90), st.sampled_from(["day", "workday", "month"]))
rolls = st.sampled_from(["none", "next_workday", "previous_workday"])


@st.composite
def periods(draw: Any) -> Period:
    units = draw(st.lists(st.sampled_from(FOUR), min_size=1, max_size=3, unique=True))
    return period_of(*(Amount(draw(st.integers(1, 24)), unit) for unit in units))


@st.composite
def suspensions(draw: Any, start: dt.date) -> list[Suspension]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        first = start + dt.timedelta(days=draw(st.integers(-10, 90)))
        open_ended = draw(st.integers(0, 9)) == 0
        found.append(
            Suspension(first, None if open_ended else first + dt.timedelta(days=draw(st.integers(0, 30))))
        )
    return found


@given(start=starts, amount=amounts, roll=rolls)
def test_more_time_is_never_earlier(start: dt.date, amount: Amount, roll: Any) -> None:
    shorter = due_of(Terms(period=(amount,), roll=roll), start, CALENDAR)
    longer = due_of(Terms(period=(Amount(amount.n + 1, amount.unit),), roll=roll), start, CALENDAR)
    assert shorter is not None
    assert longer is not None
    assert shorter <= longer


@given(start=starts, amount=amounts, roll=rolls)
def test_a_later_start_is_never_due_earlier(start: dt.date, amount: Amount, roll: Any) -> None:
    terms = Terms(period=(amount,), roll=roll)
    today, tomorrow = due_of(terms, start, CALENDAR), due_of(terms, start + DAY, CALENDAR)
    assert today is not None
    assert tomorrow is not None
    assert today <= tomorrow


@given(start=starts, period=periods(), roll=st.sampled_from(["next_workday", "previous_workday"]))
def test_a_rolled_date_is_a_working_day(start: dt.date, period: Period, roll: Any) -> None:
    result = compute(Terms(period=period, roll=roll), start, CALENDAR)
    assert isinstance(result.due, dt.date)
    assert CALENDAR.is_workday(result.due)
    assert isinstance(result.raw, dt.date)
    low, high = sorted([result.raw, result.due])
    moved_over = [low + n * DAY for n in range((high - low).days)] if result.raw < result.due else []
    assert not any(CALENDAR.is_workday(day) for day in moved_over)


@given(start=starts, n=st.integers(1, 90), offset=st.integers(1, 90), length=st.integers(0, 40))
def test_a_suspension_inside_adds_its_days(start: dt.date, n: int, offset: int, length: int) -> None:
    assume(offset <= n)
    pause = Suspension(start + offset * DAY, start + (offset + length) * DAY)
    result = compute(Terms(period=(Amount(n, "day"),)), start, CALENDAR, suspensions=[pause])
    assert result.raw == start + (n + length + 1) * DAY


@given(start=starts, n=st.integers(1, 60), offset=st.integers(-5, 90), length=st.integers(0, 40))
def test_suspended_working_days_are_skipped(start: dt.date, n: int, offset: int, length: int) -> None:
    first = start + offset * DAY
    last = first + length * DAY
    result = compute(
        Terms(period=(Amount(n, "workday"),)), start, CALENDAR, suspensions=[Suspension(first, last)]
    )
    end = result.raw
    assert isinstance(end, dt.date)
    span = [start + k * DAY for k in range(1, (end - start).days + 1)]
    counted = [day for day in span if CALENDAR.is_workday(day) and not first <= day <= last]
    assert len(counted) == n
    assert counted[-1] == end


@given(start=starts, hours=st.integers(25, 120), length=st.integers(0, 20))
def test_a_suspension_stops_an_hour_clock(start: dt.date, hours: int, length: int) -> None:
    begin = dt.datetime.combine(start, dt.time(9))
    terms = Terms(period=(Amount(hours, "hour"),), hours="exact")
    pause = Suspension(start + DAY, start + (1 + length) * DAY)
    free, paused = due_of(terms, begin, CALENDAR), due_of(terms, begin, CALENDAR, suspensions=[pause])
    assert isinstance(free, dt.datetime)
    assert paused == free + dt.timedelta(days=length + 1)


@given(start=starts, n=st.integers(1, 60))
def test_a_month_ends_on_the_same_day_or_the_last(start: dt.date, n: int) -> None:
    end = due_of(Terms(period=(Amount(n, "month"),)), start, CALENDAR)
    assert isinstance(end, dt.date)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n
    assert end.day == min(start.day, months.monthrange(end.year, end.month)[1])


@settings(max_examples=300)
@given(data=st.data(), start=starts, period=periods(), roll=rolls, kind=st.sampled_from(KINDS))
def test_the_fast_path_is_the_slow_one(
    data: Any, start: dt.date, period: Period, roll: Any, kind: Any
) -> None:
    terms = Terms(kind=kind, period=period, roll=roll)
    pauses = data.draw(suspensions(start))
    extensions = data.draw(st.lists(amounts, max_size=2))
    slow = compute(terms, start, CALENDAR, suspensions=pauses, extensions=extensions)
    assert due_of(terms, start, CALENDAR, suspensions=pauses, extensions=extensions) == slow.due
    assert (slow.due is None) == (slow.state == "suspended")


@given(start=starts, k=st.integers(1, 6), roll=rolls)
def test_the_fast_path_of_a_repeat_is_its_first(start: dt.date, k: int, roll: Any) -> None:
    terms = Terms(roll=roll, repeat=Repeat((Amount(k, "month"),), (Amount(2, "year"),)))
    result = compute(terms, start, CALENDAR)
    assert due_of(terms, start, CALENDAR) == result.due == result.dues[0]
    assert len(result.dues) == 24 // k


@given(moment=st.builds(dt.datetime.combine, starts, st.times()), n=st.integers(1, 200))
def test_the_fast_path_of_hours_and_the_full_hour(moment: dt.datetime, n: int) -> None:
    terms = Terms(period=(Amount(n, "hour"),))
    result = compute(terms, moment, CALENDAR)
    assert due_of(terms, moment, CALENDAR) == result.due
    assert isinstance(result.due, dt.datetime)
    waited = result.due.replace(tzinfo=None) - moment
    assert dt.timedelta(hours=n) < waited <= dt.timedelta(hours=n + 1)
    assert (result.due.minute, result.due.second, result.due.microsecond) == (0, 0, 0)


@given(event=starts, period=periods())
def test_backward_is_the_inverse_of_the_gap(event: dt.date, period: Period) -> None:
    """The latest date that keeps the distance: one day later would be too late."""
    gap = Terms(kind="min_gap", period=period)
    latest = due_of(Terms(period=period, direction="backward"), event, CALENDAR)
    assert latest is not None
    reached, missed = due_of(gap, latest, CALENDAR), due_of(gap, latest + DAY, CALENDAR)
    assert reached is not None
    assert missed is not None
    assert reached <= event < missed


@given(start=starts, n=st.integers(1, 60))
def test_the_steps_tell_every_date_once(start: dt.date, n: int) -> None:
    result = compute(Terms(period=(Amount(n, "workday"),)), start, CALENDAR)
    told = [step for step in result.steps if step.kind in ("count", "skip")]
    assert isinstance(result.due, dt.date)
    assert [step.on for step in told] == [start + k * DAY for k in range(1, (result.due - start).days + 1)]
    assert [step.n for step in told if step.kind == "count"] == list(range(1, n + 1))
    assert told[-1].on == result.due


@given(period=periods())
def test_a_period_survives_being_written(period: Period) -> None:
    assert parse_period(period_text(period)) == period
    assert parse_period(period_chinese(period)) == period


@given(first=starts, days=st.integers(0, 400), n=st.integers(1, 100))
def test_the_calendar_agrees_with_itself(first: dt.date, days: int, n: int) -> None:
    last = first + days * DAY
    expected = sum(CALENDAR.is_workday(first + k * DAY) for k in range(1, days + 1))
    assert CALENDAR.workdays_between(first, last) == expected
    assert CALENDAR.workdays_between(first, CALENDAR.add_workdays(first, n)) == n
    back = CALENDAR.add_workdays(first, -n)
    assert CALENDAR.is_workday(back)
    assert CALENDAR.workdays_between(back - DAY, first - DAY) == n
