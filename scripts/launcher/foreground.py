"""scripts/service: one process of the system in the foreground, with the environment as it is given.

For containers and for systemd, where somebody else keeps database and broker; scripts/run starts the same commands.
"""

import os
import sys
from pathlib import Path

from .console import LaunchError
from .paths import ROOT

MEMORY = Path("/dev/shm")  # noqa: S108  gunicorn makes its own private files there
NAMES = ("prepare", "web", "worker", "beat")


def main(arguments: list[str]) -> int:
    """Become the named process; does not return."""
    if len(arguments) != 1 or arguments[0] not in NAMES:
        raise LaunchError(f"用法：scripts/service {'|'.join(NAMES)}")
    command = command_of(arguments[0], sys.executable, bind=os.environ.get("BIND", "127.0.0.1:8000"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "enforcement.settings")
    os.environ["PYTHONPATH"] = f"{ROOT}:{ROOT / 'scripts'}"
    os.chdir(ROOT)
    if arguments[0] == "beat" and (folder := os.environ.get("DATA_DIR")):
        (Path(folder) / "state").mkdir(parents=True, exist_ok=True)
    os.execv(command[0], [str(part) for part in command])  # noqa: S606  this very process becomes the service


def command_of(
    name: str, python: str | Path, *, bind: str = "", schedule: Path | None = None
) -> list[str | Path]:
    """The command line of a process. bind: gunicorn's notation; schedule: where beat notes what it has done."""
    if name == "prepare":
        return [python, "-m", "launcher.prepare"]
    if name == "web":
        return web(python, bind)
    celery: list[str | Path] = [python, "-m", "celery", "-A", "enforcement"]
    if name == "worker":
        return [*celery, "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
    folder = Path(os.environ.get("DATA_DIR", ROOT / ".data")) / "state"
    file = schedule or folder / "beat-schedule"
    return [*celery, "beat", "--loglevel", "INFO", "--schedule", file, "--pidfile="]


def web(python: str | Path, bind: str) -> list[str | Path]:
    """The web server: processes of four threads each, two unless WEB_PROCESSES says otherwise."""
    processes = os.environ.get("WEB_PROCESSES", "2")
    command: list[str | Path] = [python, "-m", "gunicorn", "enforcement.wsgi", "--worker-class", "gthread"]
    command += ["--config", "python:enforcement.serving"]
    command += ["--workers", processes, "--threads", "4", "--bind", bind]
    command += ["--graceful-timeout", "8", "--no-control-socket"]
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        # The heartbeat file on a slow disk can make a busy worker look dead.
        command += ["--worker-tmp-dir", MEMORY]
    return command
