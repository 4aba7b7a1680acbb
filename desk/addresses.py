"""Addresses with a query: every state of a list is one, and changing one condition never clears another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.http import HttpRequest, QueryDict

# Where a page of a list begins: any change of a condition starts at the first page again.
CURSORS = ("after", "before")


def here(request: HttpRequest, names: Iterable[str], path: str = "", **changes: object) -> str:
    """This address (or `path`) with the conditions `names` it has now, changed; None or "" takes one away.

    The cursors of paging go unless they are among the changes.
    """
    query = QueryDict(mutable=True)
    for name in (*names, *(name for name in changes if name in CURSORS)):
        value = changes[name] if name in changes else request.GET.get(name, "")
        if value not in (None, ""):
            query[name] = str(value)
    path = path or request.path
    return f"{path}?{query.urlencode()}" if query else path


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number of the query, or None when there is none or it is not one."""
    return number_of(request.GET.get(name, ""))


def number_of(text: str) -> int | None:
    """A whole number as it stands in a query, or None."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def day_of_query(text: str) -> dt.date | None:
    """A day as it stands in a query, or None."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
