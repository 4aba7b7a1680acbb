"""The release of packs and the pages of jobs in a real browser, at both widths; a preview that is watched to its end."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from cases.actions import reprojecting
from courts.actions.calendar import set_day
from courts.models import PackDraft
from events import relay
from jobs import running
from jobs.models import Job
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.cases.test_repinning import LONGER, changed
from tests.factories.cases import House, assigned, filing, house, key
from tests.factories.courts import person

START = "2026-03-02 09:00"


def drafted(home: House, tmp_path: Path, visit: Visit, *, width: int = 1440) -> Page:
    """The page after an administrator has uploaded a right pack."""
    file = tmp_path / "2.yaml"
    file.write_text(changed(LONGER).text, encoding="utf-8")
    page = visit("/rules/releases/new", user=person(home.court, "administrator", name="管小理"), width=width)
    page.set_input_files("input[type=file]", str(file))
    page.get_by_role("button", name="检查并存为草稿").click()
    page.wait_for_url("**/rules/releases/*/")
    return page


@pytest.mark.parametrize("width", [1440, 390])
def test_upload_preview_and_sign_off(visit: Visit, shoot: Shoot, tmp_path: Path, width: int) -> None:
    home = house()
    with time.travel(START):
        for _ in range(3):
            assigned(home, filing("2026-03-02"))
        admin = person(home.court, "administrator")
        page = visit("/rules/releases/new", user=admin, width=width, forgive=(422,))
        assert_sound(page)
        shoot(page, "release-upload")
        file = tmp_path / "bad.yaml"
        bad = (
            changed(LONGER)
            .text.replace("9 workdays", "-9 workdays")
            .replace("start: case_", "start: cas_", 2)
        )
        file.write_text(bad, encoding="utf-8")
        page.set_input_files("input[type=file]", str(file))
        page.get_by_role("button", name="检查并存为草稿").click()
        expect(page.get_by_text("没有保存任何内容")).to_be_visible()
        assert_sound(page)
        shoot(page, "release-faults")
        page = drafted(home, tmp_path, visit, width=width)
        relay.run()
        draft = PackDraft.objects.get()
        page = visit(f"/rules/releases/{draft.pk}/", user=home.director, width=width)
        expect(page.locator("#job-progress")).to_be_visible()
        expect(page.get_by_role("button", name="签发", exact=True)).to_be_disabled()
        assert_sound(page)
        shoot(page, "release-waiting")
        running.sweep()
        expect(page.get_by_role("heading", name="会变的期限")).to_be_visible(timeout=8000)
        assert_sound(page)
        shoot(page, "release-preview")
        page.get_by_role("button", name="签发", exact=True).click()
        expect(page.locator("#messages")).to_contain_text("JZ-2023/2 已发布")
        page = visit("/rules/releases/", user=home.director, width=width)
        assert_sound(page)
        shoot(page, "releases")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_pages_of_jobs(visit: Visit, shoot: Shoot, width: int) -> None:
    home = house()
    with time.travel(START):
        assigned(home, filing("2026-03-02"))
        set_day(
            on=time.today().replace(day=5), is_workday=False, name="临时放假", source="云州市政府通告〔2026〕3号",
            actor=person(home.court, "administrator"), at=time.now(), key=key(), court=home.court,
        )  # fmt: skip
        relay.run()
        job = Job.objects.get(kind=reprojecting.KIND)
        page = visit(f"/jobs/{job.pk}/", user=home.director, width=width)
        assert_sound(page)
        running.sweep()
        expect(page.get_by_text("已通知 1 名承办人").first).to_be_visible(timeout=8000)
        assert_sound(page)
        shoot(page, "job")
        page = visit("/jobs/", user=home.director, width=width)
        assert_sound(page)
        shoot(page, "jobs")
        page = visit("/notifications", user=home.handler, width=width)
        expect(page.get_by_text("到期日已重算")).to_be_visible()
        shoot(page, "job-notice")
