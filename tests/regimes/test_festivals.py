"""The festival dates of the data file against the sky, each other and the published holidays."""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import pytest
from chinese_calendar import constants

from regimes.festivals import festival_days, moving_festivals
from tests.regimes import almanac

PUBLISHED = {
    "spring": "Spring Festival",
    "qingming": "Tomb-sweeping Day",
    "dragon_boat": "Dragon Boat Festival",
    "mid_autumn": "Mid-autumn Festival",
}


@pytest.mark.parametrize("year", range(2004, 2036))
def test_the_file_agrees_with_the_moon_and_the_sun(year: int) -> None:
    assert dict(moving_festivals()[year]) == almanac.festivals(year)


@pytest.mark.parametrize("year", range(2008, 2027))
@pytest.mark.parametrize("festival", PUBLISHED)
def test_the_file_agrees_with_the_published_holidays(year: int, festival: str) -> None:
    """Since 2008 each of the four is a holiday; the table names only the weekday beside some."""
    day = moving_festivals()[year][festival]
    near = {constants.holidays.get(day + dt.timedelta(days=shift)) for shift in (0, -1, 1)}
    assert PUBLISHED[festival] in near or (festival == "mid_autumn" and "National Day" in near)
    assert not chinese_calendar.is_workday(day)


@pytest.mark.parametrize("year", range(2004, 2036))
def test_the_distances_between_the_festivals_are_whole_lunar_months(year: int) -> None:
    """Four months and four days, then three months and ten days; one month more with a leap month between."""
    dates = moving_festivals()[year]
    early = (dates["dragon_boat"] - dates["spring"]).days - 4
    late = (dates["mid_autumn"] - dates["dragon_boat"]).days - 10
    assert round(early / 29.53) in (4, 5)
    assert round(late / 29.53) in (3, 4)
    assert abs(early - round(early / 29.53) * 29.53) < 1.5
    assert abs(late - round(late / 29.53) * 29.53) < 1.5


def test_the_thirteen_statutory_days() -> None:
    days = festival_days(2027)
    assert len(days) == 13
    assert [day for day, name in days.items() if name == "春节"] == [
        dt.date(2027, 2, day) for day in (5, 6, 7, 8)
    ]
    assert days[dt.date(2027, 5, 2)] == "劳动节"


def test_years_outside_the_file_have_the_solar_days_only() -> None:
    assert set(festival_days(2050).values()) == {"元旦", "劳动节", "国庆节"}
