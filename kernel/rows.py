"""Rows as JSON that PostgreSQL reads back exactly (json_populate_recordset): one statement then writes many of them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model


def columns_of(model: type[Model]) -> tuple[str, ...]:
    """Every column but the primary key."""
    return tuple(str(each.column) for each in model._meta.concrete_fields if not each.primary_key)


def quoted(columns: Iterable[str]) -> str:
    """A list of columns for a statement."""
    return ", ".join(f'"{column}"' for column in columns)


def overwritten(columns: Iterable[str]) -> str:
    """What ON CONFLICT ... DO UPDATE SET is followed by."""
    return ", ".join(f'"{column}" = excluded."{column}"' for column in columns)


def as_json(rows: Iterable[Model], columns: Collection[str] | None = None) -> str:
    """[{column: value}] of these rows; columns: default all but the primary key. Not for encrypted columns."""
    plain = [
        {
            each.column: each.value_from_object(row)
            for each in row._meta.concrete_fields
            if (each.column in columns if columns is not None else not each.primary_key)
        }
        for row in rows
    ]
    return json.dumps(plain, cls=_Exact, ensure_ascii=False)


def set_holders(
    model: type[Model], column: str, holders: Iterable[tuple[Any, int | None, int | None]]
) -> None:
    """Give the rows of many things their holders in one statement: (value of `column`, team_id, owner_id) each.

    Joins the caller's transaction, which holds the locks of the things.
    """
    listed = list(holders)
    field = model._meta.get_field(column)
    # By the field's own name: "case" is the column case_id.
    name, kind = field.column, str(field.db_type(connection)).partition("(")[0]  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" r SET team_id = v.team, owner_id = v.owner'  # noqa: S608  our own names
            f' FROM unnest(%s::{kind}[], %s::bigint[], %s::bigint[]) AS v(thing, team, owner) WHERE r."{name}" = v.thing',
            [[each[place] for each in listed] for place in range(3)],
        )


class _Exact(DjangoJSONEncoder):
    """Instants keep their microseconds, of which Django's own encoder drops three places."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, dt.datetime) else super().default(o)
