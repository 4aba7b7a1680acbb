"""Every list of the desk and of supervision leaves as a workbook: its rows, its columns, its masks, what it was narrowed
by; in a court where every list has a row, so that none of them passes by being empty."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import openpyxl
import pytest
from django.http import HttpResponse
from django.test import Client

from kernel import time
from kernel.keyset import SIZE
from tests.factories.everything import NOW, Stage, everything
from tests.factories.pages import client_of, main
from tests.house.test_urls import addresses

pytestmark = pytest.mark.django_db
LISTS = (
    "/worklist",
    "/week",
    "/central",
    "/cases/",
    "/approvals",
    "/approvals?tab=mine",
    "/assign",
    "/handover?from={handler}",
    "/delegations",
    "/notifications",
    "/notifications/sms",
    "/letters/",
    "/coverage",
    "/views/",
    "/rules/",
    "/rules/packs/JZ-2023/1",
    "/rules/clocks/JZ-D-01",
    "/rules/releases/",
    "/cases/import/",
    "/supervision/orders",
    "/supervision/workload",
    "/supervision/tables",
    "/transfers/",
    "/petitions/",
    "/national/",
    "/national/lists/",
    "/finance/statements/",
    "/finance/unclaimed",
    "/finance/payments/",
    "/finance/payments/?tab=pay",
    "/finance/payments/?tab=batches",
    "/finance/registers/",
    "/finance/registers/escrow/",
    "/finance/ageing",
    "/administration/people/",
    "/administration/people/import/",
    "/administration/units/",
    "/administration/roles/",
    "/administration/texts/",
    "chief /supervision/inspections",
    "chief /supervision/inspections/findings",
    "beside /conversions",
)
"""An address, behind the name of who sees it where that is not everyone."""
OWN_FORM = {
    "/supervision/overdue": (
        "/supervision/overdue.xlsx?",
        "超期节点统计表, in the columns that its document prescribes",
    ),
    "/supervision/long-pending": (
        "/supervision/long-pending.xlsx?which=",
        "长期未结案件台账, with the plans in full",
    ),
    "/finance/match/": (
        "/finance/unclaimed?format=xlsx",
        "the lines one claims are the list of what is unclaimed",
    ),
}
"""Lists whose workbook is another address, and why; each row of the page is a row there, too."""
CARDS = (
    "/week",
    "/delegations",
    "/approvals",
    "/approvals?tab=mine",
    "/views/",
    "/notifications",
    "/rules/",
    "/central",
)
"""Pages that are no table, or several; their workbook is one."""
NO_LISTS = {
    "calendar/": "a month",
    "components/": "samples",
    "finance/close": "the sums of a day, a workbook of its own once it is closed",
    "supervision/": "a board: its numbers open lists",
    "supervision/clocks": "clocks of the machine, in their latest state",
    "supervision/reactions": "reactions of the machine, in their latest state",
    "supervision/indicators": "for who supervises others the same comparison",
    "supervision/indicators/courts": "a comparison: its figures open lists",
    "supervision/reports": "a report a quarter, each a workbook of its own",
    "supervision/indicators/compare": "two courts side by side: its figures open lists",
}
"""Pages with a table that is no list of work, and why."""
DRAWN_ELSEWHERE = ("rules/releases/template", "metrics")
AMOUNT = re.compile(r"[¥￥]?(-?[\d,]+\.\d\d)元?")


class Table(HTMLParser):
    """The first table of a page: the labels of its head and the words of its rows, without boxes and buttons."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.heads: list[str] = []
        self.rows: list[list[str]] = []
        self.skipped: set[int] = set()
        self.open, self.tables, self.in_head, self.place = 0, 0, False, 0
        self.unchosen = False
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        kind = given.get("class") or ""
        self.unchosen = tag == "option" and "selected" not in given
        if tag == "table":
            self.tables, self.open = self.tables + 1, self.open + 1
        if self.tables != 1 or not self.open:
            return
        if tag == "thead":
            self.in_head = True
        elif tag == "tr":
            self.place = -1
            if not self.in_head and "c-table__group" not in kind:
                self.rows.append([])
        elif tag in ("td", "th") and (self.in_head or (self.rows and "colspan" not in given)):
            self.place += 1
            if self.in_head and re.search(r"c-cell--(check|acts)", kind):
                self.skipped.add(self.place)
            (self.heads if self.in_head else self.rows[-1]).append("")

    def handle_endtag(self, tag: str) -> None:
        self.unchosen = False
        if tag == "table":
            self.open -= 1
        elif tag == "thead":
            self.in_head = False

    def handle_data(self, data: str) -> None:
        if not self.unchosen and self.tables == 1 and self.open and self.place >= 0:
            cells = self.heads if self.in_head else self.rows[-1] if self.rows else None
            if cells:
                cells[-1] += data

    def kept(self, cells: list[str]) -> list[str]:
        """The cells of columns that say something, without white space."""
        return [_bare(cell) for place, cell in enumerate(cells) if place not in self.skipped]


