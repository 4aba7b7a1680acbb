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
from typing import Any
from xml.etree.ElementTree import Element, iterparse

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import ROW_TAG, WorkSheetParser

from kernel.errors import BadInput

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2000
MOST_ROWS = 20_000
"""Rows with content, over all sheets. A sheet formatted to its end has a million empty ones."""
MOST_LINES = 1_048_576
MOST_COLUMNS = 200
MOST_MARKS = 12_000_000
"""Angle brackets over all parts: what a reader goes through one by one, however small it is packed."""
MOST_MARKS_BESIDE = 3_000_000
"""The same for a part that is no sheet: texts and styles are read whole before the first row."""
MOST_TEXT = 30_000_000
"""Characters over all cells: one long text may be named by a million of them."""
LONGEST_CELL = 32_767
"""What a spreadsheet program lets stand in one cell."""
_OLE = b"\xd0\xcf\x11\xe0"
"""What an .xls starts with, and also an .xlsx that has a password."""
_WIDE = (b"\xff\xfe", b"\xfe\xff")
"""What a part in UTF-16 starts with, in which no document type would be seen."""
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
                raise _too_much()
            if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
                raise refused(
                    _("这个表格带有宏，没有打开。"),
                    _("另存为不带宏的 .xlsx（文件类型选“Excel 工作簿”）再试。"),
                )
            # Every part is read, also when an early one has already answered.
            looks = [_look_at(archive, part) for part in parts]
            if sum(look.marks for look in looks) > MOST_MARKS:
                raise _too_much()
            return any(look.has_formulas for look in looks)
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


@dataclass(frozen=True, slots=True)
class _Look:
    """What a part holds. marks: its angle brackets."""

    marks: int
    has_formulas: bool


def _look_at(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> _Look:
    """Read a part to its end: whole, in a plain encoding, without a document type, whose entities could unfold."""
    content = archive.read(part)
    is_text = part.filename.endswith((".xml", ".rels"))
    # Whatever its name is: another part may name it as a sheet.
    if b"<!DOCTYPE" in content or content[:2] in _WIDE or (is_text and b"\0" in content[:200]):
        raise _damaged()
    is_sheet = part.filename.startswith("xl/worksheets/")
    marks = content.count(b"<")
    if not is_sheet and marks > MOST_MARKS_BESIDE:
        raise _too_much()
    return _Look(marks, is_sheet and (b"<f>" in content or b"<f " in content))


def _sheets(path: Path, *, has_formulas: bool) -> Iterator[Sheet]:
    with path.open("rb") as stored, path.open("rb") as typed:
        book = openpyxl.load_workbook(stored, read_only=True, data_only=True, keep_links=False)
        written = openpyxl.load_workbook(typed, read_only=True, keep_links=False) if has_formulas else None
        left, room = MOST_ROWS, MOST_TEXT
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            formulas = _rows(written[sheet.title]) if written is not None else itertools.repeat((0, ()))
            lines = tuple(_lines(_rows(sheet), formulas, left, room))
            left -= len(lines)
            room -= sum(map(_weight, lines))
            yield Sheet(sheet.title, lines)


def _rows(sheet: ReadOnlyWorksheet) -> Iterator[tuple[int, tuple[Value, ...]]]:
    """(number, cells) of the rows that the file has, whatever size it states for itself.

    openpyxl's own loop keeps what it has read: a million empty rows are 400 MB of it.
    """
    book = sheet.parent
    with sheet._get_source() as source:
        parser = WorkSheetParser(
            source,
            sheet._shared_strings,
            data_only=book.data_only,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        around: list[Element] = []
        # What could unfold in it was refused before it is read here.
        for event, element in iterparse(source, events=("start", "end")):  # noqa: S314
            if event == "start":
                around.append(element)
                continue
            around.pop()
            if element.tag != ROW_TAG:
                continue
            number, cells = parser.parse_row(element)
            parser.row_dimensions.clear()
            if around:
                around[-1].clear()
            yield number, _values(cells)


def _values(cells: Iterable[dict[str, Any]]) -> tuple[Value, ...]:
    """The cells in their places, up to the last column that we read."""
    found = {cell["column"]: cell["value"] for cell in cells if cell["column"] <= MOST_COLUMNS}
    return tuple(found.get(place) for place in range(1, max(found, default=0) + 1))


def _lines(
    rows: Iterator[tuple[int, tuple[Value, ...]]],
    formulas: Iterable[tuple[int, tuple[Value, ...]]],
    most: int,
    room: int,
) -> Iterator[Line]:
    found = last = 0
    for (number, row), (_number, written) in zip(rows, formulas, strict=False):
        if not last < number <= MOST_LINES:
            raise _damaged()
        last = number
        if row.count(None) == len(row) and written.count(None) == len(written):
            continue
        values = tuple(map(value_of, row, written or row))
        width = max((place for place, value in enumerate(values, start=1) if value is not None), default=0)
        if not width:
            continue
        found += 1
        if found > most:
            raise refused(_("表格超过 %d 行。") % MOST_ROWS, _("分成几份，逐份录入。"))
        line = Line(number, values[:width])
        room -= _weight(line)
        if room < 0:
            raise _too_much()
        yield line


def _weight(line: Line) -> int:
    """The characters of a row. Raises BadInput for a cell that no spreadsheet program would have written."""
    longest = 0
    whole = 0
    for value in line.values:
        if isinstance(value, str):
            whole += len(value)
            longest = max(longest, len(value))
    if longest > LONGEST_CELL:
        raise refused(
            _("第 %(row)d 行有一格超过 %(most)d 字。") % {"row": line.number, "most": LONGEST_CELL},
            _("删去或改短这一格后再试。"),
        )
    return whole


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


def _too_much() -> BadInput:
    return refused(
        _("这个表格解压后过大，没有打开。"),
        _("新建一个工作簿，只把案件数据复制进去（选择性粘贴：数值），再另存。"),
    )


def _damaged() -> BadInput:
    return refused(_("这个表格已经损坏，打不开。"), _("用表格软件打开后另存为 .xlsx 再试。"))


def refused(what: str, fix: str) -> BadInput:
    """A file that is not taken."""
    return BadInput(what, field="file", fix=fix)
