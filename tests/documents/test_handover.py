"""Papers and files follow their case."""

import pytest

from documents.handover import hand_over
from documents.models import Paper
from tests.factories import documents as factory
from tests.factories.courts import court

pytestmark = pytest.mark.django_db


def test_papers_follow_their_case_and_no_other() -> None:
    here = court()
    moved = factory.draft(here, case_id=12, team_id=1, owner_id=2)
    stays = factory.draft(here, case_id=13, team_id=1, owner_id=2)
    assert hand_over(case_id=12, team_id=5, owner_id=9) == 1
    owners = dict(Paper.objects.values_list("pk", "owner_id"))
    assert owners == {moved.pk: 9, stays.pk: 2}
