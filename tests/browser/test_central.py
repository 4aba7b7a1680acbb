"""集约事项 in a real browser: the queue of a group and a task sheet, at both widths, claimed by ticking."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cases.actions.tasks import claim_node, offer_node, refuse_node
from cases.models import Task
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.cases.test_tasks import Sq, by
from tests.factories.cases import node

NOW = "2024-05-08 09:00"


def at_work() -> Sq:
    sq = Sq()
    case, other = sq.assigned(channel="online"), sq.assigned()
    with time.travel("2024-04-28 10:00"):
        check = node(case, "filing_check")
        claim_node(node_id=check.pk, **by(sq.wang))
        offer_node(node_id=check.pk, to=sq.zhao, reason="外出培训一周，请代为核对", **by(sq.wang))
        refuse_node(node_id=check.pk, reason="本周已满，请另找同事", **by(sq.zhao))
        claim_node(node_id=node(other, "enforcement_notice").pk, **by(sq.zhao))
    return sq


@pytest.mark.parametrize("width", [1440, 390])
def test_the_queue_and_the_sheet_are_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    sq = at_work()
    with time.travel(NOW):
        page = visit("/central", user=sq.wang, width=width)
        assert_sound(page)
        shoot(page, "central")
        sheet = Task.objects.filter(doer=sq.wang).get()
        page = visit(f"/central/{sheet.node_id}", user=sq.wang, width=width)
        assert_sound(page)
        shoot(page, "central-task")
        page = visit(f"/central/{sheet.node_id}", user=sq.home.leader, width=width)
        assert_sound(page)
        shoot(page, "central-task-leader")


def test_ticked_and_claimed(visit: Visit) -> None:
    sq = at_work()
    with time.travel(NOW):
        page = visit("/central?view=free", user=sq.wang)
        boxes = page.locator("[data-select]")
        boxes.nth(0).check()
        boxes.nth(1).check()
        expect(page.locator("[data-bulk-count]")).to_contain_text("2")
        page.get_by_role("button", name="领办所选").click()
        expect(page.locator("body")).to_contain_text("已领办 2 项")
    assert Task.objects.filter(doer=sq.wang, state="held").count() == 3
