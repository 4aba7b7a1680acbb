"""A ledger from outside as .csv or .xlsx: one reader for both. Text is UTF-8 or UTF-16 with a mark, UTF-8 or GB18030 without. Pure."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from kernel.workbooks import (
    MOST_COLUMNS,
    MOST_ROWS,
    ZIPPED,
    Line,
    Sheet,
    check_outside,
    read_workbook,
    refused,
    value_of,
)

_KEPT_AS_TEXT = re.compile(r'="([^"=]*)"')
_LONGEST_CELL = 20_000
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENOUGH = 8
"""Characters beyond ASCII, read well in a row, that tell an encoding."""


def read_table(path: Path, *, name: str) -> list[Sheet]:
    """The sheets of an .xlsx, or the one of a .csv. name: how the file was called.

    Raises BadInput (field file) in clear words for anything else.
    """
    head = check_outside(path)
    if head == ZIPPED or not name.lower().endswith((".csv", ".txt")):
        return read_workbook(path)
    return [read_delimited(path.read_bytes(), name=name)]


def read_delimited(content: bytes, *, name: str) -> Sheet:
    """A .csv as a sheet. Raises BadInput (field file) for bytes that are no text and for too many rows."""
    text = _decoded(content)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        lines = tuple(_lines(rows))
    except csv.Error as error:
        raise refused(_("这个 CSV 文件读不通，可能有没有闭合的引号。"), _("另存为 .xlsx 再试。")) from error
    if not lines:
        raise refused(_("这个表格是空的。"), _("核对是不是选错了文件。"))
    return Sheet(name, lines)


def _decoded(content: bytes) -> str:
    fix = _("另存为 .xlsx，或 UTF-8、GB18030 编码的 CSV 再试。")
    if content[:2] in _UTF_16:
        # What spreadsheet programs call Unicode text.
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise refused(_("这个 CSV 文件的文字不完整，读不通。"), fix) from error
    if b"\0" in content:
        raise refused(_("这不是 CSV 文本。"), fix)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        read = content[: error.start].decode("utf-8-sig")
    # In another encoding the first Chinese characters fail already: what went well for longer is UTF-8 with a fault.
    if content.startswith(codecs.BOM_UTF8) or sum(not char.isascii() for char in read) >= _ENOUGH:
        raise refused(
            _("第 %d 行有文字不是 UTF-8，文件可能损坏或混用了两种编码。") % (read.count("\n") + 1), fix
        )
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise refused(_("认不出这个 CSV 文件的文字编码。"), fix) from error


def _delimiter(text: str) -> str:
    first = text[:4000]
    return max(",\t;", key=first.count)


def _lines(rows: Iterator[list[str]]) -> Iterator[Line]:
    for number, row in enumerate(rows, start=1):
        if any(len(cell) > _LONGEST_CELL for cell in row):
            raise csv.Error
        values = [value_of(_plain(cell), None) for cell in row[:MOST_COLUMNS]]
        while values and values[-1] is None:
            values.pop()
        if not values:
            continue
        if number > MOST_ROWS:
            raise refused(_("表格超过 %d 行。") % MOST_ROWS, _("分成几份，逐份录入。"))
        yield Line(number, tuple(values))


def _plain(cell: str) -> str:
    """A cell; ="0123" is how programs write a number that must stay text."""
    kept = _KEPT_AS_TEXT.fullmatch(cell.strip())
    return kept[1] if kept else cell
