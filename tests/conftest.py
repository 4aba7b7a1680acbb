"""Every test runs on real PostgreSQL as the web's role, which owns nothing; the schema comes from the owner's template."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from psycopg import sql

pytest_plugins = ["tests.recording"]
ROOT = Path(__file__).resolve().parents[1]
CLUSTER = os.environ.get("TEST_CLUSTER_URL", "")
# No deadline: a slow machine is no counter-example. On a build server the same examples each time, elsewhere new ones.
SLOW = [HealthCheck.too_slow]
hypothesis.register_profile(
    "house", deadline=None, derandomize="CI" in os.environ, suppress_health_check=SLOW
)
hypothesis.load_profile("house")


def with_name(url: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))


def cluster() -> psycopg.Connection:
    """The test cluster as its superuser, which only set-up uses."""
    if not CLUSTER:
        pytest.exit("no test cluster: run scripts/test, or set TEST_CLUSTER_URL", returncode=3)
    return psycopg.connect(CLUSTER, autocommit=True)


def template_name() -> str:
    """One template database per state of the migrations (and of the grants)."""
    digest = hashlib.sha256("".join(sorted(settings.INSTALLED_APPS)).encode())
    for path in sorted(
        [*ROOT.glob("*/migrations/*.py"), ROOT / "enforcement/management/commands/setup_database.py"]
    ):
        digest.update(path.read_bytes())
    return f"template_{digest.hexdigest()[:12]}"


def make_template(name: str) -> None:
    """Migrate once as the owner; later runs and workers copy the result."""
    owner = urlsplit(settings.DATABASE_OWNER_URL).username
    with cluster() as connection:
        connection.execute("SELECT pg_advisory_lock(74110)")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        building = f"{name}_building"
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building))
        )
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(building), sql.Identifier(owner))
        )
        use_database(building)
        call_command("setup_database", verbosity=0)
        connections["default"].close()
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name))
        )


def copy_template(name: str) -> None:
    """A fresh database from the template."""
    with cluster() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template_name())
            )
        )


def use_database(name: str) -> None:
    """Point this process at another database of the cluster."""
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = name
    settings.DATABASES["default"]["NAME"] = name


def database_name(worker: str) -> str:
    """Each developer and each xdist worker has its own."""
    return f"test_{os.environ.get('TEST_SUFFIX', 'main')}_{worker}"


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """Replaces pytest-django's: template, copy, web role."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "gw")
    name = database_name(worker)
    with django_db_blocker.unblock():
        make_template(template_name())
        copy_template(name)
        use_database(name)
    yield
    with django_db_blocker.unblock():
        connections.close_all()
    with cluster() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def live_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own in which transactions really commit: for races, faults, relays. Yields its name."""
    before = settings.DATABASES["default"]["NAME"]
    name = f"{before}_live"
    with django_db_blocker.unblock():
        copy_template(name)
        use_database(name)
        try:
            yield name
        finally:
            connections.close_all()
            use_database(before)
            with cluster() as connection:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


@pytest.fixture
def owner_sql(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """A connection of the tables' owner to the database in use, for tests that tamper or stage faults."""
    url = with_name(settings.DATABASE_OWNER_URL, settings.DATABASES["default"]["NAME"])
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _quiet(settings) -> None:
    settings.KICKS = False
    # What asks for a second factor has tests of its own; elsewhere a client signs in without one.
    settings.MFA_REQUIRED = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--list-requirements", action="store_true", help="list requirement ids and the tests that prove them"
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    if not session.config.getoption("--list-requirements"):
        return
    proven: dict[str, set[str]] = defaultdict(set)
    for item in session.items:
        for mark in item.iter_markers("req"):
            for requirement in mark.args:
                proven[requirement].add(item.nodeid.partition("[")[0])
    lines = [f"{requirement}: {', '.join(sorted(proven[requirement]))}" for requirement in sorted(proven)]
    print("\n".join([*lines, f"{len(proven)} requirements proven by marked tests"]))  # noqa: T201
    session.items.clear()
