"""台账导入 in a real browser, at both widths, from the file to the filed cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from jobs import running
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import house
from tests.factories.ledgers import messy


@pytest.mark.parametrize("width", [1440, 390])
def test_a_ledger_is_imported_in_three_steps(visit: Visit, shoot: Shoot, tmp_path: Path, width: int) -> None:
    with time.travel("2023-06-01 09:30"):
        home = house(name="东湖区人民法院")
        page = visit("/cases/import/", user=home.filing, width=width)
        assert_sound(page)
        page.set_input_files("input[type=file]", str(messy(tmp_path / "台账.xlsx", home.court.code)))
        shoot(page, "ledger-upload")
        page.get_by_role("button", name="上传并核对各列").click()
        expect(page.get_by_text("第一步（共三步）")).to_be_visible()
        assert_sound(page)
        shoot(page, "ledger-columns")
        page.get_by_role("button", name="检查每一行").click()
        expect(page.get_by_text("第二步（共三步）")).to_be_visible()
        assert_sound(page)
        shoot(page, "ledger-preview")
        page.get_by_role("button", name="确认录入 5 件").click()
        expect(page.locator("#job-progress")).to_be_visible()
        assert_sound(page)
        shoot(page, "ledger-filing")
        running.sweep()
        expect(page.get_by_text("已录入完毕")).to_be_visible(timeout=8000)
        assert_sound(page)
        shoot(page, "ledger-done")
