"""Statements that the ORM composes once and that are asked again with other values.

Half of the processor's time of a page went into composing the same SQL anew. Whoever asks a statement on every page
composes it from stand-ins, which no table holds, and puts the values in their place afterwards: SQL and meaning stay
those of the query set, row filters included.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet

FIRST_NUMBER = 9_100_000_000_000_000_000
"""Stand-ins for numbers of rows begin here."""
SOME_DAY = dt.date(3, 3, 3)
SOME_INSTANT = dt.datetime(3, 3, 3, 3, 3, 3, tzinfo=dt.UTC)


def stand_in(place: int) -> int:
    """A number that no row has; one for each place."""
    return FIRST_NUMBER + place


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its values, stand-ins among them."""

    sql: str
    given: tuple[Any, ...]

    def rows(self, values: Mapping[Any, Any]) -> list[tuple[Any, ...]]:
        """Ask it. values: stand-in -> what comes in its place. Raises LookupError for a number that nothing replaces."""
        bound = [_bound(each, values) for each in self.given]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, bound)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def composed(rows: QuerySet[Any]) -> Statement:
    """The statement of a query set of plain columns (values_list): rows come as the database gives them."""
    sql, given = rows.query.sql_with_params()
    return Statement(sql, tuple(given))


def _bound(value: Any, values: Mapping[Any, Any]) -> Any:
    if isinstance(value, int) and value >= FIRST_NUMBER:
        return values[value]
    if isinstance(value, list | tuple):
        return [_bound(each, values) for each in value]
    return values.get(value, value) if isinstance(value, dt.date) else value
