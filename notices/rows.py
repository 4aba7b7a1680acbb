"""Lock messages, and write what delivery changed of them: one statement each for any number of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import connection

from notices.models import Message

_CHANGED = (
    "state",
    "reason",
    "withheld_for",
    "evidence",
    "provider_id",
    "due_at",
    "attempts",
    "failures",
    "misses",
    "sent_at",
    "delivered_at",
)


def locked(ids: Iterable[int]) -> dict[int, Message]:
    """The messages by id, locked in the order of their keys. Within the caller's transaction."""
    rows = Message.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    # Nothing here needs the number or the text: they stay sealed.
    rows = rows.defer("number", "secret_text", "text")
    return {row.pk: row for row in rows}


def write(messages: Collection[Message]) -> None:
    """Write the delivery columns of locked messages."""
    if not messages:
        return
    fields = [Message._meta.get_field(name) for name in ("id", *_CHANGED)]
    arrays = ", ".join(f"%s::{field.db_type(connection).partition('(')[0]}[]" for field in fields)
    names = ", ".join(field.column for field in fields)
    sets = ", ".join(f"{name} = v.{name}" for name in _CHANGED)
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for row in messages]
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE notices_message m SET {sets} FROM unnest({arrays}) AS v({names}) WHERE m.id = v.id",  # noqa: S608
            values,
        )
