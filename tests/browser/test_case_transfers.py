"""案件移送 in Chromium: the director offers, the other court takes; each page sound at both widths."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cases.models import Case, Transfer
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, assigned, filing, house


def two_courts() -> tuple[House, House, Case]:
    """Two courts under one, and a case of the first."""
    with time.travel("2026-03-02 09:30"):
        home = house()
        other = house(packs=("SQ-2022",), parent=home.court.parent)
        return home, other, assigned(home, filing("2026-03-02"))


@pytest.mark.parametrize("width", [1440, 390])
def test_a_case_goes_to_another_court(visit: Visit, shoot: Shoot, width: int) -> None:
    home, other, case = two_courts()
    with time.travel("2026-03-03 10:00"):
        page = visit(f"/cases/{case.pk}/acts/transfer/", user=home.director, width=width)
        page.get_by_label("受移送法院").select_option(str(other.court.pk))
        page.get_by_label("移送情形").select_option("designated")
        page.get_by_label("裁定、决定文号").fill("（2026）鄂99执他3号")
        page.get_by_label("移送理由").fill("被执行人主要财产在该院辖区")
        shoot(page, f"transfer-offer-{width}")
        assert_sound(page)
        page.get_by_role("button", name="提出移送").click()
        expect(page.get_by_text("接收前仍由本院办理")).to_be_visible()
        row = Transfer.objects.get(case=case)
        taker = visit("/transfers/", user=other.director, width=width)
        expect(taker.get_by_text("待本院接收 1 件")).to_be_visible()
        shoot(taker, f"transfer-inbox-{width}")
        assert_sound(taker)
        taker.get_by_role("link", name=case.number).first.click()
        expect(taker.get_by_role("heading", name="接收后期限的变化")).to_be_visible()
        shoot(taker, f"transfer-answer-{width}")
        assert_sound(taker)
        taker.get_by_label("承办人").select_option(str(other.handler.pk))
        taker.get_by_role("button", name="接收，编立新案号").click()
        expect(taker.get_by_text("已接收，案件有了本院案号")).to_be_visible()
        old = visit(f"/transfers/{row.pk}/", user=home.director, width=width)
        expect(old.get_by_text("办理记录（只读）")).to_be_visible()
        shoot(old, f"transfer-record-{width}")
        assert_sound(old)
