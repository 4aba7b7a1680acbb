"""How the lists of supervision are turned: by the key of the last row, every other condition kept."""

from __future__ import annotations

from typing import Protocol

from django.http import HttpRequest

CURSORS = ("after", "before")


class Turned(Protocol):
    """A page of a list; its cursors are "" at an end."""

    @property
    def next(self) -> str:
        """Behind its last row."""

    @property
    def prev(self) -> str:
        """In front of its first row."""


def cursors(request: HttpRequest) -> dict[str, str]:
    """Where the page asked for begins."""
    return {name: request.GET.get(name, "") for name in CURSORS}


def turning(request: HttpRequest, found: Turned) -> dict[str, str]:
    """The addresses of the pages before and behind, as components/pager.html takes them."""
    return {
        "prev_url": _with(request, "before", found.prev),
        "next_url": _with(request, "after", found.next),
    }


def _with(request: HttpRequest, name: str, cursor: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    for each in CURSORS:
        query.pop(each, None)
    query[name] = cursor
    return f"?{query.urlencode()}"
