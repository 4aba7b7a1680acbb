"""参与分配: a part of one case's receipt becomes a receipt of another case's book, in two journals of one act.

The first takes it out of the first book into `clearing`, the second puts it from there into the other; each sums to
zero and so does `clearing`. Nothing enters or leaves the bank.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from courts.models import User
from events import log
from funds.accounts import Account, JournalKind
from funds.checks import free_of
from funds.ledger import credit, debit, post
from funds.models import Book, Receipt
from funds.shapes import positive
from funds.states import ReceiptState
from kernel.errors import BadInput
from kernel.money import format_yuan


def share_out(
    *, receipt: Receipt, to: Book, amount: Decimal, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Receipt:
    """The new receipt in `to`, identified. Joins the transaction, which holds both books in the order of their ids.

    key: of the act; the same key returns the receipt that stands. Raises BadInput for more than what is free.
    """
    standing = Receipt.objects.filter(court_id=receipt.court_id, key=key).first()
    if standing is not None:
        return standing
    amount = positive(amount)
    if amount > (free := free_of(receipt)):
        raise BadInput(
            _("这笔款项可以分配的余额是 %s。") % format_yuan(free), field="amount", fix=_("核对分配方案。")
        )
    made = Receipt(
        court_id=receipt.court_id, about=to.about, book=to, team_id=to.team_id, owner_id=to.owner_id, amount=amount,
        arrived_on=on, payer_name=receipt.payer_name, remark=_("参与分配"),
        state=ReceiptState.IDENTIFIED, times=1, key=key, recorded_at=at, recorded_by=actor, identified_at=at,
    )  # fmt: skip
    made.save(force_insert=True)
    data = {
        "receipt": receipt.pk,
        "to": made.pk,
        "about": receipt.about,
        "amount": amount,
        "state": receipt.state,
    }
    told = log.append(
        stream=receipt.stream, kind="receipt.shared", actor=actor.actor, at=at, key=key, data=data, effective_on=on,
        court_id=receipt.court_id,
    )  # fmt: skip
    post(
        event=told, court_id=receipt.court_id, kind=JournalKind.TRANSFER, key=f"{receipt.stream}/shared/{made.pk}",
        on=on, receipt_id=receipt.pk,
        legs=[debit(Account.CUSTODY, amount, receipt.book_id), credit(Account.CLEARING, amount)],
    )  # fmt: skip
    data = {
        "receipt": made.pk, "about": to.about, "amount": amount, "arrived_on": on, "state": made.state, "book": to.pk,
        "times": 1, "of": receipt.pk,
    }  # fmt: skip
    found = log.append(
        stream=made.stream, kind="receipt.identified", actor=actor.actor, at=at, key=key, data=data, effective_on=on,
        court_id=receipt.court_id,
    )  # fmt: skip
    post(
        event=found, court_id=receipt.court_id, kind=JournalKind.TRANSFER, key=f"{made.stream}/shared",
        on=on, receipt_id=made.pk, legs=[debit(Account.CLEARING, amount), credit(Account.CUSTODY, amount, to)],
    )  # fmt: skip
    return made
