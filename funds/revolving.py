"""周转基金 of a court (洛中法〔2021〕26号 三(三)7): what it has, from its lines. The lock on it is the court's row."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Q, Sum

from courts.models import Court
from funds.accounts import Account, Side
from funds.ledger import NOTHING
from funds.models import Line, StatementLine

WORDS = "周转基金"
"""What the treasury writes in the remark of money that is meant for the fund."""


def lock_fund(court_id: int) -> None:
    """One at a time on the court's fund: its balance is summed, not stored."""
    Court.objects.select_for_update(of=("self",), no_key=True).get(pk=court_id)


def fund_of(court_id: int) -> Decimal:
    """What the revolving fund of a court has, yuan, from the lines."""
    sums = Line.objects.filter(court_id=court_id, book=None, account=Account.REVOLVING).aggregate(
        credit=Sum("amount", filter=Q(side=Side.CREDIT)), debit=Sum("amount", filter=Q(side=Side.DEBIT))
    )
    return (sums["credit"] or NOTHING) - (sums["debit"] or NOTHING)


def is_for_fund(line: StatementLine) -> bool:
    """Whether an entry of the bank says itself that it is for the fund: proposed to a person, who decides."""
    return WORDS in line.remark or WORDS in line.payer_name
