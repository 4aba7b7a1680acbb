"""The journeys whose work is still to come: each row waits, strictly, under the title that will build it.

A row is promoted by moving its name to "now" in journeys.yaml and telling it in a story; until then it must fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.walks.journeys import TITLES, journeys, run_story, steps
from tests.walks.later_stories import STORIES, pool
from tests.walks.stage import Story

TOLD_ELSEWHERE = ("E2E-01", "E2E-02")
LATER = [journey for journey in journeys() if journey not in TOLD_ELSEWHERE]


@pytest.fixture(scope="module")
def story_of(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Callable[[str], Story]:
    """The story of a journey, told once; an empty one where nothing of it can be told yet."""
    kept: dict[str, Story] = {}

    def tell(journey: str) -> Story:
        if journey not in kept:
            kept[journey] = run_story(STORIES[journey], django_db_blocker) if journey in STORIES else Story()
        return kept[journey]

    return tell


@pytest.mark.parametrize(
    ("journey", "name"),
    [
        pytest.param(journey, *row.values, marks=row.marks, id=f"{journey}: {row.id}")
        for journey in LATER
        for row in steps(journey)
    ],
)
def test_row(story_of: Callable[[str], Story], journey: str, name: str) -> None:
    assert story_of(journey).found.get(name, "no story reaches it") == ""


@pytest.mark.parametrize("journey", sorted(STORIES))
def test_what_a_story_tells_is_a_row_that_passes_now(story_of: Callable[[str], Story], journey: str) -> None:
    story = story_of(journey)
    assert set(story.found) == set(journeys()[journey].get("now", ())), story.broke


def test_every_row_stands_once_under_a_known_title() -> None:
    for journey, rows in journeys().items():
        assert set(rows) <= {"now", *TITLES}, journey
        names = Counter(name for listed in rows.values() for name in listed)
        assert [name for name, count in names.items() if count > 1] == [], journey


@pytest.mark.django_db
def test_a_terminated_case_is_queried_again_for_five_years() -> None:
    """The pool's story by itself: which row of a journey tells it to the rules depends on which worker meets it first."""
    story = Story()
    pool(story)
    assert set(story.found.values()) == {""}
