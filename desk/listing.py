"""A list as a workbook: what every list page shares, so that none of them says anew how its pages are turned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render

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


def show(
    request: HttpRequest,
    template: str,
    context: Row,
    *,
    what: str,
    title: str,
    names: Sequence[str] = (),
    columns: Sequence[Row] | None = None,
    groups: Sequence[Row] | None = None,
    turn: Callable[[str], tuple[Sequence[Row], str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """A list as a page with its button, or as a workbook when that is asked for.

    columns, groups: of the workbook, where the page is no table of its own. turn: rows behind a cursor, and the next.
    """
    if request.method == "GET" and exporting.is_wanted(request):
        heads: Sequence[Row] = context["columns"] if columns is None else columns
        rows: Sequence[Row] = context.get("groups", ()) if groups is None else groups

        def part(cursor: str) -> exporting.Page:
            return (heads, *(turn(cursor) if turn else (rows, "")))

        chips = context.get("chips") or conditions_of(context.get("filters"))
        return exporting.export(request, what=what, title=title, chips=chips, names=names, turn=part)
    context["actions"] = [*context.get("actions", ()), action(request, names)]
    return render(request, template, context, status=status)


def conditions_of(filters: Row | None) -> list[Row]:
    """What a filter row narrows a list by, in words, for lists without chips."""
    fields = [each for field in (filters or {}).get("fields", ()) for each in field.get("days", [field])]
    return [{"label": words} for field in fields if (words := _condition(field))]


def _condition(field: Row) -> str:
    label = str(field["label"])
    if field.get("kind") == "check":
        return label if field.get("checked") else ""
    if field.get("kind") == "select":
        chosen = next((each for each in field["options"] if each.get("selected") and each["value"]), None)
        return f"{label}：{chosen['label']}" if chosen else ""
    return f"{label}：{field['value']}" if field.get("value") else ""


def plain(labels: Sequence[str], rows: Iterable[Sequence[str]]) -> tuple[list[Row], list[Row]]:
    """Columns and groups of what a page shows as cards. rows: one text a column."""
    columns = [{"label": label, "kind": "main" if place == 0 else ""} for place, label in enumerate(labels)]
    return columns, [{"rows": [{"cells": [{"text": text} for text in row]} for row in rows]}]
