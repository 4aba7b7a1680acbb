"""An officer's day on the lists: search, a saved view, nodes completed in bulk, the week; sound at both widths."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from cases.models import Batch, Case, Node, Party
from kernel import time
from measures.actions.finding import Found, add_property
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent

LONG = "楚江市云泽区长风智能装备制造与供应链管理有限责任公司"


def at_work() -> House:
    """A handler with three cases to accept, one of them with a car."""
    with time.travel("2021-04-12 09:30"):
        home = house(packs=("LY-2021",))
        for name, against in (("买买提·吐尔逊江", LONG), ("张三", "李四"), ("王五", "赵六")):
            assigned(home, filing("2021-04-12", applicant(name), respondent(against)))
        party = Party.objects.filter(role="respondent").order_by("pk").first()
        item = Found(party.pk, "vehicle", "小型轿车", Decimal("90000.00"), reference="鄂A·Z88F9")
        add_property(
            case_id=party.case_id,
            item=item,
            source="field",
            on=time.today(),
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
    return home


@pytest.mark.parametrize("width", [1440, 390])
def test_an_officers_day(visit: Visit, shoot: Shoot, width: int) -> None:
    home = at_work()
    with time.travel("2021-04-13 09:00"):
        page = visit("/search?q=88F9", user=home.handler, width=width)
        expect(page.locator("#found-properties")).to_contain_text("小型轿车")
        assert_sound(page)
        shoot(page, "search-plate")

        page = visit("/worklist?kind=acceptance", user=home.handler, width=width)
        page.locator(".c-saving summary").click()
        page.get_by_label("名称", exact=True).fill("待接收")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.locator("#messages")).to_contain_text("已保存视图“待接收”")
        view = page.locator("#side a", has_text="待接收")
        assert re.sub(r"\s+", "", view.text_content() or "") == "待接收3"
        assert_sound(page)
        shoot(page, "worklist-saved")

        page.locator("[data-select]").first.check()
        expect(page.locator("[data-bulk-count]")).to_have_text("已选 1 项")
        shoot(page, "worklist-ticked")
        page.get_by_role("button", name="选择全部 3 条结果").click()
        page.wait_for_url("**/batches/*/")
        assert_sound(page)
        shoot(page, "batch-draft")
        page.get_by_role("button", name="套用到全部 3 条").click()
        expect(page.locator("#messages")).to_contain_text("已套用到全部 3 条")
        # Meanwhile one of them changes: it is refused, the others go on.
        moved = Node.objects.filter(kind="acceptance", state="open").order_by("pk").first()
        Node.objects.filter(pk=moved.pk).update(version=moved.version + 1)
        page.get_by_role("button", name="确认办理 3 条").click()
        expect(page.locator(".c-pagehead__note")).to_contain_text("办成 2 条，没有办成 1 条")
        assert_sound(page)
        shoot(page, "batch-done")
        assert Batch.objects.get(asked_by=home.handler).state == "done"

        page = visit("/views/", user=home.handler, width=width)
        assert_sound(page)
        shoot(page, "views")
        page = visit("/week", user=home.leader, width=width)
        assert_sound(page)
        shoot(page, "week")
        page = visit("/cases/", user=home.centre, width=width)
        page.locator("[data-select]").first.check()
        page.get_by_role("button", name="批量移交…").click()
        page.wait_for_url("**/batches/*/")
        assert_sound(page)
        shoot(page, "batch-hand-over")
    assert Case.objects.filter(owner=home.handler).count() == 3
