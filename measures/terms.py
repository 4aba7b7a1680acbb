"""The longest term of a measure, from the national rules that the packs hold."""

from __future__ import annotations

import datetime as dt

from measures.models import CASH, MOVABLES
from regimes.calendar import Calendar
from regimes.packs import load_library
from regimes.periods import compute

RULES = {"deposit": "BASE-D-36", "movable": "BASE-D-37", "other": "BASE-D-38"}


def term_class(kind: str) -> str:
    """deposit, movable or other: which longest term applies (民诉法解释 第485条)."""
    if kind in CASH:
        return "deposit"
    return "movable" if kind in MOVABLES else "other"


def longest_end(kind: str, started_on: dt.date, calendar: Calendar) -> dt.date:
    """The last day of the longest term for this kind of property (民诉法解释 第485条: one, two, three years)."""
    rule_id = RULES[term_class(kind)]
    _pack, rule = load_library().deadline(rule_id)
    end = compute(rule.terms, started_on, calendar).due
    if not isinstance(end, dt.date):
        raise TypeError(f"{rule_id} counts in days or longer")
    return end
