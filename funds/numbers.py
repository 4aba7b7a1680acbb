"""一案一账号: sub-account numbers of a court's bank account, and their check digit. Pure."""

from __future__ import annotations

import re

LONGEST = 32
_DIGITS = re.compile(r"[0-9]+", re.ASCII)


def check_digit(digits: str) -> str:
    """The check digit of ISO/IEC 7064 MOD 11,10: every wrong digit is noticed."""
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)


def sub_account(prefix: str, ordinal: int, width: int) -> str:
    """The number of the ordinal-th case of a range: prefix, ordinal in `width` digits, check digit.

    Raises ValueError when the range is used up.
    """
    if not 0 < ordinal < 10**width:
        raise ValueError(f"no number {ordinal} in {width} digits")
    digits = f"{prefix}{ordinal:0{width}d}"
    return digits + check_digit(digits)


def is_whole(number: str) -> bool:
    """Whether a number is digits that end in their check digit."""
    return bool(_DIGITS.fullmatch(number)) and len(number) > 1 and check_digit(number[:-1]) == number[-1]
