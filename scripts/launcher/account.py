"""The unprivileged account that the database and the broker run under when the launcher runs as root.

PostgreSQL refuses uid 0, and a broker has no reason to be root either. Started by an ordinary user,
both simply run as that user and nothing here applies.
"""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from .console import LaunchError

CANDIDATES = ("nobody", "daemon")
ROOT_STORE = Path("/var/lib/zhiheng")


@dataclass(frozen=True)
class Account:
    """A system account: name, uid, gid."""

    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """Return the account for embedded services, or None when the launcher is not root.

    initdb looks its own user up by uid, so the account must have a line in the password database.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise LaunchError(
        "以 root 启动时需要一个普通系统账号运行数据库，但系统中没有 nobody 账号。请改用普通用户启动。"
    )


def spawn_options(account: Account | None) -> dict:
    """Keyword arguments for subprocess that drop to `account` with no supplementary groups."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def can_traverse(folder: Path, account: Account | None) -> bool:
    """Whether `account` may walk down to `folder`.

    Execute permission on every existing folder of its path.
    """
    if account is None:
        return True
    path = folder.resolve()
    for step in (path, *path.parents):
        try:
            status = step.stat()
        except FileNotFoundError:
            continue
        if not _may_enter(status, account):
            return False
    return True


def _may_enter(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def service_home(data: Path, account: Account | None, store: Path = ROOT_STORE) -> Path:
    """The folder that holds the embedded services' own data.

    `data` itself where the account can reach it; otherwise a folder below /var/lib/zhiheng that is named
    after the path of `data`, so that the next start finds it again.
    """
    if can_traverse(data, account):
        return data
    return store / hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:16]


def own_folder(folder: Path, account: Account | None) -> Path:
    """Create `folder` with mode 0700 for the account and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)
    return folder


def write_private(path: Path, text: str, account: Account | None = None) -> Path:
    """Write `text` to a file that only its owner can read, replacing it in one step."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    if account is not None:
        os.chown(draft, account.uid, account.gid)
    draft.replace(path)
    return path
