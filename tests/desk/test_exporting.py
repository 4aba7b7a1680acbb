"""导出 Excel: the list as on the screen, ids as text, the conditions on a sheet, and a record of who took it."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from desk import exporting
from events.models import Event
from kernel import time
from tests.factories.cases import House, applicant, assigned, filed, filing, house, respondent
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> House:
    with time.travel("2026-03-02 09:00"):
        home = house()
        assigned(home, filing("2026-03-02", applicant("张三"), respondent("=1+1有限公司", kind="enterprise")))
        assigned(home, filing("2026-03-02", applicant("王五"), respondent("赵六")))
        filed(home, filing("2026-03-02", applicant("钱七"), respondent("孙八")))
    return home


def taken(home: House, address: str, who: str = "handler") -> Workbook:
    with time.travel("2026-03-20 09:00"):
        response = client_of(getattr(home, who)).get(address)
        assert response.status_code == 200
        assert "filename" in response["Content-Disposition"]
        return openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def test_the_cases_of_the_screen_with_their_conditions(home: House) -> None:
    book = taken(home, "/cases/?overdue=1&format=xlsx")
    sheet, about = book.worksheets
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:3] == ("案号与当事人", "案由", "执行标的")
    assert len(rows) == 3, "the case without a handler is another's"
    text = "".join(str(cell) for row in rows for cell in row)
    assert "赵六" in text
    assert "孙八" not in text
    assert rows[1][2] == 80000
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}, "no formula"
    said = "".join(str(cell) for row in about.iter_rows(values_only=True) for cell in row)
    assert "有超期" in said
    assert "李明法" in said
    event = Event.objects.get(kind="list.exported")
    assert event.data == {"list": "cases", "conditions": ["overdue"], "rows": 2}
    assert event.actor == home.handler.actor


@pytest.mark.parametrize(("address", "who"), [("/worklist", "handler"), ("/central", "centre")])
def test_other_lists(home: House, address: str, who: str) -> None:
    with time.travel("2026-03-20 09:00"):
        page = client_of(getattr(home, who)).get(address)
        assert "导出 Excel" in main(page)
        assert "format=xlsx" in page.content.decode()
    sheet = taken(home, f"{address}?format=xlsx", who).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert "操作" not in rows[0]
    shown = [word for row in rows[1:] for word in str(row[0]).splitlines()[:1]]
    assert shown or address == "/central"
    assert all(word.split("（")[0].split(" · ")[0] in main(page) for word in shown)
    assert Event.objects.get(kind="list.exported").data["rows"] == len(rows) - 1


def test_every_page_of_a_long_list_is_in_it_once(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "TOGETHER", 1)
    sheet = taken(home, "/cases/?format=xlsx", "centre").worksheets[0]
    numbers = [str(row[0]).splitlines()[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(numbers) == len(set(numbers)) == 3


def test_what_was_typed_is_not_in_the_log(home: House) -> None:
    taken(home, "/cases/?q=赵六&format=xlsx")
    event = Event.objects.get(kind="list.exported")
    assert event.data["conditions"] == ["q"]
    assert "赵六" not in str(event.data)
