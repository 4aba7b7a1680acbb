"""Every list page of the desk and the register of orders leaves as a workbook, and says so with a button."""

from __future__ import annotations

import io

import openpyxl
import pytest

from courts.models import Appointment, User
from kernel import time
from tests.factories.cases import House, assigned, filing, house
from tests.factories.pages import client_of, main

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
)


@pytest.fixture
def home() -> House:
    with time.travel("2026-03-02 09:00"):
        home = house()
        assigned(home, filing("2026-03-02"))
        for role in ("filing_clerk", "administrator", "bureau_director"):
            Appointment.objects.create(user=home.centre, court=home.court, role=role, since="2020-01-01")
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
