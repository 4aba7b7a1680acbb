"""A case as it stood: the fold of the row images in its events, and the same rows as the database has them.

Each event of a case holds under data["rows"] what its act wrote: [table, id, {column: value after the act}]. The
fold is pure; only `stored` asks the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from cases.models import Case
from cases.rows import image_of, tracked
from events.log import plain

State = dict[tuple[str, int], dict[str, Any]]
"""(table, id) -> column -> value as JSON keeps it."""


class Act(Protocol):
    """What replay reads of an event."""

    @property
    def seq(self) -> int: ...

    @property
    def at(self) -> dt.datetime: ...

    @property
    def effective_on(self) -> dt.date: ...

    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """A value in which two states differ. column "": the row stands in only one of them (None: where it is missing)."""

    table: str
    id: int
    column: str
    left: Any
    right: Any


def replay(
    events: Iterable[Act], *, as_of: dt.date | None = None, known_at: dt.datetime | None = None
) -> State:
    """The rows of a case after its events, in the order of their seq.

    as_of: only what acts effective on or before this day changed, so that an act recorded late and dated back does
    not bring with it what was done between the two days. known_at: only acts recorded up to this instant.
    """
    state: State = {}
    before: State = {}
    known = (event for event in events if known_at is None or event.at <= known_at)
    for event in sorted(known, key=lambda each: each.seq):
        counts = as_of is None or event.effective_on <= as_of
        for table, pk, columns in event.data.get("rows", ()):
            row = (table, pk)
            is_new = row not in before
            changed = _changed(before.get(row, {}), columns)
            before[row] = {**before.get(row, {}), **columns}
            if counts and (is_new or row in state):
                state[row] = {**state.get(row, {}), **changed}
    return state


def stored(case: Case) -> State:
    """The rows of a case as the database has them now, in the shape of `replay`. One statement per table."""
    return {
        (name, pk): plain(columns)
        for model, known in tracked().items()
        for name, pk, columns in map(
            image_of, model._default_manager.filter(**{known.path: case.pk}).only(*known.columns)
        )
    }


def differences(left: State, right: State) -> list[Difference]:
    """Everything in which two states differ, by table, row and column; empty when they are the same."""
    return list(_differences(left, right))


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name not in before or before[name] != value}


def _differences(left: State, right: State) -> Iterator[Difference]:
    for table, pk in sorted(left.keys() | right.keys()):
        mine, theirs = left.get((table, pk)), right.get((table, pk))
        if mine is None or theirs is None:
            yield Difference(table, pk, "", mine, theirs)
            continue
        for column in sorted(mine.keys() | theirs.keys()):
            if mine.get(column) != theirs.get(column):
                yield Difference(table, pk, column, mine.get(column), theirs.get(column))
