"""案款发放: draft, submit, finance, approve, send, confirm; or cancel, or take back what the bank returned.

Two people: who asked, drafted or submitted does not approve. Money leaves custody when it is sent, and is
paid only when the bank says so. Every verb: lock the book, know the key, ask the policy, move, tell, post.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from funds import policy
from funds.accounts import Account, JournalKind
from funds.actions.bookings import book_paid, book_returned, post_for, tell
from funds.books import lock_book
from funds.checks import (
    account_has_cooled,
    account_in_force,
    allotment_of,
    enough,
    move,
    payee_of,
    receipt_to_pay,
    room_for,
    same_draft,
    within_allotment,
)
from funds.instructing import Through, instruct
from funds.ledger import credit, custody_of, debit
from funds.models import Allotment, PayeeAccount, Payout
from funds.repeats import was_done
from funds.routes import Route
from funds.shapes import past, positive, reason_of
from kernel.errors import BadInput, NotFound, WrongState
from kernel.time import today


def draft_payout(
    *,
    receipt_id: int,
    payee_id: int,
    amount: Decimal,
    route: Route | Mapping[str, Any],
    actor: User,
    at: dt.datetime,
    key: str,
    requested_by: User | None = None,
    allotment: Allotment | None = None,
    joins: bool = False,
) -> Payout:
    """制单: part or all of a receipt to a payee of the same case, by a route that the caller's rules have
    chosen.

    amount: yuan, not more than what the receipt has in custody and no other payout has spoken for.
    requested_by: who asked for it, when not the actor. allotment: the part of a decision that it pays; found by the
    payee's name where the receipt was allocated and none is given. Writes payout.drafted to "payout:<id>".
    Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    amount, way = positive(amount), Route.of(route)
    with transaction.atomic(durable=not joins):
        book, receipt = receipt_to_pay(receipt_id, actor)
        payout = Payout(
            court_id=book.court_id,
            team_id=book.team_id,
            owner_id=book.owner_id,
            about=book.about,
            book=book,
            receipt=receipt,
            payee_id=payee_id,
            amount=amount,
            route=way.as_json(),
            key=key,
            requester=requested_by or actor,
            maker=actor,
            drafted_at=at,
        )
        standing = Payout.objects.filter(book=book, key=key).first()
        if standing is not None:
            return same_draft(standing, payout)
        policy.may(actor, policy.REQUEST, _("申请发放案款"))
        payout.payee = payee_of(book, payee_id)
        payout.allotment = allotment or allotment_of(payout)
        payout.run = room_for(payout)
        within_allotment(payout)
        payout.save(force_insert=True)
        tell(
            payout, "payout.drafted", actor.actor, at, key, route=payout.route, requester=payout.requester_id
        )
    return payout


def submit_payout(
    *,
    payout_id: int,
    actor: User,
    at: dt.datetime,
    key: str,
    joins: bool = False,
    account: PayeeAccount | None = None,
) -> Payout:
    """提交: the payee's account in force is frozen into the payout. account: it, where the caller has read it; one that
    has changed meanwhile is read again. Writes payout.submitted.

    Raises NotFound, NotAllowed, WrongState (state, no undertaking where the route needs one), Conflict.
    """
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.submitted"):
            return payout
        policy.may(actor, policy.REQUEST, _("提交案款发放"))
        now = (payout.payee_id, payout.payee.version)
        if account is None or (account.payee_id, account.version) != now:
            account = PayeeAccount.objects.get(payee_id=now[0], version=now[1])
        if payout.way.needs_undertaking and not account.has_undertaking:
            raise WrongState(
                _("%s的收款账户没有领款承诺书，不能提交发放。") % payout.payee.name,
                code="PAYOUT-UNDERTAKING",
                fix=_("在案件“领款账户”处登记其签署的领款承诺书后再提交。"),
            )
        move(payout, "submit", _("提交"), by=actor, at=at, account=account)
        payout.save(update_fields=["state", "submitter", "submitted_at", "account"])
        tell(payout, "payout.submitted", actor.actor, at, key, account=account.pk)
    return payout


def to_finance(
    *,
    payout_id: int,
    actor: User,
    at: dt.datetime,
    key: str,
    on: dt.date | None = None,
    file_ids: Sequence[int] = (),
    joins: bool = False,
) -> Payout:
    """移送财务 (JZ 三(一)2, above 100,000 yuan): the papers are handed to finance on a day, today by default.

    Writes payout.to_finance (on, files). Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    on = past(on or today(at), at, field="on")
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.to_finance", on=on):
            return payout
        policy.may(actor, policy.REQUEST, _("移送财务"))
        past(on, at, field="on", since=payout.receipt.arrived_on)
        move(payout, "hand_to_finance", _("移送财务"), on=on)
        payout.save(update_fields=["state", "to_finance_on"])
        tell(payout, "payout.to_finance", actor.actor, at, key, effective=on, on=on, files=list(file_ids))
    return payout


def finance_received(
    *,
    payout_id: int,
    actor: User,
    at: dt.datetime,
    key: str,
    on: dt.date | None = None,
    joins: bool = False,
) -> Payout:
    """财务接收: finance has the papers; its five working days count from here. Writes
    payout.finance_received (on).

    Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    on = past(on or today(at), at, field="on")
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.finance_received", on=on):
            return payout
        policy.may(actor, policy.PAY, _("接收发放材料"))
        past(on, at, field="on", since=payout.to_finance_on)
        move(payout, "receive", _("接收"), on=on)
        payout.save(update_fields=["received_on"])
        tell(payout, "payout.finance_received", actor.actor, at, key, effective=on, on=on)
    return payout


