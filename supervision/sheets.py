"""A table as a workbook of Excel: ids as text, nothing that a spreadsheet would compute, a sheet that says what it is."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from kernel.bookwriting import Table, write_workbook

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(
    sheets: Sequence[tuple[str, Sequence[str], Iterable[Sequence[object]]]], about: Sequence[tuple[str, str]]
) -> bytes:
    """Sheets of (name, head, rows), the last one 说明 with (what, value). Text is written as text, whatever it begins with."""
    tables = [
        Table(name, head, map(_plain, rows), [max(12, 2 * len(title) + 6) for title in head])
        for name, head, rows in sheets
    ]
    notes = Table("说明", ("项目", "内容"), map(_plain, about), (18, 60))
    out = io.BytesIO()
    write_workbook([*tables, notes], out)
    return out.getvalue()


def _plain(row: Sequence[object]) -> list[object]:
    """Whole numbers are numbers, all else is text."""
    return [value if isinstance(value, int) else str(value) for value in row]
