"""How many statements each transaction took, seen from the database connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction


@dataclass
class Transaction:
    """One committed transaction: its statements without BEGIN and COMMIT, and what they were given."""

    sql: list[str] = field(default_factory=list)
    given: list[Any] = field(default_factory=list)


@contextmanager
def transactions() -> Iterator[list[Transaction]]:
    """Collect the transactions that commit inside the block, in their order."""
    committed: list[Transaction] = []
    current: dict[str, Any] = {}

    def watch(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]
    ) -> Any:
        if connection.in_atomic_block:
            waiting = [entry[1] for entry in connection.run_on_commit]
            if current.get("done") not in waiting:
                here = Transaction()

                def done() -> None:
                    committed.append(here)

                current.update(here=here, done=done)
                transaction.on_commit(done)
            current["here"].sql.append(str(sql))
            current["here"].given.append(params)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield committed
