"""The rule book of a case from the packs it has pinned; kept per process, since a release never changes."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from cases.models import Case
from courts.selectors import packs_in_force, released_pack
from regimes.book import Pinned, RuleBook
from regimes.packs import Pack


def pin(court_id: int, on: dt.date) -> list[dict[str, Any]]:
    """What a case filed with this court pins: BASE, the court's packs, its switches, as in force on a day."""
    return [
        {
            "code": release.code,
            "version": release.version,
            "digest": release.digest,
            "features": list(features),
        }
        for release, features in packs_in_force(court_id, on)
    ]


def book_of(case: Case) -> RuleBook:
    """The rule book of a case. No query when its packs are known to this process; cases of like packs share one."""
    pins = tuple((p["code"], p["version"], p["digest"], tuple(p["features"])) for p in case.packs)
    reached = tuple(
        bool(p.get("whole")) or _pack(*pin[:3]).effective_from <= case.filed_on
        for p, pin in zip(case.packs, pins, strict=True)
    )
    return _book(pins, reached)


@functools.lru_cache(maxsize=256)
def _book(pins: tuple[tuple[str, int, str, tuple[str, ...]], ...], reached: tuple[bool, ...]) -> RuleBook:
    return RuleBook(
        Pinned(_pack(code, version, digest), frozenset(features), whole=whole or code == "BASE")
        for (code, version, digest, features), whole in zip(pins, reached, strict=True)
    )


@functools.lru_cache(maxsize=64)
def _pack(code: str, version: int, _digest: str) -> Pack:
    return released_pack(code, version)
