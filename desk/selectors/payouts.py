"""The money of a case as shapes: receipts with what is free of each, payouts with their next steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from desk.selectors.case_file import CaseFile
from desk.words import instant_words, plain_day, short_day
from funds import policy
from funds.ledger import custody_of
from funds.models import PayeeAccount, Payout, Receipt
from funds.selectors import PAPERS, ReceiptMoney
from funds.states import RESERVING, PayoutState
from kernel.capitals import in_capitals
from kernel.money import format_yuan

Rights = tuple[tuple[str, str], ...]
REQUESTERS: Rights = policy.REQUEST
CHECKERS: Rights = policy.CHECK
PAYERS: Rights = policy.PAY

PILLS = {
    PayoutState.DRAFTED: "todo",
    PayoutState.SUBMITTED: "prog",
    PayoutState.TO_FINANCE: "prog",
    PayoutState.APPROVED: "prog",
    PayoutState.SENT: "prog",
    PayoutState.PAID: "done",
    PayoutState.RETURNED: "soon",
    PayoutState.CANCELLED: "todo",
}


def allowed(file: CaseFile, rights: Rights) -> bool:
    """Whether one of the person's roles grants one of the rights."""
    return any(file.user.scope.may(area, letter) for area, letter in rights)


def receipt_of(file: CaseFile, subject: int) -> Receipt | None:
    """The receipt that a subject of the case stands for."""
    wanted = file.state.facts.get(subject, {}).get("receipt_id")
    return next((each for each in file.receipts if each.pk == wanted), None)


def one_receipt(file: CaseFile, receipt: Receipt) -> dict[str, Any]:
    """One receipt of the case that has been read, as receipt_shape gives it. Six queries."""
    custody = custody_of(receipt.pk)
    people = ("payee", "account", "maker", "checker", "talk")
    rows = Payout.objects.filter(receipt=receipt).select_related(*people)
    payouts = list(rows.prefetch_related(*PAPERS).order_by("-id"))
    spoken_for = sum((p.amount for p in payouts if p.state in RESERVING), Decimal(0))
    payees = PayeeAccount.objects.filter(payee__about=file.case.about, version=F("payee__version"))
    money = ReceiptMoney(receipt, custody, custody - spoken_for)
    allocated = receipt.allocations.exists()
    return receipt_shape(file, money, payouts, may_be_paid=payees.exists(), is_allocated=allocated)


def receipt_shape(
    file: CaseFile, receipt: ReceiptMoney, payouts: Iterable[Payout], *, may_be_paid: bool, is_allocated: bool
) -> dict[str, Any]:
    """One receipt with its payouts, newest first, and where the next one is asked for."""
    row = receipt.receipt
    shape: dict[str, Any] = {
        "id": row.pk,
        "title": format_yuan(row.amount),
        "capitals": in_capitals(row.amount),
        "arrived": plain_day(row.arrived_on),
        "payer": row.payer_name or "—",
        "age": _("到账 %(days)d 日") % {"days": row.days_here(file.today)},
        "custody": format_yuan(receipt.custody),
        "free": format_yuan(receipt.free),
        "payouts": [payout_shape(file, each) for each in payouts if each.receipt_id == row.pk],
        "no_payee": not may_be_paid,
        "trail_url": reverse("desk:trail", args=[file.case.pk, "receipt", row.pk]),
    }
    if receipt.free > 0 and may_be_paid and allowed(file, REQUESTERS):
        shape["draft_url"] = reverse("desk:draft_payout", args=[file.case.pk, row.pk])
    if (receipt.free > 0 or is_allocated) and allowed(file, REQUESTERS):
        shape["allocate_url"] = reverse("desk:allocate", args=[file.case.pk, row.pk])
    if is_allocated:
        shape["sheet_url"] = reverse("desk:allocation", args=[file.case.pk, row.pk])
        if receipt.free > 0 and allowed(file, REQUESTERS):
            shape["allocated_url"] = reverse("desk:draft_allocated", args=[file.case.pk])
    if not may_be_paid:
        shape["payee_url"] = reverse("desk:act", args=[file.case.pk, "payee"])
    return shape


