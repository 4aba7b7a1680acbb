"""The simulated bank as a process of its own, and the comparison of its ledger with the court's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from funds.bank.http import HttpBank
from funds.models import Payout

PROGRAM = Path(__file__).resolve().parents[2] / "enforcement/demo/bank.py"


@dataclass
class Process:
    """A running bank. line: the adapter of the system, impatient; faults and settlement are the test's."""

    url: str
    line: HttpBank

    def next(self, *faults: str) -> None:
        """What goes wrong with the next orders, in turn; "" is a good one."""
        httpx.post(f"{self.url}/next", json={"faults": list(faults)}, trust_env=False)

    def settle(self) -> None:
        """The bank decides what it has accepted."""
        httpx.post(f"{self.url}/settle", json={}, trust_env=False, timeout=60)

    def books(self) -> dict[str, Any]:
        """The bank's own ledger."""
        found: dict[str, Any] = httpx.get(f"{self.url}/ledger", trust_env=False, timeout=60).json()
        return found

    def assert_same(self) -> None:
        """Both ledgers tell the same: each payout as the bank has it, each reference received once."""
        books = self.books()
        told = {row["reference"]: (row["state"], row["fen"]) for row in books["orders"]}
        ours = {
            str(p.instruction.reference): (p.state, int(p.amount * 100))
            for p in Payout.objects.filter(instruction__isnull=False).select_related("instruction")
        }
        assert {key: value for key, value in ours.items() if key in told} == told
        assert all(state == "returned" for key, (state, _fen) in ours.items() if key not in told)
        assert all(row["received"] == 1 for row in books["orders"]), "a reference was sent twice"
        paid = sum(fen for state, fen in ours.values() if state == "paid")
        assert -sum(fen for fen in books["accounts"].values() if fen < 0) == paid
        assert sum(books["accounts"].values()) == 0


@contextmanager
def bank(folder: Path, *, seed: int = 1, faults: float = 0.0, slow: float = 2.0) -> Iterator[Process]:
    """A bank whose ledger is a file of `folder`; killed at the end, as a process that nobody asked to stop."""
    command = [sys.executable, str(PROGRAM), "--port", "0", "--ledger", str(folder / "bank.sqlite")]
    command += ["--seed", str(seed), "--faults", str(faults), "--delay", "0", "--slow", str(slow)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            yield Process(url, HttpBank(url, read_timeout=slow / 2))
        finally:
            process.kill()
