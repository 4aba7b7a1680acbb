"""Signatures between us and the provider, both ways: HMAC-SHA256 over time stamp and body."""

from __future__ import annotations

import hashlib
import hmac


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Hex signature of a body at a Unix time stamp in seconds, as text."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(secret: str, timestamp: str, body: bytes, signature: str) -> bool:
    """Whether the signature is right, in constant time. Without a secret nothing is."""
    if not secret:
        return False
    return hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode())
