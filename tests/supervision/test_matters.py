"""A clock without a node bears the words of its duty on every face; the id of its rule is a citation only."""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest

from cases.models import Case
from deadlines.matters import matters_in_use
from deadlines.models import Deadline
from kernel import time
from supervision.actions.counting import count_all
from supervision.actions.tables import publish_due
from supervision.board import board
from supervision.inspections.models import OverdueTable
from tests.factories.cases import House, assigned, filing, house
from tests.factories.pages import client_of, main
from tests.supervision.test_orders import order

pytestmark = pytest.mark.django_db
FILED, NOW = "2025-04-01 09:30", "2025-05-20 10:00"
RULES = ("BASE-D-36", "BASE-D-38")
WORDS = "查封扣押冻结的最长期限"
PAGES = (
    "/supervision/",
    "/supervision/overdue",
    "/supervision/overdue?when=late&kind=control_expiry",
    "/supervision/overdue?kind=BASE-D-36",
    "/supervision/screen",
    "/supervision/bulletin",
)


@pytest.fixture
def home() -> House:
    return house()


@pytest.fixture
def clocks(home: House) -> list[Deadline]:
    """Two clocks of one duty by two rules, no node behind either; the longest late of all that is."""
    with time.travel(FILED):
        made = assigned(home, filing("2025-04-01"))
    running = Deadline.objects.running().binding().exclude(kind="detector").filter(case_id=made.pk)
    rows = list(running.order_by("pk")[:2])
    for row, rule in zip(rows, RULES, strict=True):
        about = {"node_kind": "", "flag": "", "rule_id": rule, "pack_code": "BASE", "pack_version": 1}
        late = time.at_local(dt.date(2025, 4, 9))
        Deadline.objects.filter(pk=row.pk).update(overdue_at=late, **about)
    return [Deadline.objects.get(pk=row.pk) for row in rows]


def named_by_id(text: str) -> list[str]:
    """What stands on a page with the id of a rule in the place of a name: in a heading, link, bar or summary."""
    places = r"<(h1|h2|a|b|summary|span|th)\b[^>]*>[^<]*\b[A-Z]{2,4}-D-\d+[^<]*<"
    return [found[0] for found in re.finditer(places, text)]


@pytest.mark.req("JZ-32")
@pytest.mark.parametrize("counted", [False, True])
def test_every_page_says_the_duty(home: House, clocks: list[Deadline], counted: bool) -> None:
    with time.travel(NOW):
        if counted:
            assert count_all(at=time.now())
        browser = client_of(home.centre)
        for address in PAGES:
            page = browser.get(address)
            # The wall has no frame around it.
            body = page.content.decode().partition("<main")[2].partition("</main>")[0]
            assert WORDS in body, address
            assert not named_by_id(body), address
        tally = board(home.centre, time.now()).kinds
        assert tally["control_expiry"].late == 2
        assert not set(RULES) & set(tally)
        listed = browser.get("/supervision/overdue?when=late&kind=control_expiry").context["groups"][0][
            "rows"
        ]
        assert {row["cells"][1]["sub"] for row in listed} == {"适用民事诉讼法的解释 第四百八十五条"}


@pytest.mark.req("SQ-23")
def test_files_orders_and_tables_say_it_too(home: House, clocks: list[Deadline]) -> None:
    first = clocks[0]
    with time.travel(NOW):
        browser = client_of(home.centre)
        sheet = openpyxl.load_workbook(io.BytesIO(browser.get("/supervision/overdue.xlsx").content))
        rows = list(sheet.worksheets[0].iter_rows(min_row=2, values_only=True))
        assert [(row[2].partition("（")[0], row[3]) for row in rows[:2]] == [(WORDS, rule) for rule in RULES]
        form = browser.get(f"/supervision/orders/new/{first.case_id}?clock={first.pk}")
        assert WORDS in main(form)
        made = order(Case.objects.get(pk=first.case_id), home.centre, clock_id=first.pk, due_on=time.today())
        assert made.matter.startswith(WORDS)
        assert WORDS in main(browser.get(f"/supervision/orders/{made.pk}"))
        assert publish_due(at=time.now())
        published = OverdueTable.objects.get(court=home.court).lines
        assert [(row[1].partition("（")[0], row[2]) for row in published[:2]] == [
            (WORDS, rule) for rule in RULES
        ]


def test_a_matter_is_known_by_node_duty_and_rule() -> None:
    matters = matters_in_use()
    assert matters.words("BASE-D-36") == matters.words("control_expiry") == WORDS
    assert {"BASE-D-36", "BASE-D-38"} <= set(matters.rules("control_expiry"))
    assert matters.words("enforcement_notice") == "执行通知"
    assert matters.cited("BASE-D-36") == f"{WORDS}（BASE-D-36）"
    assert matters.words("NOBODY-D-1") == matters.cited("NOBODY-D-1") == "NOBODY-D-1"
    assert matters.words("") == ""
