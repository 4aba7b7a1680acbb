"""A database of a benchmark's own, beside the live one, gone when it is done."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql


@contextmanager
def own_database(keep: str = "") -> Iterator[psycopg.Connection]:
    """Make a migrated database and point this process at it as the web's role.

    keep: a name under which it stays for the next run, which finds it as it was left (`is_filled`).

    It stands on the cluster of TEST_CLUSTER_URL, else on that of DATABASE_OWNER_URL, whose role must be able to
    create databases. Yields a connection of the tables' owner, for staging.
    """
    name = f"bench_{keep}" if keep else f"bench_{os.getpid()}"
    before = settings.DATABASES["default"]["NAME"]
    owner = urlsplit(settings.DATABASE_OWNER_URL)
    server = os.environ.get("TEST_CLUSTER_URL") or urlunsplit(owner._replace(path="/postgres"))
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as admin:
        stands = keep and admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount
        if not stands:
            admin.execute(drop)
            admin.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(name), sql.Identifier(owner.username)
                )
            )
        try:
            _use(name)
            call_command("setup_database", verbosity=0)
            with psycopg.connect(urlunsplit(owner._replace(path=f"/{name}")), autocommit=True) as staging:
                yield staging
        finally:
            _use(before)
            if not keep:
                admin.execute(drop)


def is_filled(staging: psycopg.Connection) -> bool:
    """Whether the ground stands: its last table was written."""
    found = staging.execute("SELECT to_regclass('bench_done') IS NOT NULL").fetchone()
    return bool(found and found[0])


def settle(staging: psycopg.Connection, *tables: str) -> None:
    """Vacuum and analyse, and checkpoint where the role may: no run pays for the one before."""
    for table in tables:
        staging.execute(sql.SQL("VACUUM ANALYZE {}").format(sql.Identifier(table)))
    may = staging.execute("SELECT pg_has_role(current_user, 'pg_checkpoint', 'member')").fetchone()
    if may and may[0]:
        staging.execute("CHECKPOINT")


def _use(name: str) -> None:
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name
