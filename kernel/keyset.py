"""Paging by the key of the last row, forward and back: the thousandth page costs what the first one does.

A list may have several segments, one after the other, each ordered by keys of its own.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

SIZE = 50
_SEPARATOR = "~"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a list. keys: fields as order_by takes them, never null, the last one unique."""

    name: str
    rows: QuerySet[Any]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """(segment name, row) in the order of the list; the cursors are "" at an end."""

    rows: list[tuple[str, Any]]
    next: str = ""
    prev: str = ""


@dataclass(frozen=True, slots=True)
class _Cursor:
    segment: Segment
    values: tuple[Any, ...]


def page(segments: Sequence[Segment], *, after: str = "", before: str = "", size: int = SIZE) -> Page:
    """The rows behind the cursor `after`, or those in front of `before`; a cursor nobody gave out is ignored.

    At most one query a segment; segments that the page does not reach are not asked.
    """
    cursor = _read(segments, after or before)
    backward = cursor is not None and not after
    found = _found(segments, cursor, backward=backward, wanted=size + 1)
    more = len(found) > size
    rows = found[:size]
    if backward:
        rows.reverse()
    if not rows:
        return Page([])
    return Page(
        rows,
        next=_written(segments, *rows[-1]) if backward or more else "",
        prev=_written(segments, *rows[0]) if (more if backward else cursor is not None) else "",
    )


def page_of(
    rows: Sequence[Any],
    key: Callable[[Any], tuple[int, ...]],
    *,
    after: str = "",
    before: str = "",
    size: int = SIZE,
) -> Page:
    """The same of rows that were added up here and stand in the order of their key; the segment's name is "".

    A row whose figures moved meanwhile stands where it belongs now; those around the cursor stay where they were.
    """
    keys = [key(row) for row in rows]
    cursor = _numbers(after or before)
    if cursor is None:
        first = 0
    elif after:
        first = bisect_right(keys, cursor)
    else:
        first = max(bisect_left(keys, cursor) - size, 0)
    part = [("", row) for row in rows[first : first + size]]
    if not part:
        return Page([])
    return Page(
        part,
        next=_SEPARATOR.join(map(str, keys[first + len(part) - 1])) if first + len(part) < len(rows) else "",
        prev=_SEPARATOR.join(map(str, keys[first])) if first else "",
    )


def _numbers(text: str) -> tuple[int, ...] | None:
    try:
        return tuple(int(part) for part in text.split(_SEPARATOR))
    except ValueError:
        return None


def _found(
    segments: Sequence[Segment], cursor: _Cursor | None, *, backward: bool, wanted: int
) -> list[tuple[str, Any]]:
    ordered = list(reversed(segments)) if backward else list(segments)
    if cursor is not None:
        ordered = ordered[ordered.index(cursor.segment) :]
    found: list[tuple[str, Any]] = []
    for segment in ordered:
        keys = [_flipped(key) for key in segment.keys] if backward else list(segment.keys)
        rows = segment.rows.order_by(*keys)
        if cursor is not None and segment is cursor.segment:
            rows = rows.filter(_beyond(keys, cursor.values))
        found += [(segment.name, row) for row in rows[: wanted - len(found)]]
        if len(found) == wanted:
            break
    return found


def _beyond(keys: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows behind the given key values. The first key is bounded by itself, so that an index on it is used."""
    key, value = keys[0].removeprefix("-"), values[0]
    side = "lt" if keys[0].startswith("-") else "gt"
    strictly = Q(**{f"{key}__{side}": value})
    if len(keys) == 1:
        return strictly
    return Q(**{f"{key}__{side}e": value}) & (strictly | _beyond(keys[1:], values[1:]))


def _flipped(key: str) -> str:
    return key[1:] if key.startswith("-") else f"-{key}"


def _written(segments: Sequence[Segment], name: str, row: Any) -> str:
    segment = next(segment for segment in segments if segment.name == name)
    values = (getattr(row, key.removeprefix("-")) for key in segment.keys)
    return _SEPARATOR.join([name, *(getattr(v, "isoformat", lambda v=v: str(v))() for v in values)])


def _read(segments: Sequence[Segment], text: str) -> _Cursor | None:
    name, *parts = text.split(_SEPARATOR)
    segment = next((segment for segment in segments if segment.name == name), None)
    if segment is None or len(parts) != len(segment.keys):
        return None
    meta = segment.rows.model._meta
    try:
        computed = segment.rows.query.annotations
        names = [key.removeprefix("-") for key in segment.keys]
        fields = [
            meta.pk if n == "pk" else computed[n].output_field if n in computed else meta.get_field(n)
            for n in names
        ]
        return _Cursor(
            segment, tuple(field.to_python(part) for field, part in zip(fields, parts, strict=True))
        )
    except ValidationError:
        return None
