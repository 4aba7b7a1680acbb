"""Money for a case: a book, receipts, a payee, payouts brought to a state."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from courts.models import Court, User
from funds.actions import transfers
from funds.actions.payees import register_payee
from funds.actions.payoutpapers import Talk
from funds.actions.payouts import (
    approve_payout,
    confirm_paid,
    draft_payout,
    finance_received,
    send_payout,
    submit_payout,
    to_finance,
)
from funds.actions.receipts import identify_receipt, record_receipt
from funds.books import lock_book, open_book
from funds.models import Book, Payee, Payout, Receipt, Transfer
from funds.routes import Route
from kernel import time
from tests.factories.courts import court, person

_numbers = itertools.count(1)
SMALL = Route(code="small", steps=(("payout_small", "7 days"),), rules=("JZ-D-11",), pack="JZ-2023/1")
LARGE = Route(
    code="large",
    via_finance=True,
    requires=("communication_record_attached",),
    steps=(("payout_submit_to_finance", "10 workdays"), ("finance_payout", "5 workdays")),
    rules=("JZ-D-12", "JZ-D-13", "JZ-G-FUND-01"),
    pack="JZ-2023/1",
)
STEPS = ("drafted", "submitted", "to_finance", "received", "approved", "sent", "paid")


@dataclass
class Desk:
    """The people of one court who handle money, and one case."""

    court: Court
    officer: User
    handler: User
    director: User
    finance: User
    about: str


def desk(of: Court | None = None) -> Desk:
    """A court with its people and a case's book, open and without money."""
    of = of or court()
    about = f"case:{next(_numbers)}"
    open_book(court_id=of.pk, about=about, at=time.now())
    return Desk(
        court=of,
        officer=person(of, "fund_officer"),
        handler=person(of, "dispatch_group"),
        director=person(of, "bureau_director"),
        finance=person(of, "finance"),
        about=about,
    )


def talk(words: str, *files: int) -> Talk | None:
    """A talk by telephone just now, of which this was said; None for no words."""
    return Talk("phone", time.now(), "张三", words, files) if words else None


def arrival(at_desk: Desk, amount: str = "50000.00", **fields: Any) -> Receipt:
    """A receipt that nobody has identified, arrived today."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "arrived_on": time.today(),
        "payer_name": "云州市被执行人公司",
        "account_tail": "1234",
        "bank_serial": f"S{number:08d}",
        "remark": "执行款",
        "actor": at_desk.officer,
        "at": time.now(),
        "key": f"arrival-{number}",
    }
    return record_receipt(court=at_desk.court, amount=Decimal(amount), **{**given, **fields})


def in_custody(at_desk: Desk, amount: str = "50000.00", **fields: Any) -> Receipt:
    """A receipt identified to the desk's case."""
    receipt = arrival(at_desk, amount, **fields)
    return identify_receipt(
        receipt_id=receipt.pk, about=at_desk.about, actor=at_desk.officer, at=time.now(), key="identify"
    )


def payee(at_desk: Desk, name: str = "张三", **fields: Any) -> Payee:
    """A payee with a signed undertaking, registered today."""
    given: dict[str, Any] = {
        "bank": "中国工商银行云州支行",
        "account": "6222021001116245702",
        "undertaking_file_id": 31,
        "signed_on": time.today(),
        "actor": at_desk.officer,
        "at": time.now(),
        "key": f"payee-{next(_numbers)}",
    }
    return register_payee(about=at_desk.about, court_id=at_desk.court.pk, name=name, **{**given, **fields})


def payout(
    at_desk: Desk,
    state: str = "drafted",
    *,
    receipt: Receipt | None = None,
    to: Payee | None = None,
    amount: str = "50000.00",
    route: Route = SMALL,
) -> Payout:
    """A payout brought to one of STEPS by its verbs."""
    receipt = receipt or in_custody(at_desk, amount)
    to = to or payee(at_desk)
    made = draft_payout(
        receipt_id=receipt.pk,
        payee_id=to.pk,
        amount=Decimal(amount),
        route=route,
        actor=at_desk.officer,
        at=time.now(),
        key=f"draft-{next(_numbers)}",
    )
    for step in STEPS[1 : STEPS.index(state) + 1]:
        if step in ("to_finance", "received") and not route.via_finance:
            continue
        made = take(at_desk, made, step)
    return made


def take(at_desk: Desk, made: Payout, step: str, *, key: str = "", on: dt.date | None = None) -> Payout:
    """Take one step of a payout by the person whose step it is."""
    given: dict[str, Any] = {"payout_id": made.pk, "at": time.now(), "key": key or step}
    if step == "submitted":
        return submit_payout(actor=at_desk.officer, **given)
    if step == "to_finance":
        return to_finance(actor=at_desk.officer, on=on, **given)
    if step == "received":
        return finance_received(actor=at_desk.finance, on=on, **given)
    if step == "approved":
        return approve_payout(actor=at_desk.director, **given)
    if step == "sent":
        return send_payout(actor=at_desk.officer, **given)
    return confirm_paid(
        actor=at_desk.officer, bank_ref=f"R{next(_numbers):08d}", paid_on=on or time.today(), **given
    )


def granted(
    at_desk: Desk, kind: str, amount: str, receipt: Receipt | None = None, *, upto: str = "", **more: Any
) -> Transfer:
    """A transfer as its approvers granted it, asked by the handler's side; upto: "hold" or "pay" by finance."""
    number = next(_numbers)
    asker = more.pop("asker", None) or person(at_desk.court, "fund_officer")
    key = more.pop("key", f"transfer-{number}")
    with transaction.atomic():
        book = lock_book(Book.objects.get(about=at_desk.about).pk)
        made = transfers.open_transfer(
            kind=kind, amount=Decimal(amount), ground="测试事由", actor=asker, at=time.now(), key=key, book=book,
            receipt=receipt, **more,
        )  # fmt: skip
        transfers.approve(made, approval_id=7, on=time.today(), name="user:1", at=time.now(), key=f"{key}:ok")
    given = {"transfer_id": made.pk, "on": time.today(), "actor": at_desk.finance, "at": time.now()}
    if upto and kind in transfers.PLACES:
        made = transfers.hold(body="公证处", key="hold", **given)
    if upto == "pay":
        made = transfers.pay(bank_ref=f"T{number}", key="pay", **given)
    return made
