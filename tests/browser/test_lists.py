"""The lists in a real browser: by keyboard, at both widths, with nothing wider than the window and no violation."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from cases.actions.asking import ask_approval
from deadlines.models import Deadline
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.browser.paper import assert_on_paper
from tests.factories.cases import House, applicant, assigned, filed, filing, house, key, respondent

FIRM = "楚江市云泽区长风智能装备制造与供应链管理有限责任公司"
LONG = f"{FIRM}（曾用名{FIRM}云泽第一分公司）破产管理人楚江法信律师事务所联"
"""80 characters."""
NAME = "·".join(
    [
        "阿卜杜热西提买买提吐尔逊",
        "买买提依明努尔麦麦提江",
        "吐尔逊阿依古丽帕提古丽",
        "欧阳娜娜司马相如诸葛孔明上官令狐长孙慕容",
    ]
)
"""Names of a person as a passport has them, 57 characters."""


def at_work() -> House:
    """A court with two overdue cases, one that waits for a handler, and names as long as real ones."""
    with time.travel("2023-04-24 09:30"):
        home = house()
        assigned(home, filing("2023-04-24", applicant(NAME), respondent(LONG, kind="enterprise")))
        assigned(home, filing("2023-04-24", applicant("张三"), respondent("欧阳上官")))
        filed(home, filing("2023-04-24", applicant("王五"), respondent("赵六")))
    return home


def ask_of(home: House) -> None:
    """Something waits for the team leader."""
    clock = Deadline.objects.filter(rule_id="JZ-D-01", court=home.court).order_by("id")[0]
    facts = {"rule": clock.rule_id, "subject": clock.subject_id, "days": 15}
    ask_approval(
        case_id=clock.case_id, matter="extension", facts=facts, ground="正在协调送达平台。", actor=home.handler,
        at=time.now(), key=key(),
    )  # fmt: skip


def test_j_k_and_enter_open_the_second_node(visit: Visit) -> None:
    home = at_work()
    with time.travel("2023-05-10 09:00"):
        page = visit("/worklist", user=home.handler)
        for key in ("j", "j", "j", "k"):
            page.keyboard.press(key)
        focused: str = page.evaluate("document.activeElement.id")
        assert focused == page.locator("[data-row]").nth(1).get_attribute("id")
        page.keyboard.press("Enter")
        page.wait_for_url("**/cases/*/?from=worklist&node=*")
        expect(page.locator("h1")).to_contain_text("执2号")


def test_keys_stay_letters_while_one_types(visit: Visit) -> None:
    home = at_work()
    with time.travel("2023-05-10 09:00"):
        page = visit("/worklist", user=home.handler)
        page.keyboard.press("/")
        page.keyboard.type("jk")
        expect(page.locator("#search")).to_have_value("jk")
        assert page.evaluate("document.activeElement.id") == "search"


ADDRESSES = [
    ("worklist", "handler", "/worklist"),
    ("worklist-court", "centre", "/worklist?view=overdue&q=执"),
    ("cases", "centre", "/cases/?overdue=1"),
    ("search", "handler", "/search?q=2023"),
    ("notifications", "handler", "/notifications"),
    ("sms", "centre", "/notifications/sms"),
    ("coverage", "centre", "/coverage?since=2023-04-01"),
    ("approvals", "leader", "/approvals"),
    ("central", "centre", "/central"),
    ("assign", "centre", "/assign"),
    ("handover", "leader", "/handover"),
]
PRINTED = ("worklist", "cases", "approvals", "central", "assign")
"""Lists that are printed and taken along."""


@pytest.mark.parametrize("width", [1440, 390])
def test_every_list_is_sound(visit: Visit, shoot: Shoot, width: int) -> None:
    home = at_work()
    with time.travel("2023-05-10 09:00"):
        ask_of(home)
        for name, role, address in ADDRESSES:
            page: Page = visit(address, user=getattr(home, role), width=width)
            assert_sound(page)
            shoot(page, name)
            if width == 1440 and name in PRINTED:
                assert_on_paper(page, getattr(home, role).full_name, f"paper-{name}")
        page = visit(f"/handover?from={home.handler.pk}", user=home.leader, width=width)
        assert_sound(page)
        shoot(page, "handover")
        if width == 1440:
            assert_on_paper(page, home.leader.full_name, "paper-handover")


def test_lists_work_without_scripts(visit: Visit) -> None:
    home = at_work()
    with time.travel("2023-05-10 09:00"):
        page = visit("/worklist", user=home.handler, scripts=False)
        page.locator("a.c-tile", has_text="已超期").click()
        page.locator("input[name=q]:not(#search)").fill("张三")
        page.get_by_role("button", name="筛选").click()
        expect(page.locator("[data-row]")).to_have_count(1)
        assert "view=overdue" in page.url
