"""scripts/lock: rewrite the lock files from the .in files, with hashes for every platform."""

import subprocess

from .console import LaunchError, say
from .environment import DEVELOPMENT_LOCK, RUN_LOCK, UV_LOCK, ensure_environment, index_settings, install_uv
from .paths import ROOT

OLDEST_PYTHON = "3.11"


def main(arguments: list[str]) -> int:
    """Rewrite both locks.

    Arguments go to `uv pip compile` (for example --upgrade, or --upgrade-package NAME).

    The development lock is compiled first and constrains the other one: a version is the same in both.
    """
    ensure_environment(development=True)
    uv = install_uv()
    if uv is None:
        raise LaunchError("uv is needed to write the locks and could not be installed.")
    compile_lock = [uv, "pip", "compile", "--quiet", "--generate-hashes", "--no-header", "--python-version"]
    compile_lock += [OLDEST_PYTHON, *arguments]
    steps = [
        ["requirements-dev.in", "--output-file", DEVELOPMENT_LOCK],
        ["requirements.in", "--constraints", DEVELOPMENT_LOCK, "--output-file", RUN_LOCK],
    ]
    with index_settings() as settings:
        for step in steps:
            say(f"{step[-1]} ...")
            if subprocess.run([*compile_lock, *step], cwd=ROOT, env=settings).returncode:
                raise LaunchError(f"{step[-1]} was not written; see above.")
    say(f"Done. The pinned uv itself stands in {UV_LOCK.relative_to(ROOT)}.")
    return 0
