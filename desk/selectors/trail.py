"""每一笔钱的来龙去脉: from a payout down to its receipt and the bank's line, and up again, with every journal between.

A step is a page of the case; what a line of the bank brought to other cases stays a sum without names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.selectors.case_file import CaseFile, names_of
from desk.selectors.payouts import papers_of, talk_words
from desk.words import act_words, instant_words, plain_day
from funds.accounts import Side
from funds.actions.vouchers import kind_of
from funds.ledger import NOTHING
from funds.models import (
    Allocation,
    Claim,
    Instruction,
    Journal,
    Line,
    Payout,
    Receipt,
    StatementLine,
    SubAccount,
    Transfer,
)
from funds.states import ReceiptState
from kernel.money import format_yuan

Row = dict[str, Any]
MOST = 2000
"""Journals of one case that are shown together; no case of a court has so many."""
EVENTS = {
    "statement.confirmed": _lazy("银行流水入账"),
    "receipt.arrived": _lazy("登记到账"),
    "receipt.identified": _lazy("认领到本案"),
    "receipt.released": _lazy("撤销认领"),
    "receipt.voided": _lazy("作废到账"),
    "receipt.shared": _lazy("参与分配转出"),
    "payout.sent": _lazy("发出付款"),
    "payout.paid": _lazy("银行确认付款"),
    "payout.returned": _lazy("退票"),
    "transfer.held": _lazy("转入专门科目"),
    "transfer.released": _lazy("转回待发"),
    "transfer.paid": _lazy("登记付出"),
    "transfer.recovered": _lazy("收回垫付"),
    "allocation.decided": _lazy("决定分配"),
    "allocation.reversed": _lazy("冲销分配"),
    "fund.topped_up": _lazy("周转基金拨入"),
}
"""What moved the money, as people say it."""


@dataclass(frozen=True, slots=True)
class Trail:
    """One page of the trail. chain: the way of the money, this step marked; facts: {label, value, note}; up, down: links."""

    title: str
    chain: list[Row]
    facts: list[Row]
    up: list[Row]
    journals: tuple[Journal, ...]
    names: dict[str, str]
    voucher_url: str


def journals_of(file: CaseFile) -> Trail:
    """分录 of the whole case, the newest first. Three queries."""
    about = file.case.about
    mine = Line.objects.filter(book__about=about).values("journal_id")
    found = _journals(Q(receipt__about=about) | Q(payout__about=about) | Q(pk__in=mine))
    return Trail(_("案款分录"), [], [], [], found, _names(found), "")


def of_payout(file: CaseFile, pk: int) -> Trail:
    """One payout: where its money came from, and what the bank said. Raises Http404. Nine queries."""
    people = ("payee", "account", "receipt", "requester", "checker", "sender", "talk")
    payout = Payout.objects.filter(about=file.case.about, pk=pk).select_related(*people).first()
    if payout is None:
        raise Http404
    claim = _claim(payout.receipt)
    told = Instruction.objects.filter(payout=payout).select_related("batch").first()
    found = _journals(Q(payout=payout))
    chain = [
        *_below(file, payout.receipt, claim, _allocation(payout.receipt)),
        _step("send", _("发放"), format_yuan(payout.amount), payout.payee.name, here=True),
        _bank_step(payout, told),
    ]
    account = payout.account
    facts = [
        {"label": _("金额"), "value": format_yuan(payout.amount)},
        {"label": _("状态"), "value": payout.get_state_display(), "note": payout.reason},
        {
            "label": _("收款人"),
            "value": payout.payee.name,
            "note": f"{account.bank} {account.account_masked}" if account else "",
        },
        {"label": _("经办、审批"), "value": _people(payout.requester, payout.checker)},
        {"label": _("银行回单号"), "value": payout.bank_ref or "—"},
    ]
    if words := talk_words(payout, file.today):
        facts.append({"label": _("沟通记录"), "value": words.partition("：")[2]})
    facts += [
        {"label": paper["label"], "value": paper["name"], "url": paper["url"]} for paper in papers_of(payout)
    ]
    title = _("发放 %s") % format_yuan(payout.amount)
    return Trail(title, chain, facts, [], found, _names(found), _voucher_url(file, "payout", payout))


def of_receipt(file: CaseFile, pk: int) -> Trail:
    """One receipt: the line it came by, and all that became of it. Raises Http404. Eight queries."""
    receipt = next((each for each in file.receipts if each.pk == pk), None)
    if receipt is None:
        raise Http404
    claim, allocation = _claim(receipt), _allocation(receipt)
    found = _journals(Q(receipt=receipt))
    payouts = Payout.objects.filter(receipt=receipt).select_related("payee").order_by("pk")
    transfers = Transfer.objects.filter(receipt=receipt).order_by("pk")
    up = [_payout_link(file, each) for each in payouts] + [_transfer_link(each) for each in transfers]
    facts = [
        {"label": _("到账金额"), "value": format_yuan(receipt.amount)},
        {"label": _("到账日期"), "value": plain_day(receipt.arrived_on)},
        {
            "label": _("付款人"),
            "value": receipt.payer_name or "—",
            "note": _("尾号 %s") % receipt.account_tail if receipt.account_tail else "",
        },
        {"label": _("银行流水号"), "value": receipt.bank_serial or "—", "note": receipt.remark},
    ]
    title = _("到账 %s") % format_yuan(receipt.amount)
    chain = _below(file, receipt, claim, allocation, here=True)
    return Trail(title, chain, facts, up, found, _names(found), _voucher_url(file, "receipt", receipt))


def of_line(file: CaseFile, pk: int) -> Trail:
    """The bank's entry by which a receipt of the case came, and the receipts of this case it became. Raises Http404."""
    claims = Claim.objects.filter(line_id=pk).select_related("receipt", "line__account", "line__statement")
    rows = list(claims.order_by("receipt_id"))
    mine = [row.receipt for row in rows if row.receipt.about == file.case.about]
    if not mine:
        raise Http404
    line = rows[0].line
    others = line.claimed - sum((r.amount for r in mine), NOTHING)
    found = _journals(
        Q(receipt__in=mine, kind__in=("arrival", "identification")) | Q(statement=line.statement_id)
    )
    up = [_receipt_link(file, each) for each in mine]
    facts = [
        {"label": _("金额"), "value": format_yuan(line.amount), "note": line.get_direction_display()},
        {"label": _("记账日期"), "value": plain_day(line.booked_on)},
        {"label": _("对方户名"), "value": line.payer_name or "—", "note": line.remark},
        {"label": _("银行流水号"), "value": line.serial},
        {"label": _("收款专户"), "value": str(line.account)},
        {"label": _("流水文件"), "value": line.statement.name, "note": _("第 %d 行") % line.row},
    ]
    if others:
        facts.append({"label": _("认领到其他案件、周转基金"), "value": format_yuan(others)})
    title = _("银行流水 %s") % format_yuan(line.amount)
    return Trail(title, [_line_step(file, line, here=True)], facts, up, found, _names(found), "")


