"""Every list page of the desk and the register of orders leaves as a workbook, and says so with a button."""

from __future__ import annotations

import io

import openpyxl
import pytest

from courts.models import Appointment, User
from courts.scope import roles
from kernel import time
from tests.factories.cases import House, assigned, filing, house
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
    "/delegations",
    "/conversions",
    "/notifications",
    "/notifications/sms",
    "/letters/",
    "/coverage",
    "/rules/",
    "/rules/packs/JZ-2023/1",
    "/rules/clocks/JZ-D-01",
    "/rules/releases/",
    "/cases/import/",
    "/supervision/orders",
    "/transfers/",
    "/petitions/",
    "/national/",
    "/national/lists/",
    "/finance/statements/",
    "/finance/registers/",
    "/administration/people/",
    "/administration/people/import/",
    "/administration/units/",
    "/administration/roles/",
    "/administration/texts/",
)
NO_LISTS = {
    "calendar/": "a month",
    "components/": "samples",
    "finance/close": "the sums of a day, a workbook of its own once it is closed",
    "supervision/": "a board: its numbers open lists",
    "supervision/workload": "numbers by day: they open lists",
    "supervision/clocks": "clocks of the machine, in their latest state",
    "supervision/reactions": "reactions of the machine, in their latest state",
    "supervision/indicators/courts": "a comparison: its figures open lists",
    "supervision/reports": "a report a quarter, each a workbook of its own",
}
"""Pages with a table that is no list of work, and why."""
DRAWN_ELSEWHERE = ("rules/releases/template", "metrics")


@pytest.fixture
def home() -> House:
    with time.travel("2026-03-02 09:00"):
        home = house()
        assigned(home, filing("2026-03-02"))
        for role in roles():
            given = {"user": home.centre, "court": home.court, "role": role}
            Appointment.objects.get_or_create(**given, defaults={"since": "2020-01-01"})
    return home


@pytest.mark.parametrize("address", LISTS)
def test_a_list_leaves_as_it_stands(home: House, address: str) -> None:
    with time.travel("2026-03-20 09:00"):
        browser = client_of(User.objects.get(pk=home.centre.pk))
        page = browser.get(address)
        assert page.status_code == 200
        assert "导出 Excel" in main(page)
        mark = "&" if "?" in address else "?"
        response = browser.get(f"{address}{mark}format=xlsx")
        assert response.status_code == 200
        body = b"".join(response.streaming_content) if response.streaming else response.content
    book = openpyxl.load_workbook(io.BytesIO(body))
    about = "".join(str(cell) for row in book.worksheets[-1].iter_rows(values_only=True) for cell in row)
    assert home.centre.full_name in about
    assert {c.data_type for sheet in book for row in sheet.iter_rows() for c in row} <= {"s", "n", "d"}


def test_no_list_was_forgotten(home: House) -> None:
    forgotten = set()
    with time.travel("2026-03-20 09:00"):
        browser = client_of(User.objects.get(pk=home.centre.pk))
        for _name, path in addresses():
            if "<" in path or path.startswith(("api/", "my/")) or "." in path or path in DRAWN_ELSEWHERE:
                continue
            page = browser.get(f"/{path}")
            body = page.content.decode() if page.status_code == 200 and not page.streaming else ""
            shown = body.partition("<main")[2]
            if 'class="c-table' in shown and "xlsx" not in shown:
                forgotten.add(path)
    assert forgotten == set(NO_LISTS)
