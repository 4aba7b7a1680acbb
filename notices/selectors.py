"""Reads for the screens of upper floors: the messages of a case, what needs a hand, a person's notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Max

from courts.models import User
from notices.models import Message, NumberMark
from notices.states import TOLD, Audience, Channel, Reason, State
from notices.topics import canonical, label

UNREAD_SHOWN = 99


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message as a timeline shows it: masked number, text, state, what it took, why it did not arrive."""

    message_id: int
    at: dt.datetime
    topic: str
    audience: str
    party_ref: str
    number_masked: str
    text: str
    state: str
    state_text: str
    why: str
    tries: int
    last_try_at: dt.datetime | None
    sent_at: dt.datetime | None
    delivered_at: dt.datetime | None


def messages_about(*, about: str, user: User) -> list[MessageLine]:
    """The short messages about one thing that the person may see, in order, with their tries. One query."""
    rows = (
        Message.objects.visible_to(user)
        .filter(about=about, channel=Channel.SMS)
        .annotate(tries_made=Count("tries"), last_try_at=Max("tries__ended_at"))
        .defer("number", "secret_text")
        .order_by("id")
    )
    return [_line(row) for row in rows]


def was_told(*, about: str, topic: str) -> list[Message]:
    """Messages of a topic that reached somebody: whom a later correction must tell. One query."""
    return list(Message.objects.filter(about=about, topic=canonical(topic), state__in=TOLD).order_by("id"))


def in_trouble(*, user: User, limit: int = 50, after_id: int = 0) -> list[MessageLine]:
    """Failed messages nobody has sent again, and those only a person can settle, oldest first. One query."""
    rows = (
        Message.objects.visible_to(user)
        .filter(
            state__in=(State.FAILED, State.UNKNOWN),
            due_at__isnull=True,
            replaced_by__isnull=True,
            pk__gt=after_id,
        )
        .annotate(tries_made=Count("tries"), last_try_at=Max("tries__ended_at"))
        .defer("number", "secret_text")
        .order_by("id")[:limit]
    )
    return [_line(row) for row in rows]


def bad_numbers(*, user: User) -> Sequence[NumberMark]:
    """The queue of bad numbers the person may see, with the message that showed each, oldest first.

    One query.
    """
    standing = NumberMark.objects.visible_to(user).standing().filter(kind=NumberMark.Kind.BAD)
    return (
        standing.select_related("message")
        .defer("message__number", "message__secret_text")
        .order_by("since", "id")
    )


def unread(user: User, *, limit: int = UNREAD_SHOWN) -> Sequence[Message]:
    """The person's unread in-app notices, newest first. One query."""
    return Message.objects.unread_by(user)[:limit]


def unread_count(user: User) -> int:
    """How many unread notices the frame shows, counted no further than it shows. One query."""
    return Message.objects.unread_by(user)[: UNREAD_SHOWN + 1].count()


def _line(row: Message) -> MessageLine:
    return MessageLine(
        message_id=row.pk,
        at=row.created_at,
        topic=row.node or label(row.topic),
        audience=str(Audience(row.audience).label),
        party_ref=row.party_ref,
        number_masked=row.number_masked,
        text=row.text,
        state=row.state,
        state_text=str(State(row.state).label),
        why=str(Reason(row.reason).label) if row.reason else "",
        tries=row.tries_made,
        last_try_at=row.last_try_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
    )
