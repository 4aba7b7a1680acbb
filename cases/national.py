"""The national system's node codes and words for states as data (cases/data/national.yaml), checked when first read."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cases.states import CaseState
from regimes.nodes import load_nodes
from regimes.vocabulary import load_vocabulary

FILE = Path(__file__).parent / "data" / "national.yaml"


@dataclass(frozen=True, slots=True)
class Code:
    """A node code. events: of which one means the node was reached; first: only the first of a case; why: none does."""

    code: str
    zh: str
    events: tuple[str, ...]
    first: bool
    why: str


@functools.cache
def codes() -> Mapping[str, Code]:
    """Every node code. Raises ValueError that names the entry for what does not hold together."""
    return read_codes(_loaded())


@functools.cache
def states() -> Mapping[str, frozenset[str]]:
    """What the system calls a state -> states of a case here that mean the same."""
    return {word: frozenset(found) for word, found in _loaded()["states"].items()}


def read_codes(loaded: Mapping[str, Any]) -> dict[str, Code]:
    """The codes of a loaded file, checked against the vocabulary, the nodes and the states."""
    if not str(loaded.get("source", "")).strip():
        raise ValueError("national.yaml: source: the document is not named")
    events = load_vocabulary().events
    found = {}
    for code, body in loaded["codes"].items():
        on = tuple(body.get("events", ()))
        if bool(on) == bool(body.get("why")):
            raise ValueError(f"national.yaml: {code}: either `events` or `why`")
        if unknown := [event for event in on if event not in events]:
            raise ValueError(f"national.yaml: {code}: no event {', '.join(unknown)} in the vocabulary")
        found[code] = Code(code, body["zh"], on, bool(body.get("first")), body.get("why", ""))
    named = {code for node in load_nodes() for code in node.national_codes}
    if missing := sorted(named - found.keys()):
        raise ValueError(f"national.yaml: codes of nodes.yaml are missing: {', '.join(missing)}")
    for word, known in loaded["states"].items():
        if set(known) - set(CaseState.values):
            raise ValueError(f"national.yaml: states: {word}: no such state of a case")
    return found


def codes_by_event() -> dict[str, list[Code]]:
    """Event -> the codes that it reaches."""
    found: dict[str, list[Code]] = {}
    for code in codes().values():
        for event in code.events:
            found.setdefault(event, []).append(code)
    return found


def _loaded() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded
