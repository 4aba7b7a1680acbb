"""The suites of scripts/test: which folders and tools belong to each, and how one is run."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .children import end_with
from .paths import PYTHON, ROOT
from .processes import end_groups
from .system_packages import browser

TESTS = ROOT / "tests"
BIN = PYTHON.parent
PARALLEL = ("-n", "2")
LAST_SECONDS = 30

# Suites with folders of their own; every other folder of tests/ belongs to the unit suite.
FOLDERS = {
    "house": ("house",),
    "properties": ("properties",),
    "goldens": ("golden", "goldens"),
    "walks": ("walks",),
    "races": ("races",),
    "faults": ("faults",),
    "browser": ("browser",),
}
ORDER = ("house", "unit", "properties", "goldens", "walks", "races", "faults", "browser")
# Each parallel worker has a database of its own. Races and faults stage their own timing, the browser its
# own server.
IN_PARALLEL = ("unit", "properties", "goldens", "walks")

PASSED, FAILED, NONE_YET, SKIPPED = "passed", "FAILED", "none yet", "skipped"


@dataclass
class Outcome:
    """How a suite ended: its state, a line about it, seconds."""

    suite: str
    state: str
    line: str = ""
    seconds: float = 0.0


def folders_of(suite: str, tests: Path = TESTS) -> list[Path]:
    """The folders of a suite that exist and hold test files."""
    if suite == "unit":
        special = {name for names in FOLDERS.values() for name in names}
        candidates = sorted(path for path in tests.iterdir() if path.is_dir() and path.name not in special)
    else:
        candidates = [tests / name for name in FOLDERS[suite]]
    return [folder for folder in candidates if next(folder.rglob("test_*.py"), None)]


def house_tools() -> list[tuple[str, list[str | Path]]]:
    """The checks that are not tests: name and command. A check without anything to look at is left out."""
    templates = sorted(path for path in [ROOT / "templates", *ROOT.glob("[a-z]*/templates")] if path.is_dir())
    pure = [name for name in ("kernel", "regimes") if (ROOT / name).is_dir()]
    tools: list[tuple[str, list[str | Path]]] = [
        ("ruff check", [BIN / "ruff", "check", "--output-format", "concise", "."]),
        ("ruff format", [BIN / "ruff", "format", "--check", "."]),
    ]
    if templates:
        tools.append(("djlint", [BIN / "djlint", "--check", "--lint", *templates]))
    if pure:
        tools.append(("mypy", [BIN / "mypy", "--strict", *pure]))
    tools.append(("lint-imports", [BIN / "lint-imports"]))
    return tools


def run_suite(suite: str, environment: Mapping[str, str], extra: list[str]) -> Outcome:
    """Run a suite's tools and tests with its output on this terminal."""
    lines, failed = [], False
    for name, command in house_tools() if suite == "house" else []:
        code, last = echo(command, environment)
        failed |= code != 0
        lines.append(f"{name} {'ok' if code == 0 else 'FAILED'}")
    folders = folders_of(suite)
    if folders:
        parallel = PARALLEL if suite in IN_PARALLEL else ()
        command = [PYTHON, "-m", "pytest", "-q", *colour(), *parallel, *folders, *extra]
        code, last = echo(command, environment)
        failed |= code != 0
        lines.append(plain(last).strip("= "))
    elif suite != "house":
        return Outcome(suite, NONE_YET)
    return Outcome(suite, FAILED if failed else PASSED, "; ".join(lines))


def echo(command: list[str | Path], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run a command, pass its output on, and return its exit code and its last line with words."""
    sys.stdout.write(f"$ {' '.join(short(part) for part in command)}\n")
    sys.stdout.flush()
    process = subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        # In a session of its own: one Ctrl-C reaches it once, from here, and its workers end with it.
        start_new_session=True,
        preexec_fn=end_with(os.getpid()),
    )
    try:
        return pass_on(process)
    except KeyboardInterrupt:
        # The tests take their databases down; what does not end by then is ended.
        process.send_signal(signal.SIGINT)
        limit = threading.Timer(LAST_SECONDS, end_groups, [[process.pid], 0])
        limit.start()
        pass_on(process)
        limit.cancel()
        raise
    finally:
        end_groups([process.pid], patience=2)
        process.stdout.close()


def pass_on(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Write a process's output to ours until it ends; its exit code and its last line with words."""
    last = ""
    for line in process.stdout or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        last = line.strip() or last
    return process.wait(), last


def short(part: str | Path) -> str:
    """A command's part as a person would type it from the project's folder."""
    path = Path(part)
    if path.is_relative_to(BIN):
        return path.name
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(part)


def colour() -> list[str]:
    """Colours on a terminal although the output passes through us."""
    return ["--color=yes"] if sys.stdout.isatty() else []


def plain(line: str) -> str:
    """A line without terminal colours."""
    parts = line.split("\x1b[")
    return parts[0] + "".join(part.partition("m")[2] for part in parts[1:])


def missing_tool(suite: str) -> str:
    """The name of a tool that the suite cannot do without and that is not there, else nothing."""
    if suite == "house":
        absent = [name for name in ("ruff", "djlint", "mypy", "lint-imports") if not (BIN / name).exists()]
        return ", ".join(absent)
    return "Chromium" if suite == "browser" and browser() is None else ""
