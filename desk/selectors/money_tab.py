"""案款 of a case: how far its money has come, what arrived and became of it, to whom it may be paid."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from desk.selectors.case_file import CaseFile
from desk.selectors.payouts import allowed, receipt_shape
from desk.selectors.trail import Standing, standing_of
from desk.selectors.transfers import asking_links, transfer_shape
from desk.words import instant_words, plain_day
from funds.models import PayeeAccount
from funds.policy import REGISTER
from funds.selectors import CaseMoney, money_of
from kernel.money import format_yuan


def money(file: CaseFile) -> dict[str, Any]:
    """What arrived, what was paid, to whom it may be paid. Eight queries more."""
    found = money_of(file.case.about, claimed=file.case.claim_amount)
    standing = standing_of(file.case.about, file.case.court_id, found.received)
    return {
        "bar": bar(found, standing),
        "tiles": _tiles(found, standing),
        "case_id": file.case.pk,
        "journals_url": reverse("desk:journals", args=[file.case.pk]),
        "transfers": [transfer_shape(file, each) for each in found.transfers],
        "asking": asking_links(file, has_receipts=bool(found.receipts)),
        "receipts": [
            receipt_shape(
                file,
                receipt,
                found.payouts,
                may_be_paid=bool(found.payees),
                is_allocated=receipt.receipt.pk in standing.decided,
            )
            for receipt in reversed(found.receipts)
        ],
        "payees": [
            {
                "name": account.payee.name,
                "account": f"{account.bank} {account.account_masked}",
                "undertaking": account.has_undertaking,
                "signed": plain_day(account.signed_on) if account.signed_on else "",
                "version": account.version,
                **in_force(account, file),
            }
            for account in found.payees
        ],
        "payee_url": reverse("desk:act", args=[file.case.pk, "payee"]) if allowed(file, REGISTER) else "",
    }


def in_force(account: PayeeAccount, file: CaseFile) -> dict[str, Any]:
    """From when on an account is paid to: since, the words; waits, whether that is still to come."""
    return {
        "since": _("%s 起生效") % instant_words(account.in_force_at, file.today),
        "waits": account.in_force_at > file.at,
    }


def bar(found: CaseMoney, standing: Standing) -> dict[str, Any]:
    """执行标的 and what came of it as one bar. parts: {tone, label, text, at, width}, per cent of the whole."""
    aside = found.deposit + found.refund + found.fee
    whole = max(
        found.claimed, standing.arrived, found.paid + found.in_transit + found.custody + found.escrow + aside
    )
    parts = [
        ("done", _("已发放"), found.paid),
        ("prog", _("在途"), found.in_transit),
        ("soon", _("待发"), found.custody),
        ("hold", _("提存"), found.escrow),
        ("over", _("保证金、退款、费用"), aside),
        ("wait", _("到账未认领"), standing.arrived - standing.claimed),
    ]
    drawn = list(_drawn(parts, whole))
    share = round(100 * standing.claimed / found.claimed) if found.claimed else 0
    return {
        "parts": drawn,
        "share": share,
        "claimed": format_yuan(found.claimed),
        "words": _("到位 %(share)d%%：%(parts)s")
        % {
            "share": share,
            "parts": "，".join(f"{each['label']} {each['text']}" for each in drawn) or _("无"),
        },
        "outstanding": format_yuan(found.outstanding),
    }


def _drawn(parts: Iterable[tuple[str, str, Decimal]], whole: Decimal) -> Iterable[dict[str, Any]]:
    at = Decimal(0)
    for tone, label, value in parts:
        if value <= 0 or not whole:
            continue
        width = round(100 * value / whole, 2)
        yield {"tone": tone, "label": label, "text": format_yuan(value), "at": str(at), "width": str(width)}
        at += width


def _tiles(found: CaseMoney, standing: Standing) -> list[dict[str, Any]]:
    """到账/已认领/已分配/已发放/提存/余额. 余额: all that still lies in the account for the case."""
    rest = found.custody + found.in_transit + found.escrow + found.deposit + found.refund + found.fee
    tiles = [
        (_("到账"), standing.arrived, ""),
        (_("已认领"), standing.claimed, ""),
        (_("已分配"), standing.allocated, ""),
        (_("已发放"), found.paid, _("在途 %s") % format_yuan(found.in_transit) if found.in_transit else ""),
        (_("提存"), found.escrow, ""),
        (_("余额"), rest, _("待发 %s") % format_yuan(found.custody) if found.custody else ""),
    ]
    if found.aid:
        tiles.append((_("救助（不计到位）"), found.aid, ""))
    return [{"label": label, "value": format_yuan(value), "note": note} for label, value, note in tiles]
