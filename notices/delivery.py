"""The way out: claim, leave the transaction, call the provider, record.

Never twice: what may already be with the provider is asked about by our reference before it is sent again.
Never lost: every state that is not an end has an instant at which a dispatcher looks again, or waits for a
named person or event. The one moment left is a process that sleeps for longer than its lease between looking
at its watch and sending: for that the reference goes with every call as its idempotency key.
"""

from __future__ import annotations

import datetime as dt
import time as stopwatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from kernel import time
from notices import numbers, rows
from notices.alarms import Standing, raise_alarms, standing_of
from notices.claiming import BATCH, Claim, claim
from notices.models import Attempt, Message
from notices.providers import Outcome, Provider, Result, chosen_provider
from notices.settling import settle_ask, settle_send
from notices.states import Reason, State

BUDGET_SECONDS = 60.0


@dataclass(slots=True)
class Tally:
    """What one run of a dispatcher did: rows looked at, calls that sent, calls that asked."""

    seen: int = 0
    sent: int = 0
    asked: int = 0


def deliver(
    *, provider: Provider | None = None, limit: int = BATCH, budget_seconds: float = BUDGET_SECONDS
) -> Tally:
    """Send what is due until nothing is, or the budget is spent. Safe in any number of workers at once.

    Each round looks at urgent messages first, so that a sign-in code never stands behind a backlog.
    """
    provider = provider or chosen_provider()
    tally, started = Tally(), stopwatch.monotonic()
    while stopwatch.monotonic() - started < budget_seconds:
        seen = sum(_round(provider, limit, tally, urgent=urgent) for urgent in (True, False))
        if not seen:
            break
    return tally


def _round(provider: Provider, limit: int, tally: Tally, *, urgent: bool) -> int:
    watch = stopwatch.monotonic()
    held = claim(at=time.now(), urgent=urgent, provider=provider, limit=limit)
    # A call started later than this could still run when the lease is over and another dispatcher asks.
    until = watch + settings.SMS_LEASE_SECONDS - provider.longest_call
    answers = provider.ask(held.asks, until=until) if held.asks else []
    outcomes = provider.send(held.sends, until=until) if held.sends else []
    if answers or outcomes:
        record(held, sent=outcomes, asked=answers, provider=provider, at=time.now())
    tally.seen += held.seen
    tally.sent += len(outcomes)
    tally.asked += len(answers)
    return held.seen


def record(
    held: Claim, *, sent: Sequence[Outcome], asked: Sequence[Outcome], provider: Provider, at: dt.datetime
) -> None:
    """Record the answers to a claim: attempts, states, marks on numbers, alarms.

    One transaction, few statements.
    """
    with transaction.atomic(durable=True):
        messages = rows.locked({outcome.message_id for outcome in (*sent, *asked)})
        before = standing_of(messages.values())
        for outcome in sent:
            settle_send(
                messages[outcome.message_id],
                outcome,
                at=at,
                lease=held.lease,
                can_ask=provider.answers_queries,
            )
        for outcome in asked:
            settle_ask(messages[outcome.message_id], outcome, at=at, lease=held.lease)
        rows.write(messages.values())
        Attempt.objects.bulk_create(
            [
                *_attempts(sent, Attempt.Kind.SEND, messages, held, provider, at),
                *_attempts(asked, Attempt.Kind.ASK, messages, held, provider, at),
            ]
        )
        take_consequences(messages.values(), before, at=at)


def take_consequences(
    messages: Iterable[Message], before: Mapping[int, Standing], *, at: dt.datetime
) -> None:
    """What follows from new states: marks on numbers, and alarms. Joins the caller's transaction."""
    rows_now = list(messages)
    changed = [row for row in rows_now if (row.state, row.reason) != before[row.pk]]
    numbers.mark_bad(
        [row for row in changed if (row.state, row.reason) == (State.FAILED, Reason.BAD_NUMBER)], at=at
    )
    numbers.clear_bad([row for row in changed if row.state == State.DELIVERED], at=at)
    raise_alarms(rows_now, before, at=at)


def _attempts(
    outcomes: Iterable[Outcome],
    kind: Attempt.Kind,
    messages: dict[int, Message],
    held: Claim,
    provider: Provider,
    at: dt.datetime,
) -> list[Attempt]:
    return [
        Attempt(
            message_id=outcome.message_id,
            no=messages[outcome.message_id].attempts,
            kind=kind,
            provider=provider.name,
            started_at=held.at,
            ended_at=at,
            result=outcome.result,
            code=outcome.code,
        )
        for outcome in outcomes
        if outcome.result is not Result.NOT_TRIED
    ]
