"""Set-ups that a court can be founded with, and what a unit must have: data (courts/data/organisations.yaml)."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "data" / "organisations.yaml"
NUMERALS = "〇一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Slot:
    """One unit of a template; above: the name of the unit it stands under, or ""."""

    kind: str
    function: str
    name: str
    above: str = ""


@dataclass(frozen=True, slots=True)
class Need:
    """What a unit should have: members of one of the posts, or a holder of the role. hard: without it, it may not open."""

    hard: bool
    posts: tuple[str, ...]
    role: str
    words: str
    fix: str


def templates() -> dict[str, str]:
    """Code -> what the set-up is called."""
    return {code: str(entry["zh"]) for code, entry in _file()["templates"].items()}


def slots(code: str) -> list[Slot]:
    """The units of a template, each after the one it stands under. Raises KeyError."""
    return list(_slots(_file()["templates"][code]["units"], ""))


def needs(kind: str) -> list[Need]:
    """What a unit of a kind should have, the hard needs first."""
    entry = _file()["composition"].get(kind, {})
    return [
        Need(
            hard=how == "require",
            posts=tuple(item.get("posts", [item["post"]] if "post" in item else ())),
            role=item.get("role", ""),
            words=item["words"],
            fix=item["fix"],
        )
        for how in ("require", "warn")
        for item in entry.get(how, ())
    ]


@functools.cache
def _file() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def _slots(entries: Sequence[Mapping[str, Any]], above: str) -> Iterator[Slot]:
    for entry in entries:
        for number in range(1, entry.get("count", 1) + 1):
            name = entry["name"].replace("{n}", _numeral(number))
            yield Slot(entry["kind"], entry.get("function", ""), name, above)
            yield from _slots(entry.get("units", ()), name)


def _numeral(number: int) -> str:
    """1..99 in Chinese: 一, 十, 十八, 二十."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{NUMERALS[tens]}十"
    return head + (NUMERALS[ones] if ones else "")
