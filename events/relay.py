"""The road up: after commit each reaction listed for an event's kind runs as a verb in its own transaction.

A reaction is called as `reaction(event)`; it uses `event:<id>` as its key, so that running it twice changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import structlog
from django.db import transaction
from django.db.models import F

from events.kick import kick
from events.models import Event, Pending
from kernel import time

Reaction = Callable[[Event], object]
LEASE = dt.timedelta(minutes=2)
BACKOFF = (5, 30, 120, 600, 3600)
log = structlog.get_logger(__name__)

_reactions: dict[str, dict[str, Reaction]] = {}


def listen(kind: str, name: str, reaction: Reaction) -> None:
    """List a reaction; called only by enforcement/wiring.py. The name is kept in the database: never rename it."""
    _reactions.setdefault(kind, {})[name] = reaction


def reactions() -> dict[str, dict[str, Reaction]]:
    """Every kind with its reactions, for the page that shows them and the house test."""
    return _reactions


def owe(events: Iterable[Event]) -> None:
    """Note in the event's own transaction what it owes, and wake a worker after commit."""
    rows = [
        Pending(event=event, reaction=name, due_at=event.at)
        for event in events
        for name in _reactions.get(event.kind, ())
    ]
    if rows:
        Pending.objects.bulk_create(rows)
        kick("events.relay")


def run(*, limit: int = 200) -> int:
    """Run what is due, oldest first; returns how many reactions were done. Safe in any number of workers."""
    done = 0
    while done < limit and (pending := _claim()) is not None:
        done += _react(pending)
    return done


def _claim() -> Pending | None:
    at = time.now()
    with transaction.atomic():
        pending = (
            Pending.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("event")
            .filter(due_at__lte=at)
            .order_by("due_at", "id")
            .first()
        )
        if pending is not None:
            Pending.objects.filter(pk=pending.pk).update(due_at=at + LEASE, attempts=F("attempts") + 1)
    return pending


def _react(pending: Pending) -> int:
    reaction = _reactions.get(pending.event.kind, {}).get(pending.reaction)
    try:
        if reaction is None:
            raise LookupError(f"no reaction {pending.reaction!r}")
        reaction(pending.event)
    except Exception as error:  # noqa: BLE001  one bad reaction must not stop the road; it stays, visible
        wait = BACKOFF[min(pending.attempts, len(BACKOFF) - 1)]
        log.warning(
            "relay.failed", event_id=pending.event_id, reaction=pending.reaction, error=type(error).__name__
        )
        Pending.objects.filter(pk=pending.pk).update(
            due_at=time.now() + dt.timedelta(seconds=wait), problem=f"{type(error).__name__}: {error}"[:300]
        )
        return 0
    Pending.objects.filter(pk=pending.pk).delete()
    return 1
