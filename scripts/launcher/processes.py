"""Processes of this machine: who lives, who belongs to a group, and how a group ends."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Stat:
    """What /proc/<pid>/stat tells.

    State letter, process group, session, start time in clock ticks since boot.
    """

    pid: int
    state: str
    group: int
    session: int
    started: int


def parse_stat(text: str) -> Stat:
    """Read a /proc/<pid>/stat line.

    The command name in brackets may hold blanks and brackets: split at the last.
    """
    head, _, tail = text.rpartition(")")
    fields = tail.split()
    return Stat(int(head.split(" ", 1)[0]), fields[0], int(fields[2]), int(fields[3]), int(fields[19]))


def stat_of(pid: int) -> Stat | None:
    """The process's stat, or None when there is no such process."""
    try:
        return parse_stat((PROC / str(pid) / "stat").read_text(errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None


def is_alive(pid: int) -> bool:
    """Whether the process exists and is not a zombie."""
    stat = stat_of(pid)
    return stat is not None and stat.state not in "ZX"


def command_line(pid: int) -> str:
    """The process's command line with blanks, or nothing when it is gone."""
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""


def all_pids() -> list[int]:
    """Every process id now."""
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def processes_inside(folder: Path) -> list[int]:
    """Processes whose working directory is `folder`.

    A PostgreSQL server and all its children work in theirs.
    """
    found = []
    for pid in all_pids():
        try:
            if (PROC / str(pid) / "cwd").samefile(folder):
                found.append(pid)
        except OSError:
            continue
    return found


def group_members(group: int) -> list[Stat]:
    """Living processes of a process group."""
    stats = (stat_of(pid) for pid in all_pids())
    return [stat for stat in stats if stat and stat.group == group and stat.state not in "ZX"]


def end_groups(groups: list[int], patience: float = 10.0) -> None:
    """Ask all process groups to end, and kill what is still there after `patience` seconds.

    Only the leader is asked first: it lets its workers finish what they hold; a worker asked would drop it.
    """
    for group in groups:
        send(group if is_alive(group) else -group, signal.SIGTERM)
    orphaned: set[int] = set()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        remaining = [group for group in groups if group_members(group)]
        if not remaining:
            return
        for group in remaining:
            if group not in orphaned and not is_alive(group):
                orphaned.add(group)
                send(-group, signal.SIGTERM)
        time.sleep(0.05)
    for group in groups:
        send(-group, signal.SIGKILL)


def send(target: int, number: int) -> None:
    """Send a signal to a process, or to a group by its negative number; one that has gone is no error."""
    try:
        os.kill(target, number)
    except ProcessLookupError:
        pass


def boot_id() -> str:
    """Identifies this boot of the machine: process ids and start ticks mean nothing after another one."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
