"""scripts/bench: run benchmarks, print their figures, and fail below a goal. Goals are ratios, never rates.

Several that keep a ground (`scripts/bench lists desks dashboards portal`) stand on one, and take the same options.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Mapping, Sequence
from itertools import takewhile
from types import ModuleType

import django

import bench


def main(arguments: list[str]) -> int:
    """Run the sub-command; 0 when every figure reached its goal, else 1."""
    # Demo data and benchmarks may travel in time, and nothing here may wake a worker of the live system.
    # The people of the ground have no second factor to show.
    os.environ.update(
        TIME_TRAVEL="1", KICKS="0", MFA_REQUIRED="0", DJANGO_SETTINGS_MODULE="enforcement.settings"
    )
    django.setup()
    found = modules()
    names = list(takewhile(found.__contains__, arguments))
    if len(names) > 1:
        return on_one_ground(names, arguments[len(names) :], found)
    return run(read_arguments(arguments, found))


def on_one_ground(names: Sequence[str], rest: list[str], found: Mapping[str, ModuleType]) -> int:
    """Run several on one database, which goes with the run unless --keep names it. Exit code as of one."""
    chosen = [read_arguments([name, *rest], found) for name in names]
    if not all(hasattr(options, "keep") for options in chosen):
        sys.stderr.write("only benchmarks that take --keep can stand on one ground\n")
        return 2
    if chosen[0].keep:
        return max([run(options) for options in chosen])
    from bench.ground.database import own_database  # noqa: PLC0415  needs Django

    # The ground that stands by itself bears the name under which the suites find it again.
    with own_database():
        for options in chosen:
            options.keep = str(os.getpid())
        return max([run(options) for options in chosen])


def run(options: argparse.Namespace) -> int:
    """Run one and print its figures; 0 when each reached its goal, else 1."""
    figures = options.run(options)
    for figure in figures:
        line = json.dumps(figure.as_json(), ensure_ascii=False) if options.json else figure.words()
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return 0 if all(figure.is_reached for figure in figures) else 1


def modules() -> dict[str, ModuleType]:
    """The sub-commands by name."""
    names = (found.name for found in pkgutil.iter_modules(bench.__path__) if not found.ispkg)
    found = (importlib.import_module(f"bench.{name}") for name in names if name != "__main__")
    # A module is called as its command, unless that is no name for a module (COMMAND).
    return {getattr(module, "COMMAND", module.__name__.removeprefix("bench.")): module for module in found}


def read_arguments(arguments: list[str], found: Mapping[str, ModuleType]) -> argparse.Namespace:
    """The command line of scripts/bench."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="benchmark")
    for name, module in sorted(found.items()):
        text = (module.__doc__ or "").strip()
        command = commands.add_parser(name, help=text.splitlines()[0], description=text)
        command.add_argument("--json", action="store_true", help="one JSON object a line for each figure")
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
