"""The rules without a database: reading every pack in a fresh process, and explaining many deadlines on one core.

Seconds of the processor, so that other work on the machine does not count.

Goals: all packs in less than 300 ms; 100,000 explanations in less than 20 s. The limit beside the first is the C parser
alone over the same files (composed to nodes, nothing checked); beside the second, the counting without its words.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import time as stopwatch
from collections.abc import Iterator
from datetime import date, timedelta

from bench.ground.figures import Figure, compared
from regimes.amounts import is_clock
from regimes.calendar import Calendar
from regimes.explain import explain
from regimes.packs import Pack, load_library
from regimes.periods import compute
from regimes.rules import DeadlineRule

LOAD_MS, EXPLAIN_SECONDS = 300.0, 20.0
_LOAD = """
import time
from regimes.packs import FOLDER, load_library
import yaml
began = time.process_time()
for file in sorted(FOLDER.glob("**/*.yaml")):
    yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
parsed = time.process_time()
load_library()
print((time.process_time() - parsed) * 1000, (parsed - began) * 1000)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many, how often."""
    parser.add_argument("--deadlines", type=int, default=100_000, help="explanations (default: 100,000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each (default: 3)")


def run(options: argparse.Namespace) -> list[Figure]:
    """Both figures."""
    loads = [_loaded() for _ in range(options.rounds)]
    library = load_library()
    explained = [_explained(library.packs, options.deadlines) for _ in range(options.rounds)]
    allowed = EXPLAIN_SECONDS * options.deadlines / 100_000
    return [
        compared(
            f"load {len(library.packs)} packs in a fresh process",
            loads,
            unit="ms",
            rows=sum(1 for pack in library.packs for _rule in pack.rules()),
            goal=f"below {LOAD_MS:.0f} ms",
            reached=lambda ms, _: ms < LOAD_MS,
        ),
        compared(
            f"explain {options.deadlines:,} deadlines",
            explained,
            unit="s",
            rows=options.deadlines,
            goal=f"below {allowed:.0f} s",
            reached=lambda seconds, _: seconds < allowed,
        ),
    ]


def _loaded() -> tuple[float, float]:
    found = subprocess.run([sys.executable, "-c", _LOAD], check=True, capture_output=True, text=True)  # noqa: S603
    ours, parsing = found.stdout.split()
    return float(ours), float(parsing)


def _explained(packs: tuple[Pack, ...], count: int) -> tuple[float, float]:
    calendar = Calendar.seed(through=2030)
    asked = list(itertools.islice(_questions(packs), count))
    began = stopwatch.process_time()
    for rule, _pack, start in asked:
        compute(rule.terms, start, calendar)
    counted = stopwatch.process_time()
    for rule, pack, start in asked:
        explain(rule, start, calendar=calendar, pack=pack).as_json()
    return stopwatch.process_time() - counted, counted - began


def _questions(packs: tuple[Pack, ...]) -> Iterator[tuple[DeadlineRule, Pack, date]]:
    """Every rule that counts days from a start, from one day after the other, round and round."""
    rules = [
        (rule, pack)
        for pack in packs
        for rule in pack.deadlines
        if rule.start and rule.period and not is_clock(rule.period)
    ]
    for day in itertools.count():
        for rule, pack in rules:
            first = max(pack.effective_from, date(2024, 1, 1))
            yield rule, pack, first + timedelta(days=day % 700)
