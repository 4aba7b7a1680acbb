"""Keep what is about to land: the leaf migrations and the rows of a small story, for the next rehearsal.

Run as `pytest tests/house/landed/keep.py` in the environment of scripts/test after the schema has changed.
"""

from __future__ import annotations

import json
from pathlib import Path

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from tests.walks.stage import Story
from tests.walks.test_e2e_01 import tell

FOLDER = Path(__file__).parent
LEFT_OUT = ("django_", "auth_", "axes_")


def keep(name: str) -> tuple[int, int]:
    """Write both files; returns (migrations, rows)."""
    leaves = [f"{app}.{migration}" for app, migration in MigrationLoader(connection).graph.leaf_nodes()]
    (FOLDER / "migrations.txt").write_text("\n".join(sorted(leaves)) + "\n", encoding="utf-8")
    tables: dict[str, dict[str, list[str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            if not table.startswith(LEFT_OUT):
                tables[table] = _table(cursor, table)
    kept = {table: rows for table, rows in tables.items() if rows["rows"]}
    (FOLDER / "rows.json").write_text(json.dumps(kept, ensure_ascii=False, indent=0), encoding="utf-8")
    return len(leaves), sum(len(rows["rows"]) for rows in kept.values())


def _table(cursor: object, table: str) -> dict[str, list[str]]:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' ORDER BY attnum",
        [table],
    )
    columns = [row[0] for row in cursor.fetchall()]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    limited = sql.SQL("COPY (SELECT {} FROM {} ORDER BY 1 LIMIT 400) TO STDOUT").format(
        names, sql.Identifier(table)
    )
    with cursor.connection.cursor().copy(limited) as copy:
        text = b"".join(bytes(part) for part in copy).decode()
    return {"columns": columns, "rows": text.splitlines()}


def test_keep(live_db: str) -> None:
    story = Story()
    tell(story)
    assert story.broke is None
    migrations, rows = keep(live_db)
    print(f"kept {migrations} leaf migrations, {rows} rows")  # noqa: T201
    assert rows > 100
