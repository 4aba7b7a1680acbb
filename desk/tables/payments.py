"""Payouts to be approved and paid, batches and their lines, as the components take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from desk.selectors.payments import Waiting
from desk.selectors.payouts import PILLS
from desk.words import instant_words, plain_day
from funds.bank.files import layouts
from funds.models import Instruction, PaymentBatch, Payout
from funds.states import PayoutState
from kernel.money import format_yuan

Row = dict[str, Any]


def waiting_columns(*, choosable: bool = True) -> list[Row]:
    """The head of payouts that wait."""
    return [
        *([{"label": "", "kind": "check"}] if choosable else []),
        {"label": _("案件"), "kind": "main"},
        {"label": _("收款账户")},
        {"label": _("金额"), "kind": "num"},
        {"label": _("经办")},
        {"label": _("到账")},
    ]


def waiting_groups(found: Waiting, *, choosable: bool = True) -> list[Row]:
    """One line a payout."""
    rows = [_waiting(payout, found.numbers, choosable=choosable) for payout in found.rows]
    return [{"rows": rows}] if rows else []


def _waiting(payout: Payout, numbers: Mapping[int, str], *, choosable: bool) -> Row:
    chosen = {"id": f"payout-{payout.pk}", "select_value": str(payout.pk)}
    select = {**chosen, "select_label": f"{payout.payee.name} {format_yuan(payout.amount)}"}
    return {
        **(select if choosable else {}),
        "cells": [
            _case(payout, numbers),
            _payee(payout),
            {"kind": "num", "label": _("金额"), "amount": {"text": format_yuan(payout.amount)}},
            {
                "label": _("经办"),
                "text": payout.maker.full_name,
                "sub": _("%s审批") % payout.checker.full_name if payout.checker else "",
            },
            {"label": _("到账"), "text": plain_day(payout.receipt.arrived_on)},
        ],
    }


def _case(payout: Payout, numbers: Mapping[int, str]) -> Row:
    number = numbers.get(payout.book.case_id or 0)
    if number is None:
        return {"kind": "main", "text": "—"}
    url = reverse("desk:money", args=[payout.book.case_id])
    return {"kind": "main", "text": number, "url": url, "open": True, "caseno": True}


def _payee(payout: Payout) -> Row:
    account = payout.account
    return {
        "label": _("收款账户"),
        "text": payout.payee.name,
        "sub": f"{account.bank} {account.account_masked}" if account else "",
    }


def batch_columns() -> list[Row]:
    """The head of the batches."""
    return [
        {"label": _("批次"), "kind": "main"},
        {"label": _("付款账户")},
        {"label": _("合计"), "kind": "num"},
        {"label": _("下载")},
        {"label": _("生成")},
    ]


def batch_groups(rows: Sequence[PaymentBatch], today: dt.date) -> list[Row]:
    """One line a batch."""
    return [{"rows": [_batch(row, today) for row in rows]}] if rows else []


def _batch(row: PaymentBatch, today: dt.date) -> Row:
    times = len(row.downloads)
    layout = layouts()[row.layout].title if row.layout in layouts() else row.layout
    pill = {"state": "done" if times else "soon", "text": _("已下载 %d 次") % times if times else _("待下载")}
    return {
        "cells": [
            {
                "kind": "main",
                "text": row.name,
                "sub": _("%(layout)s，%(n)d 笔") % {"layout": layout, "n": row.count},
                "url": reverse("desk:payment_batch", args=[row.pk]),
                "open": True,
            },
            {"label": _("付款账户"), "text": str(row.account)},
            {"kind": "num", "label": _("合计"), "amount": {"text": format_yuan(row.total)}},
            {"label": _("下载"), "pill": pill},
            {"label": _("生成"), "text": row.made_by.full_name, "sub": instant_words(row.made_at, today)},
        ]
    }


def line_columns() -> list[Row]:
    """The head of a batch's lines."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("收款账户")},
        {"label": _("金额"), "kind": "num"},
        {"label": _("指令号")},
        {"label": _("结果")},
    ]


def line_groups(rows: Sequence[Instruction], numbers: Mapping[int, str]) -> list[Row]:
    """One line an instruction: the end of its payout, or how far it has come."""
    return [{"rows": [_line(row, numbers) for row in rows]}] if rows else []


def _line(row: Instruction, numbers: Mapping[int, str]) -> Row:
    payout = row.payout
    is_over = payout.state in (PayoutState.PAID, PayoutState.RETURNED)
    words = payout.get_state_display() if is_over else row.get_state_display()
    state = PILLS[payout.state] if is_over else "prog"
    result: Row = {"label": _("结果"), "pill": {"state": state, "text": words}}
    result["sub"] = payout.bank_ref if payout.state == PayoutState.PAID else payout.reason
    return {
        "cells": [
            _case(payout, numbers),
            _payee(payout),
            {"kind": "num", "label": _("金额"), "amount": {"text": format_yuan(payout.amount)}},
            {"label": _("指令号"), "text": str(row.reference)},
            result,
        ]
    }
