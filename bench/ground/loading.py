"""Filling tables by SQL, fast: rows as expressions over a source, foreign keys and indexes put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from django.db import models
from psycopg import sql
from psycopg.types.json import Jsonb

_KEYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


@contextmanager
def bare(staging: psycopg.Connection, tables: Sequence[str]) -> Iterator[None]:
    """These tables without foreign keys and plain indexes while they are filled."""
    keys = staging.execute(_KEYS, [list(tables)]).fetchall()
    for table, name, _words in keys:
        staging.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    indexes = staging.execute(_INDEXES, [list(tables)]).fetchall()
    for name, _words in indexes:
        staging.execute(f"DROP INDEX {name}")
    yield
    staging.execute("SET maintenance_work_mem = '512MB'")
    for _name, words in indexes:
        staging.execute(words)
    for table, name, words in keys:
        staging.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {words}')


@contextmanager
def quiet(staging: psycopg.Connection, *triggers: str) -> Iterator[None]:
    """Without these triggers ("name ON table") while rows are laid for which something else answers."""
    pairs = [trigger.split(" ON ") for trigger in triggers]
    for name, table in pairs:
        staging.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    yield
    for name, table in pairs:
        staging.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def insert(
    staging: psycopg.Connection,
    model: type[models.Model],
    given: Mapping[str, str],
    source: str,
    about: Mapping[str, object] | None = None,
) -> None:
    """INSERT INTO the model's table: `given` SQL expressions by column, the others the model's default or null."""
    shown: dict[str, sql.Composable] = {name: sql.SQL(words) for name, words in given.items()}
    for field in model._meta.concrete_fields:
        if field.column in shown or field.primary_key or field.null:
            continue
        value = field.get_default()
        if isinstance(field, models.JSONField):
            value = Jsonb(value)
        shown[field.column] = sql.Literal(value)
    statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM ").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, shown)),
        sql.SQL(", ").join(shown.values()),
    )
    staging.execute(statement + sql.SQL(source), about)


def count_on(staging: psycopg.Connection, model: type[models.Model]) -> None:
    """Let the table's numbers go on behind its last row."""
    table = model._meta.db_table
    staging.execute(
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"  # noqa: S608
    )
