"""Firings that reach the court above are acts of the system: each an event in the stream of its clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from deadlines.receivers import SUPERIOR_COURT
from deadlines.reminders import Fired
from events import relay
from events.log import GENESIS, digest_of, plain
from events.models import Event
from kernel.time import today

KIND = "clock.escalated"
ACTOR = "system:sweep"


def escalate(fired: Sequence[Fired], *, at: dt.datetime) -> int:
    """Append an event for each rung that tells the court above; returns how many.

    Joins the caller's transaction, which holds the lock on each clock's timer: it guards the clock's stream.
    Two statements for any number of clocks.
    """
    rising = [each for each in fired if SUPERIOR_COURT in each.meaning.to]
    if not rising:
        return 0
    last = _last_of({_stream(each) for each in rising})
    events = []
    for each in rising:
        seq, digest = last.get(_stream(each), (0, GENESIS))
        event = _event(each, seq + 1, at)
        event.digest = digest_of(event, bytes(digest))
        last[event.stream] = (event.seq, event.digest)
        events.append(event)
    Event.objects.bulk_create(events)
    relay.owe(events)
    return len(events)


def _stream(each: Fired) -> str:
    return f"deadline:{each.deadline_id}"


def _last_of(streams: set[str]) -> dict[str, tuple[int, bytes]]:
    """The last place and digest of each stream that has any."""
    last = Event.objects.filter(stream__in=streams).order_by("stream", "-seq").distinct("stream")
    return {stream: (seq, digest) for stream, seq, digest in last.values_list("stream", "seq", "digest")}


def _event(each: Fired, seq: int, at: dt.datetime) -> Event:
    return Event(
        stream=_stream(each),
        seq=seq,
        kind=KIND,
        actor=ACTOR,
        at=at,
        effective_on=today(at),
        key=f"rung:{each.rung}/{each.rung_us}",
        court_id=each.court_id,
        data=plain(
            {
                "deadline_id": each.deadline_id,
                "case_id": each.case_id,
                "rule_id": each.rule_id,
                "rung": each.rung,
                "due_on": each.due_on,
                "to": each.meaning.to,
            }
        ),
    )