def payout_shape(file: CaseFile, payout: Payout) -> dict[str, Any]:
    """One payout: to whom, how far it has come, by whom, what this person may do next."""
    account = payout.account
    return {
        "id": payout.pk,
        "amount": format_yuan(payout.amount),
        "payee": payout.payee.name,
        "account": f"{account.bank} {account.account_masked}" if account else "",
        "pill": {"state": PILLS[payout.state], "text": payout.get_state_display()},
        "route": _("经财务") if payout.way.via_finance else _("直接发放"),
        "trail_url": reverse("desk:trail", args=[file.case.pk, "payout", payout.pk]),
        "steps": _history(file, payout),
        "talk": talk_words(payout, file.today),
        "papers": papers_of(payout),
        "actions": next_steps(file, payout),
    }


def next_steps(file: CaseFile, payout: Payout) -> list[dict[str, Any]]:
    """The steps that the payout's state and route allow and this person may do."""
    offered = [
        (
            payout.state == PayoutState.SUBMITTED and payout.way.via_finance,
            "to-finance",
            _("移送财务"),
            REQUESTERS,
        ),
        (
            payout.state == PayoutState.TO_FINANCE and payout.received_on is None,
            "received",
            _("财务接收"),
            PAYERS,
        ),
        (payout.is_checkable and not _own(file, payout), "approve", _("批准"), CHECKERS),
        (payout.state == PayoutState.APPROVED, "send", _("发出付款"), PAYERS),
        (payout.state == PayoutState.SENT, "confirm", _("登记到账"), PAYERS),
        (payout.state == PayoutState.SENT, "return", _("退票"), PAYERS),
        (payout.state == PayoutState.PAID, "slip", _("上传凭证"), PAYERS),
        (
            payout.state in (PayoutState.SUBMITTED, PayoutState.APPROVED),
            "cancel",
            _("取消"),
            (*REQUESTERS, *CHECKERS),
        ),
    ]
    found = [
        {
            "label": label,
            "small": True,
            "url": reverse("desk:payout_step", args=[file.case.pk, payout.pk, name]),
        }
        for holds, name, label, rights in offered
        if holds and allowed(file, rights)
    ]
    if found and payout.state != PayoutState.PAID and not found[0]["url"].endswith("/cancel/"):
        found[0]["primary"] = True
    return found


def talk_words(payout: Payout, today: dt.date) -> str:
    """When, how and with whom the payout was talked over, and what was said; "" where no talk is on record."""
    talk = getattr(payout, "talk", None)
    if talk is None:
        return ""
    head = f"{instant_words(talk.at, today)} {talk.get_channel_display()} {talk.who}"
    return _("沟通记录：%(head)s，%(content)s") % {"head": head, "content": talk.content}


def papers_of(payout: Payout) -> list[dict[str, str]]:
    """The files of the talk and the bank's slips, each a link."""
    talk = getattr(payout, "talk", None)
    found = [(_("沟通附件"), file) for file in talk.files.all()] if talk is not None else []
    found += [(_("付款凭证"), slip.file) for slip in payout.slips.all()]
    return [
        {"label": label, "name": file.name, "url": reverse("documents:file", args=[file.pk])}
        for label, file in found
    ]


def _own(file: CaseFile, payout: Payout) -> bool:
    """Who asked, made or submitted does not approve."""
    return file.user.pk in (payout.requester_id, payout.maker_id, payout.submitter_id)


def _history(file: CaseFile, payout: Payout) -> str:
    parts = [
        _("%(who)s %(when)s 提请")
        % {"who": payout.maker.full_name, "when": instant_words(payout.drafted_at, file.today)}
    ]
    if payout.received_on:
        parts.append(_("财务 %(when)s 接收") % {"when": short_day(payout.received_on, file.today)})
    if payout.checker is not None and payout.approved_at is not None:
        names = {"who": payout.checker.full_name, "when": instant_words(payout.approved_at, file.today)}
        parts.append(_("%(who)s %(when)s 批准") % names)
    if payout.paid_on:
        parts.append(_("银行 %(when)s 确认到账") % {"when": short_day(payout.paid_on, file.today)})
    if payout.reason:
        parts.append(payout.reason)
    return "，".join(parts)
