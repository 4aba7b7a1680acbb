"""Write what a plan says of clocks: one upsert of clocks, one statement for their timers.

Joins the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from deadlines.due import Due, due_of_rule
from deadlines.ladder import next_rung, receivers_of, rungs_of
from deadlines.models import Deadline, Firing
from regimes.book import RuleBook
from regimes.calendar import Calendar
from regimes.flow import ClockChange
from regimes.rules import DeadlineRule

UPDATED = (
    "team_id", "owner_id", "node_id", "node_kind", "pack_code", "pack_version", "pack_digest", "kind", "state", "start", "due_on", "due_at", "overdue_at",
    "raw_on", "provisional", "facts", "stated", "suspensions", "extensions", "met_on", "reason",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose clocks these are."""

    court_id: int
    team_id: int | None
    owner_id: int | None
    case_id: int


def apply(
    changes: Sequence[ClockChange],
    *,
    holder: Holder,
    book: RuleBook,
    calendar: Calendar,
    node_of: Mapping[tuple[str, int], int],
    kept: Mapping[int, Deadline],
    at: dt.datetime,
    silent: bool = False,
) -> list[Deadline]:
    """Carry out the plan's clock changes.

    node_of: (node kind, subject) -> node id, to hang each clock on its node. kept: the standing rows by id.
    silent: what should already have warned before `at` is recorded as a silent firing, told to nobody.
    Returns the rows written. Two statements at most (three when silent).
    """
    rows = [_row(change, holder, book, calendar, node_of, kept) for change in changes]
    if not rows:
        return []
    for row in rows:
        # Standing and new rows go in one statement; the upsert by their run gives a standing one its id again.
        row.pk = None
    written = Deadline.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["case_id", "rule_id", "subject_id", "run"],
        update_fields=list(UPDATED),
    )
    _arm(written, book, calendar, at, silent=silent)
    return written


def rearm(rows: Sequence[Deadline], *, book: RuleBook, calendar: Calendar, at: dt.datetime) -> None:
    """Set the timers of these rows anew. Joins the caller's transaction."""
    _arm(rows, book, calendar, at, silent=False)


def _row(
    change: ClockChange,
    holder: Holder,
    book: RuleBook,
    calendar: Calendar,
    node_of: Mapping[tuple[str, int], int],
    kept: Mapping[int, Deadline],
) -> Deadline:
    if change.clock is not None:
        row = kept[change.clock]
    else:
        row = _fresh(change, holder)
    row.team_id, row.owner_id = holder.team_id, holder.owner_id
    if change.action in ("start", "restart"):
        _bind(row, change, book)
        _set_due(row, change, calendar)
    if row.node_id is None and change.rule.node:
        row.node_id = node_of.get((change.rule.node, change.subject))
    if change.action == "cancel":
        row.state, row.reason = Deadline.State.CANCELLED, change.reason
    elif change.met_on is not None:
        _meet(row, change)
    return row


def _fresh(change: ClockChange, holder: Holder) -> Deadline:
    return Deadline(
        court_id=holder.court_id,
        team_id=holder.team_id,
        owner_id=holder.owner_id,
        case_id=holder.case_id,
        subject_id=change.subject,
        node_kind=change.rule.node or "",
        rule_id=change.rule.id,
        run=change.run,
    )


def _bind(row: Deadline, change: ClockChange, book: RuleBook) -> None:
    """The clock names the pack by which it is counted, also when its case has moved to another version."""
    pack = book.pack_of(change.rule.id)
    row.pack_code, row.pack_version, row.pack_digest = pack.code, pack.version, pack.digest
    row.kind = change.rule.kind


def _set_due(row: Deadline, change: ClockChange, calendar: Calendar) -> None:
    due: Due = due_of_rule(change, calendar)
    row.start = change.start.isoformat() if change.start else ""
    row.reason = ""
    row.due_on, row.due_at, row.overdue_at, row.raw_on = due.on, due.at, due.overdue_at, due.raw_on
    row.provisional = due.provisional
    row.facts = dict(change.facts)
    row.stated = change.stated
    row.suspensions = [list(interval.used) for interval in change.suspensions]
    row.extensions = [list(extension.used) for extension in change.extensions]
    row.state = Deadline.State.RUNNING if due.overdue_at else Deadline.State.SUSPENDED


def _meet(row: Deadline, change: ClockChange) -> None:
    row.met_on = change.met_on
    row.state = Deadline.State.MET_LATE if _late(row, change) else Deadline.State.MET


def _late(row: Deadline, change: ClockChange) -> bool:
    if row.kind in ("soft_target", "right"):
        return False
    if row.due_on is not None:
        return change.met_on is not None and change.met_on > row.due_on
    moment = change.met_at
    return bool(row.due_at and isinstance(moment, dt.datetime) and moment > row.due_at)


_SET_TIMERS = """
WITH gone AS (DELETE FROM deadlines_timer WHERE deadline_id = ANY(%s))
INSERT INTO deadlines_timer (deadline_id, fire_at, rung, rungs)
SELECT * FROM json_to_recordset(%s) AS v(deadline_id bigint, fire_at timestamptz, rung smallint, rungs timestamptz[])
ON CONFLICT (deadline_id) DO UPDATE SET fire_at = excluded.fire_at, rung = excluded.rung, rungs = excluded.rungs
"""


def timer_of(clock: int, rungs: Sequence[dt.datetime], rung: int) -> dict[str, Any]:
    """A timer as `set_timers` takes it; rung: the one that fires next."""
    instants = [instant.isoformat() for instant in rungs]
    return {"deadline_id": clock, "fire_at": instants[rung], "rung": rung, "rungs": instants}


def set_timers(disarmed: Sequence[int], timers: Sequence[Mapping[str, Any]]) -> None:
    """Take these clocks' timers away, and set those of others (`timer_of`). Joins the caller's transaction; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_SET_TIMERS, [list(disarmed), json.dumps(timers)])


def _arm(
    rows: Sequence[Deadline], book: RuleBook, calendar: Calendar, at: dt.datetime, *, silent: bool
) -> None:
    timers, disarmed, untold = [], [], []
    for row in rows:
        if row.state != "running":
            disarmed.append(row.pk)
            continue
        rule = book.rule(row.rule_id)
        rungs = rungs_of(rule, row, calendar)
        rung = next_rung(rungs, at if silent else None)
        if rung is None:
            disarmed.append(row.pk)
        else:
            timers.append(timer_of(row.pk, rungs, rung))
        if silent:
            untold += _untold(row, rule, rungs, at)
    set_timers(disarmed, timers)
    if untold:
        Firing.objects.bulk_create(untold, ignore_conflicts=True)


def _untold(
    row: Deadline, rule: DeadlineRule, rungs: Sequence[dt.datetime], at: dt.datetime
) -> Iterator[Firing]:
    """The rungs of a back-dated clock that were past when it was recorded: kept, told to nobody."""
    for index, instant in enumerate(rungs):
        if instant <= at:
            yield Firing(
                deadline_id=row.pk,
                rung=index,
                due_rung_at=instant,
                fired_at=at,
                to=list(receivers_of(rule, index)),
                silent=True,
            )
