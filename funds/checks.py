"""What must hold before a payout is drafted or moves: enough custody, a registered payee, the right state."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django_fsm import TransitionNotAllowed

from courts.models import User
from funds.books import lock_book
from funds.dues import dues_of
from funds.ledger import NOTHING, custody_of
from funds.models import Allotment, Book, Payee, Payout, Receipt, Transfer
from funds.repeats import used_otherwise
from funds.states import RESERVING, RUNNING, PayoutState
from kernel.dates import long_instant
from kernel.errors import BadInput, Conflict, NotFound, WrongState
from kernel.money import format_yuan


def receipt_to_pay(receipt_id: int, actor: User) -> tuple[Book, Receipt]:
    """The book of a receipt, locked, and the receipt. Raises NotFound, WrongState when its case is not
    known.
    """
    visible = Receipt.objects.visible_to(actor).filter(pk=receipt_id)
    found = visible.values_list("book_id").first()
    if found is None:
        raise NotFound(_("没有这笔到账款项，或您无权办理。"), fix=_("从案款页重新进入。"))
    book = lock_book(found[0]) if found[0] else None
    receipt = Receipt.objects.get(pk=receipt_id)
    if book is None or receipt.book_id != book.pk:
        raise WrongState(_("款项尚未认领到案件，不能发放。"), code="RECEIPT-STATE", fix=_("先认领款项。"))
    return book, receipt


def payee_of(book: Book, payee_id: int) -> Payee:
    """The registered payee of this book. Raises BadInput."""
    payee = Payee.objects.filter(book=book, pk=payee_id).first()
    if payee is None:
        raise BadInput(
            _("收款人不是本案登记的领款人。"),
            field="payee",
            fix=_("先登记领款账户，再从登记的领款人中选择。"),
        )
    return payee


def room_for(payout: Payout) -> int:
    """The run of a new payout, if its receipt has room: custody less what other payouts have spoken for.

    Raises BadInput, and Conflict while another payout of the receipt to the payee runs.
    """
    others = list(payout.receipt.payouts.values_list("payee_id", "allotment_id", "state", "amount"))
    same = (payout.payee_id, payout.allotment_id)
    to_same = [state for payee_id, part, state, _amount in others if (payee_id, part) == same]
    if any(state in RUNNING for state in to_same):
        raise Conflict(
            _("这笔款项对该领款人已有一笔发放正在办理。"),
            code="PAYOUT-RUNNING",
            fix=_("先办完或取消那一笔。"),
        )
    reserved = sum((amount for _payee, _part, state, amount in others if state in RESERVING), Decimal(0))
    enough(payout, custody_of(payout.receipt_id) - reserved - promised(payout.receipt_id))
    return 1 + to_same.count(PayoutState.RETURNED)


def allotment_of(payout: Payout) -> Allotment | None:
    """The part of the standing decision about a receipt that gives to this payee, by name; None where none was made.

    Raises BadInput for a payee to whom it gives nothing.
    """
    parts = list(payout.receipt.allotments.standing().order_by("pk"))
    if not parts:
        return None
    own = [part for part in parts if part.creditor == payout.payee.name and not part.to_court]
    if not own:
        raise BadInput(
            _("这笔款项已经分配，没有分配给%s。") % payout.payee.name,
            field="payee",
            code="PAYOUT-ALLOCATION",
            fix=_("选择分配结果中的债权人，或者重新分配。"),
        )
    return next((part for part in own if part.amount >= payout.amount), own[0])


def within_allotment(payout: Payout) -> None:
    """Not more than the decisions still leave to the creditor, over all receipts of the book. Raises BadInput."""
    if payout.allotment is None:
        return
    who = payout.allotment.creditor
    left = sum(
        (due.left for due in dues_of(payout.book_id) if due.creditor == who and not due.to_court), NOTHING
    )
    if payout.amount > left:
        raise BadInput(
            _("超过分配给%(who)s而尚未发放的 %(left)s。") % {"who": who, "left": format_yuan(left)},
            field="amount",
            code="PAYOUT-ALLOCATION",
            fix=_("按分配结果填写；分配有误的，重新分配。"),
        )


def enough(payout: Payout, free: Decimal) -> None:
    """The payout is not more than what is free of its receipt. Raises BadInput."""
    if payout.amount > free:
        raise BadInput(
            _("金额超过这笔款项可以发放的余额（%s）。") % format_yuan(free),
            field="amount",
            code="PAYOUT-CUSTODY",
            fix=_("填写不超过余额的金额；已有的发放不再需要的，先取消。"),
        )


def same_draft(standing: Payout, asked: Payout) -> Payout:
    """The payout that this key has made. Raises Conflict when it was asked for with other input."""
    names = ("receipt_id", "payee_id", "amount", "route", "maker_id", "requester_id")
    if any(getattr(standing, name) != getattr(asked, name) for name in names):
        raise used_otherwise()
    return standing


def account_in_force(payout: Payout) -> None:
    """The frozen account is still the payee's: who changed accounts meanwhile is not paid to the old one.

    Raises WrongState.
    """
    if payout.account is not None and payout.account.version != payout.payee.version:
        raise WrongState(
            _("领款账户在提交后已变更。"), code="PAYOUT-ACCOUNT", fix=_("取消这笔发放，按新账户重新制单。")
        )


def account_has_cooled(payout: Payout, at: dt.datetime) -> None:
    """Money goes to another account than before only when its payee has had the time to stop it. Raises WrongState."""
    if payout.account is not None and payout.account.in_force_at > at:
        raise WrongState(
            _("这个账户 %s 起才能付款：领款账户刚刚变更。") % long_instant(payout.account.in_force_at),
            code="PAYOUT-COOLING",
            fix=_("到时再发出付款；其间向领款人本人核实，账户有误的，取消这笔发放并重新登记。"),
        )


def move(payout: Payout, transition: str, act: str, **values: Any) -> None:
    """Take one transition of the state machine. Raises WrongState in words."""
    try:
        getattr(payout, transition)(**values)
    except TransitionNotAllowed as error:
        raise WrongState(
            _("这笔发放%(state)s，现在不能%(act)s。") % {"state": payout.get_state_display(), "act": act},
            code="PAYOUT-STATE",
            fix=_("刷新页面，按当前状态办理。"),
            detail={"state": payout.state},
        ) from error


def free_of(receipt: Receipt, *, besides: int | None = None) -> Decimal:
    """What of a receipt is in custody and nobody has spoken for, yuan. The caller holds the book.

    besides: a transfer that asks for itself.
    """
    reserved = receipt.payouts.reserving().values_list("amount", flat=True)
    return custody_of(receipt.pk) - sum(reserved, Decimal(0)) - promised(receipt.pk, besides=besides)


def surplus_of(receipt: Receipt, *, besides: int | None = None) -> Decimal:
    """余款 of a receipt, yuan: of an allocated one, what its book can give back and still pay what is allotted; else all free.

    A creditor may be paid from any allocated receipt of the book (`unpaid_parts`), so they are added up.
    """
    free = free_of(receipt, besides=besides)
    allocated = Receipt.objects.filter(
        pk__in=Allotment.objects.filter(book=receipt.book_id).standing().values("receipt")
    )
    if receipt not in allocated:
        return free
    others = sum((free_of(each) for each in allocated if each != receipt), NOTHING)
    owed = sum((due.left for due in dues_of(receipt.book_id)), NOTHING)
    return max(min(free, free + others - owed), NOTHING)


def promised(receipt_id: int, *, besides: int | None = None) -> Decimal:
    """What transfers of a receipt have asked for and not yet moved, yuan."""
    waiting = Transfer.objects.filter(receipt_id=receipt_id, state__in=("requested", "approved")).exclude(
        pk=besides
    )
    return sum(waiting.values_list("amount", flat=True), Decimal(0))
