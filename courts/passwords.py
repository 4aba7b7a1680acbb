"""First passwords: drawn, printed once, changed by their owner at the first sign-in."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import get_hasher, make_password

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what is misread on paper: i l o 0 1."""
_GROUPS, _LENGTH = 3, 4
_ROUNDS = 20_000


def new_password() -> str:
    """Sixty bits that can be read out and typed: k7mq-9wdb-t4hx."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


def quick_hash(password: str) -> str:
    """The hash of a drawn password, with fewer rounds: nobody guesses sixty bits. Django renews it at the first sign-in."""
    hasher = get_hasher()
    if not hasattr(hasher, "iterations"):
        return make_password(password)
    return hasher.encode(password, hasher.salt(), iterations=_ROUNDS)
