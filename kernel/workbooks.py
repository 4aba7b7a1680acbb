"""A workbook from outside, opened for its values only, after its size and its parts were looked at. Pure.

Nothing in it is computed, no link is followed, and what would unpack without end is refused before it is read.
"""

from __future__ import annotations

import datetime as dt
import itertools
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from kernel.errors import BadInput

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2000
MOST_ROWS = 20_000
"""Rows with content, over all sheets. A sheet formatted to its end has a million empty ones."""
MOST_LINES = 1_048_576
MOST_COLUMNS = 200
_OLE = b"\xd0\xcf\x11\xe0"
"""What an .xls starts with, and also an .xlsx that has a password."""
ZIPPED = b"PK\x03\x04"
"""What an .xlsx starts with."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell without a usable value: a formula that was never computed, an error, text that poses as a formula."""

    what: str
    fix: str


Value = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | Unreadable | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row with content, up to its last filled cell. number: as the spreadsheet program shows it."""

    number: int
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet and its rows with content."""

    name: str
    lines: tuple[Line, ...]


def read_workbook(path: Path) -> list[Sheet]:
    """The visible sheets of an .xlsx file in their order.

    Raises BadInput (field file) in clear words for what is no .xlsx, an old .xls, a locked, damaged, empty or
    oversized file.
    """
    has_formulas = _look_into(path)
    with warnings.catch_warnings():
        # openpyxl warns of decoration it drops, such as data validation.
        warnings.simplefilter("ignore")
        try:
            sheets = list(_sheets(path, has_formulas=has_formulas))
        except BadInput:
            raise
        except Exception as error:  # noqa: BLE001  a damaged file may raise anything in the reader
            raise _damaged() from error
    if not any(sheet.lines for sheet in sheets):
        raise refused(_("这个表格是空的。"), _("核对是不是选错了文件。"))
    return sheets


def _look_into(path: Path) -> bool:
    """Whether any sheet holds a formula; refuses what must not be opened."""
    if check_outside(path) != ZIPPED:
        raise _not_xlsx()
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in {part.filename for part in parts}:
                raise _not_xlsx()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
                raise refused(
                    _("这个表格解压后过大，没有打开。"),
                    _("新建一个工作簿，只把案件数据复制进去（选择性粘贴：数值），再另存。"),
                )
            # Every part is read, also when an early one has already answered.
            return max([_look_at(archive, part) for part in parts])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _damaged() from error


def check_outside(path: Path) -> bytes:
    """The first bytes of a file of a size that may be opened. Raises BadInput."""
    try:
        size = path.stat().st_size
        with path.open("rb") as content:
            head = content.read(4)
    except OSError as error:
        raise refused(_("打不开文件 %s。") % path.name, _("核对路径和文件权限。")) from error
    if not size:
        raise refused(_("文件是空的。"), _("重新导出或另存后再试。"))
    if size > MOST_BYTES:
        raise refused(
            _("文件有 %d MB，太大了。") % (size // 1024 // 1024),
            _("不能超过 %d MB；删去图片等无关内容，或分成几份。") % (MOST_BYTES // 1024 // 1024),
        )
    if head == _OLE:
        raise refused(
            _("这是旧式 .xls 表格，或者设有打开密码。"), _("用表格软件打开后另存为不带密码的 .xlsx 再试。")
        )
    return head


def _look_at(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Read a part to its end: whole, in a plain encoding, without a document type, whose entities could unfold."""
    content = archive.read(part)
    if part.filename.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in content or b"\0" in content[:200]):
        raise _damaged()
    return part.filename.startswith("xl/worksheets/") and (b"<f>" in content or b"<f " in content)


def _sheets(path: Path, *, has_formulas: bool) -> Iterator[Sheet]:
    with path.open("rb") as stored, path.open("rb") as typed:
        book = openpyxl.load_workbook(stored, read_only=True, data_only=True, keep_links=False)
        written = openpyxl.load_workbook(typed, read_only=True, keep_links=False) if has_formulas else None
        left = MOST_ROWS
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            formulas = _rows(written[sheet.title]) if written is not None else itertools.repeat(())
            lines = tuple(_lines(_rows(sheet), formulas, left))
            left -= len(lines)
            yield Sheet(sheet.title, lines)


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[Value, ...]]:
    # The size that the file states for itself may be wrong and would cut rows off.
    sheet.reset_dimensions()
    rows: Iterator[tuple[Value, ...]] = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
    return rows


def _lines(
    rows: Iterator[tuple[Value, ...]], formulas: Iterable[tuple[Value, ...]], most: int
) -> Iterator[Line]:
    found = 0
    for number, (row, written) in enumerate(zip(rows, formulas, strict=False), start=1):
        if number > MOST_LINES:
            raise _damaged()
        if row.count(None) == len(row) and written.count(None) == len(written):
            continue
        values = tuple(map(value_of, row, written or row))
        width = max((place for place, value in enumerate(values, start=1) if value is not None), default=0)
        if not width:
            continue
        found += 1
        if found > most:
            raise refused(_("表格超过 %d 行。") % MOST_ROWS, _("分成几份，逐份录入。"))
        yield Line(number, values[:width])


def value_of(value: Value, written: Value) -> Value:
    """The stored value of a cell. written: the cell as it was typed, where the sheet holds formulas."""
    if value is None:
        if isinstance(written, str) and written.startswith("="):
            return Unreadable(_("是公式，没有计算结果"), _("在表格软件里打开并保存一次，或者改填数值。"))
        return None
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("="):
        return Unreadable(_("是以等号开头的文字"), _("去掉等号，填写实际内容。"))
    if text.startswith("#") and text.rstrip("!?").isascii() and text.isupper():
        return Unreadable(_("是表格的错误值 %s") % text[:10], _("改正公式，或者改填数值。"))
    return text or None


def _not_xlsx() -> BadInput:
    return refused(_("这不是 .xlsx 表格。"), _("用表格软件打开后另存为 .xlsx；只改扩展名不起作用。"))


def _damaged() -> BadInput:
    return refused(_("这个表格已经损坏，打不开。"), _("用表格软件打开后另存为 .xlsx 再试。"))


def refused(what: str, fix: str) -> BadInput:
    """A file that is not taken."""
    return BadInput(what, field="file", fix=fix)
