"""常用语: sentences that an answer to a letter may begin with, by its topic. Ours, no document prescribes them."""

from __future__ import annotations

import functools
from pathlib import Path

import yaml

FILE = Path(__file__).parent / "data" / "quick_texts.yaml"
ALWAYS = "any"


def quick_texts(topic: str) -> list[str]:
    """Those for a topic of Letter.Topic, then those for every topic."""
    texts = _loaded()
    return [*texts.get(topic, ()), *texts[ALWAYS]]


@functools.cache
def _loaded() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded
