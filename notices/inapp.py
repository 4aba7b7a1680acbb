"""In-app notices to staff for what happens to many cases at once: one statement for any number of them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Field

from notices.models import Message
from notices.states import Audience, Channel, Reason, State


class StaffNotice(NamedTuple):
    """One notice to one member of staff, with its text.

    about: "case:12". topic: a code, or a Chinese name that stands for itself. level: of notices.states.Level.
    key: makes it once, in the whole outbox. to_user_id: None where nobody holds the role it was meant for;
    the notice is kept all the same, as not sent, so that it can be asked who was not told.
    """

    court_id: int
    team_id: int | None
    owner_id: int | None
    about: str
    case_id: int | None
    topic: str
    rule_id: str
    node: str
    level: str
    to_user_id: int | None
    text: str
    key: str


# These differ between a notice that is shown and one that has nobody to read it.
_BY_READER = {
    "state": f"CASE WHEN v.to_user_id IS NULL THEN '{State.NOT_SENT}' ELSE '{State.DELIVERED}' END",
    "reason": f"CASE WHEN v.to_user_id IS NULL THEN '{Reason.NO_RECIPIENT}' ELSE '' END",
    "sent_at": "CASE WHEN v.to_user_id IS NOT NULL THEN %s::timestamptz END",
    "delivered_at": "CASE WHEN v.to_user_id IS NOT NULL THEN %s::timestamptz END",
}


def tell_staff(rows: Sequence[StaffNotice], *, at: dt.datetime) -> int:
    """Write the notices that are not written yet; returns how many are new. Joins the caller's transaction.

    Nothing is owed to a dispatcher: an in-app notice is there once it is committed.
    """
    if not rows:
        return 0
    statement, constants = _statement()
    columns = [_array(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*(at if value is None else value for value in constants), *columns])
        return cursor.rowcount


@functools.cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """The statement, and the values before its arrays; None among them stands for the instant of writing.

    Columns that a notice does not name take what a fresh Message has, so that a new column of the outbox
    needs nothing here.
    """
    fresh = Message(channel=Channel.IN_APP, audience=Audience.STAFF)
    names, sources, constants = [], [], list[Any]()
    for field in Message._meta.concrete_fields:
        source, values = _source(field, fresh)
        if source:
            names.append(connection.ops.quote_name(field.column))
            sources.append(source)
            constants += values
    given = [Message._meta.get_field(name) for name in StaffNotice._fields]
    arrays = ", ".join(f"%s::{_type(field)}[]" for field in given)
    statement = (
        f"INSERT INTO notices_message ({', '.join(names)}) SELECT {', '.join(sources)}"  # noqa: S608
        f" FROM unnest({arrays}) AS v({', '.join(StaffNotice._fields)}) ON CONFLICT (key) DO NOTHING"
    )
    return statement, tuple(constants)


def _source(field: Field, fresh: Message) -> tuple[str, list[Any]]:
    """What a column is filled with and the values this needs; nothing for a column that stays null."""
    if field.primary_key:
        return "", []
    if field.attname in StaffNotice._fields:
        return f"v.{field.attname}", []
    if field.attname == "reference":
        return "gen_random_uuid()", []
    if field.attname == "created_at":
        return "%s::timestamptz", [None]
    if field.attname in _BY_READER:
        source = _BY_READER[field.attname]
        return source, [None] * source.count("%s")
    value = field.get_db_prep_save(getattr(fresh, field.attname), connection)
    return ("", []) if value is None else (f"%s::{_type(field)}", [value])


def _type(field: Field) -> str:
    """The column's type without a length: a cast to varchar(n) would cut a text instead of refusing it."""
    return str(field.db_type(connection)).partition("(")[0]


def _array(column: Iterable[str | int | None]) -> str:
    """An array as PostgreSQL writes it: a fifth of the time that the driver takes."""
    return f"{{{','.join(map(_element, column))}}}"


def _element(value: str | int | None) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return "NULL" if value is None else str(value)
