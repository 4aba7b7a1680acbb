"""Codes of the second factor: time-based ones (RFC 6238) and recovery codes. Pure; the instant comes with the call."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS = 6
STEP_SECONDS = 30
DRIFT = 1
"""Steps before and after the present one that are taken too: phones are not always on time."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10


def new_secret() -> str:
    """A fresh secret of 160 bits in base32, as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, at: dt.datetime) -> str:
    """The code that an app with this secret shows at an instant."""
    return _totp(secret).generate(int(at.timestamp())).decode()


def step_of(secret: str, code: str, at: dt.datetime) -> int | None:
    """The number of the time step whose code this is, the present one first; None for a code of no step near `at`."""
    now = int(at.timestamp()) // STEP_SECONDS
    totp = _totp(secret)
    for step in (now, *(now + away for n in range(1, DRIFT + 1) for away in (-n, n))):
        if hmac.compare_digest(totp.generate(step * STEP_SECONDS), code.encode()):
            return step
    return None


def address(secret: str, *, name: str, issuer: str) -> str:
    """The otpauth:// address that the picture holds."""
    return _totp(secret).get_provisioning_uri(name, issuer)


def picture(text: str) -> str:
    """A QR code as an SVG element without a style of its own, so that the strict policy lets it stand."""
    return segno.make(text, error="m", micro=False).svg_inline(
        scale=5, border=3, dark="#17212f", light="#fff", svgclass="c-qr", lineclass=None, omitsize=True
    )


def in_groups(secret: str) -> str:
    """The secret for typing in by hand: groups of four."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 bits, e.g. K7QD-2MZX-PA4T-WJ3N."""
    raw = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[place : place + 4] for place in range(0, 16, 4)) for code in raw]


def recovery_digest(code: str, *, owner: int) -> str:
    """How a recovery code is kept. 80 random bits need no slow hash; the owner keeps equal codes apart."""
    return hashlib.sha256(f"{owner}:{bare(code)}".encode()).hexdigest()


def bare(code: str) -> str:
    """A code as people type it, without spaces and dashes."""
    return "".join(code.upper().replace("-", "").split())


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  what the apps compute
