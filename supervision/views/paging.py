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


def cursors(request: HttpRequest, of: str = "") -> dict[str, str]:
    """Where the page asked for begins. of: "roll_" for the second list of a page."""
    return {name: request.GET.get(f"{of}{name}", "") for name in CURSORS}


def turning(request: HttpRequest, found: Turned, of: str = "") -> dict[str, str]:
    """The addresses of the pages before and behind, as components/pager.html takes them. of: as `cursors`."""
    return {
        "prev_url": _with(request, of, "before", found.prev),
        "next_url": _with(request, of, "after", found.next),
    }


def _with(request: HttpRequest, of: str, name: str, cursor: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    for each in CURSORS:
        query.pop(f"{of}{each}", None)
    query[f"{of}{name}"] = cursor
    return f"?{query.urlencode()}"
