"""docs/upgrading.md holds: what it names exists, and what an upgrade asks of standing data is named."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.urls import resolve

ROOT = Path(__file__).parents[2]
NOTES = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
OURS = {path.parent.parent.name for path in ROOT.glob("*/migrations/__init__.py")}
QUOTED = re.findall(r"`([^`\n]+)`", NOTES)
"""What the notes quote as code within a sentence."""


def test_each_command_and_script_exists() -> None:
    commands = {name for name in get_commands() if "_" in name}
    wanted = {word for quoted in QUOTED for word in re.findall(r"^(?:manage\.py )?([a-z]+_[a-z_]+)$", quoted)}
    wanted |= set(re.findall(r"(?:manage\.py|scripts/manage) ([a-z_]+)", NOTES))
    settings_and_files = {"field_keys"}
    metrics = {word for word in wanted if word.startswith("zhiheng_")}
    assert wanted - settings_and_files - metrics <= commands
    told = (ROOT / "enforcement/metrics.py").read_text(encoding="utf-8")
    assert all(name in told for name in metrics)
    for place in re.findall(r"(?:scripts|deploy|docs)/[\w.-]+\w", NOTES):
        assert (ROOT / place).exists(), place
    for name in re.findall(r"`([A-Z][A-Z_]{4,})`", NOTES):
        assert name in (ROOT / ".env.example").read_text(encoding="utf-8"), name


@pytest.mark.parametrize("address", ["/readyz", "/metrics", "/api/docs"])
def test_each_address_answers(address: str) -> None:
    assert address in NOTES
    assert resolve(address)


def test_each_service_and_volume_is_of_the_compose_file() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    known = {*compose["services"], *compose["volumes"]}
    assert {"prepare", "web", "worker", "beat", "database", "data"} <= known
    assert {word for word in QUOTED if re.fullmatch(r"[a-z]{3,10}", word)} <= known | {"secrets"}


def test_each_version_has_its_steps_and_the_last_one_is_this() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    parts = re.split(r"^### ", NOTES.partition("\n---\n")[0], flags=re.MULTILINE)[1:]
    found = [re.match(r"(\d+\.\d+) → (\d+\.\d+)\n\n1\. ", part) for part in parts]
    assert found
    assert all(found), "a heading without numbered steps"
    steps = [match.groups() for match in found if match]
    assert all(before[1] == after[0] for before, after in zip(steps, steps[1:], strict=False))
    assert steps[-1][1] == version.rpartition(".")[0]


def test_each_migration_that_asks_something_of_standing_data_is_named() -> None:
    assert asking() == set(re.findall(r"^\| ([a-z]+\.\d{4}) \|", NOTES, flags=re.MULTILINE))


def asking() -> set[str]:
    """Migrations that read, drop or may refuse rows which stood before: app.number."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return {
        f"{app}.{name[:4]}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in OURS and any(_asks(migration, operation) for operation in migration.operations)
    }


def _asks(migration: migrations.Migration, operation: object) -> bool:
    if isinstance(operation, migrations.RunPython | migrations.RemoveField | migrations.DeleteModel):
        return True
    if isinstance(operation, migrations.RunSQL) and str(operation.sql).lstrip().startswith("INSERT INTO"):
        return True
    if not isinstance(operation, migrations.AddConstraint):
        return False
    if not isinstance(operation.constraint, models.UniqueConstraint) or "id" in operation.constraint.fields:
        return False
    # On a table made here nothing stood before; one that takes another's place in the same step only widens it.
    others = [other for other in migration.operations if other is not operation]
    return not any(
        (isinstance(other, migrations.CreateModel) and other.name.lower() == operation.model_name.lower())
        or (isinstance(other, migrations.RemoveConstraint) and other.model_name == operation.model_name)
        for other in others
    )
