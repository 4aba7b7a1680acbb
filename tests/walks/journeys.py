"""The journeys as lists of expectations: what passes now, and what waits for which piece of work (strictly)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction

from tests.walks.stage import Story

FILE = Path(__file__).parent / "journeys.yaml"
TITLES = (
    "All rules of all courts",
    "Four faces",
    "Case funds",
    "Property, measures and field evidence",
    "Papers, service and the e-file",
    "Closing and coordination",
    "Parties and petitions",
    "Supervision in full",
)
"""The pieces of work that rows may wait for, in their order."""


def journeys() -> dict[str, dict[str, list[str]]]:
    """journeys.yaml: journey -> {"now": [...], title of a piece of work: [...]}."""
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def steps(journey: str) -> list[Any]:
    """The expectations of a journey as test parameters; those of later work are strict xfails with its title."""
    rows = []
    for title, names in journeys()[journey].items():
        marks = () if title == "now" else (pytest.mark.xfail(strict=True, reason=title),)
        rows += [pytest.param(name, marks=marks, id=name) for name in names]
    return rows


def run_story(tell: Callable[[Story], None], blocker: Any) -> Story:
    """Tell a story once in a transaction that is rolled back; its words are kept even if it breaks off."""
    story = Story()
    with blocker.unblock(), transaction.atomic():
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True
        try:
            tell(story)
        except Exception as error:  # noqa: BLE001  the rows not reached then fail with these words
            story.found["the story broke off"] = f"{type(error).__name__}: {error}"
            story.broke = error
        transaction.set_rollback(True)
    return story
