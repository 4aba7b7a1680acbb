"""Post and reverse journals: the only writer of money. Everything here joins the caller's transaction.

The database refuses what does not balance, what would leave a case account below zero, and a second journal
of one key. The caller holds the lock of the book (or of the unidentified receipt) and has appended the
event that causes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from django.db import IntegrityError, connection
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from events.models import Event
from funds.accounts import Account, JournalKind, Side
from funds.models import Book, Journal, Line
from kernel.errors import Conflict, WrongState
from kernel.money import to_fen

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Leg:
    """One line to be: a positive amount (yuan) on a side of an account, of a book or of the court."""

    account: str
    side: str
    amount: Decimal
    book_id: int | None = None


def debit(account: Account, amount: Decimal, book: Book | int | None = None) -> Leg:
    """A line on the debit side."""
    return Leg(account, Side.DEBIT, amount, book.pk if isinstance(book, Book) else book)


def credit(account: Account, amount: Decimal, book: Book | int | None = None) -> Leg:
    """A line on the credit side."""
    return Leg(account, Side.CREDIT, amount, book.pk if isinstance(book, Book) else book)


def post(
    *,
    event: Event,
    court_id: int,
    kind: JournalKind,
    key: str,
    on: dt.date,
    legs: Sequence[Leg],
    receipt_id: int | None = None,
    payout_id: int | None = None,
    reverses: Journal | None = None,
) -> Journal:
    """Write one journal with its lines: one statement. on: court-local day of the movement.

    Raises ValueError for legs that do not balance, WrongState when a case account would fall below zero,
    Conflict when the key was used or the journal to reverse is reversed already.
    """
    debits = sum((leg.amount for leg in legs if leg.side == Side.DEBIT), NOTHING)
    credits = sum((leg.amount for leg in legs if leg.side == Side.CREDIT), NOTHING)
    if debits != credits:
        raise ValueError(f"debits {debits}, credits {credits}")
    journal = Journal(
        court_id=court_id,
        event=event,
        kind=kind,
        key=key,
        on=on,
        amount=debits,
        receipt_id=receipt_id,
        payout_id=payout_id,
        reverses=reverses,
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(_POST, [*_header(journal), court_id, *_columns(legs)])
            journal.pk = cursor.fetchone()[0]
    except IntegrityError as error:
        _refuse(error)
    journal._state.adding = False
    return journal


_POST = """
WITH journal AS (
    INSERT INTO funds_journal (court_id, event_id, kind, key, "on", amount, receipt_id, payout_id, reverses_id)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
), lines AS (
    INSERT INTO funds_line (journal_id, book_id, account, side, amount, court_id)
    SELECT journal.id, leg.book_id, leg.account, leg.side, leg.amount, %s
      FROM journal, unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[])
           WITH ORDINALITY leg (book_id, account, side, amount, place)
     ORDER BY leg.place
)
SELECT id FROM journal
"""


def _header(journal: Journal) -> list[Any]:
    return [
        journal.court_id,
        journal.event_id,
        str(journal.kind),
        journal.key,
        journal.on,
        to_fen(journal.amount),
        journal.receipt_id,
        journal.payout_id,
        journal.reverses_id,
    ]


def _columns(legs: Sequence[Leg]) -> list[list[Any]]:
    return [
        [leg.book_id for leg in legs],
        [str(leg.account) for leg in legs],
        [str(leg.side) for leg in legs],
        [to_fen(leg.amount) for leg in legs],
    ]


def reverse(*, journal: Journal, event: Event, key: str, on: dt.date) -> Journal:
    """冲销: post the mirror of a journal, the only way to correct one. Raises Conflict when it was reversed
    before.
    """
    legs = [
        Leg(line.account, Side.CREDIT if line.side == Side.DEBIT else Side.DEBIT, line.amount, line.book_id)
        for line in journal.lines.order_by("id")
    ]
    return post(
        event=event,
        court_id=journal.court_id,
        kind=JournalKind.REVERSAL,
        key=key,
        on=on,
        legs=legs,
        receipt_id=journal.receipt_id,
        payout_id=journal.payout_id,
        reverses=journal,
    )


def custody_of(receipt_id: int) -> Decimal:
    """What of a receipt is still in custody (待发), from the lines."""
    sums = Line.objects.filter(journal__receipt_id=receipt_id, account=Account.CUSTODY).aggregate(
        credit=Sum("amount", filter=Q(side=Side.CREDIT)), debit=Sum("amount", filter=Q(side=Side.DEBIT))
    )
    return (sums["credit"] or NOTHING) - (sums["debit"] or NOTHING)


def _refuse(error: IntegrityError) -> NoReturn:
    """The database's refusal in words a person can act on; an unexpected one goes on as it is."""
    name = error.__cause__.diag.constraint_name if error.__cause__ else ""  # type: ignore[attr-defined]
    if name == "balance_never_negative":
        raise WrongState(
            _("账户余额不足，不能办理。"), code="FUNDS-BALANCE", fix=_("刷新页面，核对待发金额。")
        ) from error
    if name == "journal_once" or "reverses" in (name or ""):
        raise Conflict(_("这笔款项已经记过账，请刷新页面。"), code="FUNDS-POSTED") from error
    raise error
