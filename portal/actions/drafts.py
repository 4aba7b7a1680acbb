"""线索草稿: a party keeps what it has written so far; the court never sees it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.clues import LONGEST
from cases.models import Access, Case
from courts.models import User
from kernel import time
from kernel.errors import BadInput, NotFound
from portal.models import ClueDraft

KEPT = dt.timedelta(days=30)


def save_clue_draft(
    *, case_id: int, party_id: int, words: str, specific: bool, urgent: bool, actor: User, at: dt.datetime
) -> ClueDraft:
    """Keep the words of a clue that is not sent yet, one a case and reader. Raises BadInput, NotFound."""
    words = words.replace("\x00", "").strip()
    if not words:
        raise BadInput(_("没有填写线索内容。"), field="words", fix=_("写几个字再保存草稿。"))
    if len(words) > LONGEST:
        raise BadInput(_("线索内容太长。"), field="words", fix=_("不超过 2000 字。"))
    with transaction.atomic(durable=True):
        on = time.today(at)
        followed = Case.objects.followed_by(actor, on).filter(pk=case_id)
        reads = Access.objects.in_force(on).filter(user=actor, case_id=case_id, party_id=party_id)
        if not followed.exists() or not reads.exists():
            raise NotFound(_("没有这个案件。"), fix=_("从“我的案件”重新进入。"))
        given = {
            "party_id": party_id,
            "words": words,
            "specific": specific,
            "urgent": urgent,
            "saved_at": at,
        }
        row, _made = ClueDraft.objects.update_or_create(user=actor, case_id=case_id, defaults=given)
        return row


def drop_clue_draft(*, case_id: int, actor: User) -> None:
    """The clue was sent, or is not to be."""
    ClueDraft.objects.filter(user=actor, case_id=case_id).delete()


def forget_clue_drafts(*, at: dt.datetime) -> int:
    """Delete drafts older than thirty days; returns how many. Safe to run twice."""
    return ClueDraft.objects.filter(saved_at__lt=at - KEPT).delete()[0]
