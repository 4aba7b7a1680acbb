"""What one answer means for a message. Changes the object only; the caller holds its row's lock and writes
it.

Proof by the provider (accepted, undelivered, delivered) holds from whoever brings it, in whatever order.
Anything else counts only while the caller's lease stands: otherwise another dispatcher has the message by
now.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from notices.models import Message
from notices.providers import Outcome, Result
from notices.states import Evidence, Reason, State, proven, stronger

STEP = dt.timedelta(minutes=5)
REFUSALS = 3
"""Retries after definite refusals (JZ-08: 重试3次): at once, then a step apart; the next refusal is final."""
MISSES = 48
"""Retries while the provider takes nothing or tells nothing, a step apart: four hours."""

_PROOF = {
    Result.ACCEPTED: Evidence.ACCEPTED,
    Result.DELIVERED: Evidence.DELIVERED,
    Result.UNDELIVERED: Evidence.UNDELIVERED,
}


def settle_send(
    message: Message, outcome: Outcome, *, at: dt.datetime, lease: dt.datetime, can_ask: bool
) -> None:
    """Take in the answer to a sending. can_ask: whether the provider answers queries by our reference."""
    if _is_proof(message, outcome, at):
        return
    if not (message.state == State.SENDING and message.due_at == lease):
        if outcome.bad_number and message.state == State.FAILED:
            message.reason = Reason.BAD_NUMBER
        return
    if outcome.result is Result.UNKNOWN:
        message.state = State.UNKNOWN
        message.due_at = at + dt.timedelta(seconds=settings.SMS_SETTLE_SECONDS)
        if not can_ask:
            leave_to_a_person(message)
    elif message.cancelled_at is not None:
        _end(message, State.CANCELLED, "")
    elif outcome.result is Result.NOT_TRIED:
        _wait(message, at)
    elif outcome.result is Result.REFUSED:
        _refused(message, outcome, at)
    else:
        _missed(message, at)


def settle_ask(message: Message, outcome: Outcome, *, at: dt.datetime, lease: dt.datetime) -> None:
    """Take in the answer to a query. Only ABSENT allows the message to be sent again."""
    if _is_proof(message, outcome, at):
        return
    if not (message.state == State.UNKNOWN and message.due_at == lease):
        return
    if outcome.result is Result.ABSENT:
        if message.cancelled_at is not None:
            _end(message, State.CANCELLED, "")
        else:
            _missed(message, at)
    elif outcome.result is Result.NOT_TRIED:
        message.due_at = at
    else:
        message.misses += 1
        message.due_at = at + STEP
        if message.misses > MISSES:
            leave_to_a_person(message)


def prove(
    message: Message,
    evidence: Evidence,
    *,
    when: dt.datetime,
    provider_id: str = "",
    bad_number: bool = False,
) -> None:
    """Take in a proof that holds since `when`. The result is the same in every order of proofs."""
    bad_number = bad_number or message.reason == Reason.BAD_NUMBER
    message.evidence = stronger(message.evidence, evidence)
    message.provider_id = message.provider_id or provider_id
    message.sent_at = min(message.sent_at or when, when)
    if evidence is Evidence.DELIVERED:
        message.delivered_at = min(message.delivered_at or when, when)
    state, reason = proven(message.evidence), ""
    if state == State.FAILED:
        reason = Reason.BAD_NUMBER if bad_number else Reason.UNDELIVERED
    _end(message, state, reason)


def leave_to_a_person(message: Message) -> None:
    """Nothing will tell whether it went out: it is never sent again by itself."""
    _end(message, State.UNKNOWN, Reason.NO_ANSWER)


def _is_proof(message: Message, outcome: Outcome, at: dt.datetime) -> bool:
    evidence = _PROOF.get(outcome.result)
    if evidence is not None:
        prove(message, evidence, when=at, provider_id=outcome.provider_id, bad_number=outcome.bad_number)
    return evidence is not None


def _refused(message: Message, outcome: Outcome, at: dt.datetime) -> None:
    message.failures += 1
    if outcome.bad_number:
        _end(message, State.FAILED, Reason.BAD_NUMBER)
    elif message.failures > REFUSALS:
        _end(message, State.FAILED, Reason.REFUSED)
    else:
        _wait(message, at + STEP * (message.failures - 1))


def _missed(message: Message, at: dt.datetime) -> None:
    message.misses += 1
    if message.misses > MISSES:
        _end(message, State.FAILED, Reason.UNREACHABLE)
    else:
        _wait(message, at if message.misses == 1 else at + STEP)


def _wait(message: Message, until: dt.datetime) -> None:
    message.state, message.reason, message.due_at = State.WAITING, "", until


def _end(message: Message, state: State, reason: str) -> None:
    message.state, message.reason, message.due_at = state, reason, None
