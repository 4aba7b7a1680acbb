"""计算表 as plain lines that a party can check with a pocket calculator: from, to, days, base, rate, amount, article."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from funds.reckoning.fee import FeeSheet
from funds.reckoning.interest import Days, Sheet
from funds.reckoning.replay import Cost, Debt, Run

DOUBLED = "法释〔2014〕8号第一条、第三条"
FEE = "诉讼费用交纳办法第十四条第一项"
RATE = "日0.0175%"


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line. days that bear interest, left_out those of a stay; base and amount in yuan; article: its source."""

    what: str
    first: str
    last: str
    days: int
    left_out: int
    base: str
    rate: str
    amount: str
    article: str

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return {name: getattr(self, name) for name in self.__slots__}


def interest_lines(name: str, sheet: Sheet) -> list[SheetLine]:
    """The spans of a doubled interest; their amounts add up to the sheet's total."""
    return [
        SheetLine(
            name,
            span.first.isoformat(),
            span.last.isoformat(),
            span.counted,
            span.left_out,
            f"{span.principal:.2f}",
            RATE,
            f"{span.interest:.2f}",
            DOUBLED,
        )
        for span in sheet.spans
    ]


def fee_lines(sheet: FeeSheet) -> list[SheetLine]:
    """The enforcement fee, band by band; the base first."""
    lines = [SheetLine("执行费：一万元以下", "", "", 0, 0, "", "每件", f"{sheet.base:.2f}", FEE)]
    for band in sheet.bands:
        words = f"执行费：超过{band.above:,.0f}元的部分"
        rate = f"{(band.rate * 100).normalize():f}%"
        lines.append(SheetLine(words, "", "", 0, 0, f"{band.part:.2f}", rate, f"{band.fee:.2f}", FEE))
    return lines


def debts_of(given: Mapping[str, Any]) -> tuple[list[Debt], list[Cost]]:
    """Debts, the one due first in front (民法典第五百六十条), and costs from their JSON. Raises ValueError, KeyError, TypeError for what does not fit."""
    debts = [
        Debt(
            id=str(each["id"]),
            creditor=str(each["creditor"]),
            principal=Decimal(each["principal"]),
            due_on=dt.date.fromisoformat(each["due_on"]),
            interest=Decimal(each.get("interest", "0.00")),
            stays=tuple(Days(*map(dt.date.fromisoformat, stay)) for stay in each.get("stays", ())),
            first_day=given["first_day"],
            preferred=bool(each.get("preferred")),
            order=int(each.get("order", 0)),
        )
        for each in given["debts"]
    ]
    debts.sort(key=lambda debt: debt.due_on)
    costs = [Cost(str(each["id"]), str(each["creditor"]), Decimal(each["amount"])) for each in given["costs"]]
    return debts, costs


def sheet_of(run: Run, receipt: str) -> list[SheetLine]:
    """The interest by which one receipt was paid. Raises KeyError for a receipt that the run lacks."""
    for step in run.steps:
        if step.money.id == receipt:
            return [line for name, sheet in step.sheets.items() for line in interest_lines(name, sheet)]
    raise KeyError(receipt)


def shares_of(run: Run, receipt: str) -> tuple[dict[str, Decimal], Decimal]:
    """What one receipt pays on each claim, zeros too, and what is left over. Raises KeyError."""
    for step in run.steps:
        if step.money.id == receipt:
            return {s.claim.id: s.amount for s in step.allocation.shares}, step.allocation.surplus
    raise KeyError(receipt)


def claim_owner(claim_id: str, debts: Sequence[Debt], costs: Sequence[Cost]) -> str:
    """The creditor of "principal:a", "cost:fee" ... Raises KeyError."""
    kind, _, name = claim_id.partition(":")
    for each in costs if kind == "cost" else debts:
        if each.id == name:
            return each.creditor
    raise KeyError(claim_id)
