"""Set money aside, give it back, advance it, recover it: one way for every kind of transfer.

The floor above asks the rules and the approvers; here the money moves, once, under the lock of its book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from events.models import Event
from funds import policy
from funds.accounts import Account, JournalKind
from funds.books import lock_book
from funds.checks import free_of, surplus_of
from funds.ledger import Leg, credit, debit, post
from funds.models import Book, Receipt, Recovery, Transfer
from funds.repeats import was_done
from funds.revolving import fund_of, lock_fund
from funds.shapes import past, positive, reason_of
from funds.states import AIDS, ReceiptState, TransferKind, TransferState
from kernel.errors import BadInput, Conflict, NotFound, WrongState
from kernel.money import format_yuan
from kernel.time import today

Kind, State = TransferKind, TransferState
PLACES: Mapping[str, Account] = {
    Kind.ESCROW: Account.ESCROW,
    Kind.REFUND: Account.REFUND,
    Kind.DEPOSIT: Account.DEPOSIT,
    Kind.FEE: Account.FEE,
    Kind.COURT_ESCROW: Account.COURT_ESCROW,
}
"""The account of each kind that holds money."""
LEAVES = (Kind.REFUND, Kind.DEPOSIT, Kind.FEE, Kind.ADVANCE, *AIDS)
"""Kinds that are paid out by themselves; money in escrow returns to custody and is paid by a payout."""
_CHANGES = (
    "state", "body", "held_on", "ended_on", "doer", "bank_ref", "reason", "approval_id", "approved_on", "recovered"
)  # fmt: skip


def open_transfer(
    *,
    kind: str,
    amount: Decimal,
    ground: str,
    actor: User,
    at: dt.datetime,
    key: str,
    book: Book | None = None,
    receipt: Receipt | None = None,
    **more: Any,
) -> Transfer:
    """Ask for a transfer; nothing moves yet. book: locked, None for unidentified money. Joins the transaction.

    more: cause, body, payee, subject_id. Raises BadInput (amount above what is free), Conflict (one is open already).
    """
    policy.may(actor, policy.REQUEST + policy.RECORD, _("申请%s") % Kind(kind).label)
    standing = Transfer.objects.filter(key=key).first()
    if standing is not None:
        return standing
    amount = positive(amount)
    _must_be_there(kind, amount, receipt)
    court = receipt.court_id if receipt is not None else book.court_id if book is not None else None
    holder = book if book is not None else None
    transfer = Transfer(
        court_id=court,
        team_id=holder.team_id if holder else None,
        owner_id=holder.owner_id if holder else None,
        about=holder.about if holder else "",
        book=book,
        receipt=receipt,
        kind=kind,
        amount=amount,
        ground=_ground(ground),
        requested_on=today(at),
        requester=actor,
        asked_at=at,
        key=key,
        **more,
    )
    try:
        with transaction.atomic():
            transfer.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            _("这笔款项已有一项%s正在办理。") % transfer.get_kind_display(),
            code="TRANSFER-OPEN",
            fix=_("先办完或者取消那一项。"),
        ) from error
    _tell(transfer, "transfer.requested", actor.actor, at, key)
    return transfer


def approve(
    transfer: Transfer, *, approval_id: int | None, on: dt.date, name: str, at: dt.datetime, key: str
) -> None:
    """The ladder has assented (or none was needed). Joins the transaction, which holds the book."""
    transfer.approve(approval_id=approval_id, on=on)
    transfer.save(update_fields=_CHANGES)
    _tell(transfer, "transfer.approved", name, at, key, approval=approval_id)


def cancel(transfer: Transfer, *, reason: str, name: str, at: dt.datetime, key: str) -> None:
    """Refused or given up before any money moved. Joins the transaction, which holds the book."""
    transfer.cancel(reason=reason_of(reason), on=today(at))
    transfer.save(update_fields=_CHANGES)
    _tell(transfer, "transfer.cancelled", name, at, key)


def give_up(transfer: Transfer, *, reason: str, actor: User, at: dt.datetime, key: str) -> None:
    """取消 of what was approved, by who asked or who settles. Joins the transaction, which holds the book.

    Raises NotAllowed, BadInput (no reason), WrongState.
    """
    if actor.pk != transfer.requester_id:
        policy.may(actor, policy.PAY + policy.RECORD, _("取消%s") % transfer.get_kind_display())
    _must_be(transfer, State.APPROVED)
    cancel(transfer, reason=reason, name=actor.actor, at=at, key=key)


def hold(
    *, transfer_id: int, body: str, on: dt.date, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> Transfer:
    """转入专门科目: custody to escrow, refund or deposit; unidentified money to the court's escrow.

    Raises NotFound, NotAllowed, BadInput (not that much free any more), WrongState.
    """
    with transaction.atomic(durable=not joins):
        transfer = locked(transfer_id, actor)
        if was_done(transfer.stream, key, "transfer.held", on=on):
            return transfer
        policy.may_settle(transfer, actor)
        place = PLACES.get(transfer.kind)
        if place is None:
            raise WrongState(_("%s不转入专门科目。") % transfer.get_kind_display(), fix=_("直接登记付款。"))
        past(on, at, field="on", since=transfer.approved_on)
        _must_be(transfer, State.APPROVED)
        _must_be_there(transfer.kind, transfer.amount, transfer.receipt, besides=transfer.pk)
        transfer.hold(body=body.strip()[:120], on=on, by=actor)
        transfer.save(update_fields=_CHANGES)
        event = _tell(transfer, "transfer.held", actor.actor, at, key, effective=on, on=on)
        source = Account.UNIDENTIFIED if transfer.book_id is None else Account.CUSTODY
        _move(transfer, "held", event, on, debit(source, transfer.amount, transfer.book_id),
              credit(place, transfer.amount, transfer.book_id))  # fmt: skip
    return transfer


def release(
    *, transfer_id: int, reason: str, on: dt.date, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> Transfer:
    """转回待发: what was held is in custody again (or unidentified again), to be paid, refunded or claimed.

    Raises NotFound, NotAllowed, BadInput, WrongState.
    """
    with transaction.atomic(durable=not joins):
        transfer = locked(transfer_id, actor)
        if was_done(transfer.stream, key, "transfer.released", on=on):
            return transfer
        policy.may_settle(transfer, actor)
        past(on, at, field="on", since=transfer.held_on)
        _must_be(transfer, State.HELD)
        transfer.release(reason=reason_of(reason), on=on)
        transfer.save(update_fields=_CHANGES)
        event = _tell(transfer, "transfer.released", actor.actor, at, key, effective=on, on=on)
        back = Account.UNIDENTIFIED if transfer.book_id is None else Account.CUSTODY
        _move(transfer, "released", event, on, debit(PLACES[transfer.kind], transfer.amount, transfer.book_id),
              credit(back, transfer.amount, transfer.book_id))  # fmt: skip
    return transfer


def pay(
    *,
    transfer_id: int,
    bank_ref: str,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    joins: bool = False,
) -> Transfer:
    """付出: a refund or deposit leaves the bank account, an advance leaves the revolving fund, aid was paid by its source.

    bank_ref: the bank's receipt number, once per court. Raises NotFound, NotAllowed, BadInput, WrongState.
    """
    bank_ref = bank_ref.strip()
    if not bank_ref or len(bank_ref) > 60:
        raise BadInput(_("没有填写银行回单号。"), field="bank_ref", fix=_("按银行回单填写，不超过60个字。"))
    with transaction.atomic(durable=not joins):
        transfer = locked(transfer_id, actor)
        if was_done(transfer.stream, key, "transfer.paid", bank_ref=bank_ref, on=on):
            return transfer
        policy.may_settle(transfer, actor)
        if transfer.kind not in LEAVES:
            raise WrongState(_("提存的款项不能直接付出。"), fix=_("先转回待发，再按发放程序付款。"))
        past(on, at, field="on", since=transfer.held_on or transfer.approved_on)
        _must_be(transfer, State.HELD if transfer.kind in PLACES else State.APPROVED)
        if transfer.kind == Kind.ADVANCE:
            _must_be_in_fund(transfer)
        transfer.pay(bank_ref=bank_ref, on=on, by=actor)
        _save_paid(transfer)
        event = _tell(transfer, "transfer.paid", actor.actor, at, key, effective=on, on=on, bank_ref=bank_ref)
        _post_paid(transfer, event, on)
    return transfer


def recover(event: Event) -> None:
    """receipt.identified: later money of the case gives the revolving fund back first what it advanced (LY 三(三)7)."""
    with transaction.atomic(durable=True):
        receipt = Receipt.objects.get(pk=event.data["receipt"])
        if receipt.book_id is None:
            return
        lock_book(receipt.book_id)
        free = free_of(receipt)
        for advance in (
            Transfer.objects.filter(book_id=receipt.book_id).advances_out().locked().order_by("pk")
        ):
            part = min(free, advance.outstanding)
            if part <= 0 or Recovery.objects.filter(transfer=advance, receipt=receipt).exists():
                continue
            _recover(advance, receipt, part, event)
            free -= part


def _recover(advance: Transfer, receipt: Receipt, part: Decimal, cause: Event) -> None:
    on = today(cause.at)
    advance.recovered += part
    advance.save(update_fields=_CHANGES)
    Recovery.objects.create(transfer=advance, receipt=receipt, amount=part, on=on)
    data = {**_data(advance), "amount": part, "of": receipt.pk}
    told = log.append(
        stream=advance.stream, kind="transfer.recovered", actor=cause.actor, at=cause.at, data=data,
        key=f"event:{cause.pk}", effective_on=on, court_id=advance.court_id,
    )  # fmt: skip
    post(
        event=told, court_id=advance.court_id, kind=JournalKind.TRANSFER, on=on, receipt_id=receipt.pk,
        key=f"{advance.stream}/recovered/{receipt.pk}",
        legs=[debit(Account.CUSTODY, part, advance.book_id), credit(Account.REVOLVING, part)],
    )  # fmt: skip


def locked(transfer_id: int, actor: User) -> Transfer:
    """The transfer under its book's lock (its receipt's, where it has no book). Raises NotFound."""
    found = (
        Transfer.objects.visible_to(actor).filter(pk=transfer_id).values_list("book_id", "receipt_id").first()
    )
    if found is None:
        raise NotFound(_("没有这项专项款项，或您无权办理。"), fix=_("从登记簿重新进入。"))
    book_id, receipt_id = found
    if book_id is not None:
        lock_book(book_id)
    else:
        Receipt.objects.locked().get(pk=receipt_id)
    return Transfer.objects.select_related("receipt").get(pk=transfer_id)


def _must_be_there(
    kind: str, amount: Decimal, receipt: Receipt | None, *, besides: int | None = None
) -> None:
    """The receipt has so much that nobody has spoken for. Raises BadInput, WrongState."""
    if receipt is None:
        return
    if kind == Kind.COURT_ESCROW:
        if receipt.state != ReceiptState.UNIDENTIFIED:
            raise WrongState(_("这笔款项已经认领，不是不明款。"), fix=_("按案件办理提存。"))
        if amount != receipt.amount:
            raise BadInput(
                _("不明款须全额提存。"), field="amount", fix=_("填写 %s。") % format_yuan(receipt.amount)
            )
        return
    free = free_of(receipt, besides=besides)
    if amount > free:
        raise BadInput(
            _("金额超过这笔款项可以办理的余额（%s）。") % format_yuan(free),
            field="amount",
            fix=_("核对金额。"),
        )
    if kind == Kind.REFUND and amount > (surplus := surplus_of(receipt, besides=besides)):
        raise BadInput(
            _("这笔款项已经分配，分配后的余款只有 %s，退款不能超过。") % format_yuan(surplus),
            field="amount",
            code="REFUND-ALLOCATION",
            fix=_("按余款填写；分配有误的，重新分配。"),
        )


def _must_be(transfer: Transfer, state: TransferState) -> None:
    if transfer.state != state:
        raise WrongState(
            _("这项款项%s，不能办理这一步。") % transfer.get_state_display(),
            code="TRANSFER-STATE",
            fix=_("刷新页面，核对状态。"),
        )


def _must_be_in_fund(transfer: Transfer) -> None:
    lock_fund(transfer.court_id)
    there = fund_of(transfer.court_id)
    if transfer.amount > there:
        raise WrongState(
            _("周转基金余额不足（%s）。") % format_yuan(there),
            code="FUND-EMPTY",
            fix=_("先认领基金拨款的流水。"),
        )


def _post_paid(transfer: Transfer, event: Event, on: dt.date) -> None:
    """Out of the bank; aid was never in it. What leaves a book is remembered there."""
    if transfer.kind in AIDS:
        return
    amount = transfer.amount
    if transfer.kind == Kind.ADVANCE:
        _move(transfer, "paid", event, on, debit(Account.REVOLVING, amount), credit(Account.BANK, amount))
        return
    place = PLACES[transfer.kind]
    _move(transfer, "paid", event, on, debit(place, amount, transfer.book_id), credit(Account.BANK, amount))
    _move(transfer, "record", event, on, debit(Account.DISBURSED, amount),
          credit(Account.PAID, amount, transfer.book_id))  # fmt: skip


def _move(transfer: Transfer, step: str, event: Event, on: dt.date, *legs: Leg) -> None:
    post(
        event=event,
        court_id=transfer.court_id,
        kind=JournalKind.TRANSFER,
        key=f"{transfer.stream}/{step}",
        on=on,
        legs=legs,
        receipt_id=transfer.receipt_id,
    )


def _save_paid(transfer: Transfer) -> None:
    try:
        with transaction.atomic():
            transfer.save(update_fields=_CHANGES)
    except IntegrityError as error:
        raise BadInput(
            _("银行回单号 %s 已经用过。") % transfer.bank_ref, field="bank_ref", fix=_("核对回单。")
        ) from error


def _ground(text: str) -> str:
    words = text.strip()
    if not words:
        raise BadInput(_("没有填写事由。"), field="ground", fix=_("写明事实和依据。"))
    return words[:500]


def _data(transfer: Transfer) -> dict[str, Any]:
    return {
        "transfer": transfer.pk,
        "kind": transfer.kind,
        "receipt": transfer.receipt_id,
        "about": transfer.about,
        "amount": transfer.amount,
        "state": transfer.state,
    }


def _tell(
    transfer: Transfer,
    kind: str,
    name: str,
    at: dt.datetime,
    key: str,
    *,
    effective: dt.date | None = None,
    **more: Any,
) -> Event:
    """Append to the transfer's stream. Ground, payer, reason stay in the row: free text may name people."""
    return log.append(
        stream=transfer.stream, kind=kind, actor=name, at=at, key=key, data={**_data(transfer), **more},
        effective_on=effective or today(at), court_id=transfer.court_id,
    )  # fmt: skip
