"""A workbook as a download; see kernel.bookwriting."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import IO
from urllib.parse import quote

from django.http import FileResponse

from kernel.bookwriting import Table, write_workbook

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
