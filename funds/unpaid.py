"""What the standing decisions leave unpaid: for whom, from which receipt, to which account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from funds.checks import free_of
from funds.dues import dues_of
from funds.ledger import NOTHING
from funds.models import Allotment, Book, PayeeAccount, Payout, Receipt


@dataclass(frozen=True, slots=True)
class Part:
    """A payout to be: yuan of a receipt for a part of a decision."""

    receipt_id: int
    allotment: Allotment
    amount: Decimal


def unpaid_parts(book: Book) -> list[Part]:
    """What is left of each standing allotment: from its own receipt first, then from what other allocated ones have free."""
    rows = Allotment.objects.filter(book=book).standing().select_related("allocation")
    standing = sorted(rows, key=lambda row: (row.allocation.valued_on, row.pk))
    left = {(due.creditor, due.to_court): due.left for due in dues_of(book.pk)}
    free = {
        receipt.pk: free_of(receipt) for receipt in Receipt.objects.filter(allotments__in=rows).distinct()
    }
    wanted = _wanted(book, standing)
    found: list[Part] = []
    for is_own in (True, False):
        for row in standing:
            for source in [row.receipt_id] if is_own else sorted(free):
                who = row.creditor, row.to_court
                amount = min(left[who], wanted[row.pk], free[source])
                if amount > 0:
                    found.append(Part(source, row, amount))
                    left[who] -= amount
                    wanted[row.pk] -= amount
                    free[source] -= amount
    return found


def _wanted(book: Book, standing: list[Allotment]) -> dict[int, Decimal]:
    """allotment id -> yuan that no payout of its receipt, creditor and judgment has taken, earlier decisions included."""
    taken: dict[tuple[int, str, str], Decimal] = {}
    live = Payout.objects.filter(book=book, allotment__isnull=False).exclude(
        state__in=("cancelled", "returned")
    )
    for receipt, who, group, amount in live.values_list(
        "allotment__receipt_id", "allotment__creditor", "allotment__group", "amount"
    ):
        taken[receipt, who, group] = taken.get((receipt, who, group), NOTHING) + amount
    return {
        row.pk: row.amount - taken.get((row.receipt_id, row.creditor, row.group), NOTHING) for row in standing
    }


def accounts_by_name(book: Book) -> Mapping[str, PayeeAccount]:
    """Creditor's name -> the account in force; the earliest registered of one name."""
    rows = PayeeAccount.objects.filter(payee__book=book, version=F("payee__version")).select_related("payee")
    return {row.payee.name: row for row in rows.order_by("-payee_id")}