def journal_columns() -> list[Row]:
    """The head of the list of journals."""
    return [
        {"label": _("摘要"), "kind": "main"},
        {"label": _("金额"), "kind": "num"},
        {"label": _("借方科目")},
        {"label": _("贷方科目")},
        {"label": _("事件")},
    ]


def journal_groups(file: CaseFile, trail: Trail) -> list[Row]:
    """One line a journal."""
    rows = [_journal(file, trail.names, each) for each in trail.journals]
    return [{"rows": rows}] if rows else []


def _journal(file: CaseFile, names: dict[str, str], each: Journal) -> Row:
    row = journal_row(each, names, str(EVENTS.get(each.event.kind) or act_words(each.event.kind)), file.today)
    what = row["cells"][0]
    if each.payout_id and each.payout and each.payout.about == file.case.about:
        what["url"] = reverse("desk:trail", args=[file.case.pk, "payout", each.payout_id])
    elif each.receipt_id and each.receipt and each.receipt.about == file.case.about:
        what["url"] = reverse("desk:trail", args=[file.case.pk, "receipt", each.receipt_id])
    return row


def journal_row(each: Journal, names: dict[str, str], words: str, today: dt.date) -> Row:
    """One journal as a line of the list; the lines of it are fetched before."""
    lines = each.lines.all()
    return {
        "cells": [
            {
                "kind": "main",
                "text": words,
                "sub": _("%(day)s · %(kind)s分录 %(id)d 号")
                % {"day": plain_day(each.on), "kind": each.get_kind_display(), "id": each.pk},
            },
            {"kind": "num", "label": _("金额"), "amount": {"text": format_yuan(each.amount)}},
            {"label": _("借方科目"), "text": _accounts(lines, Side.DEBIT)},
            {"label": _("贷方科目"), "text": _accounts(lines, Side.CREDIT)},
            {
                "label": _("事件"),
                "text": f"{each.event.stream}/{each.event.seq}",
                "sub": f"{names.get(each.event.actor, _('系统'))} {instant_words(each.event.at, today)}",
            },
        ]
    }


def _accounts(lines: Iterable[Line], side: str) -> str:
    return "、".join(dict.fromkeys(str(line.get_account_display()) for line in lines if line.side == side))


def _journals(wanted: Q) -> tuple[Journal, ...]:
    rows = Journal.objects.filter(wanted).select_related("event", "payout", "receipt")
    return tuple(rows.prefetch_related(Prefetch("lines", Line.objects.order_by("pk"))).order_by("-pk")[:MOST])


def _names(journals: Sequence[Journal]) -> dict[str, str]:
    return names_of(each.event.actor for each in journals)


def _claim(receipt: Receipt) -> Claim | None:
    return Claim.objects.filter(receipt=receipt).select_related("line").first()


def _allocation(receipt: Receipt) -> Allocation | None:
    return _in_force().filter(receipt=receipt).order_by("-version").first()


def _in_force() -> QuerySet[Allocation]:
    """Decisions made since their receipt was claimed: what was taken back took its decision along."""
    since = F("receipt__identified_at")
    return Allocation.objects.filter(receipt__state=ReceiptState.IDENTIFIED, made_at__gte=since)


