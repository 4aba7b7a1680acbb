"""工作日历 in a browser: the year, a wrong entry, a day of the court's own, and its recount."""

from __future__ import annotations

import datetime as dt

import pytest

from courts.actions.calendar import seed_calendar, set_day
from courts.models import User
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import key
from tests.factories.courts import court, person

both_widths = pytest.mark.parametrize("width", [1440, 390])


@pytest.fixture
def keeper(site: str) -> User:
    """The system administrator of a court that has closed for a flood."""
    seed_calendar(at=time.now(), through=2030)
    here = court(packs=["JZ-2023"])
    keeper = person(here, "administrator", post="other", name="系统员")
    set_day(
        on=dt.date(2026, 7, 8), is_workday=False, name="防汛停班", source="县防指〔2026〕3号", court=here,
        actor=keeper, at=time.now(), key=key(),
    )  # fmt: skip
    return keeper


@both_widths
@pytest.mark.parametrize("year", [2026, 2029])
def test_a_year_is_sound(visit: Visit, shoot: Shoot, keeper: User, width: int, year: int) -> None:
    page = visit(f"/calendar/?year={year}", user=keeper, width=width)
    shoot(page, f"calendar-{year}")
    assert_sound(page)


@both_widths
def test_a_day_is_refused_and_then_said(visit: Visit, shoot: Shoot, keeper: User, width: int) -> None:
    page = visit("/calendar/?year=2026", user=keeper, width=width, forgive=(422,))
    page.get_by_role("button", name="保存").click()
    page.get_by_text("请填写“依据”").first.wait_for()
    shoot(page, "calendar-refused")
    assert_sound(page)
    page.get_by_label("日期").fill("2026-07-09")
    page.get_by_label("名称").fill("防汛停班")
    page.get_by_label("依据").fill("县防指〔2026〕4号")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("已保存").first.wait_for()
    shoot(page, "calendar-saved")
    assert_sound(page)
