"""Bring the database up to date before the application starts. Runs inside .venv, in one process for speed.

Each step may run any number of times. Called by the launcher with the application's environment.
"""

import io
import os
import sys
from pathlib import Path

import django
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

# Idempotent: each adds what is missing and leaves alone what a court has changed.
SEEDS = ("seed_calendar", "release_packs", "seed_templates")


def main() -> int:
    """Schema and rights, what every court needs; then the demo's cases once, or the first administrator."""
    django.setup()
    call_command("setup_database", verbosity=0)
    for seed in SEEDS:
        call_command(seed, verbosity=0, stdout=io.StringIO())
    if os.environ.get("DEMO") == "1":
        load_demo(Path(os.environ["DATA_DIR"]) / "demo-loaded")
    elif not get_user_model().objects.filter(is_superuser=True).exists():
        ask_for_administrator()
    return 0


def ask_for_administrator() -> None:
    """Ask on a terminal; elsewhere say which command creates the account. The system starts all the same."""
    try:
        call_command("first_administrator")
    except CommandError as error:
        sys.stdout.write(f"{error}\n")


def load_demo(stamp: Path) -> None:
    """Load the invented cases unless that was done; a load cut short is repeated."""
    if not stamp.exists():
        call_command("demo", verbosity=0)
        stamp.touch()


if __name__ == "__main__":
    sys.exit(main())
