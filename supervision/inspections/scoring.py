"""Scores: measures of a section from its findings, put into the formula that the pack declares; ranks of courts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from regimes.inspections import FULL, score_of, total_of
from regimes.rules import Calculation
from supervision.inspections.models import InspectionFinding, InspectionSection
from supervision.inspections.states import FindingState, Result


@dataclass(frozen=True, slots=True)
class Rank:
    """A court of an inspection. scores: subject -> score or None; place: courts with one total share it."""

    court_id: int
    name: str
    scores: Mapping[str, Decimal | None]
    total: Decimal | None
    faults: int
    place: int | None


def measured(rows: Iterable[tuple[int, str, int, str]]) -> dict[str, int]:
    """The measures of one section from (draw, result, deducted, state) of its findings; a withdrawn fault counts as met."""
    deducted: dict[int, int] = {}
    faults = met = 0
    faulty = set()
    for draw, result, marks, state in rows:
        deducted.setdefault(draw, 0)
        if result == Result.FAULT and state != FindingState.WITHDRAWN:
            deducted[draw] += marks
            faults += 1
            faulty.add(draw)
        elif result != Result.NONE:
            met += 1
    return {
        "checked": len(deducted),
        "deducted": sum(min(marks, FULL) for marks in deducted.values()),
        "faults": faults,
        "faulty": len(faulty),
        "met": met,
    }


def findings_by_section(sections: Sequence[InspectionSection]) -> dict[int, list[tuple[int, str, int, str]]]:
    """Section -> (draw, result, deducted, state) of the cases that stand in its sample. One query."""
    rows = InspectionFinding.objects.filter(
        draw__section__in=[s.pk for s in sections], draw__swapped_at__isnull=True
    ).values_list("draw__section_id", "draw_id", "result", "deducted", "state")
    found: dict[int, list[tuple[int, str, int, str]]] = {}
    for section, *row in rows:
        found.setdefault(section, []).append(tuple(row))
    return found


def score_of_section(section: InspectionSection) -> Decimal | None:
    """The score by the formula of its rule; None where nothing was checked. One query."""
    return _score(section, findings_by_section([section]).get(section.pk, []))


def ranks(sections: Sequence[InspectionSection]) -> list[Rank]:
    """The courts, best first; as the findings stand now, or as they stood at the final result. One query."""
    rows = findings_by_section(sections)
    courts: dict[int, list[InspectionSection]] = {}
    for section in sections:
        courts.setdefault(section.court_id, []).append(section)
    found = []
    for court_id, own in courts.items():
        scores = {s.subject: s.score if s.score is not None else _score(s, rows.get(s.pk, [])) for s in own}
        total = total_of(scores, {s.subject: int(s.rule["weight"]) for s in own})
        faults = sum(measured(rows.get(s.pk, []))["faults"] for s in own)
        found.append((court_id, own[0].court.short_name, scores, total, faults))
    found.sort(key=lambda row: (row[3] is None, -(row[3] or Decimal(0)), row[0]))
    totals = [row[3] for row in found]
    return [Rank(*row, totals.index(row[3]) + 1 if row[3] is not None else None) for row in found]


def _score(section: InspectionSection, rows: Sequence[tuple[int, str, int, str]]) -> Decimal | None:
    formula = section.rule["score"]
    calculation = Calculation(formula["numerator"], formula["denominator"], "score")
    return score_of(calculation, measured(rows))
