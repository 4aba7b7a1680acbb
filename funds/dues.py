"""What each creditor of a book may still be paid: allotted by the decisions that stand, less what was spent on him.

The view funds_creditor (migration 0071) counts it; the same view refuses a payout beyond it in the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from funds.ledger import NOTHING
from funds.models import Allocation, Book, Receipt
from funds.states import ReceiptState
from kernel.money import from_fen

COSTS = "costs"
"""The group of costs; a debt's group is its id."""


@dataclass(frozen=True, slots=True)
class Due:
    """One creditor of a book, yuan. spent: payouts that run or are paid, escrow in his name, the court's fee paid over."""

    creditor: str
    to_court: bool
    allotted: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        """What may still be paid to him."""
        return max(self.allotted - self.spent, NOTHING)


def dues_of(book_id: int) -> list[Due]:
    """Every creditor of a book, the court first, then by name. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT creditor, to_court, allotted, spent FROM funds_creditor WHERE book_id = %s"
            " ORDER BY to_court DESC, creditor",
            [book_id],
        )
        return [
            Due(who, court, from_fen(int(given)), from_fen(int(spent))) for who, court, given, spent in cursor
        ]


def spent_behind(book_id: int, decided: Collection[int]) -> dict[str, Decimal]:
    """creditor -> yuan spent on him once these receipts are decided, as funds_creditor will count it; whether a decision
    has named him yet or not. What was paid of a receipt before anyone decided about it counts by the payee's name.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SPENT, {"book": book_id, "decided": list(decided)})
        return {who: from_fen(int(fen)) for who, fen in cursor}


_SPENT = """
SELECT creditor, sum(amount) FROM (
    SELECT coalesce(allotment.creditor, payee.name) AS creditor, payout.amount
      FROM funds_payout payout
      JOIN funds_payee payee ON payee.id = payout.payee_id
      LEFT JOIN funds_allotment allotment ON allotment.id = payout.allotment_id
     WHERE payout.book_id = %(book)s AND payout.state NOT IN ('cancelled', 'returned')
       AND (allotment.id IS NOT NULL OR payout.receipt_id = ANY(%(decided)s)
            OR EXISTS (SELECT FROM funds_standing_allotment standing WHERE standing.receipt_id = payout.receipt_id))
    UNION ALL
    SELECT payee.name, transfer.amount
      FROM funds_transfer transfer
      JOIN funds_payee payee ON payee.id = transfer.payee_id
     WHERE transfer.book_id = %(book)s AND transfer.kind = 'escrow'
       AND transfer.state IN ('requested', 'approved', 'held')) spent
 GROUP BY creditor ORDER BY creditor
"""


def decision_of(receipt: Receipt) -> Allocation | None:
    """The decision in force about a receipt: the latest one since it was identified."""
    return decisions_of(receipt.book).get(receipt.pk) if receipt.book is not None else None


def decisions_of(book: Book) -> dict[int, Allocation]:
    """receipt id -> its decision in force, of all receipts of a book. Two queries."""
    known = dict(
        Receipt.objects.filter(book=book, state=ReceiptState.IDENTIFIED).values_list("pk", "identified_at")
    )
    rows = Allocation.objects.filter(book=book, receipt_id__in=known).order_by("version")
    return {row.receipt_id: row for row in rows if row.made_at >= known[row.receipt_id]}


def groups_of(
    claims: Mapping[str, Any], shares: Mapping[str, Decimal]
) -> list[tuple[str, str, str, bool, Decimal]]:
    """(creditor, group, title, to the court, yuan) of each allotment that shares make: a creditor's debt by judgment, costs apart."""
    found: dict[tuple[str, str, bool], Decimal] = {}
    titles = {str(each["id"]): str(each.get("title", "")) for each in claims["debts"]}
    owners = {
        f"cost:{each['id']}": (str(each["creditor"]), bool(each.get("court"))) for each in claims["costs"]
    }
    creditors = {str(each["id"]): str(each["creditor"]) for each in claims["debts"]}
    for claim, amount in shares.items():
        kind, _, name = claim.partition(":")
        who, court = owners[claim] if kind == "cost" else (creditors[name], False)
        place = (who, COSTS if kind == "cost" else name, court)
        found[place] = found.get(place, NOTHING) + amount
    return [
        (who, group, titles.get(group, ""), court, amount)
        for (who, group, court), amount in found.items()
        if amount
    ]
