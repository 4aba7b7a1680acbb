"""A workbook for people, written as a stream: text stays text, nothing in it is a formula. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

_NARROW, _WIDE = 8, 60
_LONGEST = 32_000
"""A cell of a workbook holds no more characters."""
_LONGEST_TITLE = 31
_IN_TITLE = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its heading and its rows; widths in characters, by column."""

    title: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = field(default_factory=tuple)


def write_workbook(tables: Iterable[Table], stored: IO[bytes]) -> None:
    """Write these sheets. Rows are drawn one by one and never held together."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(_IN_TITLE.sub(" ", table.title)[:_LONGEST_TITLE])
        sheet.freeze_panes = "A2"
        for place in range(len(table.heading)):
            sheet.column_dimensions[get_column_letter(place + 1)].width = _width(table, place)
        sheet.append([_heading(sheet, text) for text in table.heading])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
    book.save(stored)


def _width(table: Table, place: int) -> int:
    stated = table.widths[place] if place < len(table.widths) else 2 * len(table.heading[place]) + 4
    return max(_NARROW, min(stated, _WIDE))


def _heading(sheet: Any, text: str) -> WriteOnlyCell:
    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if value is None or isinstance(value, dt.date) or (not isinstance(value, str) and hasattr(value, "real")):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", str(value))[:_LONGEST])
    # openpyxl takes what begins with = for a formula.
    cell.data_type = "s"
    if "\n" in str(value):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
