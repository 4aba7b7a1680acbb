"""A list as a workbook, as it stands on the screen: the same rows, columns and masks, and the conditions on a sheet.

A list of more rows than MOST_AT_ONCE becomes a job (desk.actions.exports), which asks the same page for the same rows,
a part at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import FileResponse, HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from courts.actions.exporting import record_export
from desk.actions.exports import ask_export
from desk.drawn import LEFT_OUT, Drawn, Row, file_name, tables_of
from desk.spreadsheet import workbook_response
from kernel import time

FORMAT = "format"
TOGETHER = 500
"""Rows read at once."""
MOST_AT_ONCE = 2000
"""Rows that a page waits for, and that a step of the job for more of them holds at once."""
_AMOUNT = re.compile(r"[¥￥]?\s*(-?[\d,]+\.\d\d)(\s*元)?")
Page = tuple[Sequence[Row], Sequence[Row], str]
"""(columns, groups, cursor of the next page or "")."""


def is_wanted(request: HttpRequest) -> bool:
    """Whether the list is asked for as a workbook."""
    return request.GET.get(FORMAT) == "xlsx"


def action(address: str) -> Row:
    """The button above a list. address: this list as a workbook."""
    return {"label": _("导出 Excel"), "url": address, "icon": "file-spreadsheet"}


def export(
    request: HttpRequest,
    *,
    what: str,
    title: str,
    chips: Iterable[Row],
    names: Sequence[str],
    turn: Callable[[str], Page],
) -> FileResponse | HttpResponseRedirect | Drawn:
    """The whole list from its first page on. what: its name in the log; turn: the page behind a cursor.

    Writes list.exported once the workbook stands. The caller has asked whether the person may see the list.
    """
    at = time.now()
    conditions = [str(chip["label"]) for chip in chips]
    used = [name for name in names if request.GET.get(name)]
    behind: str | None = getattr(request, "drawn_behind", None)
    columns, rows, cursor = _part(turn, behind or "")
    if behind is not None:
        return Drawn(what, title, conditions, used, columns, rows, cursor)
    if cursor:
        return redirect("jobs:job", pk=ask_export(request, title=title, at=at).pk)
    response = workbook_response(
        tables_of(title, columns, rows, conditions, request.user, at), file_name(title, at)
    )
    record_export(
        what=what,
        conditions=used,
        rows=len(rows),
        actor=request.user,
        at=at,
        key=f"export:{uuid4().hex}",
    )
    return response


def _part(turn: Callable[[str], Page], behind: str) -> tuple[Sequence[Row], list[list[Any]], str]:
    """Columns, no more rows than a page waits for and less than that of the next page, the cursor behind them."""
    rows: list[list[Any]] = []
    cursor = behind
    while True:
        columns, groups, cursor = turn(cursor)
        rows += [cells_of(row) for group in groups for row in group["rows"]]
        if not cursor or len(rows) >= MOST_AT_ONCE:
            return columns, rows, cursor


def cells_of(row: Row) -> list[Any]:
    """A row of a table as plain values; an amount as a number, everything else as text."""
    return [_value(cell) for cell in row["cells"] if cell.get("kind") not in LEFT_OUT]


def _value(cell: Row) -> Any:
    if amount := cell.get("amount"):
        found = _AMOUNT.fullmatch(str(amount["text"]).strip())
        return Decimal(found[1].replace(",", "")) if found else str(amount["text"])
    tags = "、".join(
        f"{tag['text']}（{tag['note']}）" if tag.get("note") else str(tag["text"])
        for tag in cell.get("tags", ())
    )
    links = [
        action["label"] for action in cell.get("actions", ()) if action.get("text") and action.get("url")
    ]
    parts = [cell.get("text"), cell.get("sub"), tags, _pill(cell.get("pill")), *links]
    return "\n".join(str(part) for part in parts if part)


def _pill(pill: Row | None) -> str:
    if pill is None:
        return ""
    words = pill.get("text") or render_to_string("components/state_word.html", {"state": pill["state"]})
    return str(words).strip()
