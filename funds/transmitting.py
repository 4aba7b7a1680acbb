"""The line to the bank: claim, leave the transaction, ask or pay, record.

Never twice: what may already be with the bank is asked about by our reference before it is sent again, and the bank
itself pays a reference once. Never lost: every instruction whose payout is not at its end has an instant at which a
worker looks again. A paid order is asked about for some days more, because banks give money back late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from funds.actions.bookings import BANK, book_paid, book_returned
from funds.bank import Answer, Bank, Order, Result
from funds.bank.http import HttpBank
from funds.books import lock_book
from funds.instructing import order_of
from funds.models import Instruction, Payout
from funds.states import PayoutState
from kernel import time
from kernel.errors import DomainError

State = Instruction.State
LEASE = dt.timedelta(minutes=2)
"""Longer than any call: an instruction whose lease is over may be with the bank, so the bank is asked."""
SOON, LATER, MUCH_LATER = dt.timedelta(seconds=10), dt.timedelta(minutes=1), dt.timedelta(hours=1)
WATCHED = dt.timedelta(days=10)
"""How long a paid order is asked about."""


@dataclass(frozen=True, slots=True)
class Held:
    """One instruction under this worker's lease. was: where it stood; tries: which attempt this is."""

    pk: int
    was: str
    tries: int
    order: Order


def chosen_bank() -> Bank | None:
    """The line that the settings name; None where the court has none."""
    return HttpBank(settings.BANK_URL, settings.BANK_TOKEN) if settings.BANK_URL else None


def transmit(
    *, bank: Bank | None = None, limit: int = 200, clock: Callable[[], dt.datetime] = time.now
) -> int:
    """Do what is due, one instruction after another; how many were looked at. Safe in any number of workers at once."""
    bank = bank or chosen_bank()
    done = 0
    while bank is not None and done < limit and (held := _claim(clock())) is not None:
        answer = bank.pay(held.order) if held.was == State.WAITING else bank.ask(held.order.reference)
        try:
            record(held, answer, at=clock())
        except DomainError as refused:
            # What the bank says does not fit the books: nothing is booked, a person sees it, the others go on.
            words = (refused.code or str(refused))[:60]
            Instruction.objects.filter(pk=held.pk).update(code=words, due_at=clock() + MUCH_LATER)
        done += 1
    return done


def record(held: Held, answer: Answer, *, at: dt.datetime) -> None:
    """Write down what the bank said, with what it does to the payout, in one transaction. Safe to run twice."""
    with transaction.atomic(durable=True):
        book_id = Instruction.objects.values_list("payout__book_id", flat=True).get(pk=held.pk)
        lock_book(book_id)
        row = Instruction.objects.locked().get(pk=held.pk)
        if row.tries != held.tries:
            return  # Another worker has sent it since: its answer counts.
        row.code = answer.code
        payout = Payout.objects.select_related("receipt", "payee", "account").get(pk=row.payout_id)
        _settle(row, payout, answer, at)
        row.save(update_fields=["state", "code", "due_at"])


def _claim(at: dt.datetime) -> Held | None:
    """The most overdue instruction, under a lease. What is not waiting may be with the bank: it is asked about."""
    with transaction.atomic(durable=True):
        rows = Instruction.objects.owed(at).select_for_update(skip_locked=True, of=("self",), no_key=True)
        row = rows.select_related("payout__payee", "payout__account", "account").first()
        if row is None:
            return None
        was = row.state
        if was == State.WAITING:
            row.state, row.tries = State.SENDING, row.tries + 1
        row.due_at = at + LEASE
        row.save(update_fields=["state", "tries", "due_at"])
        return Held(row.pk, was, row.tries, order_of(row))


def _settle(row: Instruction, payout: Payout, answer: Answer, at: dt.datetime) -> None:
    row.due_at = at + LATER
    if answer.result is Result.UNKNOWN:
        row.state = State.UNKNOWN if row.state != State.HANDED else row.state
    elif answer.result in (Result.UNREACHABLE, Result.ABSENT):
        _not_there(row, answer, at)
    elif answer.result is Result.ACCEPTED:
        row.state, row.due_at = State.HANDED, at + SOON
    elif answer.result is Result.PAID:
        row.state, row.due_at = State.HANDED, _watch(row, at)
        if payout.state == PayoutState.SENT:
            key = f"bank:{row.reference}:paid"
            book_paid(
                payout, bank_ref=answer.bank_ref, on=_day(answer, payout, at), actor=BANK, at=at, key=key
            )
    else:
        row.state, row.due_at = State.HANDED, None
        if payout.state in (PayoutState.SENT, PayoutState.PAID):
            given = {"reason": _reason(answer), "on": _day(answer, payout, at)}
            book_returned(payout, actor=BANK, at=at, key=f"bank:{row.reference}:returned", **given)


def _not_there(row: Instruction, answer: Answer, at: dt.datetime) -> None:
    """The bank has nothing of ours, or could not be reached. Only who was certainly not reached is sent to again."""
    if answer.result is Result.ABSENT and row.state in (State.SENDING, State.UNKNOWN):
        row.state, row.due_at = State.WAITING, at
    elif answer.result is Result.UNREACHABLE and row.state == State.SENDING:
        row.state = State.WAITING


def _watch(row: Instruction, at: dt.datetime) -> dt.datetime | None:
    """When a paid order is asked about again: a return may come late, each time less likely; none when it is too old.

    In an hour at first, later when it is half as old again: about fifteen questions an order instead of 240.
    """
    return at + max(MUCH_LATER, (at - row.made_at) / 2) if at < row.made_at + WATCHED else None


def _day(answer: Answer, payout: Payout, at: dt.datetime) -> dt.date:
    """The bank's day; not after today and not before it was sent or paid, whatever the bank's clock says."""
    earliest = payout.paid_on or time.today(payout.sent_at)
    return max(min(answer.on or time.today(at), time.today(at)), earliest)


def _reason(answer: Answer) -> str:
    words = answer.code or _("没有说明")
    return (_("银行退回：%s") % words)[:200]
