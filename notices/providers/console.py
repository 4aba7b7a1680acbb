"""Shows messages on the terminal of the worker, numbers masked. For development; it remembers nothing."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from notices.providers.contract import Outcome, Outgoing, Result


class ConsoleProvider:
    """Writes one line a message to standard output."""

    name = "console"
    answers_queries = False
    longest_call = 5.0

    def send(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Print each; the message's own reference stands as the provider's number."""
        for outgoing in batch:
            sys.stdout.write(f"[短信] {outgoing.number_masked} {outgoing.text}\n")
        sys.stdout.flush()
        return [Outcome(one.message_id, Result.ACCEPTED, provider_id=str(one.reference)) for one in batch]

    def ask(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """It cannot know what an earlier process printed."""
        return [Outcome(one.message_id, Result.UNKNOWN) for one in batch]
