"""A storage of its own for every test."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def storage(settings, tmp_path: Path) -> Path:
    """Where the files of this test lie."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def stored(root: Path) -> list[Path]:
    """Every file in storage."""
    return sorted(path for path in root.rglob("*") if path.is_file()) if root.exists() else []
