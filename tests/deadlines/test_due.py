"""From a plan's clock to its instants: extensions in their own unit, suspensions, repeats, flags, hours."""

from __future__ import annotations

import datetime as dt

import pytest

from deadlines.due import Due, due_of_rule, result_of
from kernel.time import SHANGHAI
from regimes.calendar import Calendar
from regimes.flow import ClockChange
from regimes.packs import load_library
from regimes.state import Extension, Interval

CALENDAR = Calendar.seed()


def due(rule_id: str, start: dt.date | dt.datetime, **fields: object) -> Due:
    return due_of_rule(change(rule_id, start, **fields), CALENDAR)


def change(rule_id: str, start: dt.date | dt.datetime, **fields: object) -> ClockChange:
    rule = next(each for pack in load_library().packs for each in pack.deadlines if each.id == rule_id)
    defaults = {"action": "start", "rule": rule, "subject": 1, "run": 1, "start": start}
    return ClockChange(**{**defaults, **fields})


def court_time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_duty_is_late_from_the_midnight_after_its_last_day():
    end = due("JZ-D-01", dt.date(2023, 4, 24))

    assert (end.on, end.raw_on) == (dt.date(2023, 5, 4), dt.date(2023, 5, 4))
    assert end.overdue_at == court_time("2023-05-05 00:00")
    assert end.at == end.overdue_at - dt.timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("unit", "on"),
    [
        pytest.param("workday", dt.date(2023, 5, 9), id="5, 6 (made up), 8, 9 May"),
        pytest.param("day", dt.date(2023, 5, 8), id="Monday the 8th"),
        pytest.param("month", dt.date(2023, 9, 4), id="four months"),
    ],
)
def test_an_extension_counts_in_its_own_unit(unit, on):
    granted = Extension("JZ-D-01", None, 4, unit)
    assert due("JZ-D-01", dt.date(2023, 4, 24), extensions=(granted,)).on == on


def test_extensions_of_hours_lengthen_a_clock_of_hours():
    """LY-D-04: 48 hours from the next full hour."""
    feedback = court_time("2023-05-08 14:20")
    assert due("LY-D-04", feedback).at == court_time("2023-05-10 15:00")

    longer = due("LY-D-04", feedback, extensions=(Extension("LY-D-04", None, 5, "hour"),))
    assert (longer.on, longer.at) == (dt.date(2023, 5, 10), court_time("2023-05-10 20:00"))
    assert longer.overdue_at == longer.at + dt.timedelta(microseconds=1)


def test_suspended_days_lengthen_a_clock_and_an_open_suspension_stops_it():
    stay = Interval("stay", dt.date(2023, 4, 26), dt.date(2023, 4, 27))
    assert due("JZ-D-01", dt.date(2023, 4, 24), suspensions=(stay,)).on == dt.date(2023, 5, 6)

    still = Interval("stay", dt.date(2023, 4, 26), None)
    assert due("JZ-D-01", dt.date(2023, 4, 24), suspensions=(still,)) == Due(None, None, None, None, False)


@pytest.mark.parametrize(
    ("run", "on", "pushed"),
    [
        pytest.param(1, dt.date(2023, 11, 10), dt.date(2023, 11, 10), id="before the stay"),
        pytest.param(2, dt.date(2024, 5, 10), dt.date(2024, 5, 20), id="ten days were stayed"),
        pytest.param(10, dt.date(2028, 5, 10), dt.date(2028, 5, 22), id="the 20th is a Saturday"),
    ],
)
def test_a_repeated_duty_is_due_once_a_run_and_suspended_days_push_each(run, on, pushed):
    """BASE-D-66: every six months for five years after the termination of 2023-05-10."""
    stay = Interval("stay", dt.date(2024, 1, 1), dt.date(2024, 1, 10))

    assert due("BASE-D-66", dt.date(2023, 5, 10), run=run).on == on
    assert due("BASE-D-66", dt.date(2023, 5, 10), run=run, suspensions=(stay,)).on == pushed


def test_after_the_last_repeat_nothing_is_due():
    assert due("BASE-D-66", dt.date(2023, 5, 10), run=11).overdue_at is None


def test_an_open_suspension_stops_the_repeats_that_follow():
    still = Interval("stay", dt.date(2024, 1, 1), None)
    stopped = change("BASE-D-66", dt.date(2023, 5, 10), run=2, suspensions=(still,))

    assert due_of_rule(stopped, CALENDAR).on is None
    assert result_of(stopped, CALENDAR).dues == (dt.date(2023, 11, 10),)


def test_a_detector_is_late_from_its_flag_day():
    end = due("JZ-D-17", dt.date(2023, 1, 10))
    assert (end.on, end.at, end.overdue_at) == (
        dt.date(2023, 7, 11),
        court_time("2023-07-11 00:00"),
        court_time("2023-07-11 00:00"),
    )


def test_the_day_a_paper_states_goes_before_the_counting():
    assert due("BASE-D-36", dt.date(2024, 5, 7), stated="2025-05-01").on == dt.date(2025, 5, 1)