def approve_payout(*, payout_id: int, actor: User, at: dt.datetime, key: str, joins: bool = False) -> Payout:
    """审批: the second person, who neither asked nor drafted nor submitted. Writes payout.approved.

    Raises NotFound, NotAllowed, WrongState (state, papers not with finance, account changed), Conflict.
    """
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.approved"):
            return payout
        policy.may_check(payout, actor)
        account_in_force(payout)
        move(payout, "approve", _("审批"), by=actor, at=at)
        payout.save(update_fields=["state", "checker", "approved_at"])
        tell(payout, "payout.approved", actor.actor, at, key, checker=actor.pk)
    return payout


def send_payout(
    *,
    payout_id: int,
    actor: User,
    at: dt.datetime,
    key: str,
    joins: bool = False,
    through: Through | None = None,
) -> Payout:
    """付款: the order goes to the bank; the money leaves custody and is in transit. It is not paid yet.

    through: the account and channel by which the system tells the bank; None where a person does it at the counter.
    Writes payout.sent, a journal and the instruction. Raises NotFound, NotAllowed, WrongState (state, account changed
    or not yet in force), Conflict.
    """
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.sent"):
            return payout
        policy.may(actor, policy.PAY, _("发放案款"))
        account_in_force(payout)
        account_has_cooled(payout, at)
        move(payout, "send", _("付款"), by=actor, at=at)
        enough(payout, custody_of(payout.receipt_id))
        payout.save(update_fields=["state", "sender", "sent_at"])
        event = tell(payout, "payout.sent", actor.actor, at, key, sender=actor.pk)
        post_for(
            payout,
            JournalKind.SENDING,
            event,
            today(at),
            debit(Account.CUSTODY, payout.amount, payout.book_id),
            credit(Account.IN_TRANSIT, payout.amount, payout.book_id),
        )
        if through is not None:
            instruct(payout, through, at=at)
    return payout


def confirm_paid(
    *,
    payout_id: int,
    bank_ref: str,
    paid_on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    joins: bool = False,
) -> Payout:
    """付款成功: the bank confirms. bank_ref: its receipt number, once per court. Only this meets a payout
    clock.

    Writes payout.paid (payout, receipt, about, amount, paid_on) and two journals: out of the bank, and the
    record. Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    bank_ref = bank_ref.strip()
    if not bank_ref or len(bank_ref) > 60:
        raise BadInput(_("没有填写银行回单号。"), field="bank_ref", fix=_("按银行回单填写，不超过60个字。"))
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.paid", bank_ref=bank_ref, paid_on=paid_on):
            return payout
        policy.may(actor, policy.PAY, _("登记付款结果"))
        past(paid_on, at, field="paid_on", since=payout.receipt.arrived_on)
        book_paid(payout, bank_ref=bank_ref, on=paid_on, actor=actor.actor, at=at, key=key)
    return payout


def return_payout(
    *,
    payout_id: int,
    reason: str,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    joins: bool = False,
) -> Payout:
    """退票: the bank gave the money back, before or after it had confirmed; all of it is in custody again.

    The next payout of this receipt to this payee is a new run. Writes payout.returned (on, was: sent |
    paid) and reversals of the journals. Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    reason = reason_of(reason)
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.returned", on=on):
            return payout
        policy.may(actor, policy.PAY, _("登记退票"))
        past(on, at, field="on", since=payout.paid_on or payout.receipt.arrived_on)
        book_returned(payout, reason=reason, on=on, actor=actor.actor, at=at, key=key)
    return payout


def cancel_payout(
    *, payout_id: int, reason: str, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> Payout:
    """取消: before the money is sent. Writes payout.cancelled. Raises NotFound, NotAllowed, BadInput,
    WrongState.
    """
    reason = reason_of(reason)
    with _opened(payout_id, actor, joins=joins) as payout:
        if was_done(payout.stream, key, "payout.cancelled"):
            return payout
        policy.may(actor, policy.REQUEST + policy.CHECK, _("取消案款发放"))
        move(payout, "cancel", _("取消"), reason=reason, on=today(at))
        payout.save(update_fields=["state", "reason", "ended_on"])
        tell(payout, "payout.cancelled", actor.actor, at, key)
    return payout


@contextmanager
def _opened(payout_id: int, actor: User, *, joins: bool) -> Iterator[Payout]:
    """The payout that this person may see, read under its book's lock, in a transaction of its own unless
    `joins`.
    """
    with transaction.atomic(durable=not joins):
        visible = Payout.objects.visible_to(actor).filter(pk=payout_id)
        book_id = visible.values_list("book_id", flat=True).first()
        if book_id is None:
            raise NotFound(_("没有这笔发放，或您无权办理。"), fix=_("从案款页重新进入。"))
        lock_book(book_id)
        yield Payout.objects.select_related("receipt", "payee", "account").get(pk=payout_id)
