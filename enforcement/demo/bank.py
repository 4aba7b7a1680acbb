"""A bank for demo and tests: a process of its own, with its own ledger, that knows nothing of the court's system.

    python enforcement/demo/bank.py --port 9100 --ledger bank.sqlite [--seed 7 --faults 0.2 --delay 3]

Speaks what funds/bank/http.py asks: POST /orders, GET /orders/{reference}. For tests: GET /ledger, POST /settle (what is
accepted is decided now), POST /next {"faults": [...]} (faults of the next calls, in turn), POST /give-back {"reference"}.
Faults: drop (answers nothing, took nothing), timeout (takes it, answers too late), error (takes it, answers 500), busy
(503, took nothing), refuse (4xx, never takes it), return (accepted, comes back), late (paid, comes back afterwards).
Only the standard library: the system never imports this file, and this file never imports the system.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sqlite3
import threading
import time
import uuid
from collections import Counter as Tally
from decimal import Decimal, InvalidOperation
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FAULTS = ("drop", "timeout", "error", "busy", "refuse", "return", "late")
SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS orders (
    reference TEXT PRIMARY KEY, fen INTEGER NOT NULL CHECK (fen > 0), payer TEXT NOT NULL, payee TEXT NOT NULL,
    state TEXT NOT NULL, fate TEXT NOT NULL, bank_ref TEXT UNIQUE, happened TEXT NOT NULL, code TEXT NOT NULL,
    taken REAL NOT NULL, received INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY, reference TEXT NOT NULL REFERENCES orders, kind TEXT NOT NULL, account TEXT NOT NULL,
    fen INTEGER NOT NULL, UNIQUE (reference, kind, account));
"""


class SimulatedBank:
    """Orders and double entries in SQLite; one lock, so that a reference is paid once whoever asks."""

    def __init__(self, ledger: Path, *, seed: int, faults: float, delay: float, slow: float) -> None:
        self.rows = sqlite3.connect(ledger, check_same_thread=False, isolation_level=None)
        self.rows.row_factory = sqlite3.Row
        self.rows.executescript(SCHEMA)
        self.lock, self.chance = threading.Lock(), random.Random(seed)  # noqa: S311
        self.faults, self.delay, self.slow = faults, delay, slow
        self.coming: list[str] = []
        self.went_wrong: Tally[str] = Tally()

    def fault(self) -> str:
        """The fault of this call, or ""."""
        with self.lock:
            if self.coming:
                found = self.coming.pop(0)
            else:
                found = self.chance.choice(FAULTS) if self.chance.random() < self.faults else ""
            self.went_wrong[found] += bool(found)
            return found

    def take(self, order: dict[str, Any], fate: str) -> dict[str, Any]:
        """Accept an order; one that is there already is answered as it stands. Raises ValueError for what is wrong."""
        reference, fen = str(uuid.UUID(order["reference"])), int(Decimal(order["amount"]) * 100)
        with self.lock:
            known = self._row(reference)
            if known is not None:
                if known["fen"] != fen or known["payee"] != order["payee_account"]:
                    raise ValueError("reference_used")
                self.rows.execute(
                    "UPDATE orders SET received = received + 1 WHERE reference = ?", [reference]
                )
                return shape(known)
            values = [
                reference,
                fen,
                order["payer_account"],
                order["payee_account"],
                fate,
                today(),
                time.time(),
            ]
            self.rows.execute(
                "INSERT INTO orders (reference, fen, payer, payee, state, fate, happened, code, taken)"
                " VALUES (?, ?, ?, ?, 'accepted', ?, ?, '', ?)",
                values,
            )
            return shape(self._row(reference))

    def look(self, reference: str) -> dict[str, Any] | None:
        """What became of an order; None when it is not known."""
        with self.lock:
            row = self._row(reference)
            return shape(row) if row else None

    def settle(self, *, older: float) -> int:
        """Decide what has been accepted for `older` seconds; how many orders."""
        with self.lock:
            before = time.time() - older
            waiting = self.rows.execute(
                "SELECT * FROM orders WHERE taken <= ? AND (state = 'accepted' OR state = 'paid' AND fate = 'late')",
                [before],
            ).fetchall()
            self.rows.execute("BEGIN")
            for row in waiting:
                self._decide(row)
            self.rows.execute("COMMIT")
            return len(waiting)

    def give_back(self, reference: str) -> None:
        """A paid order comes back."""
        with self.lock:
            row = self._row(reference)
            if row is not None and row["state"] == "paid":
                self._return(row, "account_closed")

    def books(self) -> dict[str, Any]:
        """The ledger: orders as they stand, what each account has, what was paid net to each payee."""
        with self.lock:
            orders = [dict(row) for row in self.rows.execute("SELECT * FROM orders ORDER BY rowid")]
            sums = self.rows.execute("SELECT account, sum(fen) FROM entries GROUP BY account").fetchall()
        return {
            "orders": orders,
            "accounts": {account: fen for account, fen in sums},
            "faults": +self.went_wrong,
        }

    def _decide(self, row: sqlite3.Row) -> None:
        if row["state"] == "paid":
            self._return(row, "account_closed")
        elif row["fate"] == "return":
            self._end(row, "returned", "name_mismatch")
        else:
            self._enter(row, "paid", 1)
            self.rows.execute(
                "UPDATE orders SET state = 'paid', bank_ref = ?, happened = ? WHERE reference = ?",
                [f"B{uuid.UUID(row['reference']).hex[:20]}", today(), row["reference"]],
            )

    def _return(self, row: sqlite3.Row, code: str) -> None:
        self._enter(row, "returned", -1)
        self._end(row, "returned", code)

    def _end(self, row: sqlite3.Row, state: str, code: str) -> None:
        self.rows.execute(
            "UPDATE orders SET state = ?, code = ?, happened = ? WHERE reference = ?",
            [state, code, today(), row["reference"]],
        )

    def _enter(self, row: sqlite3.Row, kind: str, sign: int) -> None:
        legs = ((row["payer"], -sign * row["fen"]), (row["payee"], sign * row["fen"]))
        for account, fen in legs:
            self.rows.execute(
                "INSERT INTO entries (reference, kind, account, fen) VALUES (?, ?, ?, ?)",
                [row["reference"], kind, account, fen],
            )

    def _row(self, reference: str) -> Any:
        return self.rows.execute("SELECT * FROM orders WHERE reference = ?", [reference]).fetchone()


