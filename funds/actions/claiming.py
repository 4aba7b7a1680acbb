"""流水认领: lines of the bank become receipts of a case; one transaction per case. Undo is a reversal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from funds import policy
from funds.actions.receipts import arrive, identify_receipt, release_receipt, void_receipt
from funds.books import lock_book
from funds.models import Book, Claim, Receipt, StatementLine
from funds.shapes import positive
from funds.states import ReceiptState
from kernel.errors import BadInput, NotFound, WrongState


@dataclass(frozen=True, slots=True)
class Part:
    """A line, and how much of it (yuan); None: all that is left."""

    line_id: int
    amount: Decimal | None = None


def claim_lines(
    *, parts: Sequence[Part], about: str, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> list[Receipt]:
    """认领流水: these parts of lines are money of the case of `about`. Several lines at once (合并), a part of one (拆分).

    Writes receipt.arrived and receipt.identified for each. A second claim of the same money waits for the first and
    is refused. Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    policy.may(actor, policy.RECORD, _("认领案款"))
    if not parts:
        raise BadInput(_("没有选中流水。"), field="lines", fix=_("先选择要认领的流水。"))
    with transaction.atomic(durable=not joins):
        book_id = Book.objects.visible_to(actor).filter(about=about).values_list("pk", flat=True).first()
        if book_id is None:
            raise BadInput(
                _("没有这个案件的案款账户。"), field="about", fix=_("核对案号，从本院在办案件中选择。")
            )
        lock_book(book_id)
        wanted = {part.line_id: part.amount for part in parts}
        lines = StatementLine.objects.visible_to(actor).filter(pk__in=wanted, direction="C")
        found = list(lines.select_related("court").order_by("pk").locked())
        if len(found) != len(wanted):
            raise NotFound(_("没有这笔流水，或您无权办理。"), fix=_("刷新匹配页后重新选择。"))
        return [_claim(line, wanted[line.pk], about, actor, at, f"{key}:{line.pk}") for line in found]


def undo_claim(
    *, receipt_id: int, reason: str, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> Receipt:
    """撤销认领: both journals of the claim are reversed and the line is unclaimed again. Only while nothing is spent.

    A receipt that a person had recorded before the statement goes back to 待认领款 only. Raises NotFound, NotAllowed,
    BadInput, WrongState, Conflict.
    """
    given = {"receipt_id": receipt_id, "reason": reason, "actor": actor, "at": at, "joins": True}
    with transaction.atomic(durable=not joins):
        receipt = release_receipt(key=f"{key}:released", **given)
        if Claim.objects.filter(receipt=receipt_id, from_statement=True).exists():
            receipt = void_receipt(key=f"{key}:voided", **given)
    return receipt


def _claim(
    line: StatementLine, amount: Decimal | None, about: str, actor: User, at: dt.datetime, key: str
) -> Receipt:
    standing = Receipt.objects.filter(court=line.court, key=key).first()
    if standing is None:
        _something_left(line)
        standing = arrive(
            Receipt(
                court=line.court,
                amount=positive(line.rest if amount is None else amount),
                arrived_on=line.booked_on,
                payer_name=line.payer_name,
                account_tail=line.payer_tail,
                bank_serial=_serial(line),
                remark=line.remark,
                key=key,
                recorded_at=at,
                recorded_by=actor,
            ),
            actor=actor,
            at=at,
            line=line,
        )
    if standing.state == ReceiptState.VOIDED:
        raise WrongState(_("这次认领已经撤销。"), code="LINE-UNDONE", fix=_("刷新页面后重新认领。"))
    return identify_receipt(
        receipt_id=standing.pk, about=about, actor=actor, at=at, key=f"{key}:identified", joins=True
    )


def _something_left(line: StatementLine) -> None:
    if not line.rest:
        raise WrongState(
            _("这笔流水已由他人认领。"),
            code="LINE-CLAIMED",
            fix=_("刷新页面；认领有误的，先撤销原认领。"),
        )


def _serial(line: StatementLine) -> str:
    """The bank's serial; a later part of the line, or a line of another account with the same, has a number behind it."""
    taken = Receipt.objects.filter(court=line.court, bank_serial__startswith=line.serial)
    standing = set(taken.exclude(state=ReceiptState.VOIDED).values_list("bank_serial", flat=True))
    names = [line.serial[:56], *(f"{line.serial[:54]}#{number}" for number in range(2, 1000))]
    return next(name for name in names if name not in standing)
