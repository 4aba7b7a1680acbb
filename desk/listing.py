"""A list as a workbook: what every list page shares, so that none of them says anew how its pages are turned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest

from desk import exporting
from desk.addresses import here

Row = dict[str, Any]


def action(request: HttpRequest, names: Sequence[str]) -> exporting.Row:
    """The button above a list: the list as it stands, as a workbook."""
    return exporting.action(here(request, (*names, exporting.FORMAT), format="xlsx"))


def paged(
    request: HttpRequest,
    *,
    what: str,
    title: str,
    names: Sequence[str],
    chips: Iterable[Row],
    columns: Sequence[Row],
    read: Callable[[str], Any],
    groups: Callable[[Any], Sequence[Row]],
) -> FileResponse:
    """A list of pages. read: the page behind a cursor, which knows where the `next` begins; groups: its rows."""

    def turn(cursor: str) -> exporting.Page:
        part = read(cursor)
        return columns, groups(part), part.next

    return exporting.export(request, what=what, title=title, chips=chips, names=names, turn=turn)


def whole(
    request: HttpRequest,
    *,
    what: str,
    title: str,
    columns: Sequence[Row],
    groups: Sequence[Row],
    names: Sequence[str] = (),
    chips: Iterable[Row] = (),
) -> FileResponse:
    """A list that stands on one page."""
    return exporting.export(
        request, what=what, title=title, chips=chips, names=names, turn=lambda _cursor: (columns, groups, "")
    )
