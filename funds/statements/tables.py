"""A bank's file as rows of cells: .csv in UTF-8 (also with a mark) or GB18030, tabs or commas, or .xlsx. Pure."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from kernel.workbooks import ZIPPED, Unreadable, Value, check_outside, read_workbook, refused

Rows = list[list[str]]
MOST_LINES = 300_000
_WRAPPED = re.compile(r'="([^"=]*)"')


def read_rows(content: bytes) -> Rows:
    """The cells of a .csv, stripped; a row may be empty. Raises BadInput (field file) in clear words."""
    text = decoded(content)
    first = text[:4000]
    delimiter = max(",\t;|", key=first.count)
    try:
        # An odd number of quotes: one may stand open and swallow all that follows; only the strict reader says so.
        sheet = csv.reader(io.StringIO(text), delimiter=delimiter, strict=text.count('"') % 2 == 1)
        rows = [list(map(str.strip, row)) for row in sheet]
    except csv.Error as error:
        raise refused(_("这个流水文件读不通，可能有没有闭合的引号。"), _("从网银重新导出。")) from error
    if '="' in text:
        rows = [list(map(_plain, row)) for row in rows]
    if not any(any(row) for row in rows):
        raise refused(_("流水文件是空的。"), _("核对是不是选错了文件。"))
    if len(rows) > MOST_LINES:
        raise refused(_("流水超过 %d 行。") % MOST_LINES, _("按月或按旬分成几份导出。"))
    return rows


def read_sheet(path: Path) -> Rows:
    """The cells of the first sheet of an .xlsx with content, as text. Raises BadInput (field file)."""
    sheet = next(sheet for sheet in read_workbook(path) if sheet.lines)
    rows: Rows = [[] for _row in range(sheet.lines[-1].number)]
    for line in sheet.lines:
        rows[line.number - 1] = [_text(value) for value in line.values]
    return rows


def is_workbook(path: Path) -> bool:
    """Whether a file is an .xlsx by its first bytes. Raises BadInput for a size or kind that is not opened."""
    return check_outside(path) == ZIPPED


def decoded(content: bytes) -> str:
    """The text of a file. Raises BadInput naming the first byte that is no text."""
    if b"\0" in content:
        raise refused(
            _("文件是 UTF-16 编码或者不是文本，读不出来。"),
            _("另存为 UTF-8 或 GB18030 编码的 CSV，或 .xlsx。"),
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refused(
            _("第 %d 行的文字编码损坏，既不是 UTF-8 也不是 GB18030。") % line,
            _("从网银重新导出，不要用其他软件转存。"),
        ) from error


def _plain(cell: str) -> str:
    """A number that a bank has wrapped so that a spreadsheet program keeps it as text, without the wrapping."""
    kept = _WRAPPED.fullmatch(cell) if cell[:2] == '="' else None
    return kept[1] if kept else cell


def _text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, Unreadable):
        return value.what
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        # What was typed as 0.1 is stored as the nearest binary number: its shortest spelling is what was typed.
        return f"{Decimal(repr(value)):f}"
    return str(value).strip()
