"""系统设置 in a real browser, at both widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from courts.models import User
from kernel import time
from notices.actions.templates import seed_templates
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.courts import court, person, unit
from tests.factories.staffsheets import staff_sheet


@pytest.mark.parametrize("width", [1440, 390])
def test_an_administrator_sets_the_court_up(visit: Visit, shoot: Shoot, tmp_path: Path, width: int) -> None:
    with time.travel("2026-03-02 09:30"):
        seed_templates(at=time.now())
        home = court(name="东湖区人民法院")
        team = unit(home, name="普执团队")
        person(home, "handler", "team_leader", unit=team, name="李志远")
        keeper = person(home, "administrator", name="范文静", post="other")
        page = visit("/administration/people/", user=keeper, width=width)
        assert_sound(page)
        shoot(page, "people")
        page.goto(page.url + "import/")
        path = staff_sheet(
            tmp_path / "名单.xlsx",
            ("zhangsan", "张三", "员额法官", "普执团队", "2026-03-01", None, "承办人", None, None),
            ("lisi", "李四", "法师", None, None, None, None, None, None),
        )
        page.set_input_files("input[type=file]", str(path))
        assert_sound(page)
        shoot(page, "staff-upload")
        page.get_by_role("button", name="上传并核对").click()
        expect(page.get_by_text("第二步（共三步）")).to_be_visible()
        assert_sound(page)
        shoot(page, "staff-preview")
        page.get_by_role("button", name="确认导入 1 行").click()
        expect(page.get_by_text("只显示这一次")).to_be_visible()
        assert_sound(page)
        shoot(page, "staff-passwords")
        made = User.objects.get(username="zhangsan")
        for path, name in (
            (f"people/{made.pk}/", "person"),
            (f"people/{made.pk}/role/", "person-role"),
            ("units/", "units"),
            ("roles/", "roles"),
            (f"courts/{home.pk}/", "court"),
            ("texts/", "texts"),
            ("texts/case_filed/applicant/", "text"),
        ):
            page.goto(page.url.partition("/administration/")[0] + "/administration/" + path)
            assert_sound(page)
            shoot(page, name)
        page.locator("textarea").fill("您好，{案号}案已立案。" + "请留意后续短信。" * 8)
        expect(page.get_by_text("按 2 条计费")).to_be_visible()
        shoot(page, "text-typed")
