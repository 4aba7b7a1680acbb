"""scripts/manage: one management command with the services up."""

import signal
import subprocess

from .configuration import read_configuration
from .environment import ensure_environment
from .paths import PYTHON, ROOT, data_folder
from .stack import Stack


def main(arguments: list[str]) -> int:
    """Run `manage.py ARGUMENTS` and return its exit code. `--data DIR` must come first."""
    folder, rest = split_data(arguments)
    ensure_environment()
    configuration = read_configuration()
    stack = Stack(data_folder(folder, configuration.get("DATA_DIR")), configuration)
    try:
        return run_command([PYTHON, ROOT / "manage.py", *rest], stack.start())
    finally:
        stack.stop()


def run_command(command: list, environment: dict[str, str]) -> int:
    """Run a command on this terminal and return its exit code, 128 + the number after a signal.

    Ctrl-C and SIGTERM belong to the command; the launcher outlives it to stop what it has started.
    """
    process = subprocess.Popen(command, env=environment)
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    code = process.wait()
    return code if code >= 0 else 128 - code


def split_data(arguments: list[str]) -> tuple[str | None, list[str]]:
    """Take a leading --data DIR or --data=DIR off the arguments."""
    if len(arguments) > 1 and arguments[0] == "--data":
        return arguments[1], arguments[2:]
    if arguments and arguments[0].startswith("--data="):
        return arguments[0].removeprefix("--data="), arguments[1:]
    return None, arguments
