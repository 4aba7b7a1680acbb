"""`manage check_packs`: every fault with file, line, key and cure; a released seed never changes; counts per pack."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from courts.actions.packs import release_pack
from deadlines.management.commands import check_packs
from regimes.packs import FOLDER, load_library, parse_pack

pytestmark = pytest.mark.django_db

SEED = FOLDER / "JZ-2023" / "1.yaml"


def run(*files: str | Path) -> tuple[int, list[str]]:
    """(exit code, lines) of the command."""
    out = io.StringIO()
    try:
        call_command("check_packs", *map(str, files), stdout=out, stderr=out)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """The seed with these replacements, outside the tree."""
    text = SEED.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file = folder / "1.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_tree_is_clean_and_counted() -> None:
    code, lines = run()
    assert code == 0
    library = load_library()
    assert lines[-1] == f"{len(library.packs)} 个规则包，0 处错误。"
    counted = next(line for line in lines if line.startswith("JZ-2023/1"))
    assert f"期限 {len(library.pack('JZ-2023').deadlines)}  关口" in counted


def test_faults_are_told_with_line_key_and_cure(tmp_path: Path) -> None:
    file = changed(
        tmp_path,
        ("period: 5 workdays", "period: 5 wrokdays"),
        ("start: case_received", "start: case_recieved"),
    )
    code, lines = run(file)
    assert code == 1
    text = file.read_text(encoding="utf-8").splitlines()
    for fault, key, cure in (
        ("wrokdays", "deadlines[JZ-D-01].period", "workday"),
        ("case_recieved", "deadlines[JZ-D-01].start", "是否想写 case_received？"),
    ):
        number = next(n for n, line in enumerate(text, start=1) if fault in line)
        told = next(line for line in lines if fault in line)
        assert told.startswith(f"{file}:{number}: {key}: ")
        assert cure in told
    assert lines[-1] == "0 个规则包，2 处错误。"


def test_a_new_pack_outside_the_tree_is_checked_against_the_tree(tmp_path: Path) -> None:
    code, lines = run(changed(tmp_path, ("pack: JZ-2023", "pack: QS-2025")))
    assert code == 1
    assert any("编号“JZ-D-01”在" in line and "已经用过" in line for line in lines)


def test_only_the_named_file_of_the_tree_is_reported() -> None:
    code, lines = run(SEED)
    assert code == 0
    assert [line.split()[0] for line in lines] == ["JZ-2023/1", "1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "读不了这个文件"),
        (b"\xff\xfe\x00", "x.yaml:1: （全文）: 这里不是 UTF-8 文字"),
        (b"pack: QS-2025\nversion: 1\n", "x.yaml:2: （全文）: 文件没有以单独一行“...”结束，可能没有传完"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "x.yaml"
    if content is not None:
        file.write_bytes(content)
    code, lines = run(file)
    assert code == 1
    assert words in lines[0]


def test_a_seed_changed_after_its_release_fails() -> None:
    pack = load_library().pack("JZ-2023", 1)
    released = parse_pack(f"{pack.text}# as it was released\n", pack.file)
    release_pack(pack=released, text=released.text, at=timezone.now(), actor="system:test")
    code, lines = run()
    assert code == 1
    assert lines[0].startswith("regimes/packs/JZ-2023/1.yaml:4: version: ")
    assert "seed changed after release" in lines[0]
    assert "2.yaml" in lines[0]


def test_an_unchanged_released_seed_passes() -> None:
    pack = load_library().pack("JZ-2023", 1)
    release_pack(pack=pack, text=pack.text, at=timezone.now(), actor="system:test")
    assert run()[0] == 0


def test_without_the_table_of_releases_the_files_are_still_checked() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path TO pg_catalog")
    code, lines = run()
    assert code == 0
    assert lines[0] == "没有连上数据库，没有与已发布的版本核对。"


def test_a_faulty_tree_still_counts_what_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in [*FOLDER.glob("*.yaml"), FOLDER / "BASE/1.yaml"]:
        target = tmp_path / file.relative_to(FOLDER)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(file.read_bytes())
    (tmp_path / "JZ-2023").mkdir()
    changed(tmp_path / "JZ-2023", ("period: 5 workdays", "period: soon"))
    monkeypatch.setattr(check_packs, "FOLDER", tmp_path)
    monkeypatch.setattr(check_packs, "load_library", lambda: load_library(tmp_path))
    code, lines = run()
    assert code == 1
    assert lines[0].startswith(f"{tmp_path}/JZ-2023/1.yaml:")
    assert [line.split()[0] for line in lines[1:]] == ["BASE/1", "1"]
