"""Issue a voucher with the next number of its court, and print it: the first time plain, later as 补打 with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from funds import policy
from funds.models import Payout, Receipt, Transfer, Voucher, VoucherPrint, VoucherSeries
from funds.shapes import reason_of
from funds.states import PayoutState, ReceiptState, TransferKind, TransferState
from kernel.errors import BadInput, NotFound, WrongState
from kernel.money import format_yuan
from kernel.time import today

Kind = Voucher.Kind
LETTERS: Mapping[str, str] = {
    Kind.RECEIPT: "收", Kind.PAYOUT: "付", Kind.ESCROW: "存", Kind.REFUND: "退", Kind.ADVANCE: "垫",
}  # fmt: skip
"""The word of each series: （2023）鄂9903案款收字第000012号."""
TRANSFERS: Mapping[str, str] = {
    TransferKind.ESCROW: Kind.ESCROW,
    TransferKind.REFUND: Kind.REFUND,
    TransferKind.DEPOSIT: Kind.REFUND,
    TransferKind.ADVANCE: Kind.ADVANCE,
}
MAY = (*policy.REQUEST, *policy.RECORD)
CONFIRMED = (PayoutState.APPROVED, PayoutState.SENT, PayoutState.PAID)
"""States of a payout that its 确认书 may show: the payee signs it when the court has approved."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a voucher is issued about: its row, kind, run and words."""

    row: Receipt | Payout | Transfer
    kind: str
    run: int
    lines: tuple[tuple[str, str], ...]


def issue_voucher(*, what: str, of: int, case_number: str, actor: User, at: dt.datetime, key: str) -> Voucher:
    """开具. what: receipt, payout or transfer; of: its id. One voucher a run: a second asking gives the first.

    Raises BadInput, NotAllowed, NotFound, WrongState (nothing to attest yet, or not any more).
    """
    policy.may(actor, MAY, _("开具案款票据"))
    with transaction.atomic(durable=True):
        said = _said(what, of, actor)
        standing = Voucher.objects.filter(run=said.run, **{f"{what}_id": of}).first()
        if standing is not None:
            return standing
        row, year = said.row, today(at).year
        series, _made = VoucherSeries.objects.get_or_create(court_id=row.court_id, kind=said.kind, year=year)
        series = VoucherSeries.objects.select_for_update(no_key=True).get(pk=series.pk)
        standing = Voucher.objects.filter(run=said.run, **{f"{what}_id": of}).first()
        if standing is not None:
            return standing
        series.used += 1
        series.save(update_fields=["used"])
        number = _("（%(year)d）%(court)s案款%(word)s字第%(n)06d号") % {
            "year": year, "court": row.court.code, "word": LETTERS[said.kind], "n": series.used,
        }  # fmt: skip
        facts = {
            "case": case_number,
            "court": row.court.name,
            "amount": f"{row.amount:.2f}",
            "lines": [[label, words] for label, words in said.lines],
        }
        voucher = Voucher.objects.create(
            court_id=row.court_id, team_id=row.team_id, owner_id=row.owner_id, about=row.about,
            case_id=row.book.case_id if row.book else None, kind=said.kind, year=year, ordinal=series.used,
            number=number, run=said.run, facts=facts, issued_on=today(at), issued_by=actor, key=key,
            **{f"{what}_id": of},
        )  # fmt: skip
        _tell(voucher, "voucher.issued", actor, at, key)
    return voucher


def print_voucher(*, voucher_id: int, reason: str, actor: User, at: dt.datetime, key: str) -> VoucherPrint:
    """打印; from the second time on it bears 补打 and needs a reason. The same key gives the same copy.

    Raises BadInput, NotAllowed, NotFound, WrongState (what it attests has been taken back).
    """
    policy.may(actor, MAY, _("打印案款票据"))
    with transaction.atomic(durable=True):
        voucher = Voucher.objects.visible_to(actor).filter(pk=voucher_id).locked().first()
        if voucher is None:
            raise NotFound(_("没有这张票据，或您无权查看。"), fix=_("从票据登记簿重新进入。"))
        standing = voucher.prints.filter(key=key).first()
        if standing is not None:
            return standing
        if not stands(voucher):
            raise WrongState(
                _("这张票据所载的款项已经退回或者撤销，票据作废。"),
                code="VOUCHER-VOID",
                fix=_("按现在的款项另行开具。"),
            )
        copies = voucher.prints.count()
        if copies and not reason.strip():
            raise BadInput(_("补打须写明理由。"), field="reason", fix=_("写明为什么补打，例如原件遗失。"))
        made = VoucherPrint.objects.create(
            voucher=voucher,
            copy=copies + 1,
            reason=reason_of(reason) if copies else "",
            by=actor,
            at=at,
            key=key,
        )
        _tell(voucher, "voucher.printed", actor, at, key, copy=made.copy)
    return made


def stands(voucher: Voucher) -> bool:
    """Whether what a voucher attests is still so."""
    if voucher.receipt_id:
        receipt = Receipt.objects.get(pk=voucher.receipt_id)
        return receipt.state == ReceiptState.IDENTIFIED and receipt.times == voucher.run
    if voucher.payout_id:
        return Payout.objects.filter(pk=voucher.payout_id, state__in=CONFIRMED).exists()
    return Transfer.objects.exclude(state=TransferState.CANCELLED).filter(pk=voucher.transfer_id).exists()


def kind_of(what: str, row: Any) -> str | None:
    """The kind of voucher that may be issued about a row now; None where there is nothing to attest."""
    if what == "receipt":
        return Kind.RECEIPT if row.state == ReceiptState.IDENTIFIED else None
    if what == "payout":
        return Kind.PAYOUT if row.state in CONFIRMED else None
    kind = TRANSFERS.get(row.kind)
    ready = (TransferState.HELD, TransferState.RELEASED) if kind == Kind.ESCROW else (TransferState.PAID,)
    return kind if row.state in ready else None


def _said(what: str, of: int, actor: User) -> Said:
    rows: dict[str, Any] = {
        "receipt": Receipt.objects, "payout": Payout.objects, "transfer": Transfer.objects,
    }  # fmt: skip
    if what not in rows:
        raise BadInput(_("没有这种票据。"), field="what", fix=_("从案款页重新进入。"))
    row = rows[what].visible_to(actor).filter(pk=of).select_related("court", "book").first()
    if row is None:
        raise NotFound(_("没有这笔款项，或您无权办理。"), fix=_("从案款页重新进入。"))
    kind = kind_of(what, row)
    if kind is None:
        raise WrongState(
            _("这笔款项现在不能开具票据（%s）。") % row.get_state_display(),
            code="VOUCHER-STATE",
            fix=_("收据须已认领，发放须已审批，提存、退款须已办理。"),
        )
    lines = {"receipt": _of_receipt, "payout": _of_payout, "transfer": _of_transfer}[what](row)
    return Said(row, kind, row.times if what == "receipt" else 1, tuple((str(a), str(b)) for a, b in lines))


def _of_receipt(row: Receipt) -> list[tuple[Any, Any]]:
    tail = _("（尾号 %s）") % row.account_tail if row.account_tail else ""
    return [
        (_("付款人"), f"{row.payer_name or _('未载明')}{tail}"),
        (_("到账日期"), row.arrived_on.isoformat()),
        (_("银行流水号"), row.bank_serial or "—"),
        (_("款项"), _("执行案款")),
    ]


def _of_payout(row: Payout) -> list[tuple[Any, Any]]:
    account = row.account
    checker = row.checker.full_name if row.checker else "—"
    return [
        (_("收款人"), row.payee.name),
        (_("收款账户"), f"{account.bank} {account.account_masked}" if account else "—"),
        (_("所发款项"), _("%(day)s到账的 %(amount)s") % {
            "day": row.receipt.arrived_on.isoformat(), "amount": format_yuan(row.receipt.amount)}),
        (_("经办、审批"), f"{row.maker.full_name}、{checker}"),
    ]  # fmt: skip


def _of_transfer(row: Transfer) -> list[tuple[Any, Any]]:
    done = row.held_on if row.kind == TransferKind.ESCROW else row.ended_on
    words = [(_("事由"), row.ground), (_("办理日期"), done.isoformat() if done else "—")]
    if row.receipt is not None:
        words.insert(0, (_("原付款人"), row.receipt.payer_name or _("未载明")))
    if row.body:
        name = {TransferKind.ESCROW: _("提存机构"), TransferKind.DEPOSIT: _("竞买人")}.get(
            row.kind, _("单位")
        )
        words.insert(0, (name, row.body))
    if row.bank_ref:
        words.append((_("银行回单号"), row.bank_ref))
    return words


def _tell(voucher: Voucher, kind: str, actor: User, at: dt.datetime, key: str, **more: Any) -> None:
    """Append to the voucher's stream: numbers and ids, no names."""
    data = {
        "voucher": voucher.pk, "kind": voucher.kind, "number": voucher.number, "receipt": voucher.receipt_id,
        "payout": voucher.payout_id, "transfer": voucher.transfer_id, **more,
    }  # fmt: skip
    log.append(
        stream=voucher.stream, kind=kind, actor=actor.actor, at=at, key=key, data=data, effective_on=today(at),
        court_id=voucher.court_id,
    )  # fmt: skip
