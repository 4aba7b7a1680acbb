"""A day goes on: what was typed comes back after the session ended, a phrase is one click, the next node has the focus."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cases.actions.batches import freeze_nodes_to_pass_on
from cases.models import Node
from desk.actions.phrases import add_phrase
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent

NOW = "2023-04-25 10:00"
KIND = "property_report_order"
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def at_work() -> tuple[House, list[Node]]:
    home = house()
    for number in range(3):
        with time.travel(f"2023-04-24 09:3{number}"):
            assigned(home, filing("2023-04-24", applicant(f"张{number}"), respondent()))
    with time.travel(NOW):
        add_phrase(words="已电话告知被执行人到院谈话。", actor=home.handler, at=time.now())
    return home, list(Node.objects.filter(kind=KIND, state="open").order_by("pk"))


@pytest.mark.parametrize("width", [1440, 390])
def test_typed_left_come_back_done_and_on_to_the_next(visit: Visit, shoot: Shoot, width: int) -> None:
    home, nodes = at_work()
    first = nodes[0]
    address = f"/cases/{first.case_id}/?from=worklist%3Fkind%3D{KIND}&node={first.pk}#node-{first.pk}"
    with time.travel(NOW):
        page = visit(address, user=home.handler, width=width)
        expect(page.locator(".c-place")).to_contain_text("第 1 / 3 件")
        form = page.locator("form[data-draft]")
        form.locator("details[data-phrases] summary").click()
        form.get_by_role("button", name="已电话告知被执行人到院谈话。").click()
        remark = form.locator("textarea[name=remark]")
        expect(remark).to_have_value("已电话告知被执行人到院谈话。")
        assert remark.evaluate("element => element === document.activeElement")
        expect(form.locator("[data-draft-line]")).to_contain_text("已自动保存草稿 10:00")
        assert_sound(page)
        shoot(page, "going-on-typed")
        # Signed out for idleness, and signed in again elsewhere.
        page = visit(address, user=home.handler, width=width)
        form = page.locator("form[data-draft]")
        expect(form.locator("[data-draft-line]")).to_contain_text("已恢复 10:00 保存的草稿")
        expect(form.locator("textarea[name=remark]")).to_have_value("已电话告知被执行人到院谈话。")
        shoot(page, "going-on-restored")
        form.locator("input[name=sent_on]").fill("2023-04-25")
        form.locator("button.c-btn--primary").click()
        page.wait_for_url(f"**/cases/{nodes[1].case_id}/?from=*&node={nodes[1].pk}*")
        expect(page.locator(".c-place")).to_contain_text("第 1 / 2 件")
        heading = page.locator(f"#node-{nodes[1].pk} .c-node__title a")
        expect(heading).to_be_focused()
        page.evaluate(TWO_FRAMES)
        # Going to the fragment does not take it away again.
        assert heading.evaluate("element => element === document.activeElement")
        expect(page.locator("form[data-draft] textarea[name=remark]")).to_have_value("")
        left = freeze_nodes_to_pass_on(
            node_ids=[each.pk for each in nodes[1:]],
            conditions=[],
            whole=False,
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        for name, path in (("phrases", "/phrases/"), ("passing", f"/batches/{left.pk}/")):
            page = visit(path, user=home.handler, width=width)
            shoot(page, f"going-on-{name}")
            assert_sound(page)
