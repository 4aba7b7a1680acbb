"""The archive of a backup: a compressed tar of database.dump, files/ and, last, manifest.json with checksums.

Needs only the standard library and, for .tar.zst, the `zstd` program. An archive is read by our own rules,
not by tar's: only plain files under names that a backup writes, each with the hash that the manifest says.
"""

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from .console import LaunchError

MANIFEST, DUMP, FILES = "manifest.json", "database.dump", "files"
BLOCK = 1024 * 1024


class HashingReader:
    """Reads a file on its way into the archive and keeps its SHA-256: what is listed is what was written."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.stream = stream
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self.stream.read(size)
        self.digest.update(data)
        return data


def write_archive(target: Path, dump: Path, files: Path, about: dict) -> int:
    """Write dump, files and a manifest that begins with `about`; return the number of files.

    A file that is deleted meanwhile is left out.
    """
    sums: dict[str, str] = {}
    with opened(target, "w") as archive:
        sums[DUMP] = add(archive, DUMP, dump)
        for path in sorted(path for path in files.rglob("*") if path.is_file() and not path.is_symlink()):
            name = f"{FILES}/{path.relative_to(files).as_posix()}"
            try:
                sums[name] = add(archive, name, path)
            except FileNotFoundError:
                continue
        text = json.dumps({**about, "sha256": sums}, ensure_ascii=False, indent=1).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return len(sums) - 1


def add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Append a file and return its hash."""
    with path.open("rb") as stream:
        entry = archive.gettarinfo(arcname=name, fileobj=stream)
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        reader = HashingReader(stream)
        archive.addfile(entry, reader)
    return reader.digest.hexdigest()


def unpack(source: Path, folder: Path) -> dict:
    """Unpack an archive into an empty folder, check all of it, and return the manifest.

    Raises LaunchError for anything that a backup would not have written and for a damaged archive.
    """
    found: dict[str, str] = {}
    try:
        with opened(source, "r") as archive:
            for entry in archive:
                found[entry.name] = extract(archive, entry, folder)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise LaunchError(f"备份文件不完整或已损坏：{source}（{error}）") from error
    found.pop(MANIFEST)
    listed = manifest.get("sha256", {})
    if listed != found or DUMP not in found:
        wrong = sorted(name for name in {*listed, *found} if listed.get(name) != found.get(name))
        raise LaunchError(f"备份文件的内容与清单不符：{'、'.join(wrong[:5])}")
    return manifest


def extract(archive: tarfile.TarFile, entry: tarfile.TarInfo, folder: Path) -> str:
    """Write one member below `folder` and return its hash."""
    parts = PurePosixPath(entry.name).parts
    known = entry.name in (MANIFEST, DUMP) or (len(parts) > 1 and parts[0] == FILES)
    if not known or not entry.isreg() or ".." in parts or parts[0] == "/":
        raise LaunchError(f"备份文件中有不认识的内容：{entry.name}")
    target = folder / entry.name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with archive.extractfile(entry) as stream, target.open("wb") as output:
        reader = HashingReader(stream)
        shutil.copyfileobj(reader, output, BLOCK)
    return reader.digest.hexdigest()


@contextmanager
def opened(path: Path, mode: str) -> Iterator[tarfile.TarFile]:
    """The tar inside a .tar.gz or .tar.zst, for one pass in order; `mode` is r or w."""
    if path.name.endswith(".tar.gz"):
        options = {"compresslevel": 6} if mode == "w" else {}
        with tarfile.open(path, f"{mode}:gz", **options) as archive:
            yield archive
        return
    command = ["zstd", "--quiet", "--force", *(["--decompress"] if mode == "r" else ["-T0"]), "--stdout"]
    with path.open("wb" if mode == "w" else "rb") as file:
        streams = (
            {"stdin": subprocess.PIPE, "stdout": file}
            if mode == "w"
            else {"stdin": file, "stdout": subprocess.PIPE}
        )
        process = subprocess.Popen(command, **streams, stderr=subprocess.DEVNULL)
        pipe = process.stdin if mode == "w" else process.stdout
        try:
            with pipe, tarfile.open(fileobj=pipe, mode=f"{mode}|") as archive:
                yield archive
        finally:
            code = process.wait()
    if code:
        raise LaunchError(f"zstd 处理 {path} 失败。")


def check_name(path: Path) -> None:
    """Refuse names whose compression we cannot do."""
    if not path.name.endswith((".tar.gz", ".tar.zst")):
        raise LaunchError("备份文件名须以 .tar.gz 或 .tar.zst 结尾。")
    if path.name.endswith(".tar.zst") and shutil.which("zstd") is None:
        raise LaunchError("这台机器没有 zstd 程序，请改用 .tar.gz，或安装 zstd 软件包。")
