"""The papers of a payout: 沟通记录 kept with the request, the bank's slip attached when it is paid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from documents.models import File
from funds import policy
from funds.actions.bookings import tell
from funds.books import lock_book
from funds.models import Payout, PayoutSlip, PayoutTalk
from funds.repeats import was_done
from funds.states import PayoutState
from kernel.errors import BadInput, NotFound, WrongState


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk with a party about a payout. channel: of PayoutTalk.Channel; at: when; files: ids of files of the case."""

    channel: str
    at: dt.datetime
    who: str
    content: str
    files: tuple[int, ...] = ()


def keep_talk(payout: Payout, talk: Talk, *, actor: User, at: dt.datetime) -> PayoutTalk:
    """Write down the talk that goes with a payout. Joins the caller's transaction. Raises BadInput by field."""
    if talk.channel not in PayoutTalk.Channel.values:
        raise BadInput(_("没有选择沟通方式。"), field="channel", fix=_("从列表中选择。"))
    if talk.at > at:
        raise BadInput(_("沟通时间晚于现在。"), field="talked_on", fix=_("填写实际沟通的时间。"))
    who, content = talk.who.strip()[:120], talk.content.strip()
    if not who:
        raise BadInput(_("没有填写沟通对象。"), field="talked_with", fix=_("写明与谁沟通。"))
    if not content:
        raise BadInput(_("没有填写沟通内容。"), field="record", fix=_("写明告知的内容和对方的意见。"))
    files = files_of(payout, talk.files, field="attachments")
    kept = PayoutTalk.objects.create(
        payout=payout, channel=talk.channel, at=talk.at, who=who, content=content, by=actor
    )
    if files:
        kept.files.add(*files)
    return kept


def attach_slips(
    *, payout_id: int, file_ids: Sequence[int], actor: User, at: dt.datetime, key: str
) -> list[PayoutSlip]:
    """上传付款凭证: scans of the bank's slip, kept in the case before, are attached to a payout that was paid (JZ-14).

    Writes payout.slip_attached (files). Raises NotFound, NotAllowed, BadInput (no file, another case's), WrongState.
    """
    with transaction.atomic(durable=True):
        visible = Payout.objects.visible_to(actor).filter(pk=payout_id)
        book_id = visible.values_list("book_id", flat=True).first()
        if book_id is None:
            raise NotFound(_("没有这笔发放，或您无权办理。"), fix=_("从案款页重新进入。"))
        lock_book(book_id)
        payout = Payout.objects.get(pk=payout_id)
        ids = sorted(set(file_ids))
        if was_done(payout.stream, key, "payout.slip_attached", files=ids):
            return list(payout.slips.filter(file__in=ids).order_by("pk"))
        policy.may(actor, policy.PAY, _("上传付款凭证"))
        if payout.state != PayoutState.PAID:
            raise WrongState(
                _("这笔发放%s，还没有付款凭证。") % payout.get_state_display(),
                code="PAYOUT-STATE",
                fix=_("银行确认付款成功后再上传。"),
            )
        files = files_of(payout, ids, field="files")
        if not files:
            raise BadInput(_("没有选择付款凭证。"), field="files", fix=_("上传银行回单或者凭证的扫描件。"))
        made = [PayoutSlip.objects.create(payout=payout, file=file, at=at, by=actor) for file in files]
        tell(payout, "payout.slip_attached", actor.actor, at, key, files=ids)
    return made


def files_of(payout: Payout, ids: Sequence[int], *, field: str) -> list[File]:
    """The files, all of the payout's case. Raises BadInput."""
    files = list(File.objects.filter(pk__in=ids, about=payout.about).order_by("pk")) if ids else []
    if len(files) != len(set(ids)):
        raise BadInput(_("所附材料不在本案中。"), field=field, fix=_("重新上传。"))
    return files
