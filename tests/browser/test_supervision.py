"""指挥中心, 督办 and the big screen in a real browser: sound at both widths, drawn for the wall, honest when it stops."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from kernel import time
from supervision.actions.figures import keep_days, keep_figures
from supervision.indicators.spans import last_spans, span_of
from supervision.models import Order
from tests.browser import axe
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.browser.paper import assert_on_paper
from tests.factories.cases import House, assigned, filing, house
from tests.factories.courts import court
from tests.factories.indicators import clock, stood
from tests.supervision.test_orders import order

NOW = "2025-05-20 10:00"
PRINTED = ("board", "overdue", "orders", "order", "sealed")


def at_work() -> tuple[House, Order]:
    home = house(features=("haidian",))
    for day in ("2025-04-01", "2025-04-29", "2025-05-12"):
        with time.travel(f"{day} 09:30"):
            case = assigned(home, filing(day))
    with time.travel("2025-05-19 10:00"):
        return home, order(case, home.superior, due_on=dt.date(2025, 5, 23))


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home, made = at_work()
    with time.travel(NOW):
        for name, path, user in (
            ("board", "/supervision/", home.superior),
            ("overdue", "/supervision/overdue", home.centre),
            ("orders", "/supervision/orders", home.centre),
            ("order", f"/supervision/orders/{made.pk}", home.handler),
            ("issue", f"/supervision/orders/new/{made.case_id}", home.centre),
            ("cases", "/cases/", home.superior),
            ("bulletin", "/supervision/bulletin", home.centre),
            ("sealed", f"/cases/{made.case_id}/", home.handler),
        ):
            page = visit(path, user=user, width=width)
            shoot(page, f"supervision-{name}")
            assert_sound(page)
            if name == "board":
                assert_definitions(page, width)
                shoot(page, "supervision-told")
            if width == 1440 and name in PRINTED:
                assert_on_paper(page, user.full_name, f"paper-{name}")


def assert_definitions(page: Page, width: int) -> None:
    """What a figure means is read by pointing at it, by keyboard and by a tap; Escape puts it away; nothing is covered aside."""
    tile = page.locator(".c-tiles > .c-told").filter(has_text="案款超期")
    words = tile.get_by_role("tooltip", include_hidden=True)
    expect(words).to_be_hidden()
    tile.hover()
    expect(words).to_be_visible()
    expect(words).to_have_text("发款阶段的超期节点。")
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    page.mouse.move(0, 0)
    tile.get_by_role("link").focus()
    expect(words).to_be_visible()
    flag = page.locator("#five-title + *, section:has(#five-title)").get_by_role("button").first
    flag.focus()
    expect(words).to_be_hidden()
    expect(page.locator(f"[id='{flag.get_attribute('aria-describedby')}']")).to_be_visible()
    # A tap gives the question mark the focus, and the page stays where it is.
    here = page.url
    page.mouse.move(0, 0)
    tile.get_by_role("button").click()
    expect(words).to_be_visible()
    assert page.url == here
    if width == 1440:
        column = page.locator("#by-officer ~ .c-table, .c-card:has(#by-officer) .c-table").get_by_role(
            "button", name="最长"
        )
        page.mouse.move(0, 0)
        column.hover()
        expect(page.locator("#told-officer-oldest")).to_contain_text("自然日数")
        expect(page.locator("#told-officer-oldest")).to_be_visible()
    assert axe.sideways(page) == 0
    assert axe.violations(page) == []


def on_the_wall() -> House:
    """Two courts with thirty days behind them, so that the trend and the ranking are drawn."""
    home, _made = at_work()
    other = court(packs=("JZ-2023",), parent=home.court.parent)
    for n in range(24):
        where = (home.court, other)[n % 2]
        case = stood(where, "2025-03-03", "2025-05-12" if n % 3 else "", team=None)
        met = f"2025-05-{1 + n % 19:02d}" if n % 4 else ""
        clock(case, "JZ-D-02", f"2025-04-{5 + n:02d}", met_on=met, node_kind="property_declaration")
    with time.travel(NOW):
        keep_days([home.court.pk, other.pk], time.today(), at=time.now())
        keep_figures([home.court.pk, other.pk], last_spans(span_of("2025-05"), 2), at=time.now())
    return home


@pytest.mark.parametrize("width", [1920, 1366])
def test_the_wall_draws_thirty_days_and_ranks_the_courts(visit: Visit, shoot: Shoot, width: int) -> None:
    home = on_the_wall()
    with time.travel(NOW):
        page = visit("/supervision/screen", user=home.superior, width=width)
        page.set_viewport_size({"width": width, "height": width * 9 // 16})
        expect(page.locator("svg.c-s-days")).to_be_visible()
        expect(page.locator(".c-s-rank tbody tr")).to_have_count(2)
        stock = page.locator(".c-s-d-end").text_content()
        assert stock == page.locator(".c-s-k .c-s-v").first.inner_text(), "today's point is the figure on top"
        shoot(page, "screen-trend")
        assert_sound(page)
        page.route("**/supervision/screen?part=1*", lambda route: route.fulfill(status=204))
        page.evaluate("document.getElementById('screen').dataset.refresh = '0.5'")
        expect(page.locator("#screen.c-s-stale")).to_contain_text("数据已停止更新")
        shoot(page, "screen-trend-stale")


@pytest.mark.parametrize("width", [1920, 1366])
def test_the_big_screen_says_when_its_figures_have_stopped(visit: Visit, shoot: Shoot, width: int) -> None:
    home, _made = at_work()
    with time.travel(NOW):
        page = visit("/supervision/screen", user=home.superior, width=width)
        page.set_viewport_size({"width": width, "height": width * 9 // 16})
        expect(page.locator("#screen")).to_contain_text("秒后刷新")
        expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^10:0\d$"))
        shoot(page, "screen")
        assert_sound(page)
        # No answer comes any more, and three of the intervals pass.
        page.route("**/supervision/screen?part=1*", lambda route: route.fulfill(status=204))
        page.evaluate("document.getElementById('screen').dataset.refresh = '0.5'")
        expect(page.locator("#screen.c-s-stale")).to_contain_text("数据已停止更新")
        shoot(page, "screen-stale")
        page.unroute("**/supervision/screen?part=1*")
        expect(page.locator("#screen:not(.c-s-stale)")).to_contain_text("秒后刷新")
