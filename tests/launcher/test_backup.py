"""A backup of a court that works, brought back into another folder: the same rows, files and readable secrets."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = (
    "from cases.models import Party; from documents.models import Paper;"
    "print(sorted(Party.objects.values_list('id_number', flat=True))[-1]);"
    "print(sorted(Paper.objects.exclude(file=None).values_list('file__sha256', flat=True)))"
)


def script(name: str, *arguments: object, code: int = 0) -> str:
    """Run one of scripts/ on its own services, as on a bare machine; what it printed."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "DEMO": "1",
        "TIME_TRAVEL": "1",
    }
    done = subprocess.run(
        [ROOT / "scripts" / name, *map(str, arguments)],
        env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def files_of(data: Path) -> dict[str, bytes]:
    """Every stored file by its path."""
    folder = data / "files"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_court_comes_back_whole(tmp_path: Path) -> None:
    # The services' account must get through.
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(folder.stat().st_mode | 0o011)
    old, new, archive = tmp_path / "old", tmp_path / "new", tmp_path / "court.tar.gz"
    script("manage", "--data", old, "setup_database", "-v0")
    script("manage", "--data", old, "demo", "--cases", 4)
    before = script("manage", "--data", old, "shell", "-v0", "-c", READ)
    assert files_of(old)
    identity, hashes = before.split("\n")[:2]
    assert len(identity) == 18, "something secret"
    assert hashes != "[]", "something printed"
    script("backup", archive, "--data", old)
    assert archive.stat().st_mode & 0o077 == 0

    refused = script("restore", archive, "--data", new, code=1)
    assert "缺少备份时使用的加密密钥" in refused
    assert not files_of(new)

    shutil.copy(old / "secrets" / "field-keys", new / "secrets" / "field-keys")
    assert "恢复完成" in script("restore", archive, "--data", new)
    assert files_of(new) == files_of(old)
    assert script("manage", "--data", new, "shell", "-v0", "-c", READ) == before
    assert "发现问题 0 处" in script("manage", "--data", new, "verify_audit")
    assert "发现不符 0 处" in script("manage", "--data", new, "verify_books")
    assert "--replace" in script("restore", archive, "--data", new, code=1)


@pytest.mark.parametrize("name", ["court.zip", "court"])
def test_a_name_that_is_no_archive_is_refused(tmp_path: Path, name: str) -> None:
    assert ".tar.gz 或 .tar.zst" in script("backup", tmp_path / name, "--data", tmp_path / "data", code=1)
    assert not (tmp_path / "data").exists()
