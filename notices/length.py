"""How long a short message is: 70 characters go in one part, of a longer one each part holds 67 (GSM 03.38, UCS-2)."""

from __future__ import annotations

ONE_PART = 70
EACH_PART = 67


def parts_of(text: str) -> int:
    """How many parts a text takes; providers charge each."""
    units = len(text.encode("utf-16-le")) // 2
    return 1 if units <= ONE_PART else -(-units // EACH_PART)
