"""Writes messages as JSON lines into a file, numbers masked: the default of a trial installation and of the
demo.

The file is also its memory: asked by reference it reads back whether a message was written, so that a worker
killed after the write does not write it again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from kernel import time
from notices.providers.contract import Outcome, Outgoing, Result


class FileProvider:
    """One JSON object a line: at, reference, to (masked), text."""

    name = "file"
    answers_queries = True
    longest_call = 5.0

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Append the batch, one write a line. Raises OSError when the disk does not take it whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = b"".join(map(_line, batch))
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            written = os.write(handle, _mend(handle) + lines)
            os.fsync(handle)
        finally:
            os.close(handle)
        if written < len(lines):
            raise OSError(f"{self.path}: {written} of {len(lines)} bytes written")
        return [Outcome(one.message_id, Result.ACCEPTED, provider_id=str(one.reference)) for one in batch]

    def ask(self, batch: Sequence[Outgoing], *, until: float) -> list[Outcome]:
        """Look each reference up in the file."""
        written = self._references()
        return [
            Outcome(one.message_id, Result.ACCEPTED, provider_id=str(one.reference))
            if str(one.reference) in written
            else Outcome(one.message_id, Result.ABSENT)
            for one in batch
        ]

    def _references(self) -> set[str]:
        if not self.path.exists():
            return set()
        with self.path.open("rb") as lines:
            return set(filter(None, map(_reference, lines)))


def _line(one: Outgoing) -> bytes:
    line = {
        "at": time.local(one.at).isoformat(timespec="seconds"),
        "reference": str(one.reference),
        "to": one.number_masked,
        "text": one.text,
    }
    return (json.dumps(line, ensure_ascii=False) + "\n").encode()


def _mend(handle: int) -> bytes:
    """What ends a line that a crash cut off, so that the next one stands by itself."""
    size = os.fstat(handle).st_size
    return b"\n" if size and os.pread(handle, 1, size - 1) != b"\n" else b""


def _reference(line: bytes) -> str | None:
    """The reference of a line; None for one that a crash cut off."""
    try:
        return str(json.loads(line)["reference"])
    except ValueError:
        return None
