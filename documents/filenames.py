"""Names of uploaded files: kept for people to read, never used as a path. Pure."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST = 80
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_PERSONAL = re.compile(
    r"(?<![0-9])([0-9]{6})[0-9]{8}([0-9]{3}[0-9Xx])(?![0-9])|(?<![0-9])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9])"
)


def clean(name: str, *, suffix: str, fallback: str) -> str:
    """The name without folders, control and direction marks, with identity and phone numbers masked.

    suffix: of what the file really is (".pdf"), so that a name cannot lie. fallback: when nothing is left.
    """
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    visible = "".join(
        char for char in last if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    stem = re.sub(r"\s+", " ", _FORBIDDEN.sub("", visible)).strip(" .")
    before, dot, ending = stem.rpartition(".")
    if dot and before and len(ending) <= 5 and ending.isalnum() and ending.isascii():
        stem = before
    stem = _PERSONAL.sub(_masked, stem).strip(" .")
    return f"{stem[: LONGEST - len(suffix)] or fallback}{suffix}"


def _masked(match: re.Match[str]) -> str:
    head, tail, phone_head, phone_tail = match.groups()
    return f"{head}********{tail}" if head else f"{phone_head}****{phone_tail}"
