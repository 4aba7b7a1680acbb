"""Worked dates: each follows from the published calendar and can be checked by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from regimes.amounts import Amount, parse_amount, parse_period
from regimes.calendar import Calendar
from regimes.errors import RegimeError
from regimes.periods import Repeat, Result, Terms, compute, due_of
from regimes.suspensions import Suspension, merged

CALENDAR = Calendar.seed()
NEXT, PREVIOUS = "next_workday", "previous_workday"


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def run(period: str, start: str, **terms: Any) -> Result:
    return compute(Terms(period=parse_period(period), **terms), day(start), CALENDAR)


def pause(first: str, last: str | None) -> Suspension:
    return Suspension(day(first), day(last) if last else None)


@pytest.mark.parametrize(
    ("period", "start", "roll", "due"),
    [
        ("5 workdays", "2023-04-24", "none", "2023-05-04"),
        ("10 days", "2023-04-19", NEXT, "2023-05-04"),
        ("30 days", "2023-05-24", NEXT, "2023-06-25"),
        ("3 workdays", "2023-09-27", "none", "2023-10-08"),
        ("10 workdays", "2023-09-27", "none", "2023-10-17"),
        ("7 days", "2023-09-26", NEXT, "2023-10-07"),
        ("20 workdays", "2023-06-15", "none", "2023-07-14"),
        ("6 months", "2024-04-26", NEXT, "2024-10-28"),
        ("3 months + 15 days", "2024-10-31", NEXT, "2025-02-17"),
        ("30 workdays", "2024-04-26", "none", "2024-06-11"),
        ("2 months", "2023-04-30", NEXT, "2023-06-30"),
        ("1 month", "2023-01-31", "none", "2023-02-28"),
        ("1 year", "2024-02-29", "none", "2025-02-28"),
        ("1 day", "2024-01-26", NEXT, "2024-01-29"),
        ("2 months + 5 workdays", "2023-02-28", "none", "2023-05-09"),
        ("10 days", "2023-04-19", PREVIOUS, "2023-04-28"),
    ],
)
def test_worked_dates(period: str, start: str, roll: str, due: str) -> None:
    assert run(period, start, roll=roll).due == day(due)


def test_a_detector_flags_the_day_after_the_last_day_and_never_rolls() -> None:
    assert run("2 months + 15 days", "2024-01-08", kind="detector").due == day("2024-03-24")
    result = run("6 months", "2023-01-10", kind="detector", roll=NEXT)
    assert (result.due, result.last_day) == (day("2023-07-11"), day("2023-07-10"))
    assert run("15 days", "2025-03-01", kind="detector").due == day("2025-03-17")
    assert run("15 days", "2025-03-01", kind="detector").steps[-1].kind == "flag"


def test_a_gap_and_a_minimum_wait_give_an_earliest_date() -> None:
    gap = run("15 days", "2025-02-28", kind="min_gap", roll=NEXT)
    assert gap.earliest == gap.due == day("2025-03-15")
    assert not CALENDAR.is_workday(day("2025-03-15"))
    wait = run("3 months", "2024-01-08", kind="min_elapsed")
    assert (wait.last_day, wait.earliest) == (day("2024-04-08"), day("2024-04-09"))


def test_a_maximum_length_ends_on_its_last_day() -> None:
    result = run("12 months", "2024-05-07", kind="max_length")
    assert result.due == result.last_day == day("2025-05-07")
    assert run("15 days", "2025-05-10", kind="max_length").due == day("2025-05-25")


def test_a_fixed_date_needs_no_start() -> None:
    terms = Terms(kind="absolute", date=day("2023-12-31"), roll=NEXT)
    result = compute(terms, None, CALENDAR)
    assert (result.raw, result.due) == (day("2023-12-31"), day("2024-01-02"))
    assert due_of(terms, None, CALENDAR) == result.due
    assert result.steps[0].kind == "date"
    later = compute(terms, None, CALENDAR, extensions=[Amount(5, "day")])
    assert later.due == day("2024-01-05")


def test_a_repeated_duty_counts_each_time_from_the_original_start() -> None:
    terms = Terms(roll=NEXT, repeat=Repeat(parse_period("6 months"), parse_period("5 years")))
    result = compute(terms, day("2024-08-01"), CALENDAR)
    assert result.dues[:4] == tuple(map(day, ("2025-02-05", "2025-08-01", "2026-02-02", "2026-08-03")))
    assert len(result.dues) == 10
    assert result.dues[-1] == day("2029-08-01")
    assert result.due == result.dues[0]
    assert result.provisional


def test_the_last_occurrence_is_the_one_on_the_limit() -> None:
    terms = Terms(repeat=Repeat(parse_period("6 months"), parse_period("17 months")))
    assert compute(terms, day("2024-08-01"), CALENDAR).dues == (day("2025-02-01"), day("2025-08-01"))


def test_a_suspension_delays_every_later_occurrence_and_an_open_one_ends_the_list() -> None:
    terms = Terms(repeat=Repeat(parse_period("6 months"), parse_period("5 years")))
    start = day("2024-08-01")
    delayed = compute(terms, start, CALENDAR, suspensions=[pause("2025-03-01", "2025-03-10")])
    assert delayed.dues[:2] == (day("2025-02-01"), day("2025-08-11"))
    stopped = compute(terms, start, CALENDAR, suspensions=[pause("2025-03-01", None)])
    assert stopped.dues == (day("2025-02-01"),)
    assert stopped.state == "set"
    never = compute(terms, start, CALENDAR, suspensions=[pause("2024-09-01", None)])
    assert (never.due, never.state) == (None, "suspended")
    assert due_of(terms, start, CALENDAR, suspensions=[pause("2024-09-01", None)]) is None


def test_an_extension_is_added_to_the_raw_end_and_rolled_once() -> None:
    terms = Terms(period=parse_period("6 months"), roll=NEXT)
    result = compute(terms, day("2024-04-26"), CALENDAR, extensions=[parse_amount("30 days")])
    assert (result.raw, result.due) == (day("2024-10-26"), day("2024-11-25"))
    workdays = compute(terms, day("2024-04-26"), CALENDAR, extensions=[parse_amount("2 workdays")])
    assert workdays.due == day("2024-10-29")
    assert [step.kind for step in result.steps] == ["start", "month", "extend", "due"]


def test_a_suspension_inside_the_extension_counts_too() -> None:
    """Otherwise a suspended case would run out of time in its extended days."""
    terms = Terms(period=parse_period("10 days"))
    start, extension = day("2024-03-01"), [Amount(10, "day")]
    paused = compute(
        terms, start, CALENDAR, suspensions=[pause("2024-03-15", "2024-03-19")], extensions=extension
    )
    assert (paused.raw, paused.due) == (day("2024-03-11"), day("2024-03-26"))
    stopped = compute(terms, start, CALENDAR, suspensions=[pause("2024-03-15", None)], extensions=extension)
    assert (stopped.raw, stopped.due, stopped.state) == (day("2024-03-11"), None, "suspended")


def test_a_lengthened_end_meets_a_later_suspension() -> None:
    terms = Terms(period=parse_period("10 days"))
    gaps = [pause("2023-10-08", "2023-10-09"), pause("2023-10-05", "2023-10-06")]
    result = compute(terms, day("2023-09-27"), CALENDAR, suspensions=gaps)
    assert result.due == day("2023-10-11")
    assert [(step.on, step.n) for step in result.steps if step.kind == "suspend"] == [
        (day("2023-10-05"), 2),
        (day("2023-10-08"), 2),
    ]


def test_overlapping_suspensions_are_one() -> None:
    gaps = [
        pause("2023-10-05", "2023-10-09"),
        pause("2023-10-07", "2023-10-08"),
        pause("2023-10-10", "2023-10-12"),
    ]
    assert [(gap.first, gap.last) for gap in merged(gaps)] == [(day("2023-10-05"), day("2023-10-12"))]
    assert len(merged([pause("2023-10-05", None), pause("2023-11-01", "2023-11-02")])) == 1
    terms = Terms(period=parse_period("10 days"))
    assert compute(terms, day("2023-09-27"), CALENDAR, suspensions=gaps).due == day("2023-10-15")


def test_suspended_days_before_the_count_and_after_its_end_change_nothing() -> None:
    terms = Terms(period=parse_period("10 days"))
    gaps = [pause("2023-09-01", "2023-09-27"), pause("2023-10-08", None)]
    assert compute(terms, day("2023-09-27"), CALENDAR, suspensions=gaps).due == day("2023-10-07")


@pytest.mark.parametrize(
    ("period", "due"),
    [("1 workday", "2023-09-28"), ("1 day", "2023-09-28"), ("2 days", None), ("2 workdays", None)],
)
def test_a_count_that_ends_the_day_before_a_suspension_is_over(period: str, due: str | None) -> None:
    for last in ("2023-12-31", None):
        terms = Terms(period=parse_period(period))
        found = due_of(terms, day("2023-09-27"), CALENDAR, suspensions=[pause("2023-09-29", last)])
        assert (found == day(due)) if due else (found is None or found > day("2023-12-31"))


def test_an_hour_clock_that_ends_at_the_midnight_before_a_suspension_is_over() -> None:
    start = dt.datetime.fromisoformat("2025-03-07T10:00")
    for hours, over in ((14, True), (15, False)):
        terms = Terms(period=(Amount(hours, "hour"),), hours="exact")
        found = due_of(terms, start, CALENDAR, suspensions=[pause("2025-03-08", None)])
        assert (found is not None) is over


def test_the_steps_say_how_many_working_days_a_suspension_took() -> None:
    gap = [pause("2023-10-08", "2023-10-22")]
    result = compute(Terms(period=parse_period("10 workdays")), day("2023-09-27"), CALENDAR, suspensions=gap)
    told = next(step for step in result.steps if step.kind == "suspend")
    assert (told.n, told.reason) == (11, "2023-10-08至2023-10-22不计（11个工作日）")
    assert result.due == day("2023-11-01")


def test_a_suspension_that_began_before_the_start_counts_from_the_day_after_it() -> None:
    terms = Terms(period=parse_period("10 days"))
    gap = [pause("2023-09-01", "2023-09-30")]
    assert compute(terms, day("2023-09-27"), CALENDAR, suspensions=gap).due == day("2023-10-10")


def test_an_open_suspension_stops_the_clock_and_says_so() -> None:
    for period in ("10 days", "8 workdays", "1 month + 2 workdays"):
        result = run_suspended(period)
        assert (result.due, result.raw, result.state) == (None, None, "suspended")
        assert "尚未恢复" in result.steps[-1].reason
        assert result.steps[-1].on == day("2023-10-02")


def run_suspended(period: str) -> Result:
    gap = [pause("2023-10-02", None)]
    return compute(Terms(period=parse_period(period)), day("2023-09-27"), CALENDAR, suspensions=gap)


def test_a_suspension_must_end_after_it_begins() -> None:
    with pytest.raises(RegimeError, match="早于起始日"):
        pause("2023-10-05", "2023-10-04")


def test_hours_run_from_the_next_full_hour_or_from_the_instant() -> None:
    def hours(text: str, period: str, how: str) -> str:
        terms = Terms(period=parse_period(period), hours="exact" if how == "exact" else "next_full_hour")
        due = due_of(terms, dt.datetime.fromisoformat(text), CALENDAR)
        assert due is not None
        return due.isoformat()

    assert hours("2025-03-07T18:30", "24 hours", "exact") == "2025-03-08T18:30:00+08:00"
    assert hours("2025-03-07T10:20", "48 hours", "full") == "2025-03-09T11:00:00+08:00"
    assert hours("2025-03-07T10:00", "48 hours", "full") == "2025-03-09T11:00:00+08:00"
    assert hours("2025-03-07T02:20+00:00", "1 hour", "full") == "2025-03-07T12:00:00+08:00"
    assert hours("2025-03-07T10:20", "5 minutes", "exact") == "2025-03-07T10:25:00+08:00"


def test_an_hour_clock_backward_extended_and_suspended() -> None:
    start = dt.datetime.fromisoformat("2025-03-07T10:00")
    back = compute(Terms(period=parse_period("24 hours"), direction="backward"), start, CALENDAR)
    assert back.due is not None
    assert back.due.isoformat() == "2025-03-06T10:00:00+08:00"
    exact = Terms(period=parse_period("24 hours"), hours="exact")
    longer = compute(exact, start, CALENDAR, extensions=[Amount(1, "day"), Amount(2, "hour")])
    assert longer.due is not None
    assert longer.due.isoformat() == "2025-03-09T12:00:00+08:00"
    paused = compute(exact, start, CALENDAR, suspensions=[pause("2025-03-08", "2025-03-09")])
    assert paused.due is not None
    assert paused.due.isoformat() == "2025-03-10T10:00:00+08:00"
    assert [step.kind for step in paused.steps] == ["start", "suspend", "hour", "due"]
    stopped = compute(exact, start, CALENDAR, suspensions=[pause("2025-03-08", None)])
    assert (stopped.due, stopped.state) == (None, "suspended")
    with pytest.raises(RegimeError, match="不能延长"):
        compute(exact, start, CALENDAR, extensions=[Amount(1, "workday")])


def test_backward_gives_the_latest_date() -> None:
    assert run("15 days", "2025-03-17", direction="backward").due == day("2025-03-02")
    assert run("15 days", "2025-03-17", direction="backward", roll=PREVIOUS).due == day("2025-02-28")
    assert run("1 month", "2023-02-28", direction="backward").due == day("2023-01-31")
    assert run("5 workdays", "2025-03-14", direction="backward").due == day("2025-03-09")
    assert run("5 workdays", "2025-03-14", direction="backward", roll=PREVIOUS).due == day("2025-03-07")


def test_an_instant_starts_a_day_clock_on_its_court_date() -> None:
    late = dt.datetime(2023, 4, 23, 17, 30, tzinfo=dt.UTC)
    result = compute(Terms(period=parse_period("5 workdays")), late, CALENDAR)
    assert (result.start, result.due) == (day("2023-04-24"), day("2023-05-04"))


def test_the_steps_name_every_day_left_out() -> None:
    steps = run("3 workdays", "2023-09-27").steps
    told = [(str(step.on), step.kind, step.n, step.reason) for step in steps]
    assert told[0] == ("2023-09-27", "start", None, "起算日，不计入")
    assert told[1] == ("2023-09-28", "count", 1, "第1个工作日")
    assert told[2] == ("2023-09-29", "skip", None, "中秋节假期，不计")
    assert told[-3] == ("2023-10-07", "count", 2, "第2个工作日（调休上班，计入）")
    assert told[-1] == ("2023-10-08", "due", None, "期限届满")
    weekend = run("1 workday", "2023-05-12").steps
    assert weekend[1].reason == "周六，不计"


def test_the_steps_of_a_roll_and_of_a_short_month() -> None:
    steps = run("10 days", "2023-04-19", roll=NEXT).steps
    assert [str(step.on) for step in steps if step.kind == "roll"] == [
        "2023-04-29", "2023-04-30", "2023-05-01", "2023-05-02", "2023-05-03",
    ]  # fmt: skip
    assert steps[2].reason == "劳动节假期，顺延"
    clipped = run("1 month", "2023-01-31").steps
    assert clipped[1].reason == "1个月，该月无31日，以月末日计"
    back = run("15 days", "2025-03-17", direction="backward", roll=PREVIOUS).steps
    assert [step.reason for step in back if step.kind == "roll"] == ["周日，提前", "周六，提前"]


@pytest.mark.parametrize(
    ("period", "start", "roll", "provisional"),
    [
        ("5 workdays", "2026-12-20", "none", True),
        ("5 workdays", "2026-12-10", "none", False),
        ("10 days", "2026-12-25", NEXT, True),
        ("10 days", "2026-12-01", NEXT, False),
        ("3 years", "2026-05-07", "none", False),
        ("5 workdays", "2003-12-29", "none", True),
    ],
)
def test_dates_that_a_coming_notice_may_move_are_provisional(
    period: str, start: str, roll: str, provisional: bool
) -> None:
    assert run(period, start, roll=roll).provisional is provisional


def test_unpublished_years_still_give_a_date() -> None:
    assert run("5 workdays", "2026-12-20").due == day("2026-12-25")
    assert run("5 workdays", "2027-02-04").due == day("2027-02-15")


@pytest.mark.parametrize("kind", ["average", "at_once"])
def test_what_is_not_a_clock_has_no_date(kind: Any) -> None:
    result = compute(Terms(kind=kind), day("2024-01-01"), CALENDAR)
    assert (result.due, result.state, result.steps) == (None, "not_a_clock", ())
    assert due_of(Terms(kind=kind), None, CALENDAR) is None


@pytest.mark.parametrize(
    ("terms", "start", "message"),
    [
        (Terms(period=parse_period("5 days")), None, "没有起算日期"),
        (Terms(period=parse_period("5 hours")), day("2024-01-01"), "需要起算时刻"),
        (Terms(), day("2024-01-01"), "没有写期间"),
        (Terms(kind="absolute"), None, "没有写日期"),
        (Terms(period=parse_period("99 years")), day("2024-01-01"), "超出日历范围"),
        (Terms(period=parse_period("9999999 days")), day("2024-01-01"), "超出日历范围"),
    ],
)
def test_what_cannot_be_counted_is_refused(terms: Terms, start: dt.date | None, message: str) -> None:
    for function in (compute, due_of):
        with pytest.raises(RegimeError, match=message) as caught:
            function(terms, start, CALENDAR)
        assert caught.value.fix
