"""Imports and foreign keys point down; the tree holds no file that is a grab-bag; migrations are complete."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from tests.house.floors import FLOORS

ROOT = Path(__file__).resolve().parents[2]
OWN = [config for config in apps.get_app_configs() if config.name in FLOORS]
GRAB_BAGS = {"utils.py", "helpers.py", "common.py", "misc.py", "base.py", "services.py", "signals.py"}


def foreign_keys() -> list[tuple[str, str, str]]:
    """(model, field, target's app) of every relation that a table of ours holds."""
    return [
        (model._meta.label, field.name, field.related_model._meta.app_config.name)
        for config in OWN
        for model in config.get_models(include_auto_created=True)
        for field in model._meta.local_fields
        if field.is_relation
    ]


def points_up(floor_of_holder: int, holder: str, target: str) -> bool:
    """Whether a relation to `target` breaks the house: up, or sideways into another app."""
    if target not in FLOORS or target == holder:
        return False
    return FLOORS[target] >= floor_of_holder


@pytest.mark.parametrize(("model", "field", "target"), foreign_keys())
def test_foreign_keys_point_down(model: str, field: str, target: str) -> None:
    holder = model.partition(".")[0]
    assert not points_up(FLOORS[holder], holder, target), f"{model}.{field} points up or sideways to {target}"


def test_a_relation_up_or_sideways_is_seen() -> None:
    assert points_up(FLOORS["courts"], "courts", "cases")
    assert points_up(FLOORS["notices"], "notices", "documents")
    assert not points_up(FLOORS["cases"], "cases", "courts")


def test_imports_point_down() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_app_is_in_the_contract() -> None:
    contract = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    roots = contract.partition("root_packages = [")[2].partition("]")[0]
    missing = [name for name in FLOORS if (ROOT / name / "__init__.py").exists() and f'"{name}"' not in roots]
    assert missing == []


def test_no_grab_bag_files() -> None:
    found = [
        str(path.relative_to(ROOT))
        for name in FLOORS
        for path in (ROOT / name).rglob("*.py")
        if path.name in GRAB_BAGS
    ]
    assert found == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes" in out.getvalue()


def test_no_import_inside_a_function() -> None:
    found = []
    for name in FLOORS:
        for path in (ROOT / name).rglob("*.py"):
            if "migrations" in path.parts or path.name == "renderer.py":
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                stripped = line.lstrip()
                inside = line != stripped and (
                    stripped.startswith("import ")
                    or (stripped.startswith("from ") and " import " in stripped)
                )
                if inside and "TYPE_CHECKING" not in "".join(
                    path.read_text(encoding="utf-8").splitlines()[max(0, number - 12) : number]
                ):
                    found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == []
