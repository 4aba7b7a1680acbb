"""Money arrives, is found to belong to a case, or turns out to be another's."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courts.models import Court, User
from events import log
from events.log import Draft
from events.models import Event
from funds import policy
from funds.accounts import Account, JournalKind
from funds.actions.allotting import take_back
from funds.books import lock_book
from funds.dues import decision_of, dues_of
from funds.ledger import credit, custody_of, debit, post, reverse
from funds.models import Book, Claim, Journal, Receipt, StatementLine
from funds.repeats import used_otherwise, was_done
from funds.shapes import past, positive, reason_of
from funds.states import OPEN_TRANSFERS, ReceiptState
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from kernel.money import format_yuan
from kernel.time import today

_GIVEN = ("amount", "arrived_on", "payer_name", "account_tail", "bank_serial", "remark")
_CHANGES = ("state", "book", "about", "team_id", "owner_id", "identified_at", "times", "reason")


def record_receipt(
    *,
    court: Court,
    amount: Decimal,
    arrived_on: dt.date,
    payer_name: str,
    account_tail: str,
    bank_serial: str,
    remark: str,
    actor: User,
    at: dt.datetime,
    key: str,
    joins: bool = False,
) -> Receipt:
    """到账登记: money on the court's account whose case is not known yet; it stands under 待认领款.

    amount: yuan. account_tail: at most four digits. bank_serial: the bank's number of the entry; an entry
    that stands already is returned as it is, so that a bank file read twice, or by two workers at once,
    adds nothing. Writes receipt.arrived to "receipt:<id>" and a journal. Raises BadInput, NotAllowed,
    Conflict.
    """
    policy.may(actor, policy.RECORD, _("登记到账案款"))
    if court.pk not in actor.scope.courts:
        raise NotAllowed(
            _("您不能登记%s的案款。") % court.name, code="FUNDS-COURT", fix=_("请该院案款专管登记。")
        )
    receipt = Receipt(
        court=court,
        amount=positive(amount),
        arrived_on=past(arrived_on, at, field="arrived_on"),
        payer_name=payer_name.strip(),
        account_tail=_tail(account_tail),
        bank_serial=bank_serial.strip(),
        remark=remark.strip()[:200],
        key=key,
        recorded_at=at,
        recorded_by=actor,
    )
    with transaction.atomic(durable=not joins):
        return arrive(receipt, actor=actor, at=at, line=_line_of(receipt))


def arrive(receipt: Receipt, *, actor: User, at: dt.datetime, line: StatementLine | None) -> Receipt:
    """Write a receipt and its arrival, unless it stands already. line: the bank's entry it is a part of, locked.

    Money of a line is in the books since the statement was confirmed: it leaves 银行流水待核款; without a line it
    comes in now. Joins the caller's transaction. Raises WrongState when the line has less left, Conflict.
    """
    standing = _standing(receipt) or _write(receipt)
    if standing is not None:
        return standing
    source = Account.BANK
    if line is not None:
        take_from(line, receipt)
        source = Account.SUSPENSE
    event = _tell(receipt, "receipt.arrived", actor, at, receipt.key, bank_serial=receipt.bank_serial)
    post(
        event=event,
        court_id=receipt.court_id,
        kind=JournalKind.ARRIVAL,
        key=f"{receipt.stream}/arrived",
        on=receipt.arrived_on,
        legs=[debit(source, receipt.amount), credit(Account.UNIDENTIFIED, receipt.amount)],
        receipt_id=receipt.pk,
    )
    return receipt


def take_from(line: StatementLine, receipt: Receipt) -> None:
    """The receipt is made of this line, which has so much less left. Raises WrongState."""
    if receipt.amount > line.rest:
        raise WrongState(
            _("金额超过这笔流水没有认领的部分，剩余 %s。") % format_yuan(line.rest),
            code="LINE-CLAIMED",
            fix=_("刷新页面，核对剩余金额；认领有误的，先撤销原认领。"),
        )
    line.claimed += receipt.amount
    line.save(update_fields=["claimed"])
    Claim.objects.create(line=line, receipt=receipt)


def identify_receipt(
    *, receipt_id: int, about: str, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> Receipt:
    """案款认领: the receipt belongs to the case of `about`; it moves from 待认领款 into the custody of its
    book.

    Writes receipt.identified (receipt, book, about, amount, arrived_on) and a journal.
    Raises NotFound, NotAllowed, BadInput (no such book, another court's), WrongState, Conflict.
    """
    with transaction.atomic(durable=not joins):
        book_id = Book.objects.visible_to(actor).filter(about=about).values_list("pk", flat=True).first()
        if book_id is None:
            raise BadInput(
                _("没有这个案件的案款账户。"), field="about", fix=_("核对案号，从本院在办案件中选择。")
            )
        book = lock_book(book_id)
        receipt = _locked(receipt_id, actor)
        if was_done(receipt.stream, key, "receipt.identified", about=about):
            return receipt
        policy.may(actor, policy.RECORD, _("认领案款"))
        if receipt.court_id != book.court_id:
            raise BadInput(
                _("案件与到账款项不属于同一法院。"), field="about", fix=_("由收款法院先行移送款项。")
            )
        _must_be(receipt, ReceiptState.UNIDENTIFIED, _("认领"))
        _not_set_aside(receipt)
        receipt.identify(book=book, at=at)
        _save(receipt)
        event = _tell(receipt, "receipt.identified", actor, at, key, book=book.pk, times=receipt.times)
        post(
            event=event,
            court_id=receipt.court_id,
            kind=JournalKind.IDENTIFICATION,
            key=f"{receipt.stream}/identified/{receipt.times}",
            on=today(at),
            legs=[
                debit(Account.UNIDENTIFIED, receipt.amount),
                credit(Account.CUSTODY, receipt.amount, book),
            ],
            receipt_id=receipt.pk,
        )
    return receipt


def receive_for_case(
    *,
    about: str,
    court: Court,
    amount: Decimal,
    arrived_on: dt.date,
    payer_name: str,
    account_tail: str,
    bank_serial: str,
    remark: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Receipt:
    """到账登记并认领: money whose case is known when it is recorded; both acts in one transaction.

    An entry of the bank that was recorded before and waits to be claimed is claimed now.
    Raises what record_receipt and identify_receipt raise.
    """
    with transaction.atomic(durable=True):
        receipt = record_receipt(
            court=court,
            amount=amount,
            arrived_on=arrived_on,
            payer_name=payer_name,
            account_tail=account_tail,
            bank_serial=bank_serial,
            remark=remark,
            actor=actor,
            at=at,
            key=key,
            joins=True,
        )
        return identify_receipt(
            receipt_id=receipt.pk, about=about, actor=actor, at=at, key=f"{key}:identified", joins=True
        )


def release_receipt(
    *, receipt_id: int, reason: str, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> Receipt:
    """认领有误: the receipt was not this case's money; it goes back to 待认领款 by a reversal.

    Only while all of it is in custody and no payout of it runs. Writes receipt.released (about, book of
    before). Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=not joins):
        receipt = _locked_with_book(receipt_id, actor)
        if was_done(receipt.stream, key, "receipt.released"):
            return receipt
        policy.may(actor, policy.RECORD, _("退回认领"))
        _must_be(receipt, ReceiptState.IDENTIFIED, _("退回待认领"))
        if custody_of(receipt.pk) != receipt.amount or receipt.payouts.running().exists():
            raise WrongState(
                _("这笔款项已经或正在发放，不能退回待认领。"),
                code="RECEIPT-SPENT",
                fix=_("先取消未完成的发放；已经付出的，先追回款项。"),
            )
        if receipt.transfers.filter(state__in=OPEN_TRANSFERS).exists():
            raise WrongState(
                _("这笔款项正在办理提存、退款或者其他转账，不能退回待认领。"),
                code="RECEIPT-SPENT",
                fix=_("先办完或者取消那一项。"),
            )
        if receipt.journals.filter(lines__account=Account.CLEARING).exists():
            raise WrongState(
                _("这笔款项由另一案件分配而来，不能退回待认领。"),
                code="RECEIPT-SHARED",
                fix=_("由主持分配的案件更正。"),
            )
        about, book_id = receipt.about, receipt.book_id
        if (decision := decision_of(receipt)) is not None:
            take_back(decision, actor=actor.actor, at=at, key=key)
            _nobody_was_paid_from_it(book_id)
        receipt.release(reason=reason)
        _save(receipt)
        event = _tell(receipt, "receipt.released", actor, at, key, about=about, book=book_id)
        _take_back(receipt, JournalKind.IDENTIFICATION, event, f"released/{receipt.times}", at)
    return receipt


def _nobody_was_paid_from_it(book_id: int) -> None:
    """Without its decision no creditor has got more than the others allot him. Raises WrongState."""
    over = [due.creditor for due in dues_of(book_id) if due.spent > due.allotted]
    if over:
        raise WrongState(
            _("%s已按这笔款项的分配得到发放，不能退回待认领。") % over[0],
            code="RECEIPT-SPENT",
            fix=_("先取消未完成的发放；已经付出的，先追回款项。"),
        )


def void_receipt(
    *, receipt_id: int, reason: str, actor: User, at: dt.datetime, key: str, joins: bool = False
) -> Receipt:
    """登记作废: an unidentified receipt that never arrived is taken back by a reversal. Writes
    receipt.voided.

    Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    reason = reason_of(reason)
    with transaction.atomic(durable=not joins):
        receipt = _locked(receipt_id, actor)
        if was_done(receipt.stream, key, "receipt.voided"):
            return receipt
        policy.may(actor, policy.RECORD, _("作废到账登记"))
        _must_be(receipt, ReceiptState.UNIDENTIFIED, _("作废"))
        _not_set_aside(receipt)
        _give_back(receipt)
        receipt.void(reason=reason)
        _save(receipt)
        event = _tell(receipt, "receipt.voided", actor, at, key)
        _take_back(receipt, JournalKind.ARRIVAL, event, "voided", at)
    return receipt


def _line_of(receipt: Receipt) -> StatementLine | None:
    """The bank's entry that a receipt recorded by hand names by its serial, when its statement is in the books."""
    if not receipt.bank_serial:
        return None
    lines = StatementLine.objects.filter(
        court=receipt.court, serial=receipt.bank_serial, booked_on=receipt.arrived_on, direction="C"
    )
    return lines.locked().order_by("pk").first()


