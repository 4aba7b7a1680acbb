"""A table as a workbook of Excel: ids as text, nothing that a spreadsheet would compute, a sheet that says what it is."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CONTROL = {code: None for code in range(32) if code not in (9, 10, 13)}


def workbook(
    sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[object]]]], about: Sequence[tuple[str, str]]
) -> bytes:
    """Sheets of (name, head, rows), the last one 说明 with (what, value). Text is written as text, whatever it begins with."""
    book = Workbook(write_only=True)
    for name, head, rows in sheets:
        sheet = book.create_sheet(name)
        for place, title in enumerate(head, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = max(12, 2 * len(title) + 6)
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, title, bold=True) for title in head])
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    notes = book.create_sheet("说明")
    for what, value in about:
        notes.append([_cell(notes, what, bold=True), _cell(notes, value)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: object, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=None)
    if isinstance(value, int):
        cell.value = value
    else:
        cell.value = str(value).translate(_CONTROL)
        # Else a text that starts with = would be a formula.
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
