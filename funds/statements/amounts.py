"""Amounts and days as banks write them. Pure."""

from __future__ import annotations

import datetime as dt
import re

_AMOUNT = re.compile(r"([+-]?)[¥￥]?((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+))(?:\.([0-9]*))?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?(?:[ T].*|[0-9]{6})?", re.ASCII)
LARGEST = 10**16


def fen_of(text: str) -> int | str | None:
    """Fen of an amount in yuan; None for nothing written; otherwise the word for what is wrong: "fine" or "text".

    fine: less than a fen is written. Thousands commas must stand at thousands.
    """
    plain = text.strip()
    if plain in ("", "-", "--", "—"):
        return None
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        return "text"
    sign, whole, part = match[1], match[2].replace(",", ""), match[3] or ""
    if part[2:].strip("0"):
        return "fine"
    fen = int(whole) * 100 + int((part + "00")[:2])
    if fen >= LARGEST:
        return "text"
    return -fen if sign == "-" else fen


def day_of(text: str, known: dict[str, dt.date | None]) -> dt.date | None:
    """The day of 2023-05-09, 2023/5/9, 20230509, 2023年5月9日, with or without a time. known: what was read before."""
    key = text[:10]
    if len(text) >= 10 and key in known:  # noqa: PLR2004
        return known[key]
    match = _DAY.fullmatch(text)
    day = None
    if match:
        try:
            day = dt.date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            day = None
    if len(text) >= 10 and "-" in key:  # noqa: PLR2004
        known[key] = day
    return day
