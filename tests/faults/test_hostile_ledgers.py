"""台账 that are no ledgers, or that would never end: read, or refused in words, with little memory and time; nothing written."""

from __future__ import annotations

import time as stopwatch
import tracemalloc
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl
import pytest

from cases.models import Case, LedgerImport, LedgerRow
from kernel import workbooks
from kernel.errors import BadInput
from tests.cases.test_ledger_import import PLAIN, book, line, preview, take
from tests.factories.cases import House, house

pytestmark = pytest.mark.django_db
MOST_HELD = 60 * 1024 * 1024
MOST_SECONDS = 20.0
"""Of processor time, under the tracing of memory."""
STRINGS, SHEET, TYPES = "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"
SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
Change = Callable[[bytes], bytes]


@pytest.fixture
def home() -> House:
    return house(name="东湖区人民法院")


def plain(home: House, folder: Path) -> Path:
    """A good ledger of three rows."""
    return book(folder / "good.xlsx", [line(home.court.code, n) for n in range(1, 4)])


def forged(good: Path, changes: Mapping[str, Change], added: Mapping[str, bytes] | None = None) -> Path:
    """A copy with some of its parts changed and others added."""
    path = good.with_name("forged.xlsx")
    with zipfile.ZipFile(good) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.infolist():
            content = before.read(part)
            after.writestr(part.filename, changes.get(part.filename, bytes)(content))
        for name, content in (added or {}).items():
            after.writestr(name, content)
    return path


def bounded(work: Callable[[], object]) -> object:
    """What the work gives, within the memory and the time that a file may cost."""
    tracemalloc.start()
    began = stopwatch.process_time()
    try:
        return work()
    finally:
        took, held = stopwatch.process_time() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert held < MOST_HELD, held
        assert took < MOST_SECONDS, took


def refusal(home: House, path: Path) -> str:
    """Why a file is not taken: said what is wrong and what to do, nothing kept."""

    def refused() -> BadInput:
        with pytest.raises(BadInput) as found:
            take(home, path)
        return found.value

    error = bounded(refused)
    assert isinstance(error, BadInput)
    assert error.field == "file"
    assert str(error.fix).strip()
    for model in (LedgerImport, LedgerRow, Case):
        assert not model.objects.exists()
    return str(error)


def text_of(home: House, rows: int = 2) -> str:
    lines = [PLAIN, *([f'"{cell}"' for cell in line(home.court.code, n)] for n in range(1, rows + 1))]
    return "\r\n".join(",".join(map(str, each)) for each in lines)


