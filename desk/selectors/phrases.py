"""One's own phrases and drafts."""

from __future__ import annotations

import datetime as dt

from courts.models import User
from desk.actions.drafts import KEPT
from desk.models import FormDraft, Phrase


def phrases_of(user: User) -> list[Phrase]:
    """The newest first."""
    return list(Phrase.objects.visible_to(user).order_by("-pk"))


def draft_of(user: User, form: str, at: dt.datetime) -> FormDraft | None:
    """What this person typed into a form within the last week and did not send."""
    return FormDraft.objects.visible_to(user).filter(form=form, saved_at__gte=at - KEPT).first()
