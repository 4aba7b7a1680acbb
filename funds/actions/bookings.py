"""What the bank's word does to a payout, whoever brings it: a person, a return file or the line to the bank.

Everything here joins the caller's transaction, which holds the lock of the payout's book and knows that the key is new.
actor: how the log names who brought it, "user:7" or "system:bank".
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from events import log
from events.log import Draft
from events.models import Event
from funds.accounts import Account, JournalKind
from funds.checks import move
from funds.ledger import credit, debit, post, reverse
from funds.models import Payout
from kernel.errors import BadInput

BANK = "system:bank"
"""The line to the bank, as the log names it."""


def book_paid(payout: Payout, *, bank_ref: str, on: dt.date, actor: str, at: dt.datetime, key: str) -> Event:
    """The bank has paid: out of the bank account, and the record of it. Raises WrongState, BadInput (bank_ref)."""
    move(payout, "confirm", _("登记付款成功"), bank_ref=bank_ref, on=on)
    _save_confirmed(payout)
    event = tell(payout, "payout.paid", actor, at, key, effective=on, bank_ref=bank_ref, paid_on=on)
    out = debit(Account.IN_TRANSIT, payout.amount, payout.book_id), credit(Account.BANK, payout.amount)
    post_for(payout, JournalKind.PAYMENT, event, on, *out)
    record = debit(Account.DISBURSED, payout.amount), credit(Account.PAID, payout.amount, payout.book_id)
    post_for(payout, JournalKind.RECORD, event, on, *record)
    return event


def book_returned(
    payout: Payout, *, reason: str, on: dt.date, actor: str, at: dt.datetime, key: str
) -> Event:
    """The bank gave it back, before or after it had confirmed: every journal of it is reversed. Raises WrongState."""
    was = payout.state
    move(payout, "give_back", _("登记退票"), reason=reason, on=on)
    payout.save(update_fields=["state", "reason", "ended_on"])
    event = tell(payout, "payout.returned", actor, at, key, effective=on, on=on, was=was)
    for journal in payout.journals.filter(reversed_by=None).order_by("-id"):
        reverse(journal=journal, event=event, key=f"{payout.stream}/returned/{journal.kind}", on=on)
    return event


def post_for(payout: Payout, kind: JournalKind, event: Event, on: dt.date, *legs: Any) -> None:
    """A journal of a payout, once of each kind."""
    post(
        event=event,
        court_id=payout.court_id,
        kind=kind,
        key=f"{payout.stream}/{kind}",
        on=on,
        legs=legs,
        receipt_id=payout.receipt_id,
        payout_id=payout.pk,
    )


def tell(
    payout: Payout,
    kind: str,
    actor: str,
    at: dt.datetime,
    key: str,
    *,
    effective: dt.date | None = None,
    **more: Any,
) -> Event:
    """Append to the payout's stream. Reasons stay in the row: free text may name people."""
    data = {
        "payout": payout.pk,
        "receipt": payout.receipt_id,
        "payee": payout.payee_id,
        "about": payout.about,
        "amount": payout.amount,
        "run": payout.run,
        "state": payout.state,
        **more,
    }
    return log.append_many(
        stream=payout.stream,
        actor=actor,
        at=at,
        court_id=payout.court_id,
        drafts=[Draft(kind=kind, data=data, key=key, effective_on=effective)],
    )[0]


def _save_confirmed(payout: Payout) -> None:
    try:
        payout.save(update_fields=["state", "bank_ref", "paid_on"])
    except IntegrityError as error:
        if "payout_bank_ref_once" not in str(error):
            raise
        raise BadInput(
            _("银行回单号 %s 已用于另一笔发放。") % payout.bank_ref, field="bank_ref", fix=_("核对回单。")
        ) from error
