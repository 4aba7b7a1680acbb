"""The second factor in a real browser: led to enrol, the picture, the codes, the code at sign-in; the idle warning."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from courts.factors import code_at
from courts.models import Authenticator
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.courts import court, person


@pytest.mark.parametrize("width", [1440, 390])
def test_a_phone_is_enrolled_and_used(visit: Visit, shoot: Shoot, settings, width: int) -> None:
    settings.MFA_REQUIRED = True
    keeper = person(court(), "administrator", name="云向阳")
    keeper.set_password("right-password-1")
    keeper.save()
    page = visit("/rules/releases/", user=keeper, width=width, forgive=(403, 422))
    assert_sound(page)
    shoot(page, "factor-needed")
    page.get_by_role("link", name="现在启用").click()
    expect(page.locator("svg.c-qr")).to_be_visible()
    assert_sound(page)
    shoot(page, "factor-enrol")
    secret = Authenticator.objects.get(user=keeper).secret
    page.get_by_label("动态口令", exact=False).last.fill("000000")
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_text("动态口令不对")).to_be_visible()
    shoot(page, "factor-wrong")
    page.locator("input[name=code]").fill(code_at(secret, time.now()))
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_text("只显示这一次")).to_be_visible()
    assert_sound(page)
    shoot(page, "factor-codes")
    code = page.locator(".c-codes code").first.inner_text()
    page.get_by_role("link", name="已经保存，继续工作").click()
    expect(page.get_by_role("heading", name="规则发布")).to_be_visible()
    other = visit("/login", width=width)
    other.fill("input[name=username]", keeper.username)
    other.fill("input[name=password]", "right-password-1")
    other.get_by_role("button", name="登录").click()
    expect(other.get_by_role("heading", name="动态口令")).to_be_visible()
    assert_sound(other)
    shoot(other, "factor-code")
    other.locator("input[name=code]").fill(code)
    other.get_by_role("button", name="验证").click()
    expect(other.get_by_text("还有 9 个恢复码")).to_be_visible()
    assert_sound(other)
    shoot(other, "factor-standing")


def test_five_minutes_before_the_end_the_page_asks(visit: Visit, shoot: Shoot) -> None:
    page = visit("/deadlines/calculator", user=person(court(), "handler"))
    assert page.locator("#idle").get_attribute("data-minutes") == "30"
    page.evaluate("localStorage.setItem('zhiheng-seen', String(Date.now() - 26 * 60 * 1000))")
    expect(page.get_by_text("还在办案吗？")).to_be_visible()
    assert_sound(page)
    shoot(page, "idle")
    page.get_by_role("button", name="继续工作").click()
    expect(page.get_by_text("还在办案吗？")).to_be_hidden()
    page.context.clear_cookies()
    page.evaluate("localStorage.setItem('zhiheng-seen', String(Date.now() - 31 * 60 * 1000))")
    page.wait_for_url("**/login?next=*", timeout=8000)
