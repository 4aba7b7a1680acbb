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
from tests.factories.ledgers import UPPER, add_ledger, messy, row
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


@pytest.mark.req("JZ-33")
def test_a_messy_ledger_and_its_counts(home: House, tmp_path: Path) -> None:
    client, code = client_of(home.filing), home.court.code
    twins = {"basis": "（2022）鄂9901民初77号民事判决书", "applicant": "钱某甲", "respondent": "孙某乙"}
    rows = [
        row(1, f"（2023）{code}执201号", "2023年3月5日", amount="1,234.50元"),
        row(2, f"(2023){code}执202号", "2023.3.6", amount="12.5万元"),
        row(3, f"〔2023〕{code} 执 203 号", "二〇二三年三月七日", amount="伍万元整"),
        row(4, f"2023{code}执00204", 45000, amount="￥８０，０００.００"),
        row(5, f"（2023）{code}执205号", "2023-03-09", amount="八万多"),
        row(6, f"（2023）{code}执206号", "2023年2月30日"),
        row(7, f"（2023）{code}执207号", "2023-03-10", **twins),
        row(8, f"（2023）{code}执208号", "2023-03-10", **twins),
        row(1, f"（2023）{code}执201号", "2023-03-05", amount=1234.5),
        ["小计", *[None] * (len(UPPER) - 1)],
        list(UPPER),
    ]
    with time.travel(TODAY):
        upload(client, written(tmp_path / "a.xlsx", rows))
        ledger = LedgerImport.objects.get()
        mapped(client, ledger)
        ledger.refresh_from_db()
        assert ledger.counts == {"good": 4, "bad": 2, "doubtful": 2, "repeat": 1, "passed": 2}
        taken = client.get(f"{LIST}{ledger.pk}/problems.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(taken.streaming_content)))["需要处理的行"]
        found = [tuple(map(str, line[:4])) for line in sheet.iter_rows(min_row=2, values_only=True)]
        assert [(number, verdict) for number, verdict, _what, _fix in found] == [
            ("9", "有错误"), ("10", "有错误"), ("11", "存疑"), ("12", "存疑"), ("13", "重复"),
        ]  # fmt: skip
        assert found[0][2] == "申请标的（元）：“八万多”不是规范的大写金额"
        assert found[1][2:] == ("立案日期：2月没有30日", "2023年2月的最后一天是28日")
        assert f"（2023）{code}执208号 的执行依据和当事人相同" in found[2][2]
        assert found[4][2:] == ("案号：与第 5 行完全相同，只录入一次。", "可以删去这一行。")
        assert all(fix for _row, _verdict, _what, fix in found)
        client.post(f"{LIST}{ledger.pk}/confirm", {"act_key": new_key()})
        running.sweep()
        amounts = Case.objects.order_by("number_key").values_list("claim_amount", flat=True)
        assert list(map(str, amounts[:4])) == ["1234.50", "125000.00", "50000.00", "80000.00"]
        assert Case.objects.count() == 6
        rows[1] = row(2, f"(2023){code}执202号", "2023.3.6", amount="13万元")
        upload(client, written(tmp_path / "b.xlsx", rows))
        again = LedgerImport.objects.latest("pk")
        mapped(client, again)
        again.refresh_from_db()
        assert again.counts == {"same": 5, "differs": 1, "bad": 2, "repeat": 1, "passed": 2}
        client.post(f"{LIST}{again.pk}/confirm", {"act_key": new_key()})
        running.sweep()
        assert Case.objects.count() == 6
        assert str(Case.objects.get(number_key__endswith="执202").claim_amount) == "125000.00"


def written(path: Path, rows: list[list[object]]) -> Path:
    """These rows below merged titles and a heading of two rows."""
    kept = openpyxl.Workbook()
    add_ledger(kept.active, rows)
    kept.save(path)
    return path
