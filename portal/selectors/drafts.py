"""A reader's own draft of a clue."""

from __future__ import annotations

import datetime as dt

from cases.models import Case
from courts.models import User
from portal.actions.drafts import KEPT
from portal.models import ClueDraft


def clue_draft_of(user: User, case: Case, at: dt.datetime) -> ClueDraft | None:
    """What this person wrote in this case and did not send; one query."""
    return ClueDraft.objects.filter(user=user, case=case, saved_at__gte=at - KEPT).first()
