"""What a provider of short messages must do. A provider never touches the database."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Result(StrEnum):
    """What came of one call.

    REFUSED: the provider definitely did not take it. UNDELIVERED: it took it and could not deliver.
    UNREACHABLE: it
    definitely got nothing, or asked us to come later. UNKNOWN: it may have the message. ABSENT: it says that
    it does not know our reference. NOT_TRIED: no call was made.
    """

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    ABSENT = "absent"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out, claimed `at`.

    reference is ours, one for its whole life: the provider is asked by it.
    """

    message_id: int
    reference: uuid.UUID
    number: str = field(repr=False)
    number_masked: str
    text: str = field(repr=False)
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call about one message. code: the provider's own word.

    bad_number: it blames the number.
    """

    message_id: int
    result: Result
    provider_id: str = ""
    code: str = ""
    bad_number: bool = False


class Provider(Protocol):
    """A way out of the house.

    answers_queries: whether `ask` can tell if a reference was ever accepted. longest_call: seconds after
    which a call has certainly ended, one way or the other.
    """

    name: str
    answers_queries: bool
    longest_call: float

    def send(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Hand over each message once; start no call after `until` (time.monotonic)."""

    def ask(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Ask by reference what became of each message."""
