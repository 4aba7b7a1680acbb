"""Which kinds of job there are: upper floors list their steps here, once, from the roof's wiring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jobs.models import Job

Step = Callable[[Job], "Stride"]


@dataclass(frozen=True, slots=True)
class Stride:
    """What one step did, beyond its own writes.

    done: units so far; total: units in all. cursor: where the next step begins; None: nothing is left.
    result: what came out, once nothing is left.
    """

    done: int
    total: int
    cursor: dict[str, Any] | None
    message: str = ""
    result: dict[str, Any] = field(default_factory=dict)


_steps: dict[str, Step] = {}


def list_kind(kind: str, step: Step) -> None:
    """List a kind; called only by enforcement/wiring.py. The kind is kept in the database: never rename it.

    step: called as step(job) within a transaction that also keeps the Stride it returns; it writes through verbs that
    join, and starts from job.params and job.cursor ({} at first) alone.
    """
    _steps[kind] = step


def step_of(kind: str) -> Step | None:
    """The step of a kind; None when no floor has listed it."""
    return _steps.get(kind)