def _give_back(receipt: Receipt) -> None:
    """What a voided receipt took from a line is unclaimed again. Raises WrongState where the bank's own statement
    shows what a person had recorded before it.
    """
    claim = Claim.objects.filter(receipt=receipt).first()
    if claim is None:
        return
    line = StatementLine.objects.locked().get(pk=claim.line_id)
    if not claim.from_statement:
        raise WrongState(
            _("银行流水里有这笔款项，不能作废。"), code="RECEIPT-ON-STATEMENT", fix=_("认领到别的案件即可。")
        )
    line.claimed -= receipt.amount
    line.save(update_fields=["claimed"])


def _tail(text: str) -> str:
    tail = text.strip()
    if not (tail == "" or (tail.isascii() and tail.isdigit() and len(tail) <= 4)):
        raise BadInput(
            _("付款账号只登记尾号，最多四位数字。"),
            field="account_tail",
            fix=_("只填写账号最后四位，或者留空。"),
        )
    return tail


def _standing(receipt: Receipt) -> Receipt | None:
    """The receipt of this key or this bank serial when it stands already."""
    same = Q(key=receipt.key)
    if receipt.bank_serial:
        same |= Q(bank_serial=receipt.bank_serial) & ~Q(state=ReceiptState.VOIDED)
    found = Receipt.objects.filter(same, court=receipt.court)
    for standing in found:
        if standing.key == receipt.key:
            if any(getattr(standing, name) != getattr(receipt, name) for name in _GIVEN):
                raise used_otherwise()
            return standing
    for standing in found:
        if (standing.amount, standing.arrived_on) != (receipt.amount, receipt.arrived_on):
            raise Conflict(
                _("银行流水号 %s 已经登记，但金额或日期不同。") % receipt.bank_serial,
                code="RECEIPT-SERIAL",
                field="bank_serial",
                fix=_("核对流水；原登记有误的，先作废再重新登记。"),
            )
        return standing
    return None


