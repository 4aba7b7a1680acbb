"""Check that no event was changed, removed or slipped in, from the rows alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from events.log import GENESIS, digest_of
from events.models import Event


@dataclass(frozen=True, slots=True)
class Flaw:
    """A row that is not as it was written."""

    event_id: int
    stream: str
    seq: int
    problem: str


def flaws(stream: str | None = None) -> Iterator[Flaw]:
    """Every event whose digest or place in its stream is wrong, in order of stream and place."""
    events = Event.objects.order_by("stream", "seq")
    events = events.filter(stream=stream) if stream else events
    current, seq, digest = "", 0, GENESIS
    for event in events.iterator(chunk_size=2000):
        if event.stream != current:
            current, seq, digest = event.stream, 0, GENESIS
        if event.seq != seq + 1:
            yield Flaw(event.pk, event.stream, event.seq, f"前面缺少第 {seq + 1} 号事件")
        elif digest_of(event, digest) != bytes(event.digest):
            yield Flaw(event.pk, event.stream, event.seq, "内容与摘要不符，记录被改动")
        seq, digest = event.seq, bytes(event.digest)
