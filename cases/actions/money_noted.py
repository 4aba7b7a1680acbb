"""案款: what the books below have told becomes facts of the case; a receipt is a subject of it, with its own clock."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.accounts_told import tell_payee
from cases.actions.assigning import open_node, reopened
from cases.arrivals import tell_officer
from cases.models import Subject
from cases.payroutes import case_of, old_money_gone, receipt_subject
from cases.perform import Act, perform
from cases.snapshot import Locked, lock_case
from events.models import Event
from funds.models import Payout, Receipt
from funds.selectors import nothing_waits
from funds.states import ReceiptState
from kernel import time
from kernel.money import format_yuan
from regimes.state import Subject as FlowSubject


def _noting(write: Callable[[Locked, Event], None]) -> Callable[[Event], None]:
    """A reaction in a transaction of its own, under the lock of the case; told twice it does nothing more."""

    @functools.wraps(write)
    def _react(event: Event) -> None:
        with transaction.atomic(durable=True):
            locked = lock_case(case_id=case_of(event.data["about"]), key=f"event:{event.pk}")
            if locked.known is None:
                write(locked, event)

    return _react


@_noting
def note_receipt(locked: Locked, event: Event) -> None:
    """receipt.identified: the receipt becomes a subject of the case; payment_arrived starts its clocks."""
    data = event.data
    amount = Decimal(data["amount"])
    subject = Subject.objects.create(
        case=locked.case, kind="receipt", parent_id=locked.root, label=_("到账 %s") % format_yuan(amount)
    )
    locked.subjects[subject.pk] = FlowSubject(subject.pk, "receipt", locked.root)
    locked.labels[subject.pk] = subject.label
    arrived_on = dt.date.fromisoformat(data["arrived_on"])
    act = Act(
        kind="receipt.noted",
        key=f"event:{event.pk}",
        on=max(arrived_on, locked.case.filed_on),
        happened=[("payment_arrived", subject.pk), ("payment_arrival_notified", subject.pk)],
        days={
            ("payment_arrived", subject.pk): arrived_on,
            ("payment_arrival_notified", subject.pk): time.today(event.at),
        },
        facts=[
            *_same_day(locked, data, subject.pk, amount),
            (subject.pk, "receipt_id", data["receipt"]),
        ],
        rows=[subject],
        data={"receipt": data["receipt"], "amount": data["amount"]},
    )
    at = time.now()
    perform(locked, act, actor=None, at=at, name=event.actor)
    tell_officer(locked.case, amount=amount, arrived_on=arrived_on, at=at, key=act.key)


def _same_day(
    locked: Locked, data: Mapping[str, Any], subject: int, amount: Decimal
) -> list[tuple[int, str, Any]]:
    """What counts for the route: receipts of one case that arrived on one day are added up (JZ 三(一)2).

    The earlier ones of that day count with the sum too, unless a payout of them was asked for already: its way is frozen.
    """
    of_day = Receipt.objects.filter(about=locked.case.about, arrived_on=data["arrived_on"])
    others = list(of_day.filter(state=ReceiptState.IDENTIFIED).exclude(pk=data["receipt"]))
    known = {facts.get("receipt_id"): number for number, facts in locked.facts.items()}
    earlier = [row for row in others if row.pk in known]
    total = f"{amount + sum(row.amount for row in earlier):.2f}"
    asked = set(Payout.objects.filter(receipt__in=earlier).values_list("receipt_id", flat=True))
    open_ones = [known[row.pk] for row in earlier if row.pk not in asked]
    return [(number, "fund_amount", total) for number in [*open_ones, subject]]


@_noting
def note_released(locked: Locked, event: Event) -> None:
    """receipt.released: the money was not this case's; its duties fall away, what was done about it stays on record."""
    data = event.data
    subject = receipt_subject(locked, data["receipt"])
    moments = ("payment_arrived", "payment_arrival_notified")
    for moment in moments:
        locked.moments.setdefault(subject, {})[moment] = []
    act = Act(
        kind="receipt.released_noted",
        key=f"event:{event.pk}",
        on=max(event.effective_on, locked.case.filed_on),
        facts=[
            *((subject, f"@{moment}", []) for moment in moments),
            (subject, "fund_amount", None),
            (subject, "receipt_id", None),
        ],
        data={"receipt": data["receipt"], "amount": data["amount"]},
    )
    perform(locked, act, actor=None, at=time.now(), name=event.actor)


@_noting
def note_payee(locked: Locked, event: Event) -> None:
    """payee.registered: 领款登记 is done once an account is registered with its undertaking (JZ-10).

    The payee is told where staff have registered another account.
    """
    data = event.data
    signed = bool(data["undertaking"])
    act = Act(
        kind="payee.noted",
        key=f"event:{event.pk}",
        on=event.effective_on,
        facts=[
            (locked.root, "payee_account_registered", True),
            (locked.root, "payee_undertaking_signed", signed),
        ],
        node=open_node(locked, "payee_registration") if signed else None,
        data={"payee": data["payee"]},
    )
    at = time.now()
    perform(locked, act, actor=None, at=at, name=event.actor)
    tell_payee(locked.case, data, at=at, key=act.key)


@_noting
def note_paid(locked: Locked, event: Event) -> None:
    """payout.paid: the bank has confirmed; once nothing of the receipt is left the payout duty is met."""
    data = event.data
    subject = receipt_subject(locked, data["receipt"])
    paid_on = dt.date.fromisoformat(data["paid_on"])
    paid = sum(p.amount for p in Payout.objects.filter(receipt_id=data["receipt"], state="paid"))
    whole = paid >= Receipt.objects.get(pk=data["receipt"]).amount or nothing_waits(data["receipt"])
    act = Act(
        kind="payout.noted",
        key=f"event:{event.pk}",
        on=paid_on,
        happened=[("payout_done", subject), *old_money_gone(locked, data["receipt"], paid_on)]
        if whole
        else [],
        node=open_node(locked, "payout", subject) if whole else None,
        data={"payout": data["payout"], "amount": data["amount"], "whole": whole},
    )
    perform(locked, act, actor=None, at=time.now(), name=event.actor)


@_noting
def note_returned(locked: Locked, event: Event) -> None:
    """payout.returned: the money is back; the duty runs anew from the day of the return, its old run stays on record."""
    data = event.data
    subject = receipt_subject(locked, data["receipt"])
    seq = locked.seq + 1
    locked.moments.setdefault(subject, {})["payout_done"] = []
    locked.moments[subject]["payment_arrived"] = [(data["on"], seq)]
    act = Act(
        kind="payout.returned_noted",
        key=f"event:{event.pk}",
        on=dt.date.fromisoformat(data["on"]),
        facts=[(subject, "@payout_done", []), (subject, "@payment_arrived", [[data["on"], seq]])],
        nodes=reopened(locked, "payout", subject),
        data={"payout": data["payout"]},
    )
    perform(locked, act, actor=None, at=time.now(), name=event.actor)