class Counter(BaseHTTPRequestHandler):
    """The bank's counter: one request, one answer, or none."""

    bank: SimulatedBank
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Take an order, or a wish of a test."""
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if self.path == "/orders":
            return self._order(body)
        if self.path == "/settle":
            return self._say(200, {"settled": self.bank.settle(older=0)})
        if self.path == "/next":
            self.bank.coming += body["faults"]
            return self._say(200, {})
        if self.path == "/give-back":
            self.bank.give_back(body["reference"])
            return self._say(200, {})
        return self._say(404, {"code": "no_such_page"})

    def do_GET(self) -> None:
        """What became of an order, or the whole ledger."""
        if self.path == "/ledger":
            return self._say(200, self.bank.books())
        found = self.bank.look(self.path.rpartition("/")[2])
        return self._say(200, found) if found else self._say(404, {"code": "not_found"})

    def _order(self, body: dict[str, Any]) -> None:
        fault = self.bank.fault()
        if fault == "drop":
            self.close_connection = True
            self.connection.close()
            return None
        if fault == "busy":
            return self._say(503, {"code": "busy"})
        if fault == "refuse" and self.bank.look(str(body.get("reference"))) is None:
            return self._say(422, {"code": "payee_blocked"})
        try:
            taken = self.bank.take(body, fault if fault in ("return", "late") else "")
        except (KeyError, ValueError, InvalidOperation) as error:
            return self._say(409, {"code": str(error)[:60]})
        if fault == "timeout":
            time.sleep(self.bank.slow)
        return self._say(500, {}) if fault == "error" else self._say(202, taken)

    def _say(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: Any) -> None:
        """Nothing: an order names people."""


def shape(row: sqlite3.Row) -> dict[str, Any]:
    """An order as the bank tells it."""
    return {
        "state": row["state"],
        "bank_ref": row["bank_ref"] or "",
        "on": row["happened"],
        "code": row["code"],
    }


def today() -> str:
    """The bank's day, in China."""
    return dt.datetime.now(dt.timezone(dt.timedelta(hours=8))).date().isoformat()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="模拟银行")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=float, default=0.0, help="share of orders that go wrong")
    parser.add_argument(
        "--delay", type=float, default=5.0, help="seconds until an order is decided; 0: by /settle only"
    )
    parser.add_argument("--slow", type=float, default=15.0, help="seconds that a timeout lasts")
    given = parser.parse_args()
    bank = SimulatedBank(
        given.ledger, seed=given.seed, faults=given.faults, delay=given.delay, slow=given.slow
    )
    Counter.bank = bank
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Counter)
    if given.delay:
        threading.Thread(target=_settle_always, args=[bank], daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)  # noqa: T201
    server.serve_forever()


def _settle_always(bank: SimulatedBank) -> None:
    while True:
        time.sleep(1)
        bank.settle(older=bank.delay)


if __name__ == "__main__":
    main()
