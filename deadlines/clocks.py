"""Write what a plan says of clocks: clocks and their timers in one statement.

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
from kernel.rows import as_json, columns_of, overwritten, quoted
from regimes.book import RuleBook
from regimes.calendar import Calendar
from regimes.flow import ClockChange

UPDATED = (
    "team_id", "owner_id", "node_id", "node_kind", "pack_code", "pack_version", "pack_digest", "kind", "state", "start",
    "due_on", "due_at", "overdue_at", "raw_on", "provisional", "facts", "stated", "suspensions", "extensions", "met_on",
    "reason", "flag",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose clocks these are."""

    court_id: int
    team_id: int | None
    owner_id: int | None
    case_id: int


@dataclass(frozen=True, slots=True)
class Turn:
    """The clock changes of one case with what they are counted by; see `apply`."""

    changes: Sequence[ClockChange]
    holder: Holder
    book: RuleBook
    calendar: Calendar
    node_of: Mapping[tuple[str, int], int]
    kept: Mapping[int, Deadline]


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
    Returns the rows written. One statement (two when silent).
    """
    return apply_each([Turn(changes, holder, book, calendar, node_of, kept)], at=at, silent=silent)[0]


def apply_each(turns: Sequence[Turn], *, at: dt.datetime, silent: bool = False) -> list[list[Deadline]]:
    """`apply` for several cases with the same one or two statements; the rows of each turn."""
    written = [
        [_row(each, turn.holder, turn.book, turn.calendar, turn.node_of, turn.kept) for each in turn.changes]
        for turn in turns
    ]
    whole = list(zip(turns, written, strict=True))
    if not any(written):
        return written
    after = at if silent else None
    timers = [timer for turn, rows in whole for timer in _timers(rows, turn.book, turn.calendar, after)]
    _write([row for rows in written for row in rows], timers)
    if silent:
        untold = [
            firing
            for turn, rows in whole
            for row in rows
            for firing in _untold(row, turn.book, turn.calendar, at)
        ]
        if untold:
            Firing.objects.bulk_create(untold, ignore_conflicts=True)
    return written


def rearm(rows: Sequence[Deadline], *, book: RuleBook, calendar: Calendar) -> None:
    """Save these rows with their timers set anew. Joins the caller's transaction; one statement."""
    _write(rows, _timers(rows, book, calendar, None))


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
    row.flag = book.flag_of(change.rule)
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
    moment = change.met_at
    if row.due_at is not None and isinstance(moment, dt.datetime):
        return moment > row.due_at
    return row.due_on is not None and change.met_on is not None and change.met_on > row.due_on


_RUN = ("rule_id", "subject_id", "run")
_COLUMNS = quoted(columns_of(Deadline))

_WRITE = f"""
WITH kept AS (
  INSERT INTO deadlines_deadline ({_COLUMNS})
  SELECT {_COLUMNS} FROM json_populate_recordset(NULL::deadlines_deadline, %s)
  ON CONFLICT (case_id, rule_id, subject_id, run) DO UPDATE SET {overwritten(UPDATED)}
  RETURNING id, rule_id, subject_id, run
), timers AS (
  SELECT k.id AS deadline_id, v.fire_at, v.rung, v.rungs
  FROM json_to_recordset(%s) AS v(
    rule_id text, subject_id bigint, run int, fire_at timestamptz, rung smallint, rungs timestamptz[]
  ) JOIN kept k USING (rule_id, subject_id, run)
), gone AS (
  DELETE FROM deadlines_timer
  WHERE deadline_id IN (SELECT id FROM kept) AND deadline_id NOT IN (SELECT deadline_id FROM timers)
), armed AS (
  INSERT INTO deadlines_timer (deadline_id, fire_at, rung, rungs) SELECT * FROM timers
  ON CONFLICT (deadline_id) DO UPDATE SET fire_at = excluded.fire_at, rung = excluded.rung, rungs = excluded.rungs
)
SELECT id, rule_id, subject_id, run FROM kept
"""  # noqa: S608  names of columns, no input


def _write(rows: Sequence[Deadline], timers: Sequence[Mapping[str, Any]]) -> None:
    """Standing and new clocks by their run (a subject is of one case), and their timers, in one statement; each row gets its id."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [as_json(rows), json.dumps(timers)])
        ids = {tuple(run): pk for pk, *run in cursor.fetchall()}
    for row in rows:
        row.pk = ids[row.rule_id, row.subject_id, row.run]
        row._state.adding = False


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


def _timers(
    rows: Sequence[Deadline], book: RuleBook, calendar: Calendar, after: dt.datetime | None
) -> list[dict[str, Any]]:
    """The timer of each row that has a rung to come. after: rungs up to then stay silent."""
    timers = []
    for row in rows:
        rungs = _rungs(row, book, calendar)
        rung = next_rung(rungs, after)
        if rung is not None:
            instants = [instant.isoformat() for instant in rungs]
            run = {name: getattr(row, name) for name in _RUN}
            timers.append({**run, "fire_at": instants[rung], "rung": rung, "rungs": instants})
    return timers


def _rungs(row: Deadline, book: RuleBook, calendar: Calendar) -> list[dt.datetime]:
    return rungs_of(book.rule(row.rule_id), row, calendar) if row.state == "running" else []


def _untold(row: Deadline, book: RuleBook, calendar: Calendar, at: dt.datetime) -> Iterator[Firing]:
    """The rungs of a back-dated clock that were past when it was recorded: kept, told to nobody."""
    for index, instant in enumerate(_rungs(row, book, calendar)):
        rule = book.rule(row.rule_id)
        if instant <= at:
            yield Firing(
                deadline_id=row.pk,
                rung=index,
                due_rung_at=instant,
                fired_at=at,
                to=list(receivers_of(rule, index)),
                silent=True,
            )
