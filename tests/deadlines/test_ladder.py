"""The rungs of a clock: working days on working days, calendar days by the calendar, hours to the minute."""

from __future__ import annotations

import datetime as dt

import pytest

from deadlines.ladder import is_late, name_of, next_rung, receivers_of, rungs_of
from deadlines.models import Deadline
from kernel.time import SHANGHAI, local
from regimes.calendar import Calendar
from regimes.packs import load_library
from regimes.rules import DeadlineRule

CALENDAR = Calendar.seed()


def rule(rule_id: str) -> DeadlineRule:
    return next(each for pack in load_library().packs for each in pack.deadlines if each.id == rule_id)


def row(due: str, start: str = "2023-04-24", **fields: object) -> Deadline:
    """A clock with this last day, or this last instant (court time)."""
    if "T" in due:
        at = dt.datetime.fromisoformat(due).replace(tzinfo=SHANGHAI)
        return Deadline(due_on=at.date(), due_at=at, start=start, **fields)
    day = dt.date.fromisoformat(due)
    at = dt.datetime(day.year, day.month, day.day, 23, 59, tzinfo=SHANGHAI)
    return Deadline(due_on=day, due_at=at, start=start, **fields)


def told(rule_id: str, clock: Deadline) -> list[str]:
    return [f"{local(at):%Y-%m-%d %H:%M}" for at in rungs_of(rule(rule_id), clock, CALENDAR)]


def test_rungs_in_working_days_over_labour_day_2023():
    """29 April to 3 May rest, Saturday 6 May is worked: so the third working day after 4 May is the 8th."""
    assert told("JZ-D-01", row("2023-05-04")) == [
        "2023-04-27 09:00",
        "2023-05-04 09:00",
        "2023-05-05 09:00",
        "2023-05-08 09:00",
        "2023-05-10 09:00",
    ]


@pytest.mark.parametrize("ahead", range(40))
def test_every_rung_in_working_days_is_a_working_day(ahead):
    """Also where the last day itself is a rest day that a paper states."""
    due = dt.date(2023, 4, 15) + dt.timedelta(days=ahead)
    rungs = rungs_of(rule("JZ-D-01"), row(due.isoformat()), CALENDAR)
    days = [local(at).date() for at in rungs]

    assert all(CALENDAR.is_workday(day) for day in days if day != due), days
    assert CALENDAR.workdays_between(days[0] - dt.timedelta(days=1), due - dt.timedelta(days=1)) == 2
    assert [CALENDAR.workdays_between(due, day) for day in days[2:]] == [1, 3, 5]


def test_rungs_in_days_keep_to_the_calendar():
    """A freeze that ends on Monday 2025-05-05 (a rest day) is warned of 30, 15, 7 and 1 days before."""
    assert told("BASE-D-36", row("2025-05-05")) == [
        "2025-04-05 09:00",
        "2025-04-20 09:00",
        "2025-04-28 09:00",
        "2025-05-04 09:00",
        "2025-05-05 09:00",
        "2025-05-06 09:00",
    ]


def test_rungs_in_hours_are_instants():
    ladder = rule("LY-D-04")
    assert told("LY-D-04", row("2023-05-10T15:00")) == [
        "2023-05-10 11:00",
        "2023-05-10 15:00",
        "2023-05-11 15:00",
    ]
    assert receivers_of(ladder, 1) == ("handler", "team_leader")


def test_an_early_warning_counts_from_the_start_and_is_the_first_rung():
    """JZ-D-17: filed 2023-01-10, flagged on 2023-07-11, warned when five months are full."""
    flagged = row("2023-07-11", start="2023-01-10")
    ledger = rule("JZ-D-17")

    assert told("JZ-D-17", flagged) == ["2023-06-10 09:00", "2023-07-12 09:00"]
    assert (receivers_of(ledger, 0), name_of(ledger, 0)) == (("handler",), "起算满5个月")
    assert (receivers_of(ledger, 1), name_of(ledger, 1)) == (
        ("handler", "team_leader", "command_centre"),
        "逾期1日",
    )
    assert [is_late(ledger, rung) for rung in (0, 1)] == [False, True]
    with pytest.raises(IndexError):
        name_of(ledger, 2)


def test_suspended_days_do_not_bring_an_early_warning_nearer():
    stayed = row("2023-07-21", start="2023-01-10", suspensions=[["stay", "2023-03-01", "2023-03-10"]])
    assert told("JZ-D-17", stayed)[0] == "2023-06-20 09:00"


def test_a_clock_that_stands_still_has_no_rungs():
    assert rungs_of(rule("JZ-D-01"), Deadline(start="2023-04-24"), CALENDAR) == []


def test_the_next_rung_is_the_earliest_left_whatever_its_number():
    first, second, third = (dt.datetime(2023, 5, day, tzinfo=dt.UTC) for day in (1, 2, 3))

    assert next_rung([third, first, second], None) == 1
    assert next_rung([third, first, second], first) == 2
    assert next_rung([third, first, second], second) == 0
    assert next_rung([third, first, second], third) is None
    assert next_rung([], None) is None
