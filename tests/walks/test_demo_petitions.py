"""The petitions of the demo, told alone: every step is one that the verbs allow."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from django.test import override_settings

from enforcement.demo import programme, stories
from enforcement.demo.programme import Plan
from petitions.models import Petition
from tests.walks.test_demo import empty, load

TOLD = (Plan(stories.petitioned, 24), Plan(stories.petitioned_by_phone, 16))


def test_the_petitions_stand_as_the_stories_say(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with (
        django_db_blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
        patch("documents.actions.render._pdf_of", lambda paper: f"%PDF-1.7 {paper.pk}".encode()),
        patch.object(programme, "POSED", TOLD),
        empty("demo_petitions", tmp_path),
    ):
        complaints = load(len(TOLD))[1]
        states = sorted(Petition.objects.values_list("state", "channel"))
    assert complaints == ""
    assert states == [("asked", "visit"), ("closed", "visit"), ("open", "phone")]
