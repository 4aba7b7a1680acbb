"""The calculator in a browser: wide and on a phone, with and without scripts."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from courts.actions.calendar import seed_calendar
from courts.models import User
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.courts import court, person

PATH = "/deadlines/calculator"
QUESTION = {"rule": "JZ-D-01", "start": "2023-04-24", "pause_from": "2023-04-26", "pause_to": "2023-04-27"}

both_widths = pytest.mark.parametrize("width", [1440, 390])


@pytest.fixture
def officer(site: str) -> User:
    """A handler of a basic court that follows its intermediate court's pack."""
    seed_calendar(at=time.now(), through=2030)
    above = court(level="intermediate", packs=["JZ-2023"])
    return person(court(parent=above), "handler")


@both_widths
@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("empty", {}),
        ("rule", QUESTION),
        ("hours", {"rule": "LY-D-04", "start": "2025-03-07T18:30"}),
        ("months", {"rule": "BASE-D-04", "start": "2026-08-31"}),
        ("period", {"by": "period", "period": "3个月15日", "start": "2024-01-08", "extend": "30日"}),
        ("repeat", {"rule": "BASE-D-66", "start": "2025-01-31"}),
        ("suspended", {"rule": "JZ-D-08", "start": "2024-01-08", "pause_from": "2024-01-10"}),
        ("faulty", {"rule": "JZ-D-1", "start": "2023-02-30", "pause_to": "2023-04-27", "extend": "很久"}),
    ],
)
def test_every_state_is_sound(
    visit: Visit, shoot: Shoot, officer: User, width: int, name: str, question: dict[str, str]
) -> None:
    page = visit(f"{PATH}?{urlencode(question)}", user=officer, width=width)
    shoot(page, f"calculator-{name}")
    assert_sound(page)


@both_widths
def test_asking_and_correcting(visit: Visit, shoot: Shoot, officer: User, width: int) -> None:
    page = visit(PATH, user=officer, width=width, forgive=(422,))
    page.get_by_label("期限规则").fill("JZ-D-99")
    page.get_by_label("起算日").fill("2023-04-24")
    page.get_by_role("button", name="计算", exact=True).click()
    page.get_by_text("没有编号为“JZ-D-99”的规则").first.wait_for()
    expect(page.locator("[data-errors]")).to_be_focused()
    shoot(page, "calculator-refused")
    page.get_by_label("期限规则").fill("JZ-D-01")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="2023年5月4日（周四）").wait_for()
    assert "rule=JZ-D-01" in page.url
    expect(page.locator("#calc-day")).to_be_focused()
    assert_sound(page)
    page.reload()
    assert page.get_by_role("heading", name="2023年5月4日（周四）").is_visible()


def test_one_more_interruption_keeps_what_was_written(visit: Visit, officer: User) -> None:
    page = visit(PATH, user=officer)
    page.get_by_label("期限规则").fill("JZ-D-01")
    page.get_by_label("第 1 段的起日").fill("2023-04-26")
    page.get_by_role("button", name="加一段").click()
    second = page.get_by_label("第 2 段的起日")
    second.wait_for()
    assert second.evaluate("field => field === document.activeElement")
    assert page.get_by_label("期限规则").input_value().startswith("JZ-D-01")
    assert page.get_by_label("第 1 段的起日").input_value() == "2023-04-26"
    assert page.locator("[data-errors]").count() == 0


@both_widths
def test_without_scripts(visit: Visit, officer: User, width: int) -> None:
    page = visit(PATH, user=officer, width=width, scripts=False)
    page.locator("label[for=calc-by-period]").click()
    page.get_by_label("期间", exact=True).fill("5个工作日")
    page.get_by_label("起算日").fill("2023-04-24")
    page.get_by_role("button", name="计算", exact=True).click()
    page.get_by_role("heading", name="2023年5月4日（周四）").wait_for()


def test_paper(visit: Visit, officer: User, shoot: Shoot) -> None:
    page = visit(f"{PATH}?{urlencode(QUESTION)}", user=officer)
    assert page.get_by_role("button", name="打印").is_visible()
    page.emulate_media(media="print")
    assert not page.locator("form.c-calc__ask").is_visible()
    assert page.locator(".c-calc__paper .c-steps").is_visible()
    shoot(page, "calculator-paper")
