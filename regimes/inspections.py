"""季度检查: the subjects that a superior court inspects, as a pack declares them: population, strata, points, score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from regimes.figures import figure
from regimes.rules import Calculation, Rule

FULL = 100
"""Marks that a case of a sample begins with."""
CASES = ("open", "closed", "any")
"""Which cases: open at the end of the quarter, closed in it, or all filed up to its end."""
STRATA = ("none", "team", "owner", "track", "year", "closing_type")
SCORED = {
    "checked": "已检查案件数",
    "deducted": "扣分之和，每件最多扣一百分",
    "faults": "问题数",
    "faulty": "有问题的案件数",
    "met": "符合的检查点数",
}
"""The names a score may be computed from, of one section."""


@dataclass(frozen=True, slots=True)
class Population:
    """One group of cases; a case belongs that meets everything said. Empty = not asked.

    filed_months: filed at least so many months before the last day of the quarter. events: one of them happened in
    the quarter. holds: one of these kinds stood in it. facts: recorded values of the case. claim_at_least: yuan.
    """

    cases: str = "any"
    filed_months: int = 0
    closing_types: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    claim_at_least: int = 0


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a checklist. standard: the text that is quoted; cites: the rule it comes from; deduct: marks of a fault."""

    id: str
    title: str
    article: str
    standard: str
    cites: str = ""
    deduct: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRule(Rule):
    """One subject. populations: a case belongs that is in one of them. sample, weight, workdays: what a plan begins with."""

    subject: str
    populations: tuple[Population, ...] = ()
    strata: str = "none"
    sample: int = 5
    weight: int = 1
    answer_workdays: int = 5
    rectify_workdays: int = 15
    score: Calculation
    points: tuple[Point, ...] = ()


def score_of(calculation: Calculation, measured: Mapping[str, int]) -> Decimal | None:
    """The score of one section with two places; None where nothing was checked."""
    found = figure(calculation, {name: Decimal(value) for name, value in measured.items()})
    return None if found is None else found.quantize(Decimal("0.01"))


def total_of(scores: Mapping[str, Decimal | None], weights: Mapping[str, int]) -> Decimal | None:
    """The score of a court: the mean of its sections by weight; a section without a case does not count."""
    counted = {name: score for name, score in scores.items() if score is not None and weights.get(name, 0)}
    whole = sum(weights[name] for name in counted)
    if not whole:
        return None
    return (sum((weights[n] * score for n, score in counted.items()), Decimal(0)) / whole).quantize(
        Decimal("0.01")
    )
