"""余额调节表: the bank's balance and the books' at the end of a day, and what stands on one side only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum
from django.utils.translation import gettext as _

from funds.accounts import Account, Side
from funds.ledger import NOTHING
from funds.models import (
    BankAccount,
    Claim,
    Line,
    Payout,
    Receipt,
    StagedLine,
    Statement,
    StatementLine,
    TopUp,
    Transfer,
)
from funds.states import PayoutState, ReceiptState, TransferKind, TransferState

_LEFT = Q(
    state=TransferState.PAID, kind__in=(TransferKind.REFUND, TransferKind.DEPOSIT, TransferKind.ADVANCE)
)
"""Transfers that left the bank account: refunds, deposits given back, advances; aid was never in it."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that stands on one side only."""

    on: dt.date | None
    amount: Decimal
    what: str
    words: str


@dataclass(slots=True)
class Sheet:
    """One court's reconciliation. until: to which day every account has statements, None while one has none."""

    on: dt.date
    bank: Decimal = NOTHING
    books: Decimal = NOTHING
    until: dt.date | None = None
    bank_in: list[Item] = field(default_factory=list)
    bank_out: list[Item] = field(default_factory=list)
    books_in: list[Item] = field(default_factory=list)
    books_out: list[Item] = field(default_factory=list)

    @property
    def adjusted_bank(self) -> Decimal:
        """The bank's balance, as if it knew what only the books know."""
        return self.bank + _total(self.books_in) - _total(self.books_out)

    @property
    def adjusted_books(self) -> Decimal:
        """The books' balance, as if they knew what only the bank knows."""
        return self.books + _total(self.bank_in) - _total(self.bank_out)

    @property
    def difference(self) -> Decimal:
        """What nothing explains; zero is what there must be."""
        return self.adjusted_bank - self.adjusted_books


def reconcile(court_id: int, on: dt.date) -> Sheet:
    """The sheet of a court at the end of a court-local day. Thirteen queries, whatever the volume."""
    sheet = Sheet(on)
    opening = _openings(court_id, sheet)
    lines = StatementLine.objects.filter(court_id=court_id, booked_on__lte=on)
    came = lines.aggregate(
        income=Sum("amount", filter=Q(direction="C")), outgo=Sum("amount", filter=Q(direction="D"))
    )
    aside = _aside(court_id, on)
    sheet.bank = opening + (came["income"] or NOTHING) - (came["outgo"] or NOTHING) + _signed(aside)
    sheet.books = opening + _booked(court_id, on)
    for line in aside:
        item = Item(line.booked_on, abs(line.amount), line.payer_name or line.serial, line.note)
        (sheet.bank_in if (line.direction == "C") == (line.amount > 0) else sheet.bank_out).append(item)
    known = Payout.objects.filter(
        court_id=court_id, state=PayoutState.PAID, bank_ref=OuterRef("serial"), amount=OuterRef("amount")
    )
    moved = Transfer.objects.filter(
        _LEFT, court_id=court_id, bank_ref=OuterRef("serial"), amount=OuterRef("amount")
    )
    unknown = lines.filter(~Exists(known), ~Exists(moved), direction="D")
    for line in unknown.order_by("booked_on", "pk"):
        sheet.bank_out.append(Item(line.booked_on, line.amount, line.payer_name or line.serial, line.remark))
    _only_in_books(sheet, court_id, on)
    return sheet


def _openings(court_id: int, sheet: Sheet) -> Decimal:
    """What stood on the accounts before the first statement; sets until."""
    opening, until = NOTHING, []
    accounts = BankAccount.objects.filter(court_id=court_id).values_list("pk", flat=True)
    found: dict[int, list[tuple[Any, ...]]] = {pk: [] for pk in accounts}
    confirmed = Statement.objects.filter(court_id=court_id, state=Statement.State.CONFIRMED)
    for row in confirmed.order_by("from_on", "until_on", "pk").values_list(
        "account_id", "opening", "until_on"
    ):
        found[row[0]].append(row)
    for rows in found.values():
        if rows:
            opening += rows[0][1]
            until.append(max(row[2] for row in rows))
    sheet.until = min(until) if until and all(found.values()) else None
    return opening


def _aside(court_id: int, on: dt.date) -> list[StagedLine]:
    lines = StagedLine.objects.filter(
        statement__court_id=court_id,
        statement__state=Statement.State.CONFIRMED,
        verdict="aside",
        booked_on__lte=on,
    )
    once = lines.filter(amount__isnull=False).exclude(amount=0).order_by("statement__account", "serial", "pk")
    return list(once.distinct("statement__account", "serial"))


def _signed(lines: Iterable[StagedLine]) -> Decimal:
    return sum((line.amount if line.direction == "C" else -line.amount for line in lines), NOTHING)


def _booked(court_id: int, on: dt.date) -> Decimal:
    """The account BANK by the day of each entry: of a statement its lines, of everything else its journal."""
    # The court's own lines have an index of their own; most of their journals are no statement's.
    of_statement = Statement.objects.filter(journal=OuterRef("journal"), court_id=court_id)
    moved = Line.objects.filter(
        ~Exists(of_statement), court_id=court_id, account=Account.BANK, book=None, journal__on__lte=on
    ).aggregate(
        debit=Sum("amount", filter=Q(side=Side.DEBIT)), credit=Sum("amount", filter=Q(side=Side.CREDIT))
    )
    adopted = Claim.objects.filter(line=OuterRef("pk"), from_statement=False)
    came = StatementLine.objects.filter(
        ~Exists(adopted), court_id=court_id, direction="C", booked_on__lte=on
    ).aggregate(all=Sum("amount"))
    return (moved["debit"] or NOTHING) - (moved["credit"] or NOTHING) + (came["all"] or NOTHING)


def _only_in_books(sheet: Sheet, court_id: int, on: dt.date) -> None:
    claimed = Claim.objects.filter(receipt=OuterRef("pk"), line__booked_on__lte=on)
    standing = Receipt.objects.filter(~Exists(claimed), court_id=court_id, arrived_on__lte=on)
    receipts = standing.exclude(state=ReceiptState.VOIDED).exclude(claim__from_statement=True)
    for receipt in receipts.order_by("arrived_on", "pk"):
        words = receipt.bank_serial
        sheet.books_in.append(
            Item(receipt.arrived_on, receipt.amount, receipt.payer_name or words, receipt.remark)
        )
    line = StatementLine.objects.filter(
        court_id=court_id,
        direction="D",
        serial=OuterRef("bank_ref"),
        amount=OuterRef("amount"),
        booked_on__lte=on,
    )
    paid = Payout.objects.filter(~Exists(line), court_id=court_id, state=PayoutState.PAID, paid_on__lte=on)
    for payout in paid.select_related("payee").order_by("paid_on", "pk"):
        sheet.books_out.append(Item(payout.paid_on, payout.amount, payout.payee.name, payout.bank_ref))
    left = Transfer.objects.filter(_LEFT, ~Exists(line), court_id=court_id, ended_on__lte=on)
    for each in left.order_by("ended_on", "pk"):
        sheet.books_out.append(Item(each.ended_on, each.amount, each.get_kind_display(), each.bank_ref))
    declared = TopUp.objects.filter(court_id=court_id, line=None, on__lte=on).standing()
    for each in declared.order_by("on", "pk"):
        sheet.books_in.append(Item(each.on, each.amount, _("周转基金期初余额"), each.evidence))


def _total(items: Iterable[Item]) -> Decimal:
    return sum((item.amount for item in items), NOTHING)