@pytest.fixture
def stage() -> Stage:
    return everything()


def test_every_list_leaves_as_it_stands(stage: Stage) -> None:
    wrong: dict[str, str] = {}
    with time.travel(NOW):
        clients = {who: client_of(stage.user(who)) for who in ("everyone", "chief", "beside")}
        for entry in (*LISTS, *OWN_FORM):
            who, _space, address = entry.rpartition(" ")
            address = address.format(handler=stage.home.handler.pk)
            if found := _fault(clients[who or "everyone"], address, stage.user(who or "everyone").full_name):
                wrong[entry] = found
    assert wrong == {}, "\n".join(f"{entry}: {words}" for entry, words in wrong.items())


def test_no_list_was_forgotten(stage: Stage) -> None:
    forgotten = set()
    with time.travel(NOW):
        browsers = [client_of(stage.user(who)) for who in ("everyone", "chief")]
        for _name, path in addresses():
            if "<" in path or path.startswith(("api/", "my/")) or "." in path or path in DRAWN_ELSEWHERE:
                continue
            for page in [browser.get(f"/{path}") for browser in browsers]:
                body = page.content.decode() if page.status_code == 200 and not page.streaming else ""
                shown = body.partition("<main")[2]
                if re.search(r'class="c-(table|list)[ "]', shown) and "xlsx" not in shown:
                    forgotten.add(path)
    assert forgotten == set(NO_LISTS)


def _fault(client: Client, address: str, who: str) -> str:
    """What is wrong with a list and its workbook, in words; "" when nothing is."""
    page = client.get(address)
    if page.status_code != 200:
        return f"status {page.status_code}"
    shown = page.content.decode().partition("<main")[2]
    buttons = [unescape(found) for found in re.findall(r'href="([^"]*xlsx[^"]*)"', shown)]
    own = OWN_FORM.get(address, ("", ""))[0]
    if own and own not in buttons or not own and "导出 Excel" not in main(page) or not buttons:
        return f"no button, but {buttons}"
    response = client.get(
        urljoin(address, own or next((b for b in buttons if "format=xlsx" in b), buttons[0]))
    )
    if response.status_code != 200:
        return f"its workbook: status {response.status_code}"
    book = _book(response)
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    if len(rows) < 2:
        return "no rows: fill the list in tests.factories.everything"
    about = "".join(str(cell) for row in book.worksheets[-1].iter_rows(values_only=True) for cell in row)
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    if who not in about:
        return "the last sheet does not say who took it"
    if not kinds <= {"s", "n", "d", "inlineStr"}:
        return f"cells of {kinds}"
    return "" if own or address in CARDS else _unlike(Table(shown), rows)


def _unlike(seen: Table, rows: list[tuple[Any, ...]]) -> str:
    """Where a table on the screen and its sheet differ, in words."""
    heads, lines = seen.kept(seen.heads), [seen.kept(row) for row in seen.rows if row]
    first = len(rows[0]) - len(heads)  # a column that says the group stands in front
    if [_bare(head) for head in rows[0]][first:] != heads or first not in (0, 1):
        return f"columns {rows[0]}, on the screen {heads}"
    if len(rows) - 1 != len(lines) and len(lines) < SIZE:
        return f"{len(rows) - 1} rows, on the screen {len(lines)}"
    for line, row in zip(lines, rows[1:], strict=False):
        for said, cell in zip(line, row[first:], strict=True):
            if not _same(said, cell):
                return f"{cell!r}, on the screen {said}"
    return ""


def _same(said: str, cell: object) -> bool:
    if isinstance(cell, int | float | Decimal) and (found := AMOUNT.match(said)):
        return Decimal(found[1].replace(",", "")) == round(Decimal(str(cell)), 2)
    return said == _bare(cell) or not _bare(cell).strip("—") and not said.strip("—")


def _bare(value: object) -> str:
    return "" if value is None else re.sub(r"[\s（）]", "", str(value))


def _book(response: HttpResponse) -> openpyxl.Workbook:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return openpyxl.load_workbook(io.BytesIO(body))
