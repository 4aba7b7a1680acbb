"""Codes that a person copies from a paper: no letters that look alike."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
"""59 bits; 30 guesses an hour from one place."""


def fresh() -> str:
    """A new code."""
    return "".join(secrets.choice(ALPHABET) for _n in range(LENGTH))
