"""Verbs of single messages: resend a failed one, settle an unknown one, let stopped ones go, read one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from events.kick import kick
from kernel.errors import BadInput, NotFound, WrongState
from notices.claiming import STOPPED_BY_COURT
from notices.models import Message
from notices.outbox import address
from notices.policy import check_may_handle, check_may_maintain, check_sees
from notices.states import Channel, Reason, State

NUMBERS_FAULT = (Reason.NO_NUMBER, Reason.BAD_NUMBER, Reason.OPTED_OUT)
RESENDABLE = (State.FAILED, State.NOT_SENT)


def resend(
    *, actor: User, message_id: int, reason: str, at: dt.datetime, key: str, number: str = ""
) -> Message:
    """Send a text that did not arrive once more, to `number` or the one it had, as a new message that
    replaces it.

    Raises NotFound, NotAllowed; WrongState when it may have arrived, has no text, or its number needs
    correcting.
    """
    _require(reason)
    with transaction.atomic(durable=True):
        old = _locked(actor, message_id)
        check_may_handle(actor, old.court_id)
        if (done := log.find(_stream(old), key)) is not None:
            return Message.objects.get(pk=done.data["new_id"])
        _check_resendable(old, number)
        new = _copy(old, at=at)
        address(new, number or str(old.number))
        if new.number is None:
            raise BadInput(_("手机号码不正确。"), field="number", fix=_("请填写11位手机号码。"))
        new.save()
        log.append(
            stream=_stream(old),
            kind="message.resent",
            actor=actor.actor,
            at=at,
            key=key,
            data={"new_id": new.pk, "reason": reason.strip(), "new_number": bool(number)},
            court_id=old.court_id,
        )
        kick("notices.deliver")
    return new


def decide_unknown(
    *, actor: User, message_id: int, outcome: str, reason: str, at: dt.datetime, key: str
) -> Message:
    """Settle a message of which nothing tells whether it went out. outcome: sent, send_again or give_up.

    Raises NotFound, NotAllowed, BadInput, and WrongState while the provider can still be asked.
    """
    _require(reason)
    if outcome not in ("sent", "send_again", "give_up"):
        raise BadInput(_("没有这一处理方式。"), field="outcome", fix="sent, send_again, give_up")
    with transaction.atomic(durable=True):
        message = _locked(actor, message_id)
        check_may_handle(actor, message.court_id)
        if log.find(_stream(message), key) is not None:
            return message
        if message.state != State.UNKNOWN or message.due_at is not None:
            raise WrongState(_("这条短信的结果不需要人工确认。"), fix=_("请刷新后查看最新状态。"))
        if outcome == "sent":
            message.state, message.reason, message.sent_at = State.SENT, "", at
        elif outcome == "send_again":
            message.state, message.reason, message.due_at = State.WAITING, "", at
        else:
            message.state = State.FAILED
        message.save(update_fields=["state", "reason", "sent_at", "due_at"])
        log.append(
            stream=_stream(message),
            kind="message.decided",
            actor=actor.actor,
            at=at,
            key=key,
            data={"outcome": outcome, "reason": reason.strip()},
            court_id=message.court_id,
        )
        kick("notices.deliver")
    return message


def release_stopped(*, actor: User, court_id: int, reason: str, at: dt.datetime, key: str) -> int:
    """Let go what the court's switch had stopped. Returns how many. What is not wanted any more is cancelled
    before.

    Raises NotAllowed; sent is nothing while the switch is still off.
    """
    _require(reason)
    with transaction.atomic(durable=True):
        check_may_maintain(actor, court_id)
        if (done := log.find(f"court:{court_id}", key)) is not None:
            return int(done.data["messages"])
        released = Message.objects.filter(
            court_id=court_id, state=State.WITHHELD, withheld_for=STOPPED_BY_COURT
        ).update(state=State.WAITING, reason="", withheld_for="", due_at=at)
        log.append(
            stream=f"court:{court_id}",
            kind="messages.released",
            actor=actor.actor,
            at=at,
            key=key,
            data={"messages": released, "reason": reason.strip()},
            court_id=court_id,
        )
        kick("notices.deliver")
    return released


def mark_read(*, user: User, message_ids: Collection[int], at: dt.datetime) -> int:
    """Note that the person opened these in-app notices of their own. Returns how many were unread."""
    with transaction.atomic(durable=True):
        return Message.objects.unread_by(user).filter(pk__in=message_ids).update(state=State.READ, read_at=at)


def _locked(actor: User, message_id: int) -> Message:
    message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None:
        raise NotFound(_("没有这条消息。"))
    check_sees(actor, message)
    return message


def _check_resendable(old: Message, number: str) -> None:
    if old.channel != Channel.SMS or old.state not in RESENDABLE or old.reason == Reason.IMPORTED:
        raise WrongState(_("这条短信不能重发：它没有失败，或可能已经送达。"), fix=_("请刷新后查看最新状态。"))
    if not old.text or old.secret_text:
        raise WrongState(
            _("这条短信没有可以重发的内容。"), fix=_("请核定文本后重新办理，或改用其他方式告知。")
        )
    if old.replaced_by.exists():
        raise WrongState(_("这条短信已经重发过。"), fix=_("请查看重发的那一条。"))
    if old.reason in NUMBERS_FAULT and not number:
        raise BadInput(_("原号码收不到短信。"), field="number", fix=_("请填写核对后的手机号码。"))


def _copy(old: Message, *, at: dt.datetime) -> Message:
    """A new message of the same text to the same person, not yet addressed."""
    same = (
        *("court_id", "team_id", "owner_id", "about", "case_id", "topic", "rule_id", "node", "audience"),
        *("channel", "level", "party_ref", "to_user_id", "template_id", "text", "link"),
    )
    return Message(
        **{name: getattr(old, name) for name in same},
        key=f"resend:{old.pk}",
        replaces=old,
        state=State.WAITING,
        due_at=at,
        created_at=at,
    )


def _require(reason: str) -> None:
    if not reason.strip():
        raise BadInput(_("没有填写原因。"), field="reason")


def _stream(message: Message) -> str:
    return f"message:{message.pk}"
