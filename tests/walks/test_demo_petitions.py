"""The petitions and the everyday of the demo, told alone: every step is one that the verbs allow."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
from django.test import override_settings

from cases.models import Batch
from desk.models import Phrase
from enforcement.demo import everyday, programme, stories
from enforcement.demo.programme import Plan
from petitions.models import Letter, Petition
from portal.models import ClueDraft
from supervision.models import Order
from tests.walks.test_demo import empty, load

TOLD = (
    Plan(stories.petitioned, 24),
    Plan(stories.petitioned_by_phone, 16),
    Plan(stories.served, 5),
    Plan(everyday.watched, 9),
    Plan(everyday.passed_on, 6, "firm"),
    Plan(everyday.written_to, 11),
)


def test_petitions_orders_letters_and_bulk_work_stand_as_the_stories_say(
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
        again = load(len(TOLD))
        order, letter = Order.objects.get(kind="order"), Letter.objects.get()
        assert (order.state, order.additions.count()) == ("open", 1)
        assert (len(letter.files), bool(letter.reply)) == (1, True)
        assert ClueDraft.objects.get().case_id == letter.case_id
        rows = Batch.objects.get(kind="pass_on").rows
        assert set(rows.values_list("state", flat=True)) == {"done"}
        assert rows.exists()
        assert Phrase.objects.count() == len(everyday.PHRASES)
    assert complaints == ""
    assert "未做改动" in again[0]
    assert states == [("asked", "visit"), ("closed", "visit"), ("open", "phone")]
