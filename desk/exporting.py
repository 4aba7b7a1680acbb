"""A list as a workbook, as it stands on the screen: the same rows, columns and masks, and the conditions on a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.http import FileResponse, HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from courts.actions.exporting import record_export
from desk.spreadsheet import Table, workbook_response
from kernel import time

FORMAT = "format"
TOGETHER = 1000
"""Rows read at once."""
_AMOUNT = re.compile(r"[¥￥]?\s*(-?[\d,]+\.\d\d)(\s*元)?")
_LEFT_OUT = ("check", "acts")
Row = Mapping[str, Any]
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
) -> FileResponse:
    """The whole list from its first page on. what: its name in the log; turn: the page behind a cursor.

    Writes list.exported once the workbook stands. The caller has asked whether the person may see the list.
    """
    at = time.now()
    first = turn("")
    counted = [0]
    columns = first[0]
    conditions = [str(chip["label"]) for chip in chips]
    about = [
        [_("清单"), title],
        [_("导出人"), request.user.full_name],
        [_("导出时间"), f"{time.local(at):%Y-%m-%d %H:%M}"],
        *([_("条件"), words] for words in conditions or [_("没有")]),
    ]
    response = workbook_response(
        [
            Table(title, heading_of(columns), _rows(first, turn, counted), _widths(columns)),
            Table(_("筛选条件"), [_("项目"), _("内容")], about, (12, 40)),
        ],
        f"{title}{time.today(at):%Y%m%d}",
    )
    record_export(
        what=what,
        conditions=[name for name in names if request.GET.get(name)],
        rows=counted[0],
        actor=request.user,
        at=at,
        key=f"export:{uuid4().hex}",
    )
    return response


def heading_of(columns: Sequence[Row]) -> list[str]:
    """The heads of the columns that say something."""
    return [str(column["label"]) for column in columns if column.get("kind") not in _LEFT_OUT]


def _widths(columns: Sequence[Row]) -> list[int]:
    kinds = [column.get("kind") for column in columns if column.get("kind") not in _LEFT_OUT]
    return [36 if kind == "main" else 18 for kind in kinds]


def _rows(first: Page, turn: Callable[[str], Page], counted: list[int]) -> Iterator[list[Any]]:
    page = first
    while True:
        _columns, groups, cursor = page
        for group in groups:
            for row in group["rows"]:
                counted[0] += 1
                yield cells_of(row)
        if not cursor:
            return
        page = turn(cursor)


def cells_of(row: Row) -> list[Any]:
    """A row of a table as plain values; an amount as a number, everything else as text."""
    return [_value(cell) for cell in row["cells"] if cell.get("kind") not in _LEFT_OUT]


def _value(cell: Row) -> Any:
    if amount := cell.get("amount"):
        found = _AMOUNT.fullmatch(str(amount["text"]).strip())
        return Decimal(found[1].replace(",", "")) if found else str(amount["text"])
    tags = "、".join(
        f"{tag['text']}（{tag['note']}）" if tag.get("note") else str(tag["text"])
        for tag in cell.get("tags", ())
    )
    parts = [cell.get("text"), cell.get("sub"), tags, _pill(cell.get("pill"))]
    return "\n".join(str(part) for part in parts if part)


def _pill(pill: Row | None) -> str:
    if pill is None:
        return ""
    words = pill.get("text") or render_to_string("components/state_word.html", {"state": pill["state"]})
    return str(words).strip()
