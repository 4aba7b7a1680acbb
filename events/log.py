"""Append to the log, read it, verify it. The only writer of `Event`."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from events import relay
from events.models import Event
from kernel.errors import Conflict
from kernel.time import today

GENESIS = b"\0" * 32


@dataclass(frozen=True, slots=True)
class Draft:
    """An event about to be written to one stream."""

    kind: str
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    effective_on: dt.date | None = None


def append(
    *,
    stream: str,
    kind: str,
    actor: str,
    at: dt.datetime,
    key: str,
    data: Mapping[str, Any],
    effective_on: dt.date | None = None,
    court_id: int | None = None,
) -> Event:
    """Append one event. The same key with the same kind and data returns the event that stands already.

    Raises Conflict when the key was used for another input, or another writer took the next place in the stream.
    The caller holds the lock that guards the stream (the case's row for a case) or lives with the Conflict.
    """
    if (known := find(stream, key)) is not None:
        return _same(known, kind, data)
    draft = Draft(kind=kind, data=data, key=key, effective_on=effective_on)
    return append_many(stream=stream, actor=actor, at=at, court_id=court_id, drafts=[draft])[0]


def append_many(
    *,
    stream: str,
    actor: str,
    at: dt.datetime,
    drafts: Iterable[Draft],
    court_id: int | None = None,
) -> list[Event]:
    """Append several events to one stream in one statement; a draft without a key gets the first one's key + /n."""
    last = Event.objects.filter(stream=stream).order_by("-seq").values_list("seq", "digest").first()
    return extend(
        stream=stream, after=last or (0, GENESIS), actor=actor, at=at, drafts=drafts, court_id=court_id
    )


def extend(
    *,
    stream: str,
    after: tuple[int, bytes],
    actor: str,
    at: dt.datetime,
    drafts: Iterable[Draft],
    court_id: int | None = None,
    firsts: Sequence[tuple[str, Draft]] = (),
) -> list[Event]:
    """Append behind a known last event (its seq and digest), which the caller read under its lock: one statement.

    firsts: first events of new streams (see `begin`) that go before these in the same statement.
    """
    begun = _firsts(firsts, actor, at, court_id)
    events: list[Event] = []
    for draft in drafts:
        key = draft.key or f"{events[0].key}/{len(events)}"
        event = _event(stream, after, draft, key, actor, at, court_id)
        after = (event.seq, event.digest)
        events.append(event)
    _write([*begun, *events])
    return events


def extend_behind(
    drafts: Sequence[tuple[str, tuple[int, bytes], int | None, Draft]], *, actor: str, at: dt.datetime
) -> list[Event]:
    """One event behind the known last of each of many streams, in one statement: (stream, (seq, digest), court, draft
    with a key). See `extend`.
    """
    return _write(
        [
            _event(stream, after, draft, draft.key, actor, at, court_id)
            for stream, after, court_id, draft in drafts
        ]
    )


def extend_each(
    drafts: Sequence[tuple[str, int | None, Draft]], *, actor: str, at: dt.datetime
) -> list[Event]:
    """One event behind the last of each of many streams, in two statements: (stream, court, draft with a key).

    For acts of the machine on many cases at once; the caller holds the locks that guard the streams.
    """
    lasts = _lasts([stream for stream, _court, _draft in drafts])
    return _write(
        [
            _event(stream, lasts.get(stream, (0, GENESIS)), draft, draft.key, actor, at, court_id)
            for stream, court_id, draft in drafts
        ]
    )


def _lasts(streams: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """The seq and digest of the last event of each stream. One query."""
    found = Event.objects.filter(stream__in=streams).order_by("stream", "-seq").distinct("stream")
    return {
        stream: (seq, bytes(digest)) for stream, seq, digest in found.values_list("stream", "seq", "digest")
    }


def _event(
    stream: str,
    after: tuple[int, bytes],
    draft: Draft,
    key: str,
    actor: str,
    at: dt.datetime,
    court_id: int | None,
) -> Event:
    """An event behind another, with its digest, not yet written."""
    seq, digest = after
    event = Event(
        stream=stream,
        seq=seq + 1,
        kind=draft.kind,
        actor=actor,
        at=at,
        effective_on=draft.effective_on or today(at),
        key=key,
        court_id=court_id,
        data=plain(draft.data),
    )
    event.digest = digest_of(event, bytes(digest))
    return event


def _write(events: list[Event]) -> list[Event]:
    try:
        Event.objects.bulk_create(events)
    except IntegrityError as error:
        raise Conflict(_("同一时刻有人先办了一步，请刷新后再办。"), code="EVENT-SEQ") from error
    relay.owe(events)
    return events


def begin(
    firsts: Sequence[tuple[str, Draft]], *, actor: str, at: dt.datetime, court_id: int | None = None
) -> list[Event]:
    """The first events of streams that did not exist before, in one statement: (stream, draft with a key)."""
    return _write(_firsts(firsts, actor, at, court_id))


def _firsts(
    firsts: Sequence[tuple[str, Draft]], actor: str, at: dt.datetime, court_id: int | None
) -> list[Event]:
    return [_event(stream, (0, GENESIS), draft, draft.key, actor, at, court_id) for stream, draft in firsts]


_AS_THEY_ARE = (str, int, bool, type(None))
"""What JSON gives back as it was; a word of a list of choices is no plain str."""


def find(stream: str, key: str) -> Event | None:
    """The event of this key, if this act was done before."""
    return Event.objects.filter(stream=stream, key=key).first()


def history(stream: str, *, known_at: dt.datetime | None = None) -> Iterator[Event]:
    """The events of a stream in order; only those recorded by `known_at` when it is given."""
    events = Event.objects.filter(stream=stream).order_by("seq")
    return (events.filter(at__lte=known_at) if known_at else events).iterator()


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data as JSON will give it back: dates as ISO text, amounts as text with their places."""
    if all(type(name) is str and type(value) in _AS_THEY_ARE for name, value in data.items()):
        return dict(data)
    result: dict[str, Any] = json.loads(json.dumps(data, cls=DjangoJSONEncoder))
    return result


def digest_of(event: Event, before: bytes) -> bytes:
    """SHA-256 over the digest before and every column of the event but its own digest and id."""
    body = json.dumps(
        [
            event.stream,
            event.seq,
            event.kind,
            event.actor,
            event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            event.effective_on.isoformat(),
            event.key,
            event.court_id,
            event.data,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(before + body.encode()).digest()


def _same(known: Event, kind: str, data: Mapping[str, Any]) -> Event:
    if known.kind != kind or known.data != plain(data):
        raise Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="EVENT-KEY")
    return known
