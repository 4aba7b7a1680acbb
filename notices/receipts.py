"""Receipts of the provider: kept as they came and committed, then taken in, in any order."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from events.kick import kick
from kernel.errors import BadInput
from notices.alarms import standing_of
from notices.delivery import take_consequences
from notices.models import Message, Receipt
from notices.rows import locked, write
from notices.settling import prove
from notices.states import Evidence, State

MAX_EVENTS = 1000
_PROOF = {
    "accepted": Evidence.ACCEPTED,
    "delivered": Evidence.DELIVERED,
    "undelivered": Evidence.UNDELIVERED,
}


def store(*, provider: str, body: bytes, at: dt.datetime) -> int:
    """Keep each event of a signed report once; returns how many were new. Committed before anything is made
    of them.

    body: {"events": [{"id", "reference", "message_id", "status", "code", "at"}]}. Raises BadInput when it is
    not that.
    """
    receipts = [_receipt(event, provider, at) for event in _events(body)]
    with transaction.atomic(durable=True):
        before = Receipt.objects.filter(provider=provider, event_id__in=[row.event_id for row in receipts])
        known = set(before.values_list("event_id", flat=True))
        Receipt.objects.bulk_create(receipts, ignore_conflicts=True)
        kick("notices.apply_receipts")
    return len({row.event_id for row in receipts} - known)


def apply_receipts(*, at: dt.datetime, limit: int = 500) -> int:
    """Take in what has not been taken in; returns how many receipts.

    The state that follows is the same in every order.
    """
    with transaction.atomic(durable=True):
        receipts = list(
            Receipt.objects.select_for_update(skip_locked=True)
            .filter(applied_at__isnull=True)
            .order_by("id")[:limit]
        )
        if not receipts:
            return 0
        ids = dict(
            Message.objects.filter(
                reference__in={row.reference for row in receipts if row.reference}
            ).values_list("reference", "pk")
        )
        messages = locked(ids.values())
        before = standing_of(messages.values())
        problems: dict[str, list[int]] = defaultdict(list)
        for receipt in receipts:
            problems[_take_in(receipt, messages.get(ids.get(receipt.reference, 0)))].append(receipt.pk)
        write(messages.values())
        for problem, pks in problems.items():
            Receipt.objects.filter(pk__in=pks).update(applied_at=at, problem=problem)
        take_consequences(messages.values(), before, at=at)
    return len(receipts)


def _take_in(receipt: Receipt, message: Message | None) -> str:
    """Change the message by one receipt; returns why it could not be, or nothing."""
    evidence = _PROOF.get(receipt.status)
    if message is None:
        return "unmatched"
    if evidence is None:
        return "unknown_status"
    if message.attempts == 0 or message.state in (State.NOT_SENT, State.READ):
        return "never_sent"
    # A provider with a wrong clock must not tell a party before the act, nor in the future.
    when = receipt.happened_at or receipt.received_at
    when = max(message.created_at, min(when, receipt.received_at))
    is_bad = evidence is Evidence.UNDELIVERED and receipt.code in settings.SMS_BAD_NUMBER_CODES
    prove(message, evidence, when=when, provider_id=receipt.provider_id, bad_number=is_bad)
    return ""


def _events(body: bytes) -> Sequence[Mapping[str, Any]]:
    try:
        events = json.loads(body)["events"]
    except (ValueError, KeyError, TypeError):
        events = None
    if not isinstance(events, list) or not events or not all(isinstance(event, dict) for event in events):
        raise BadInput(
            _("回执格式不对。"), code="RECEIPT-FORMAT", fix='{"events": [{"id", "reference", "status"}]}'
        )
    if len(events) > MAX_EVENTS:
        raise BadInput(_("一次回执过多。"), code="RECEIPT-SIZE", fix=str(MAX_EVENTS))
    return events


def _receipt(event: Mapping[str, Any], provider: str, at: dt.datetime) -> Receipt:
    """The row of one event. An event without a number of its own is known by its content."""
    body = json.dumps(event, ensure_ascii=False, sort_keys=True)
    return Receipt(
        provider=provider,
        event_id=str(event.get("id") or hashlib.sha256(body.encode()).hexdigest())[:120],
        body=body,
        reference=_uuid(event.get("reference")),
        provider_id=str(event.get("message_id", ""))[:80],
        status=str(event.get("status", ""))[:20],
        code=str(event.get("code", ""))[:60],
        happened_at=_instant(event.get("at")),
        received_at=at,
    )


def _uuid(text: object) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


def _instant(text: object) -> dt.datetime | None:
    """An aware instant, or None: a time without a zone could be anybody's."""
    try:
        instant = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


def strange_receipts() -> Iterable[Receipt]:
    """Receipts nothing could be made of, newest first, for whoever runs the gateway."""
    return Receipt.objects.exclude(problem="").order_by("-id")
