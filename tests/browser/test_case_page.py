"""The case page in Chromium: sound at both widths, nodes opened and forms sent in place, and all of it without scripts."""

from __future__ import annotations

import pytest

from cases.models import Case, Node
from kernel import time
from tests.browser.conftest import Shoot, Visit, assert_sound
from tests.factories.cases import House, assigned, complete, filing, house, node
from tests.walks.stage import control, feedback, money, on, payee

NOTICE = {
    "channel": "electronic",
    "sent_on": "2023-04-26",
    "platform_ref": "E2023-1",
    "with_report_order": True,
}
AT = "2023-05-10 16:58"


@pytest.fixture
def home(site: str) -> House:
    return house()


@pytest.fixture
def case(home: House) -> Case:
    """A case in the middle of its life: a late payout, property found and frozen."""
    with on("2023-04-24 09:30"):
        made = assigned(home, filing("2023-04-24"))
    with on("2023-04-26 10:00"):
        complete(made, "enforcement_notice", home.handler, **NOTICE)
        complete(made, "network_query_start", home.handler, on="2023-04-26", scope="national")
    with on("2023-04-27 10:00"):
        feedback(
            home, made, "2023-04-27", ("bank_account", "尾号1001", "50000"), ("vehicle", "鄂D12345", "90000")
        )
        control(home, made, "freeze", "尾号1001")
        payee(home, made)
        money(home, made, "20000.00", "S1")
    return made


TABS = ("", "parties/", "property/", "money/", "papers/", "log/")
ACTS = (
    "suspend/",
    "extend/",
    "deduct/",
    "termination/",
    "close/",
    "property/",
    "control/",
    "upload/",
    "clue/",
)


@pytest.mark.parametrize("width", [1440, 390])
def test_every_tab_and_act_is_sound(visit: Visit, shoot: Shoot, home: House, case: Case, width: int) -> None:
    with time.travel(AT):
        for path in (*TABS, *(f"acts/{name}" for name in ACTS)):
            page = visit(f"/cases/{case.pk}/{path}", user=home.handler, width=width)
            shoot(page, f"case-{path.strip('/').replace('/', '-') or 'nodes'}")
            assert_sound(page)
            page.context.close()
        page = visit("/cases/new", user=home.filing, width=width)
        shoot(page, "case-new")
        assert_sound(page)


def test_a_node_opens_in_place_and_its_address_says_so(visit: Visit, home: House, case: Case) -> None:
    with time.travel(AT):
        row = node(case, "offline_control")
        page = visit(f"/cases/{case.pk}/", user=home.handler)
        page.click(f"#node-{row.pk} .c-node__title a")
        page.wait_for_selector(f"#node-{row.pk} #node-work form")
        assert f"node={row.pk}" in page.url
        assert page.evaluate("document.activeElement.id") == "node-work"
        assert_sound(page)


def test_a_refused_form_keeps_its_place_and_takes_the_focus(visit: Visit, home: House, case: Case) -> None:
    with time.travel(AT):
        row = node(case, "offline_control")
        page = visit(f"/cases/{case.pk}/?node={row.pk}", user=home.handler, forgive=(422,))
        page.fill("[name=document]", "查封清单3号")
        page.click("#node-work .c-btn--primary")
        page.wait_for_selector("#node-work [data-errors]")
        assert "JZ-G-OVER-01" in page.inner_text("#node-work [data-errors]")
        assert page.input_value("[name=document]") == "查封清单3号"
        assert "c-errors" in page.evaluate("document.activeElement.className")
        page.check("[name=decision][value=leave]")
        page.fill("[name=reason]", "超过剩余标的")
        page.click("#node-work .c-btn--primary")
        page.wait_for_selector("#messages .c-note--done")
    assert Node.objects.get(pk=row.pk).state == "done"


def test_everything_works_without_scripts(visit: Visit, home: House, case: Case) -> None:
    with time.travel(AT):
        row = node(case, "offline_control")
        page = visit(f"/cases/{case.pk}/", user=home.handler, scripts=False)
        page.click(f"#node-{row.pk} .c-node__title a")
        page.wait_for_load_state()
        page.check("[name=decision][value=leave]")
        page.fill("[name=reason]", "超过剩余标的")
        page.click("#node-work .c-btn--primary")
        page.wait_for_load_state()
        assert "已办结“线下查封、扣押（鄂D12345）”" in page.inner_text("#messages")
    assert Node.objects.get(pk=row.pk).state == "done"
