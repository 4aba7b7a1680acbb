"""A simulated quarter: receipts out of bank files, payouts over a bank that errs, workers and a database that die.

Prints the seed (--seed plays it again), what was done, what went wrong, and the minutes. Reached when at its end the
books verify clean, our ledger and the simulated bank's tell the same, and every case heard of its money once.
"""

from __future__ import annotations

import argparse
import io
import logging
import random
import sys
import tempfile
import time as stopwatch
from pathlib import Path

from django.core.management import call_command

from bench.ground.database import own_database
from bench.ground.figures import Figure
from tests.factories.bank import bank
from tests.factories.quarter import Quarter
from tests.factories.quarter_road import unheard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much, and which."""
    parser.add_argument("--receipts", type=int, default=5000, help="lines of the bank (default: 5000)")
    parser.add_argument("--seed", type=int, default=None, help="play this quarter again (default: any)")
    parser.add_argument("--faults", type=float, default=0.2, help="share of orders the bank errs on")


def run(options: argparse.Namespace) -> list[Figure]:
    """Play, then hold the ledgers against each other."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    seed = random.SystemRandom().randrange(10**6) if options.seed is None else options.seed
    sys.stderr.write(f"seed {seed}, {options.receipts} receipts\n")
    began, worked = stopwatch.perf_counter(), stopwatch.process_time()
    with own_database(), tempfile.TemporaryDirectory() as folder:
        with bank(Path(folder), seed=seed, faults=options.faults, slow=0.5) as teller:
            quarter = Quarter(seed, options.receipts, teller, tell=lambda word: sys.stderr.write(f"{word}\n"))
            quarter.play()
            sys.stderr.write(f"{quarter.told()}\n")
            teller.assert_same()
            books = teller.books()
            theirs, paid = (
                sum(books["faults"].values()),
                -sum(fen for fen in books["accounts"].values() if fen < 0),
            )
            sys.stderr.write(f"both ledgers: {len(books['orders'])} orders, {paid / 100:,.2f} yuan paid\n")
        is_clean, said = verified()
        lost = list(unheard())
    sys.stderr.write("".join(f"{each}\n" for each in lost) + said)
    minutes, own = (stopwatch.perf_counter() - began) / 60, (stopwatch.process_time() - worked) / 60
    return [
        Figure(
            name=f"quarter of {options.receipts} receipts, seed {seed}, {sum(quarter.faults.values())} faults of ours, "
            f"{theirs} of the bank, {own:.1f} min of processor; {said.splitlines()[-1]}",
            ours=minutes, limit=minutes, ratio=1.0, unit="min", rows=quarter.brought, spread=(1.0, 1.0),
            goal="books clean, both ledgers equal, every case told once", is_reached=is_clean and not lost,
        )
    ]  # fmt: skip


def verified() -> tuple[bool, str]:
    """What `verify_books` answers, and what it prints."""
    out = io.StringIO()
    try:
        call_command("verify_books", stdout=out)
    except SystemExit:
        return False, out.getvalue()
    return True, out.getvalue()
