"""A list of supervision as a workbook: the rows and columns of the page, what it was narrowed by, who took it when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from courts.actions.exporting import record_export
from kernel import time
from kernel.errors import BadInput
from supervision import sheets
from supervision.order_tables import instant
from supervision.views.paging import CURSORS

MOST = 10_000
"""Rows of a workbook that a page waits for."""
LEFT_OUT = ("check", "acts")
Row = dict[str, Any]


def is_wanted(request: HttpRequest) -> bool:
    """Whether the list is asked for as a workbook."""
    return request.GET.get("format") == "xlsx"


def action(request: HttpRequest) -> Row:
    """The button above a list: this list, from its first row on, as a workbook."""
    query = request.GET.copy()
    for name in CURSORS:
        query.pop(name, None)
    query["format"] = "xlsx"
    return {"label": _("导出 Excel"), "url": f"?{query.urlencode()}", "icon": "file-spreadsheet"}


def reading(request: HttpRequest, cursors: dict[str, str]) -> dict[str, Any]:
    """How a list is read: a page behind its cursor, or as a workbook the whole from its first row on."""
    return {"size": MOST} if is_wanted(request) else dict(cursors)


def workbook(
    request: HttpRequest,
    *,
    what: str,
    title: str,
    columns: Sequence[Row],
    groups: Iterable[Row],
    conditions: Iterable[str] = (),
    names: Sequence[str] = (),
    more: object = "",
) -> HttpResponse:
    """The list as Excel. what: its name in the log; names: filters it may carry; more: whether rows stand behind.

    The caller has asked what the person may see. Raises BadInput when there are too many rows.
    """
    if more:
        raise BadInput(_("超过 %d 行，不能一次导出。") % MOST, fix=_("先缩小范围再导出。"))
    at = request.at
    heads = [str(column["label"]) for column in columns if column.get("kind") not in LEFT_OUT]
    rows, parts = [], [group for group in groups if group["rows"]]
    titled = any(group.get("title") for group in parts)
    for group in parts:
        ahead = [str(group.get("title") or "")] if titled else []
        rows += [[*ahead, *_cells(row)] for row in group["rows"]]
    about = [
        (_("清单"), title),
        (_("导出人"), request.user.full_name),
        (_("导出时间"), instant(at)),
        (_("条数"), str(len(rows))),
        *((_("条件"), words) for words in list(conditions) or [_("没有")]),
    ]
    content = sheets.workbook([(title, [*([_("分组")] if titled else []), *heads], rows)], about)
    note(request, what=what, names=names, rows=len(rows), at=at)
    return as_file(content, f"{title}_{time.today(at)}.xlsx", sheets.MEDIA)


def note(request: HttpRequest, *, what: str, names: Sequence[str], rows: int, at: dt.datetime) -> None:
    """Write list.exported: names of the filters set, never what they were set to."""
    record_export(
        what=what,
        conditions=[name for name in names if request.GET.get(name)],
        rows=rows,
        actor=request.user,
        at=at,
        key=f"export:{uuid4().hex}",
    )


def _cells(row: Row) -> list[str]:
    return [_text(cell) for cell in row["cells"] if cell.get("kind") not in LEFT_OUT]


def _text(cell: Row) -> str:
    pill = cell.get("pill") or {}
    parts = (cell.get("text"), cell.get("sub"), pill.get("text"))
    return "\n".join(str(part) for part in parts if part)


def as_file(content: bytes, name: str, media: str) -> HttpResponse:
    """A file to be kept by the browser, not by anything between."""
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
