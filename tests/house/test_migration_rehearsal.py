"""The last landed schema, with data in it, upgrades to this one and nothing of the data is lost.

landed/migrations.txt and landed/rows.json are what landed last; `python -m tests.house.landed.keep` (inside
scripts/test's environment) writes them anew when a schema lands.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from tests.conftest import cluster, use_database

LANDED = Path(__file__).parent / "landed"
NAME = "rehearsal"


def leaves() -> list[tuple[str, str]]:
    """(app, migration) of the landed schema."""
    lines = (LANDED / "migrations.txt").read_text(encoding="utf-8").split()
    return [tuple(line.split(".", 1)) for line in lines]  # type: ignore[misc]


def fill(owner: psycopg.Connection) -> dict[str, int]:
    """Put the kept rows into the landed schema; returns how many each table has."""
    tables = json.loads((LANDED / "rows.json").read_text(encoding="utf-8"))
    with owner.transaction():
        owner.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, kept in tables.items():
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER ALL").format(sql.Identifier(table)))
            columns = sql.SQL(", ").join(map(sql.Identifier, kept["columns"]))
            copy = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
            with owner.cursor().copy(copy) as target:
                target.write("".join(f"{row}\n" for row in kept["rows"]))
            if "id" in kept["columns"]:
                # A migration that adds rows goes on behind those that stand, as it would in a court.
                last = sql.SQL("SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {}")
                owner.execute(last.format(sql.Identifier(table)), [table])
        for table in tables:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER ALL").format(sql.Identifier(table)))
    return {table: len(kept["rows"]) for table, kept in tables.items()}


def counted(owner: psycopg.Connection, tables: dict[str, int]) -> dict[str, int]:
    """Rows now in each of the tables that still exist."""
    found = {}
    for table in tables:
        exists = owner.execute("SELECT to_regclass(%s)", [table]).fetchone()
        if exists and exists[0]:
            row = owner.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            found[table] = row[0] if row else 0
    return found


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> str:
    before = settings.DATABASES["default"]["NAME"]
    name = f"{before}_{NAME}"
    owner = settings.DATABASE_OWNER_URL.split("//")[1].split(":")[0]
    with django_db_blocker.unblock():
        with cluster() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner))
            )
        use_database(name)
        yield name
        connections.close_all()
        use_database(before)
        with cluster() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def as_superuser(name: str) -> psycopg.Connection:
    """Triggers of foreign keys rest only for the superuser."""
    with cluster() as connection:
        info = connection.info
        return psycopg.connect(
            host=info.host,
            port=info.port,
            user=info.user,
            password=info.password,
            dbname=name,
            autocommit=True,
        )


def test_the_landed_schema_upgrades_with_its_data(empty: str) -> None:
    web = connections["default"].settings_dict.copy()
    owner_url = settings.DATABASE_OWNER_URL
    connections["default"].close()
    user, password = owner_url.split("//")[1].split("@")[0].split(":")
    connections["default"].settings_dict.update({"USER": user, "PASSWORD": password})
    try:
        for app, migration in leaves():
            call_command("migrate", app, migration, verbosity=0, stdout=io.StringIO())
        with as_superuser(empty) as connection:
            kept = fill(connection)
        connections["default"].close()
        call_command("migrate", verbosity=0, stdout=io.StringIO())
        with as_superuser(empty) as connection:
            after = counted(connection, kept)
    finally:
        connections["default"].close()
        connections["default"].settings_dict.update({"USER": web["USER"], "PASSWORD": web["PASSWORD"]})
    assert sum(kept.values()) > 100
    # A migration may add rows, such as the balances of new accounts; it loses none.
    assert {table: rows for table, rows in after.items() if rows < kept[table]} == {}
    assert set(after) >= {"cases_case", "events_event", "funds_line", "deadlines_deadline"}
