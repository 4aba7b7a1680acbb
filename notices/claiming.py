"""Take due messages for one dispatcher: what may go goes under a lease, the rest learns when or why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from notices import numbers, rows
from notices.alarms import raise_alarms, standing_of
from notices.models import Message, NumberMark
from notices.providers import Outgoing, Provider
from notices.quiet import next_day_open, next_open
from notices.settling import leave_to_a_person
from notices.states import Reason, State

BATCH = 100
STOPPED_BY_COURT = "court_off"
"""What a message waits for when its court's switch stopped it: a person's decision, not the switch alone."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one dispatcher holds until `lease`. seen: how many rows were due, held or not."""

    at: dt.datetime
    lease: dt.datetime
    sends: list[Outgoing] = field(default_factory=list)
    asks: list[Outgoing] = field(default_factory=list)
    seen: int = 0


def claim(*, at: dt.datetime, urgent: bool, provider: Provider, limit: int = BATCH) -> Claim:
    """Take up to `limit` due messages and commit, so that the provider is called outside of any transaction.

    A message whose lease ran out may be with the provider: it is asked about, never sent. Rows that another
    dispatcher is looking at are skipped.
    """
    lease = at + dt.timedelta(seconds=settings.SMS_LEASE_SECONDS)
    with transaction.atomic(durable=True):
        due = list(
            Message.objects.owed(at, urgent=urgent)
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("court")[:limit]
        )
        if not due:
            return Claim(at, lease)
        before = standing_of(due)
        asks = _take_unclear(due, lease, can_ask=provider.answers_queries)
        sends = _take_sendable(due, at, lease, urgent=urgent)
        rows.write(due)
        raise_alarms(due, before, at=at)
    return Claim(
        at, lease, [_outgoing(row, at) for row in sends], [_outgoing(row, at) for row in asks], len(due)
    )


def _take_unclear(due: Sequence[Message], lease: dt.datetime, *, can_ask: bool) -> list[Message]:
    """Messages that the provider may have: claim them for a query, or leave them to a person."""
    unclear = [row for row in due if row.state in (State.SENDING, State.UNKNOWN)]
    for row in unclear:
        row.state, row.due_at = State.UNKNOWN, lease
        if not can_ask:
            leave_to_a_person(row)
    return unclear if can_ask else []


def _take_sendable(
    due: Sequence[Message], at: dt.datetime, lease: dt.datetime, *, urgent: bool
) -> list[Message]:
    waiting = [row for row in due if row.state == State.WAITING]
    if not waiting:
        return []
    marks = numbers.marks_on(waiting)
    ready = [row for row in waiting if _may_go(row, marks.get(row.pk, ()), at)]
    # A retry was counted when it was first sent.
    full = numbers.over_cap([row for row in ready if row.attempts == 0], urgent=urgent, at=at)
    for row in ready:
        if row.pk in full:
            _put_off(row, at)
        else:
            row.state, row.reason, row.due_at = State.SENDING, "", lease
            row.attempts += 1
    return [row for row in ready if row.pk not in full]


def _may_go(row: Message, marks: Collection[str], at: dt.datetime) -> bool:
    """Whether the message may go now; if not, the row says why and what follows."""
    if row.expires_at is not None and row.expires_at <= at:
        _refuse(row, Reason.EXPIRED)
    elif not row.court.sms_on:
        row.state, row.reason, row.due_at = State.WITHHELD, Reason.COURT_OFF, None
        row.withheld_for = STOPPED_BY_COURT
    elif row.urgent:
        return True
    elif NumberMark.Kind.OPTED_OUT in marks:
        _refuse(row, Reason.OPTED_OUT)
    elif NumberMark.Kind.BAD in marks:
        _refuse(row, Reason.BAD_NUMBER)
    else:
        opens = next_open(at, row.court.quiet_from, row.court.quiet_until)
        if opens == at:
            return True
        row.reason, row.due_at = Reason.QUIET, opens
    return False


def _put_off(row: Message, at: dt.datetime) -> None:
    """Over the daily cap: tomorrow, or never for a code that is worth nothing tomorrow."""
    if row.urgent:
        _refuse(row, Reason.DAILY_CAP)
    else:
        row.reason = Reason.DAILY_CAP
        row.due_at = next_day_open(at, row.court.quiet_from, row.court.quiet_until)


def _refuse(row: Message, reason: Reason) -> None:
    row.state, row.reason, row.due_at = State.NOT_SENT, reason, None


def _outgoing(row: Message, at: dt.datetime) -> Outgoing:
    return Outgoing(row.pk, row.reference, str(row.number), row.number_masked, row.full_text, at)
