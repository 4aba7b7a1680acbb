"""The application's long-running processes: each in a group of its own, recorded, watched, ended together."""

import ctypes
import json
import os
import signal
import subprocess
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from .logs import last_lines, trim_log
from .processes import boot_id, end_groups, group_members, stat_of

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@dataclass(frozen=True)
class Record:
    """A started process as the next launcher finds it.

    Name, pid (also its group and session), start, boot.
    """

    name: str
    pid: int
    started: int
    boot: str


class Children:
    """Processes started with one environment; `state` holds their record, `logs` their output."""

    def __init__(self, state: Path, logs: Path, environment: dict[str, str], folder: Path) -> None:
        self.record_file = state / "processes.json"
        self.logs = logs
        self.environment = environment
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, command: list[str | Path]) -> None:
        """Start a process in its own session: Ctrl-C reaches only the launcher, which ends all in order."""
        log = self.log(name)
        trim_log(log)
        with log.open("ab") as output:
            self.running[name] = subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with(os.getpid()),
            )
        self._record()

    def log(self, name: str) -> Path:
        """Where a process's output goes."""
        return self.logs / f"{name}.log"

    def ended(self) -> str | None:
        """A line about the first process that has ended by itself, with its last words.

        None while all run.
        """
        for name, process in self.running.items():
            code = process.poll()
            if code is not None:
                log = self.log(name)
                return f"{name} 进程意外退出（代码 {code}），日志 {log}：\n{last_lines(log)}"
        return None

    def stop(self) -> None:
        """End all of them: a request first, force after ten seconds."""
        end_groups([process.pid for process in self.running.values()])
        for process in self.running.values():
            process.wait()
        self.running.clear()
        self.record_file.unlink(missing_ok=True)

    def end_leftovers(self) -> list[str]:
        """End what a killed launcher left behind and return the names.

        Only when no launcher runs on this folder.
        """
        left = [record for record in read_records(self.record_file) if is_left_over(record)]
        end_groups([record.pid for record in left])
        self.record_file.unlink(missing_ok=True)
        return [record.name for record in left]

    def _record(self) -> None:
        boot = boot_id()
        records = []
        for name, process in self.running.items():
            stat = stat_of(process.pid)
            if stat is not None:
                records.append(asdict(Record(name, process.pid, stat.started, boot)))
        draft = self.record_file.with_suffix(".new")
        draft.write_text(json.dumps(records, indent=1) + "\n")
        draft.replace(self.record_file)


def end_with(parent: int):
    """For preexec_fn: the kernel asks the new process to end as soon as its parent, the launcher, is gone."""

    def arrange() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def read_records(file: Path) -> list[Record]:
    """Records of a file; an absent or broken one holds none."""
    try:
        return [Record(**entry) for entry in json.loads(file.read_text())]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def is_left_over(record: Record) -> bool:
    """Whether the recorded group still lives.

    A pid can be another program's by now: the boot and the leader's start time must agree. When the leader
    has gone, its number is not given out again as long as members of its group live: they are ours.
    """
    if record.boot != boot_id():
        return False
    leader = stat_of(record.pid)
    if leader is not None and leader.started != record.started:
        return False
    return any(member.session == record.pid for member in group_members(record.pid))


def wait_for(ready, children: Children, seconds: float) -> str | None:
    """Wait until `ready()` is true. Returns None then, or a line about why it did not come to that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return None
        trouble = children.ended()
        if trouble:
            return trouble
        time.sleep(0.1)
    return f"{seconds:.0f} 秒内没有就绪，日志在 {children.logs}"
