"""The sweep: record every rung whose time has come, tell its receivers, set the next one.

Any number of sweepers may run: each takes timers that no other holds. It takes no case lock: whoever closes a
clock deletes its timer in the same transaction, so a closed clock is never swept. What a process believes of
the time or the zone changes nothing, the database's clock decides.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import time as stopwatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from deadlines.escalation import escalate
from deadlines.receivers import Directory
from deadlines.reminders import Fired, meaning_of, notices_of
from kernel import time
from notices.inapp import tell_staff

BATCH = 500
BUDGET_SECONDS = 60.0
"""Well below the worker's time limit; what is left waits for the next beat."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: timers taken, rungs recorded, notices written, escalations to the court above."""

    timers: int = 0
    firings: int = 0
    notices: int = 0
    escalations: int = 0

    def __add__(self, other: Swept) -> Swept:
        return Swept(
            self.timers + other.timers,
            self.firings + other.firings,
            self.notices + other.notices,
            self.escalations + other.escalations,
        )


def sweep(*, batch: int = BATCH, budget_seconds: float = BUDGET_SECONDS) -> Swept:
    """Fire what is due now, oldest first, in batches that each commit by themselves.

    One instant holds for the whole sweep: a clock whose missed rungs were fired is not met again in it. A batch
    takes one statement per table; when nothing is due, two statements are all.
    """
    at = time.now()
    until = stopwatch.monotonic() + budget_seconds
    done, directory = Swept(), Directory(time.today(at))
    if not _is_any_due(at):
        return done
    while True:
        took = _fire_batch(at, batch, directory)
        done += took
        # A batch that is not full: what is still due is held by other sweepers.
        if took.timers < batch or stopwatch.monotonic() > until:
            return done


def _fire_batch(at: dt.datetime, size: int, directory: Directory) -> Swept:
    with transaction.atomic(durable=True):
        claimed = _claim(at, size)
        fired = _record(list(_come(claimed)), at)
        directory.learn({each.court_id for each in fired}, {each.owner_id for each in fired} - {None})
        notices = tell_staff(list(notices_of(fired, directory)), at=at)
        escalations = escalate(fired, at=at)
    return Swept(len(claimed), len(fired), notices, escalations)


# The order keeps to the index: without it, a prepared LIMIT 1 reads the whole table for the row that is not there.
_DUE = "SELECT 1 FROM deadlines_timer WHERE fire_at <= %s ORDER BY fire_at LIMIT 1"

# fire_at is the earliest rung that has not fired: all from there to now have come, and the earliest after now is
# next. After the last rung the timer is gone.
_CLAIM = """
WITH due AS (
    SELECT deadline_id, fire_at, rungs, (SELECT min(r) FROM unnest(rungs) r WHERE r > %(at)s) AS later
    FROM deadlines_timer WHERE fire_at <= %(at)s ORDER BY fire_at LIMIT %(size)s FOR UPDATE SKIP LOCKED
), moved AS (
    UPDATE deadlines_timer t SET fire_at = due.later, rung = array_position(due.rungs, due.later) - 1
    FROM due WHERE due.later IS NOT NULL AND t.deadline_id = due.deadline_id
), gone AS (
    DELETE FROM deadlines_timer t USING due WHERE due.later IS NULL AND t.deadline_id = due.deadline_id
)
SELECT due.deadline_id, r.n - 1, (extract(epoch FROM r.due_at) * 1000000)::bigint
FROM due CROSS JOIN LATERAL unnest(due.rungs) WITH ORDINALITY AS r(due_at, n)
WHERE r.due_at BETWEEN due.fire_at AND %(at)s
ORDER BY due.deadline_id, r.due_at, r.n
"""

# A statement of its own, after the lock: the one that claims sees clocks as they were before it got the timers.
_COME = """
SELECT id, court_id, team_id, owner_id, case_id, kind, due_on, (extract(epoch FROM due_at) * 1000000)::bigint,
       pack_code, pack_version, pack_digest, rule_id
FROM deadlines_deadline WHERE id = ANY(%s::bigint[]) AND state = 'running' ORDER BY id
"""

_RECORD = """
INSERT INTO deadlines_firing (deadline_id, rung, due_rung_at, fired_at, "to", silent)
SELECT v.deadline_id, v.rung, 'epoch'::timestamptz + v.due_us * interval '1 microsecond', %s::timestamptz,
       (%s::text[])[v.meaning]::jsonb, false
FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::integer[]) AS v(deadline_id, rung, due_us, meaning)
ON CONFLICT (deadline_id, rung, due_rung_at) DO NOTHING
RETURNING deadline_id, rung
"""


def _is_any_due(at: dt.datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [at])
        return cursor.fetchone() is not None


def _claim(at: dt.datetime, size: int) -> dict[int, list[tuple[int, int]]]:
    """Lock this many due timers that nobody else holds, oldest first, and set each to its next rung.

    Returns what has come: id of the clock -> (rung, its time), in the order of time.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"at": at, "size": size})
        come: dict[int, list[tuple[int, int]]] = {}
        for clock, rung, due_us in cursor.fetchall():
            come.setdefault(clock, []).append((rung, due_us))
    return come


def _come(claimed: Mapping[int, Sequence[tuple[int, int]]]) -> Iterator[Fired]:
    """The rungs that have come, with their clocks and with what the rules say of them."""
    with connection.cursor() as cursor:
        cursor.execute(_COME, [_array(claimed)])
        rows = cursor.fetchall()
    # Hundreds of clocks of a batch follow the same few rules.
    meaning = functools.cache(meaning_of)
    for *clock, code, version, digest, rule_id in rows:
        for rung, due_us in claimed[clock[0]]:
            yield Fired(*clock, rule_id, rung, due_us, meaning(code, version, digest, rule_id, rung))


def _record(come: Sequence[Fired], at: dt.datetime) -> list[Fired]:
    """Write the firings; those that are new, since a rung fires once for ever."""
    if not come:
        return []
    roles = {meaning: place for place, meaning in enumerate(dict.fromkeys(each.meaning for each in come), 1)}
    columns = [
        _array(each.deadline_id for each in come),
        _array(each.rung for each in come),
        _array(each.rung_us for each in come),
        _array(roles[each.meaning] for each in come),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [at, [json.dumps(meaning.to) for meaning in roles], *columns])
        new = set(cursor.fetchall())
    return [each for each in come if (each.deadline_id, each.rung) in new]


def _array(numbers: Iterable[int]) -> str:
    """An array as PostgreSQL writes it: a fifth of the time that the driver takes."""
    return f"{{{','.join(map(str, numbers))}}}"
