"""What a court's people must know of messages: an event for the floors above, an in-app notice for the case's
officer.

Joins the caller's transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from courts.models import User
from events import log
from notices.models import Message
from notices.outbox import Draft, enqueue
from notices.states import TOLD, Audience, Channel, Level, Reason, State
from notices.topics import label

ACTOR = "system:notices"
Standing = tuple[str, str]
"""State and reason."""


def standing_of(messages: Iterable[Message]) -> dict[int, Standing]:
    """How messages stand before something is done to them."""
    return {message.pk: (message.state, message.reason) for message in messages}


def raise_alarms(messages: Iterable[Message], before: Mapping[int, Standing], *, at: dt.datetime) -> None:
    """Report messages that have newly failed, need a person, or arrived after all."""
    alarms: list[tuple[Message, str]] = []
    for message in messages:
        was, why = before[message.pk]
        if message.state == State.FAILED and was != State.FAILED:
            alarms.append((message, "failed"))
        elif (message.state, message.reason) == (State.UNKNOWN, Reason.NO_ANSWER) and why != Reason.NO_ANSWER:
            alarms.append((message, "undecided"))
        elif message.state in TOLD and was == State.FAILED:
            alarms.append((message, "recovered"))
    for message, what in alarms:
        log.append(
            stream=f"message:{message.pk}",
            kind=f"message.{what}",
            actor=ACTOR,
            at=at,
            key=_key(message, what),
            data=facts_of(message),
            court_id=message.court_id,
        )
    _tell_officers([alarm for alarm in alarms if alarm[1] != "recovered"], at)


def facts_of(message: Message) -> dict[str, object]:
    """What an event says of a message: ids and codes, never its number or text."""
    return {
        "message_id": message.pk,
        "about": message.about,
        "case_id": message.case_id,
        "topic": message.topic,
        "audience": message.audience,
        "party_ref": message.party_ref,
        "reason": message.reason,
    }


def _tell_officers(alarms: Sequence[tuple[Message, str]], at: dt.datetime) -> None:
    owners = {message.owner_id for message, _what in alarms} - {None}
    if not owners:
        return
    known = set(User.objects.filter(pk__in=owners).values_list("pk", flat=True))
    enqueue(
        [
            Draft(
                about=message.about,
                case_id=message.case_id,
                court_id=message.court_id,
                team_id=message.team_id,
                owner_id=message.owner_id,
                topic=f"message_{what}",
                audience=Audience.STAFF,
                channel=Channel.IN_APP,
                level=Level.WARN,
                to_user_id=message.owner_id,
                facts={
                    "act": message.node or label(message.topic),
                    "recipient": f"{Audience(message.audience).label} {message.number_masked}",
                    "reason": Reason(message.reason).label,
                },
                key=f"message:{message.pk}:{_key(message, what)}",
            )
            for message, what in alarms
            if message.owner_id in known
        ],
        at=at,
    )


def _key(message: Message, what: str) -> str:
    """Fails for one reason, arrives after all by one report, fails by the next: each is told once."""
    return f"{what}:{message.attempts}:{message.reason}"
