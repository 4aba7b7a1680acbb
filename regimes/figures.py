"""The figures of one case: measures summed from its recorded facts, and the lines of indicators computed from them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from regimes.formulas import total
from regimes.rules import Calculation

if TYPE_CHECKING:
    from regimes.state import State

DEPOSITS = ("bank_account",)
ONLINE_FUNDS = ("wechat", "alipay", "online_fund_other")
PLACES = Decimal("0.0001")
"""A ratio keeps four places: hundredths of a percent."""


def measures_of(state: State) -> dict[str, Decimal]:
    """The measures of one case that its recorded facts give, in yuan: names of the vocabulary's `measures`."""
    result = {"sum_found_deposits": Decimal(0), "sum_found_online_funds": Decimal(0)}
    for subject in state.subjects.values():
        facts = state.facts.get(subject.id, {})
        if subject.kind == "case" and facts.get("claim_amount") is not None:
            result["claim_amount"] = Decimal(str(facts["claim_amount"]))
        if subject.kind != "property" or facts.get("property_value") is None:
            continue
        value = Decimal(str(facts["property_value"]))
        if facts.get("property_kind") in DEPOSITS:
            result["sum_found_deposits"] += value
        elif facts.get("property_kind") in ONLINE_FUNDS:
            result["sum_found_online_funds"] += value
    return result


def figure(calculation: Calculation, measures: Mapping[str, Decimal]) -> Decimal | None:
    """Numerator ÷ denominator of one line of an indicator, 1 = a hundred percent; None where it cannot be computed.

    It cannot be where a measure is not known or the denominator is zero (HD-07: claim = 0).
    """
    above = total(calculation.numerator, measures)
    if above is None:
        return None
    if not calculation.denominator:
        return above
    below = total(calculation.denominator, measures)
    return (above / below).quantize(PLACES) if below else None
