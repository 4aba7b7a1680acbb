"""台账导入 in the browser's terms: upload, columns, preview, workbook of what is wrong, confirmation."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from cases.models import Case, LedgerImport
from desk.onetime import new_key
from jobs import running
from kernel import time
from tests.cases.test_ledger_import import PLAIN, TODAY, book, line
from tests.factories.cases import House, house
from tests.factories.ledgers import messy
from tests.factories.pages import client_of, main

pytestmark = pytest.mark.django_db
LIST = "/cases/import/"


@pytest.fixture
def home() -> House:
    return house(name="东湖区人民法院")


def upload(client: Client, path: Path) -> HttpResponse:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(LIST, {"file": file, "sheet": "", "act_key": new_key()})


def mapped(client: Client, ledger: LedgerImport, **changed: str) -> HttpResponse:
    given = {f"column-{place}": field for place, field in ledger.columns.items()}
    return client.post(f"{LIST}{ledger.pk}/columns", {**given, **changed, "act_key": new_key()})


@pytest.mark.req("JZ-33")
def test_from_upload_to_cases(home: House, tmp_path: Path, django_assert_max_num_queries) -> None:
    client = client_of(home.filing)
    with time.travel(TODAY):
        response = upload(client, messy(tmp_path / "台账.xlsx", home.court.code))
        ledger = LedgerImport.objects.get()
        address = f"{LIST}{ledger.pk}/"
        assert response["Location"] == address
        page = main(client.get(address))
        for words in ("第一步（共三步）", "申请标的（元）", "表头在第 3 行", "张三1"):
            assert words in page, words
        assert mapped(client, ledger)["Location"] == address
        assert not Case.objects.exists()
        with django_assert_max_num_queries(10):
            page = main(client.get(address))
        for words in ("第二步（共三步）", "确认录入 5 件", "2月没有30日", "立案日期", "与第 5 行完全相同"):
            assert words in page, words
        good = main(client.get(f"{address}?show=good"))
        assert "执105号" in good
        again = client.get(f"{address}?columns=1")
        assert "第一步（共三步）" in main(again)
        assert client.post(f"{address}confirm", {"act_key": new_key()}).status_code == 302
        assert "第三步（共三步）" in main(client.get(address))
        running.sweep()
        done = main(client.get(address))
        assert "本次录入" in done
        assert "已录入完毕" in done
        assert Case.objects.count() == 5
        assert "台账.xlsx" in main(client.get(LIST))


def test_the_rows_to_put_right_are_a_workbook_without_formulas(home: House, tmp_path: Path) -> None:
    client = client_of(home.filing)
    rows = [line(home.court.code, 1, number="无号"), line(home.court.code, 2)]
    rows[0][2] = "'=1+1"
    path = book(tmp_path / "a.xlsx", rows)
    with time.travel(TODAY):
        upload(client, path)
        ledger = LedgerImport.objects.get()
        mapped(client, ledger)
        response = client.get(f"{LIST}{ledger.pk}/problems.xlsx")
    assert "xlsx" in response["Content-Disposition"]
    found = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    sheet = found["需要处理的行"]
    assert [cell.value for cell in sheet[1]][4:] == list(PLAIN)
    assert (sheet["A2"].value, sheet["B2"].value, sheet["I2"].value) == (2, "有错误", "13800000001")
    assert "案号" in sheet["C2"].value
    assert sheet["D2"].value
    assert sheet.max_row == 2, "a good row is not in it"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_a_missing_column_is_named_and_the_choice_stays(home: House, tmp_path: Path) -> None:
    client = client_of(home.filing)
    with time.travel(TODAY):
        upload(client, book(tmp_path / "a.xlsx", [line(home.court.code, 1)]))
        ledger = LedgerImport.objects.get()
        response = mapped(client, ledger, **{"column-0": ""})
        assert response.status_code == 422
        assert "表头缺少：案号" in main(response)
        twice = mapped(client, ledger, **{"column-0": "cause"})
        assert "两列说的是同一件事" in main(twice)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", b"%PDF-1.7 nothing", "不是 .xlsx 表格"),
        ("a.xlsx", b"PK\3\4" + b"\0" * 90, "已经损坏"),
        ("a.xlsx", b"0" * (21 * 1024 * 1024), "文件有 21 MB，太大了"),
        ("a.csv", b"", "文件是空的"),
    ],
    ids=["pdf", "damaged", "large", "empty"],
)
def test_a_bad_file_is_refused_on_the_page(home: House, name: str, content: bytes, words: str) -> None:
    client = client_of(home.filing)
    file = SimpleUploadedFile(name, content)
    response = client.post(LIST, {"file": file, "act_key": new_key()})
    assert response.status_code == 422
    assert words in main(response)
    assert not LedgerImport.objects.exists()


def test_who_may_see_an_import(home: House, tmp_path: Path) -> None:
    with time.travel(TODAY):
        upload(client_of(home.filing), book(tmp_path / "a.xlsx", [line(home.court.code, 1)]))
        address = f"{LIST}{LedgerImport.objects.get().pk}/"
        for user, status in ((home.filing, 200), (house().filing, 404), (home.finance, 403)):
            assert client_of(user).get(address).status_code == status
            taken = client_of(user).get(f"{address}problems.xlsx")
            assert taken.status_code == status
            if status == 200:
                assert b"".join(taken.streaming_content)[:2] == b"PK"