# ------------------------------------------------------------------ encodings


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be-mark", "utf-8-sig", "gb18030"])
def test_a_csv_with_a_mark_or_in_the_courts_encoding_is_read(
    home: House, tmp_path: Path, encoding: str
) -> None:
    text = text_of(home)
    mark = "\ufeff" if encoding == "utf-16-be-mark" else ""
    path = tmp_path / "a.csv"
    path.write_bytes((mark + text).encode(encoding.removesuffix("-mark")))
    assert preview(home, path).counts == {"good": 2}


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda text: text.encode("utf-16-le"), "不是 CSV 文本"),
        (lambda text: "\ufeff".encode() + text.encode("gb18030"), "第 1 行有文字不是 UTF-8"),
        (lambda text: text.encode() + "\r\n张三".encode("gb18030"), "第 4 行有文字不是 UTF-8"),
        (lambda text: ("\ufeff" + text).encode("utf-16-le")[:-1], "不完整"),
        (lambda text: "张三".encode("gb18030") * 9 + b"\xff\xff" * 9, "认不出"),
    ],
    ids=["utf-16-without-mark", "gb-with-the-mark-of-utf-8", "two-encodings", "half-a-character", "neither"],
)
def test_a_csv_whose_encoding_is_wrong_says_so_and_where(
    home: House, tmp_path: Path, damage: Callable[[str], bytes], words: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(damage(text_of(home)))
    assert words in refusal(home, path)


# ------------------------------------------------------------------ files that are something else


def test_files_that_are_no_plain_workbook(home: House, tmp_path: Path) -> None:
    good = plain(home, tmp_path)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096
    macros = forged(good, {}, {"xl/vbaProject.bin": ole}).read_bytes()
    for name, content, words in (
        ("台账.xlsm", macros, "带有宏"),
        ("改名.xlsx", macros, "带有宏"),
        ("旧.xls", ole, "旧式 .xls"),
        ("加密.xlsx", ole, "密码"),
        ("改名.xlsx", b"%PDF-1.7\n%\xe2\xe3\n" + b"x" * 900, "不是 .xlsx"),
        ("改名.csv", b"%PDF-1.7\n%\xe2\xe3\0\n" + b"x" * 900, "不是 CSV 文本"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        assert words in refusal(home, path), name


def test_external_links_and_formulas_are_their_stored_values(home: House, tmp_path: Path) -> None:
    link = f"<externalLink {SPREADSHEET}/>".encode()
    path = forged(
        book(tmp_path / "a.xlsx", [line(home.court.code, 1, amount=80000), line(home.court.code, 2, amount=7)]),
        {
            SHEET: lambda xml: xml.replace(
                b"<v>80000</v>", b"<f>[1]Sheet1!A1+WEBSERVICE(\"http://a.example\")</f><v>80000</v>"
            ).replace(b"<v>7</v>", b"<f>HYPERLINK(\"http://a.example\")</f>")
        },
        {"xl/externalLinks/externalLink1.xml": link},
    )  # fmt: skip
    ledger = preview(home, path)
    assert ledger.counts == {"good": 1, "bad": 1}
    assert "是公式，没有计算结果" in str(ledger.rows.get(verdict="bad").notes)


# ------------------------------------------------------------------ files without end


def texts(*texts: bytes) -> bytes:
    """A table of shared texts."""
    return f"<sst {SPREADSHEET}>".encode() + b"".join(texts) + b"</sst>"


def text(length: int) -> bytes:
    return b"<si><t>" + b"x" * length + b"</t></si>"


def with_texts(xml: bytes) -> bytes:
    """The list of parts, which names the table of shared texts."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    named = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/>'
    return xml.replace(b"</Types>", named + b"</Types>")


def everywhere(xml: bytes) -> bytes:
    """Fifty columns of five hundred rows that all name the first text: 750 million characters."""
    cells = b'<c t="s"><v>0</v></c>' * 50
    return xml.replace(b"</sheetData>", (b"<row>" + cells + b"</row>") * 500 + b"</sheetData>")


ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def more(what: bytes, before: bytes) -> Change:
    return lambda xml: xml.replace(before, what + before)


@pytest.mark.parametrize(
    ("changes", "added", "words"),
    [
        ({}, {"xl/media/a.bin": b"\0" * 6_000_000}, "解压后过大"),
        ({SHEET: lambda xml: ENTITIES + xml}, {}, "损坏"),
        ({}, {"xl/worksheets/sheet1.dat": ENTITIES + b"<x/>"}, "损坏"),
        ({}, {"xl/worksheets/sheet1.dat": ("\ufeff" + ENTITIES.decode()).encode("utf-16-le")}, "损坏"),
        ({TYPES: with_texts, SHEET: everywhere}, {STRINGS: texts(text(30_000))}, "解压后过大"),
        ({TYPES: with_texts}, {STRINGS: texts(b"<si/>" * 200_000)}, "解压后过大"),
        ({SHEET: more(b"<row/>" * 650_000, b"</sheetData>")}, {}, "解压后过大"),
        ({TYPES: with_texts, SHEET: everywhere}, {STRINGS: texts(text(40_000))}, "超过 32767 字"),
        ({SHEET: more(b'<row r="2"/><row r="2"/>', b"</sheetData>")}, {}, "损坏"),
    ],
    ids=["zip", "entities", "of-any-name", "in-utf-16", "one-text-everywhere", "texts", "rows", "long", "twice"],
)  # fmt: skip
def test_a_bomb_is_not_set_off(
    home: House,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    changes: Mapping[str, Change],
    added: Mapping[str, bytes],
    words: str,
) -> None:
    # A twentieth of what may be: the test need not pack a hundred megabytes.
    for name in ("MOST_UNPACKED", "MOST_MARKS", "MOST_MARKS_BESIDE", "MOST_TEXT"):
        monkeypatch.setattr(workbooks, name, getattr(workbooks, name) // 20)
    assert words in refusal(home, forged(plain(home, tmp_path), changes, added))


@pytest.mark.parametrize("size", ["A1:XFD1048576", "A1:A1"])
def test_a_sheet_that_lies_about_its_size_is_read_as_it_is(home: House, tmp_path: Path, size: str) -> None:
    def lying(xml: bytes) -> bytes:
        head, _mark, rest = xml.partition(b"<dimension ")
        return head + f'<dimension ref="{size}"/>'.encode() + rest.partition(b"/>")[2]

    ledger = bounded(lambda: preview(home, forged(plain(home, tmp_path), {SHEET: lying})))
    assert isinstance(ledger, LedgerImport)
    assert ledger.counts == {"good": 3}


@pytest.mark.parametrize("shape", ["columns", "rows"])
def test_a_sheet_formatted_to_its_end_is_read_to_its_content(home: House, tmp_path: Path, shape: str) -> None:
    wide = b'<row r="9">' + b'<c s="1"/>' * 16_384 + b"</row>"
    high = b'<row ht="20"/>' * 200_000
    rest = wide if shape == "columns" else high
    path = forged(
        plain(home, tmp_path), {SHEET: lambda xml: xml.replace(b"</sheetData>", rest + b"</sheetData>")}
    )
    ledger = bounded(lambda: preview(home, path))
    assert isinstance(ledger, LedgerImport)
    assert ledger.counts == {"good": 3}


def test_ten_sheets_of_ledgers_are_asked_for_by_name(home: House, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    many = openpyxl.Workbook(write_only=True)
    for month in range(1, 11):
        sheet = many.create_sheet(f"{month}月")
        sheet.append(PLAIN)
        sheet.append(line(home.court.code, month))
    many.save(path)
    with pytest.raises(BadInput, match="10 个工作表") as refused:
        take(home, path)
    assert (refused.value.field, "“3月”" in str(refused.value.fix)) == ("sheet", True)
    assert not LedgerImport.objects.exists()
