"""Quiet hours on the court's wall clock."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import time
from notices.quiet import next_day_open, next_open

NIGHT = (dt.time(21), dt.time(8))
NOON = (dt.time(12), dt.time(14, 30))


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=time.SHANGHAI)


@pytest.mark.parametrize(
    ("now", "hours", "opens"),
    [
        ("2023-04-24 20:59:59", NIGHT, "2023-04-24 20:59:59"),
        ("2023-04-24 21:00", NIGHT, "2023-04-25 08:00"),
        ("2023-04-24 23:59", NIGHT, "2023-04-25 08:00"),
        ("2023-04-25 00:00", NIGHT, "2023-04-25 08:00"),
        ("2023-04-25 07:59:59", NIGHT, "2023-04-25 08:00"),
        ("2023-04-25 08:00", NIGHT, "2023-04-25 08:00"),
        ("2023-12-31 22:00", NIGHT, "2024-01-01 08:00"),
        ("2023-04-25 12:00", NOON, "2023-04-25 14:30"),
        ("2023-04-25 14:30", NOON, "2023-04-25 14:30"),
        ("2023-04-25 03:00", NOON, "2023-04-25 03:00"),
        ("2023-04-25 03:00", (dt.time(8), dt.time(8)), "2023-04-25 03:00"),
    ],
)
def test_the_next_open_instant(now, hours, opens):
    assert next_open(at(now), *hours) == at(opens)


WALL = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
YEAR = st.integers(0, 365 * 24 * 3600)


@given(YEAR, WALL, WALL)
def test_the_next_open_instant_is_open_and_not_before(seconds, quiet_from, quiet_until):
    instant = at("2023-01-01 00:00") + dt.timedelta(seconds=seconds)

    opens = next_open(instant, quiet_from, quiet_until)

    assert opens >= instant
    assert next_open(opens, quiet_from, quiet_until) == opens
    assert opens - instant <= dt.timedelta(days=1)


def test_over_the_cap_means_tomorrow_when_the_court_opens():
    assert next_day_open(at("2023-04-24 10:00"), *NIGHT) == at("2023-04-25 08:00")
    assert next_day_open(at("2023-04-24 10:00"), *NOON) == at("2023-04-25 00:00")