def _below(
    file: CaseFile,
    receipt: Receipt,
    claim: Claim | None,
    allocation: Allocation | None,
    *,
    here: bool = False,
) -> list[Row]:
    """The steps from the bank's line to the receipt and its allocation, lowest first."""
    first = (
        _line_step(file, claim.line)
        if claim is not None
        else _step("building-bank", _("银行流水"), _("尚未与流水核对"), receipt.bank_serial or _("人工登记"))
    )
    url = "" if here else reverse("desk:trail", args=[file.case.pk, "receipt", receipt.pk])
    chain = [
        first,
        _step(
            "receipt",
            _("到账"),
            format_yuan(receipt.amount),
            plain_day(receipt.arrived_on),
            url=url,
            here=here,
        ),
    ]
    if allocation is not None:
        where = reverse("desk:allocation", args=[file.case.pk, receipt.pk])
        words = _("第 %d 版") % allocation.version
        chain.append(_step("chart-pie", _("分配"), format_yuan(allocation.amount), words, url=where))
    return chain


def _line_step(file: CaseFile, line: StatementLine, *, here: bool = False) -> Row:
    url = "" if here else reverse("desk:trail", args=[file.case.pk, "line", line.pk])
    words = f"{plain_day(line.booked_on)} · {line.serial}"
    return _step("building-bank", _("银行流水"), format_yuan(line.amount), words, url=url, here=here)


def _bank_step(payout: Payout, told: Instruction | None) -> Row:
    """What the bank was told and has said."""
    words = _("还没有付款指令")
    url = ""
    if told is not None and told.batch is not None:
        words, url = told.batch.name, reverse("desk:payment_batch", args=[told.batch.pk])
    elif told is not None:
        words = told.get_channel_display()
    elif payout.sent_at is not None:
        words = _("柜面办理")
    value = plain_day(payout.paid_on) if payout.paid_on else payout.get_state_display()
    return _step("circle-check", _("银行确认"), value, words, url=url)


def _step(icon: str, label: str, value: str, note: str = "", *, url: str = "", here: bool = False) -> Row:
    return {"icon": icon, "label": label, "value": value, "note": note, "url": url, "here": here}


def _payout_link(file: CaseFile, payout: Payout) -> Row:
    states = {"paid": "done", "returned": "soon", "cancelled": "todo"}
    return {
        "icon": "send",
        "title": _("发放 %(amount)s 给%(name)s")
        % {"amount": format_yuan(payout.amount), "name": payout.payee.name},
        "text": plain_day(payout.paid_on) if payout.paid_on else "",
        "url": reverse("desk:trail", args=[file.case.pk, "payout", payout.pk]),
        "pill": {"state": states.get(payout.state, "prog"), "text": payout.get_state_display()},
    }


def _transfer_link(each: Transfer) -> Row:
    done = each.ended_on or each.held_on
    return {
        "icon": "transfer",
        "title": f"{each.get_kind_display()} {format_yuan(each.amount)}",
        "text": plain_day(done) if done else each.ground[:40],
        "pill": {"state": "done" if each.ended_on else "prog", "text": each.get_state_display()},
    }


def _receipt_link(file: CaseFile, receipt: Receipt) -> Row:
    return {
        "icon": "receipt",
        "title": _("到账 %s") % format_yuan(receipt.amount),
        "text": plain_day(receipt.arrived_on),
        "url": reverse("desk:trail", args=[file.case.pk, "receipt", receipt.pk]),
        "pill": {"state": "done", "text": receipt.get_state_display()},
    }


def _voucher_url(file: CaseFile, what: str, row: Any) -> str:
    """Where the voucher of a row is issued and printed; "" where it has none yet."""
    return reverse("desk:voucher", args=[file.case.pk, what, row.pk]) if kind_of(what, row) else ""


def _people(*people: Any) -> str:
    return "、".join(dict.fromkeys(each.full_name for each in people if each is not None))


@dataclass(frozen=True, slots=True)
class Standing:
    """How the money of a case stands, for its bar. arrived: what came by its own number and nobody claimed counts too.

    decided: receipts for which an allocation stands.
    """

    arrived: Decimal
    claimed: Decimal
    allocated: Decimal
    decided: frozenset[int]


def standing_of(about: str, court_id: int, received: Decimal) -> Standing:
    """到账、已认领、已分配 of a case. received: what of its receipts was not given back, yuan. Two queries."""
    numbers = SubAccount.objects.filter(book__about=about).values("number")
    waiting = StatementLine.objects.unclaimed().filter(court_id=court_id, sub_account__in=numbers)
    open_ = sum((line.amount - line.claimed for line in waiting), NOTHING)
    latest: dict[int, Decimal] = {}
    for row in _in_force().filter(about=about, receipt__about=about).order_by("version"):
        latest[row.receipt_id] = row.amount - row.surplus
    return Standing(received + open_, received, sum(latest.values(), NOTHING), frozenset(latest))
