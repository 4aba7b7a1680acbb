"""What messages are about: the topics, their Chinese names, the facts each gives, the preset texts."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEXTS_FILE = Path(__file__).parent / "data" / "templates.yaml"
SAMPLES_FILE = TEXTS_FILE.with_name("samples.yaml")
COURT_FACTS = ("court", "court_phone")
"""Facts that the outbox itself knows for every message."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A thing that readers are told. facts: names an act of this topic gives.

    texts: audience -> preset text.
    """

    code: str
    label: str
    facts: tuple[str, ...]
    texts: Mapping[str, str]


@functools.cache
def topics() -> dict[str, Topic]:
    """Every declared topic by its code."""
    return {
        code: Topic(code, entry["zh"], tuple(entry["facts"]), dict(entry["texts"]))
        for code, entry in _loaded()["topics"].items()
    }


@functools.cache
def placeholders() -> dict[str, str]:
    """Chinese name of a place in a text -> name of the fact that fills it."""
    return dict(_loaded()["placeholders"])


@functools.cache
def samples() -> dict[str, str]:
    """What an invented case would put in each place: fact -> text."""
    loaded: dict[str, str] = yaml.safe_load(SAMPLES_FILE.read_text(encoding="utf-8"))
    return loaded


def preset_approval() -> tuple[str, Any]:
    """Who stands behind the preset texts, and since which date."""
    approved = _loaded()["approved"]
    return approved["by"], approved["date"]


def canonical(name: str) -> str:
    """The code of a topic that a rule pack calls by its Chinese name; an undeclared name stays as it is."""
    return _codes().get(name, name)


def label(code: str) -> str:
    """The Chinese name of a topic; a code nobody declared is shown as it is."""
    topic = topics().get(code)
    return topic.label if topic else code


@functools.cache
def _codes() -> dict[str, str]:
    entries = _loaded()["topics"].items()
    return {name: code for code, entry in entries for name in (entry["zh"], *entry.get("also", ()))}


@functools.cache
def _loaded() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TEXTS_FILE.read_text(encoding="utf-8"))
    return loaded
