"""Vendored files are exactly those of their lock, and the check that says so notices every kind of change."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = json.loads((ROOT / "static/vendor/vendor.lock.json").read_text(encoding="utf-8"))


def check(root: Path) -> subprocess.CompletedProcess[str]:
    """Run scripts/vendor_check on a tree."""
    command = [sys.executable, str(ROOT / "scripts/vendor_check"), "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A tree with the vendored folders only."""
    for folder in ("static/vendor", "static/icons", "tests/browser/vendor"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_vendored_files_are_as_locked() -> None:
    done = check(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_byte_is_noticed(copy: Path) -> None:
    with (copy / "static/icons/sprite.svg").open("a", encoding="utf-8") as file:
        file.write(" ")
    done = check(copy)
    assert (done.returncode, "static/icons/sprite.svg: content differs" in done.stdout) == (1, True)


def test_a_missing_file_is_noticed(copy: Path) -> None:
    (copy / "static/vendor/htmx-2.0.11/LICENSE").unlink()
    done = check(copy)
    assert (done.returncode, "LICENSE: missing" in done.stdout) == (1, True)


def test_a_file_beside_the_locked_ones_is_noticed(copy: Path) -> None:
    (copy / "static/vendor/htmx-2.0.11/extra.js").write_text("alert(1)", encoding="utf-8")
    done = check(copy)
    assert (done.returncode, "extra.js: not in" in done.stdout) == (1, True)


def test_every_package_has_its_licence_and_is_named() -> None:
    named = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    for package in LOCK["packages"]:
        assert "LICENSE" in package["files"], package["name"]
        assert f"{package['npm']} {package['version']}" in named, package["name"]
        assert package["licence"] in named
