"""The calendar value: published notices, unpublished years, reasons, counting."""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import pytest

from regimes.calendar import Calendar, Day
from regimes.errors import RegimeError

CALENDAR = Calendar.seed()


def test_every_published_day_is_as_published() -> None:
    day = dt.date(2004, 1, 1)
    while day <= dt.date(2026, 12, 31):
        assert CALENDAR.is_workday(day) == chinese_calendar.is_workday(day), day
        day += dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("2023-04-24", ""),
        ("2023-04-22", "周六"),
        ("2023-04-23", "调休上班"),
        ("2023-05-01", "劳动节"),
        ("2023-10-01", "国庆节"),
        ("2015-09-03", "抗战胜利70周年纪念日"),
        ("2027-02-05", "春节"),
        ("2027-02-06", "春节"),
        ("2027-09-15", "中秋节"),
        ("2027-09-18", "周六"),
    ],
)
def test_reasons(day: str, reason: str) -> None:
    assert CALENDAR.reason(dt.date.fromisoformat(day)) == reason


@pytest.mark.parametrize(
    ("day", "provisional"),
    [
        ("2026-12-21", False),
        ("2026-12-22", True),
        ("2027-06-01", True),
        ("2003-12-31", True),
        ("2004-01-02", False),
    ],
)
def test_provisional_days(day: str, provisional: bool) -> None:
    """The end of December belongs to the next year's notice: a make-up day of New Year can lie in it."""
    assert CALENDAR.is_provisional(dt.date.fromisoformat(day)) is provisional


def test_a_span_is_provisional_if_a_year_inside_it_is() -> None:
    table = {dt.date(2020, 1, 1): Day(False, "元旦"), dt.date(2024, 1, 1): Day(False, "元旦")}
    calendar = Calendar.of(table, provisional_years=frozenset({2022}))
    assert calendar.is_any_provisional(dt.date(2021, 6, 1), dt.date(2023, 6, 1))
    assert not calendar.is_any_provisional(dt.date(2023, 1, 1), dt.date(2023, 6, 1))
    assert not calendar.is_any_provisional(dt.date(2022, 6, 2), dt.date(2022, 6, 1))


def test_unpublished_years_keep_the_statutory_days_free() -> None:
    assert not CALENDAR.is_workday(dt.date(2027, 2, 8))
    assert CALENDAR.is_workday(dt.date(2027, 2, 9))


def test_a_seed_through_a_later_year_lists_its_days_as_provisional() -> None:
    calendar = Calendar.seed(through=2028)
    assert calendar.provisional_years == {2027, 2028}
    assert calendar.days[dt.date(2028, 10, 3)].name in ("国庆节", "中秋节")
    assert calendar.is_provisional(dt.date(2028, 5, 1))
    assert not calendar.is_workday(dt.date(2028, 5, 28))
    assert "暂定" in calendar.days[dt.date(2027, 5, 1)].source


def test_a_court_may_have_its_own_day() -> None:
    local = dt.date(2023, 11, 1)
    days = dict(CALENDAR.days) | {local: Day(False, "停电检修", "本院通知")}
    calendar = Calendar.of(days, version=7)
    assert not calendar.is_workday(local)
    assert calendar.reason(local) == "停电检修"
    assert calendar.version == 7
    assert calendar.add_workdays(dt.date(2023, 10, 31), 1) == dt.date(2023, 11, 2)


def test_counting_steps_over_rest_days_both_ways() -> None:
    friday, next_thursday = dt.date(2023, 4, 28), dt.date(2023, 5, 4)
    assert CALENDAR.add_workdays(friday, 1) == next_thursday
    assert CALENDAR.add_workdays(next_thursday, -1) == friday
    assert CALENDAR.add_workdays(friday, 0) == friday
    assert CALENDAR.workdays_between(friday, next_thursday) == 1
    assert CALENDAR.workdays_between(next_thursday, friday) == 0
    assert CALENDAR.next_workday(dt.date(2023, 5, 1)) == next_thursday
    assert CALENDAR.previous_workday(dt.date(2023, 5, 1)) == friday
    assert CALENDAR.next_workday(dt.date(2023, 6, 25)) == dt.date(2023, 6, 25)


def test_dates_far_away_and_an_empty_table_are_refused() -> None:
    with pytest.raises(RegimeError, match="超出日历范围"):
        CALENDAR.is_workday(dt.date(1923, 1, 1))
    with pytest.raises(RegimeError, match="超出日历范围"):
        CALENDAR.add_workdays(dt.date(2079, 12, 1), 100)
    with pytest.raises(RegimeError, match="日历是空的"):
        Calendar.of({})


def test_the_seed_is_one_value() -> None:
    assert Calendar.seed() is Calendar.seed()
    assert Calendar.of(dict(CALENDAR.days)) == CALENDAR
    assert hash(Calendar.of(dict(CALENDAR.days))) == hash(CALENDAR)
