"""指挥中心, 督办 and the big screen in a real browser: sound at both widths, drawn for the wall, honest when it stops."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from kernel import time
from supervision.models import Order
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, assigned, filing, house
from tests.supervision.test_orders import order

NOW = "2025-05-20 10:00"


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
            ("bulletin", "/supervision/bulletin", home.centre),
            ("sealed", f"/cases/{made.case_id}/", home.handler),
        ):
            page = visit(path, user=user, width=width)
            shoot(page, f"supervision-{name}")
            assert_sound(page)


@pytest.mark.parametrize("width", [1920, 1366])
def test_the_big_screen_says_when_its_figures_have_stopped(visit: Visit, shoot: Shoot, width: int) -> None:
    home, _made = at_work()
    with time.travel(NOW):
        page = visit("/supervision/screen", user=home.superior, width=width)
        page.set_viewport_size({"width": width, "height": width * 9 // 16})
        expect(page.locator("#screen")).to_contain_text("秒后刷新")
        shoot(page, "screen")
        assert_sound(page)
        # No answer comes any more, and three of the intervals pass.
        page.route("**/supervision/screen?part=1*", lambda route: route.fulfill(status=204))
        page.evaluate("document.getElementById('screen').dataset.refresh = '0.5'")
        expect(page.locator("#screen.c-s-stale")).to_contain_text("数据已停止更新")
        shoot(page, "screen-stale")
        page.unroute("**/supervision/screen?part=1*")
        expect(page.locator("#screen:not(.c-s-stale)")).to_contain_text("秒后刷新")
