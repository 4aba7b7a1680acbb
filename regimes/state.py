"""What a plan may look at: subjects, what happened to them and when, the nodes and clocks that stand. Pure values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Moment = dt.date | dt.datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """What a duty is about. kind: case, respondent, applicant, property, receipt, clue ... parent: subject id."""

    id: int
    kind: str
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A duty's run as it stands."""

    id: int
    kind: str
    subject: int
    run: int
    open: bool
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock as it stands, with what it was computed from (`Interval.used`, `Extension.used`), so that a change shows."""

    id: int
    rule: str
    subject: int
    run: int
    state: str
    start: str
    suspensions: tuple[tuple[Any, ...], ...] = ()
    extensions: tuple[tuple[Any, ...], ...] = ()
    stated: str = ""

    @property
    def running(self) -> bool:
        """Running or suspended."""
        return self.state in ("running", "suspended")


@dataclass(frozen=True, slots=True)
class Interval:
    """Days that do not count, both ends included; last None = until further notice. stops: node kinds, () = all."""

    kind: str
    first: dt.date
    last: dt.date | None
    subject: int | None = None
    stops: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[str, str, str | None]:
        """As a clock keeps it."""
        return self.kind, self.first.isoformat(), self.last.isoformat() if self.last else None


@dataclass(frozen=True, slots=True)
class Extension:
    """Approved extra days for one rule."""

    rule: str
    subject: int | None
    days: int
    unit: str = "day"

    @property
    def used(self) -> tuple[int, str]:
        """As a clock keeps it."""
        return self.days, self.unit


@dataclass(frozen=True, slots=True)
class State:
    """All that a plan may look at. happened: subject -> event -> moments in order."""

    subjects: Mapping[int, Subject]
    facts: Mapping[int, Mapping[str, Any]]
    happened: Mapping[int, Mapping[str, Sequence[Moment]]]
    nodes: Sequence[Node] = ()
    clocks: Sequence[Clock] = ()
    intervals: Sequence[Interval] = ()
    extensions: Sequence[Extension] = ()

    def children(self) -> dict[int | None, list[int]]:
        """Subject ids by parent."""
        result: dict[int | None, list[int]] = {}
        for subject in self.subjects.values():
            result.setdefault(subject.parent, []).append(subject.id)
        return result


def day_of(moment: Moment) -> dt.date:
    """The court-local day of a moment (instants are stored with the court's offset)."""
    return moment.date() if isinstance(moment, dt.datetime) else moment


def instant_of(moment: Moment) -> tuple[dt.date, dt.time]:
    """A key that orders days and instants together."""
    if isinstance(moment, dt.datetime):
        return moment.date(), moment.time()
    return moment, dt.time.min
