"""Verbs of the numbers: an owner wants no messages, a mark is lifted."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from kernel.errors import BadInput, NotFound
from kernel.fields import blind_index
from kernel.identity import check_phone, mask_phone
from notices.models import NumberMark
from notices.policy import check_may_handle


def opt_out(*, actor: User, court_id: int, number: str, reason: str, at: dt.datetime, key: str) -> NumberMark:
    """Note that a number wants no messages of this court; only its blind index and its mask are kept.

    Sign-in codes still go: their reader asks for them. Raises NotAllowed, BadInput.
    """
    check = check_phone(number)
    if check.kind != "mobile":
        raise BadInput(_("手机号码不正确。"), field="number", fix=check.message or _("请填写11位手机号码。"))
    if not reason.strip():
        raise BadInput(_("没有填写拒收原因。"), field="reason", fix=_("例如：本人来电要求不再接收。"))
    stream = f"court:{court_id}"
    with transaction.atomic(durable=True):
        check_may_handle(actor, court_id)
        if (done := log.find(stream, key)) is not None:
            return NumberMark.objects.get(pk=done.data["mark_id"])
        mark, _new = NumberMark.objects.get_or_create(
            court_id=court_id,
            number_index=blind_index(check.value, purpose="phone"),
            kind=NumberMark.Kind.OPTED_OUT,
            lifted_at=None,
            defaults={
                "number_masked": mask_phone(check.value),
                "reason": reason.strip()[:200],
                "since": at,
            },
        )
        log.append(
            stream=stream,
            kind="number.opted_out",
            actor=actor.actor,
            at=at,
            key=key,
            data={"mark_id": mark.pk},
            court_id=court_id,
        )
    return mark


def lift_mark(*, actor: User, mark_id: int, reason: str, at: dt.datetime, key: str) -> NumberMark:
    """Let a number have messages again: corrected, or its owner wants them.

    Raises NotFound, NotAllowed, BadInput.
    """
    if not reason.strip():
        raise BadInput(_("没有填写解除原因。"), field="reason")
    with transaction.atomic(durable=True):
        mark = NumberMark.objects.visible_to(actor).select_for_update().filter(pk=mark_id).first()
        if mark is None:
            raise NotFound(_("没有这一号码标记。"))
        check_may_handle(actor, mark.court_id)
        if log.find(f"court:{mark.court_id}", key) is None and mark.lifted_at is None:
            mark.lifted_at, mark.lifted_because = at, reason.strip()[:200]
            mark.save(update_fields=["lifted_at", "lifted_because"])
            log.append(
                stream=f"court:{mark.court_id}",
                kind="number.mark_lifted",
                actor=actor.actor,
                at=at,
                key=key,
                data={"mark_id": mark.pk, "kind": mark.kind},
                court_id=mark.court_id,
            )
    return mark
