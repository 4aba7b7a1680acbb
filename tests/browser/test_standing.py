"""Flags, stage and cash rate on the pages, at both widths: no violation, nothing wider than the window."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from cases.models import Case, Party
from kernel import time
from measures.actions.finding import Found, add_property
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent


def at_work() -> tuple[House, Case]:
    """A case of January 2025 with two cars and money in the bank that nobody controlled, and a fresh one."""
    with time.travel("2025-01-06 09:30"):
        home = house(features=("haidian",))
        case = assigned(home, filing("2025-01-06", applicant("买买提·吐尔逊江"), respondent("李四")))
    with time.travel("2025-03-01 10:00"):
        party = Party.objects.get(case=case, role="respondent").pk
        for kind, label, value in (
            ("vehicle", "小型轿车", "30000.00"),
            ("vehicle", "重型厢式货车", "90000.00"),
            ("bank_account", "尾号1001", "52000.00"),
            ("alipay", "支付宝", "8000.00"),
        ):
            add_property(
                case_id=case.pk,
                item=Found(party, kind, label, Decimal(value)),
                source="declaration",
                on=time.today(),
                actor=home.handler,
                at=time.now(),
                key=key(),
            )
    with time.travel("2025-03-20 09:30"):
        assigned(home, filing("2025-03-20", applicant("张三"), respondent("王五")))
    return home, case


@pytest.mark.req("HD-05", "HD-07", "HD-11")
@pytest.mark.parametrize("width", [1440, 390])
def test_the_case_says_why_it_is_flagged(visit: Visit, shoot: Shoot, width: int) -> None:
    home, case = at_work()
    with time.travel("2025-07-21 09:00"):
        page = visit(f"/cases/{case.pk}/", user=home.handler, width=width)
        expect(page.locator(".c-flag")).to_have_count(4)
        page.locator(".c-flag summary", has_text="财产超期未控").click()
        box = page.locator(".c-flag[open]")
        for words in ("小型轿车、重型厢式货车", "HD-F-01", "HD-D-01", "案例1 二", "对财产采取控制措施"):
            expect(box).to_contain_text(words)
        expect(page.locator(".c-head__facts")).to_contain_text("65.00%（含微信、支付宝 75.00%）")
        assert_sound(page)
        shoot(page, f"case-flags-{width}")


@pytest.mark.req("HD-05", "HD-11")
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize(
    ("name", "address"), [("cases", "/cases/?flag=five_over"), ("worklist", "/worklist")]
)
def test_the_lists_show_flags(visit: Visit, shoot: Shoot, width: int, name: str, address: str) -> None:
    home, _case = at_work()
    with time.travel("2025-07-21 09:00"):
        page = visit(address, user=home.handler, width=width)
        expect(page.locator(".c-tags").first).to_contain_text("财产超期未控")
        assert_sound(page)
        shoot(page, f"flags-{name}-{width}")
