"""A workbook for people: text stays text, nothing in it is a formula; written row by row, so that memory stays small."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import IO, Any
from urllib.parse import quote

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_NARROW, _WIDE = 8, 60
_LONGEST = 32_000
"""A cell of a workbook holds no more characters."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its heading and its rows; widths in characters, by column."""

    title: str
    heading: Sequence[str]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[int] = field(default_factory=tuple)


def workbook_response(tables: Iterable[Table], name: str) -> FileResponse:
    """A download of these sheets. name: without ending. Rows are drawn one by one and never held together."""
    stored = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_workbook(tables, stored)
    stored.seek(0)
    return kept_response(stored, name)


def kept_response(stored: IO[bytes], name: str) -> FileResponse:
    """A download of a workbook that stands. name: without ending. The response closes it."""
    return FileResponse(stored, content_type=TYPE, headers=_headers(name))


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.xlsx",
        "Cache-Control": "no-store",
    }


def write_workbook(tables: Iterable[Table], stored: IO[bytes]) -> None:
    """Write these sheets. Rows are drawn one by one and never held together."""
    book = Workbook(write_only=True)
    for table in tables:
        sheet = book.create_sheet(table.title[:31])
        sheet.freeze_panes = "A2"
        for place, text in enumerate(table.heading):
            width = table.widths[place] if place < len(table.widths) else 2 * len(text) + 4
            sheet.column_dimensions[get_column_letter(place + 1)].width = max(_NARROW, min(width, _WIDE))
        sheet.append([_heading(sheet, text) for text in table.heading])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
    book.save(stored)


def _heading(sheet: Any, text: str) -> WriteOnlyCell:
    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    if value is None or isinstance(value, dt.date) or (not isinstance(value, str) and hasattr(value, "real")):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub(" ", str(value))[:_LONGEST])
    # openpyxl takes what begins with = for a formula.
    cell.data_type = "s"
    if "\n" in str(value):
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
