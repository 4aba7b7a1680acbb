"""草稿: keep what is typed into a form, give it up when the form was sent, forget what is old."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from desk.models import FormDraft
from kernel.errors import BadInput

LONGEST = 20_000
"""Characters of one draft."""
MOST = 50
"""Drafts of one person; the oldest makes room."""
KEPT = dt.timedelta(days=7)
LEFT_OUT = ("csrfmiddlewaretoken", "act_key", "password", "code", "otp", "token")


def save_draft(*, form: str, values: Mapping[str, Sequence[str]], actor: User, at: dt.datetime) -> FormDraft:
    """Keep the fields of a form as they are now, in place of what was kept of it before. Raises BadInput."""
    if not form.startswith("/") or len(form) > 200:
        raise BadInput(_("这张表单不能保存草稿。"), field="form")
    kept = {name: list(texts) for name, texts in values.items() if not _is_secret(name)}
    text = json.dumps(kept, ensure_ascii=False)
    if len(text) > LONGEST:
        raise BadInput(_("内容太长，没有保存草稿。"), fix=_("请直接提交，或另存为文件作为附件。"))
    with transaction.atomic(durable=True):
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        row, _made = FormDraft.objects.update_or_create(
            owner=actor, form=form, defaults={"values": text, "saved_at": at}
        )
        over = FormDraft.objects.filter(owner=actor).order_by("-saved_at", "-pk").values("pk")[MOST:]
        FormDraft.objects.filter(pk__in=list(over.values_list("pk", flat=True))).delete()
        return row


def drop_draft(*, form: str, actor: User) -> None:
    """The form was sent, or its draft is not wanted any more. Nothing is said where there is none."""
    FormDraft.objects.filter(owner=actor, form=form).delete()


def forget_drafts(*, at: dt.datetime) -> int:
    """Delete what nobody came back to for a week. Safe to run twice; returns how many."""
    return FormDraft.objects.filter(saved_at__lt=at - KEPT).delete()[0]


def _is_secret(name: str) -> bool:
    last = name.rpartition("-")[2]
    return any(word == last or word in ("password",) and word in name for word in LEFT_OUT)
