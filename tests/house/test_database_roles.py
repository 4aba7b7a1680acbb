"""The web's role owns nothing and cannot touch what must not change."""

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

pytestmark = pytest.mark.django_db


def test_web_role_owns_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == settings.WEB_ROLE
        cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE rolname = current_user"
        )
        assert cursor.fetchall() == []
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False)


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (id int)", "DROP TABLE events_event", "TRUNCATE courts_user"]
)
def test_web_role_cannot_change_the_schema(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE events_event SET kind = 'x'", "DELETE FROM events_event"])
def test_web_role_may_not_change_events(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_even_the_owner_meets_the_trigger(live_db: str, owner_sql: psycopg.Connection) -> None:
    owner_sql.execute(
        "INSERT INTO events_event (stream, seq, kind, actor, at, effective_on, key, data, digest)"
        " VALUES ('t', 1, 'k', 'a', now(), now(), 'key', '{}', '')"
    )
    for statement in (
        "UPDATE events_event SET kind = 'x'",
        "DELETE FROM events_event",
        "TRUNCATE events_event CASCADE",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner_sql.execute(statement)
