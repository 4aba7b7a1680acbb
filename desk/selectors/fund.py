"""周转基金 of a court: what it has, what is out, and every movement."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from courts.models import Court
from funds.accounts import Account
from funds.actions.transfers import fund_of
from funds.ledger import NOTHING
from funds.models import Line, Transfer
from kernel.keyset import SIZE, Segment, page


@dataclass(frozen=True, slots=True)
class Fund:
    """there: yuan in the fund; out: advanced and not recovered; count: of such advances; lines: a page, newest first."""

    there: Decimal
    out: Decimal
    count: int
    lines: list[Line]
    next: str = ""
    prev: str = ""


def fund(court: Court, *, after: str = "", before: str = "", size: int = SIZE) -> Fund:
    """The fund of one court. Four queries."""
    rows = Line.objects.filter(court=court, book=None, account=Account.REVOLVING)
    rows = rows.select_related("journal__event", "journal__receipt")
    found = page([Segment("line", rows, ("-id",))], after=after, before=before, size=size)
    out = Transfer.objects.filter(court=court).advances_out()
    left = out.aggregate(left=Sum(F("amount") - F("recovered")))["left"]
    kept = [row for _name, row in found.rows]
    return Fund(fund_of(court.pk), left or NOTHING, out.count(), kept, found.next, found.prev)
