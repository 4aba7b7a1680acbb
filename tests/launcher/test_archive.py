"""An archive comes back as it was written, or not at all."""

import base64
import io
import shutil
import tarfile

import pytest

from scripts.launcher.archive import DUMP, MANIFEST, check_name, unpack, write_archive
from scripts.launcher.backup import check_keys, key_checks, replace_files
from scripts.launcher.console import LaunchError

KINDS = [
    "b.tar.gz",
    pytest.param("b.tar.zst", marks=pytest.mark.skipif(not shutil.which("zstd"), reason="no zstd here")),
]
KEY = base64.b64encode(b"k" * 32).decode()
OTHER = base64.b64encode(b"o" * 32).decode()


@pytest.fixture
def content(tmp_path):
    dump = tmp_path / "dump"
    dump.write_bytes(bytes(range(256)) * 5000)
    files = tmp_path / "files"
    (files / "2026" / "11").mkdir(parents=True)
    (files / "2026" / "11" / "执行裁定书.pdf").write_bytes(b"%PDF" * 1000)
    (files / "empty").touch()
    return dump, files


@pytest.mark.parametrize("name", KINDS)
def test_round_trip(tmp_path, content, name):
    dump, files = content
    assert write_archive(tmp_path / name, dump, files, {"made_at": "now"}) == 2
    manifest = unpack(tmp_path / name, tmp_path / "out")
    assert manifest["made_at"] == "now"
    assert (tmp_path / "out" / DUMP).read_bytes() == dump.read_bytes()
    assert (tmp_path / "out/files/2026/11/执行裁定书.pdf").read_bytes() == b"%PDF" * 1000
    assert (tmp_path / "out/files/empty").read_bytes() == b""


@pytest.mark.parametrize("name", KINDS)
def test_a_cut_archive_is_refused(tmp_path, content, name):
    write_archive(tmp_path / name, *content, {})
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) * 2 // 3])
    with pytest.raises(LaunchError):
        unpack(tmp_path / name, tmp_path / "out")


def repack(path, change):
    """Write the archive anew with members that `change(name, data)` returns, None to leave one out."""
    with tarfile.open(path) as old:
        members = [(entry.name, old.extractfile(entry).read()) for entry in old]
    with tarfile.open(path, "w:gz") as new:
        for name, data in filter(None, (change(*member) for member in members)):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda name, data: (name, data[:-1] if name == DUMP else data), id="changed dump"),
        pytest.param(lambda name, data: None if name == "files/empty" else (name, data), id="missing file"),
        pytest.param(
            lambda name, data: (name + "x" if name == "files/empty" else name, data), id="renamed file"
        ),
        pytest.param(lambda name, data: None if name == MANIFEST else (name, data), id="no manifest"),
        pytest.param(
            lambda name, data: ("files/../../evil" if name == "files/empty" else name, data), id="escape"
        ),
        pytest.param(
            lambda name, data: ("/etc/evil" if name == "files/empty" else name, data), id="absolute"
        ),
    ],
)
def test_a_changed_archive_is_refused(tmp_path, content, change):
    path = tmp_path / "b.tar.gz"
    write_archive(path, *content, {})
    repack(path, change)
    with pytest.raises(LaunchError):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path.parent / "evil").exists()


def test_a_link_in_an_archive_is_refused(tmp_path, content):
    path = tmp_path / "b.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        entry = tarfile.TarInfo("files/link")
        entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(entry)
    with pytest.raises(LaunchError, match="files/link"):
        unpack(path, tmp_path / "out")


def test_other_endings_are_refused(tmp_path):
    with pytest.raises(LaunchError, match="tar"):
        check_name(tmp_path / "backup.zip")


def test_the_keys_of_the_archive_must_be_here():
    wanted = key_checks(f"k1:{KEY}")
    assert KEY not in str(wanted)
    check_keys(wanted, {"FIELD_KEYS": f"k2:{OTHER}\nk1:{KEY}"})
    for present in ("", f"k1:{OTHER}", f"k2:{KEY}"):
        with pytest.raises(LaunchError, match="k1"):
            check_keys(wanted, {"FIELD_KEYS": present})


def test_files_are_replaced_as_a_whole(tmp_path):
    files, work = tmp_path / "files", tmp_path / "work"
    files.mkdir()
    (files / "old").touch()
    (work / "files").mkdir(parents=True)
    (work / "files" / "new").touch()
    replace_files(files, work)
    assert [path.name for path in files.iterdir()] == ["new"]