def _write(receipt: Receipt) -> Receipt | None:
    """Insert; when another worker was first, its receipt instead."""
    try:
        with transaction.atomic():
            receipt.save(force_insert=True)
    except IntegrityError:
        standing = _standing(receipt)
        if standing is None:
            raise
        return standing
    return None


def _locked(receipt_id: int, actor: User) -> Receipt:
    receipt = Receipt.objects.visible_to(actor).filter(pk=receipt_id).locked().first()
    if receipt is None:
        raise NotFound(_("没有这笔到账款项，或您无权办理。"), fix=_("从到账列表重新进入。"))
    return receipt


def _locked_with_book(receipt_id: int, actor: User) -> Receipt:
    """Book first, then the receipt, which may have left that book meanwhile."""
    visible = Receipt.objects.visible_to(actor).filter(pk=receipt_id)
    book_id = visible.values_list("book_id", flat=True).first()
    if book_id is not None:
        lock_book(book_id)
    receipt = _locked(receipt_id, actor)
    if receipt.book_id not in (None, book_id):
        raise Conflict(_("同一时刻有人改动了认领，请刷新后再办。"), code="RECEIPT-MOVED")
    return receipt


def _must_be(receipt: Receipt, state: ReceiptState, act: str) -> None:
    if receipt.state != state:
        raise WrongState(
            _("这笔款项%(state)s，不能%(act)s。") % {"state": receipt.get_state_display(), "act": act},
            code="RECEIPT-STATE",
            fix=_("刷新页面，核对款项的状态。"),
        )


def _not_set_aside(receipt: Receipt) -> None:
    if receipt.transfers.filter(state__in=OPEN_TRANSFERS).exists():
        raise WrongState(
            _("这笔款项正在办理提存或者已经提存。"),
            code="RECEIPT-ESCROW",
            fix=_("先把提存的款项转回待认领。"),
        )


def _save(receipt: Receipt) -> None:
    receipt.save(update_fields=_CHANGES)


def _take_back(receipt: Receipt, kind: JournalKind, event: Event, key: str, at: dt.datetime) -> None:
    journal = Journal.objects.get(receipt=receipt, payout=None, kind=kind, reversed_by=None)
    reverse(journal=journal, event=event, key=f"{receipt.stream}/{key}", on=today(at))


def _tell(receipt: Receipt, kind: str, actor: User, at: dt.datetime, key: str, **more: Any) -> Event:
    """Append to the receipt's stream. Payer, remark, reasons stay in the row: free text may name people."""
    data = {
        "receipt": receipt.pk,
        "about": receipt.about,
        "amount": receipt.amount,
        "arrived_on": receipt.arrived_on,
        "state": receipt.state,
        **more,
    }
    on = receipt.arrived_on if kind == "receipt.arrived" else today(at)
    return log.append_many(
        stream=receipt.stream,
        actor=actor.actor,
        at=at,
        court_id=receipt.court_id,
        drafts=[Draft(kind=kind, data=data, key=key, effective_on=on)],
    )[0]
