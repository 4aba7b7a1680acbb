"""What another set of packs would do to the clocks of a case: computed, not written. The verbs and the what-if share it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from cases.models import Case
from cases.snapshot import Locked
from courts.selectors import released_pack
from deadlines.due import due_of_rule
from deadlines.models import Deadline
from regimes import flow
from regimes.book import Pinned, RuleBook
from regimes.errors import RegimeError
from regimes.flow import ClockChange
from regimes.packs import Pack

Change = Literal["moved", "started", "ended", "met"]
GONE = "换用的规则没有这项期限"


@dataclass(frozen=True, slots=True)
class Shift:
    """What becomes of one clock. old, new: last days (None: none yet, suspended, or no more). clock: None = new."""

    change: Change
    rule_id: str
    statement: str
    subject: str
    clock: int | None
    old: dt.date | None
    new: dt.date | None
    reason: str = ""


Packs = Mapping[tuple[str, int], Pack]
"""Packs that are not released yet, by code and version; every other is read from the releases."""


def rebook(case: Case, pins: Sequence[Mapping[str, Any]], packs: Packs | None = None) -> RuleBook:
    """The rule book of a case under other pins. A pin with `whole` reaches a case that was filed before its pack's day."""
    return RuleBook(_pinned(case, pin, packs or {}) for pin in pins)


def _pinned(case: Case, pin: Mapping[str, Any], packs: Packs) -> Pinned:
    pack = packs.get((pin["code"], pin["version"])) or released_pack(pin["code"], pin["version"])
    whole = bool(pin.get("whole")) or pin["code"] == "BASE" or pack.effective_from <= case.filed_on
    return Pinned(pack, frozenset(pin["features"]), whole=whole)


def pins_with(case: Case, pack: Pack) -> list[dict[str, Any]]:
    """The pins of a case with this version in the place of the one of the same code; the rest as it stands.

    Raises KeyError for a case that does not follow the code.
    """
    if all(pin["code"] != pack.code for pin in case.packs):
        raise KeyError(pack.code)
    new = {"version": pack.version, "digest": pack.digest, "whole": True}
    return [{**pin, **new} if pin["code"] == pack.code else dict(pin) for pin in case.packs]


def stale_clocks(locked: Locked, book: RuleBook) -> list[Deadline]:
    """The open clocks that another version of their pack counts from now on, or no pack any more."""
    return [row for row in _open(locked) if _digest_of(book, row.rule_id) != row.pack_digest]


def gone_clocks(locked: Locked, book: RuleBook) -> list[tuple[Deadline, ClockChange]]:
    """The open clocks whose rule the new book does not hold, each with its end."""
    return [
        (
            row,
            ClockChange(
                "cancel", locked.book.rule(row.rule_id), row.subject_id, row.run, clock=row.pk, reason=GONE
            ),
        )
        for row in _open(locked)
        if _digest_of(book, row.rule_id) is None
    ]


def shifts(locked: Locked, book: RuleBook, *, every: bool = False) -> list[Shift]:
    """What the new book does to the clocks of the case, old -> new. Writes nothing and leaves `locked` as it was.

    every: count all open clocks from their start, not only those of another version: the calendar is another one too.
    """
    gone = gone_clocks(locked, book)
    left = {row.pk for row, _change in gone}
    stale = {row.pk for row in (_open(locked) if every else stale_clocks(locked, book))}
    state = locked.state()
    # A clock without its start is counted from its start again.
    clocks = [
        replace(clock, start="") if clock.id in stale else clock
        for clock in state.clocks
        if clock.id not in left
    ]
    plan = flow.plan(book, replace(state, clocks=clocks))
    found = [_shift(locked, change) for change in (*(change for _row, change in gone), *plan.clocks)]
    return [shift for shift in found if shift is not None]


def _shift(locked: Locked, change: ClockChange) -> Shift | None:
    """None: the clock ends on the same day as before, or would be entered as met long ago."""
    row = locked.clocks.get(change.clock) if change.clock is not None else None
    old = row.due_on if row is not None else None
    names = (change.rule.id, change.rule.statement, locked.labels[change.subject], change.clock, old)
    if change.action == "cancel":
        return Shift("ended", *names, None, change.reason)
    if change.action == "meet":
        return Shift("met", *names, None)
    try:
        due = due_of_rule(change, locked.calendar)
    except RegimeError as error:
        return Shift("moved" if row else "started", *names, None, str(error))
    if row is None:
        return None if change.met_on is not None else Shift("started", *names, due.on)
    return None if (due.on, due.at) == (row.due_on, row.due_at) else Shift("moved", *names, due.on)


def _open(locked: Locked) -> list[Deadline]:
    return [row for row in locked.clocks.values() if row.state in ("running", "suspended")]


def _digest_of(book: RuleBook, rule_id: str) -> str | None:
    try:
        return book.pack_of(rule_id).digest
    except KeyError:
        return None
