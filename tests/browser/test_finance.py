"""The finance desk in a real browser, at both widths: from the bank's file to the claimed line and the close."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from cases.models import Case
from events import relay
from funds.models import SubAccount
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import applicant, assigned, filing, house, respondent
from tests.factories.statements import bank_account, row, written
from tests.walks.stage import on


@pytest.mark.parametrize("width", [1440, 390])
def test_from_the_banks_file_to_the_claimed_line(
    visit: Visit, shoot: Shoot, tmp_path: Path, width: int
) -> None:
    with on("2023-09-01 09:30"):
        home = house(name="东湖区人民法院")
        bank_account(home.court, home.finance)
        first: Case = assigned(home, filing("2023-09-01", applicant(), respondent("云州顺达运输有限公司")))
        assigned(
            home,
            filing("2023-09-01", applicant("李四"), respondent("云州顺达运输有限公司"), amount="5000.00"),
        )
    number = SubAccount.objects.get(book__about=first.about).number
    with on("2023-09-26 10:00"):
        rows = [
            row("2023-09-20", income="80000.00", payer="云州顺达运输有限公司", remark=f"{first.number}案款"),
            row("2023-09-25", income="12,000.00", payer="赵六", sub=number),
            row("2023-09-25", income="0.00", payer="银行利息"),
            row("2023-09-26", income="350.50", payer="王五", remark="执行款"),
            row("2023-09-26", outgo="1,200.00", payer="张三", remark="发放"),
        ]
        (tmp_path / "九月流水.csv").write_bytes(written(rows, opening="5000.00"))
        page = visit("/finance/statements/", user=home.finance, width=width)
        assert_sound(page)
        page.set_input_files("input[type=file]", str(tmp_path / "九月流水.csv"))
        shoot(page, "finance-upload")
        page.get_by_role("button", name="上传并核对各列").click()
        expect(page.get_by_text("第一步（共三步）")).to_be_visible()
        assert_sound(page)
        shoot(page, "finance-columns")
        page.get_by_role("button", name="读入并预览").click()
        expect(page.get_by_text("第二步（共三步）")).to_be_visible()
        assert_sound(page)
        shoot(page, "finance-preview")
        page.get_by_role("button", name="确认入账 4 笔").click()
        expect(page.get_by_text("已入账 4 笔")).to_be_visible()
        relay.run()
        page.goto(page.url.split("/finance/")[0] + "/finance/match/")
        assert_sound(page)
        shoot(page, "finance-match")
        page.locator("body").press("1")
        expect(page.get_by_text("已认领 1 笔")).to_be_visible()
        assert_sound(page)
        shoot(page, "finance-claimed")
        for name in ("", "unclaimed", "close", "accounts/new"):
            page.goto(page.url.split("/finance/")[0] + f"/finance/{name}")
            assert_sound(page)
            shoot(page, f"finance-{name.replace('/', '-') or 'inbox'}")
