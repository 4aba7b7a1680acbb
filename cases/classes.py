"""What the criteria of 繁简分流 may look at: the facts of the whole case, those of its parties gathered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q

from cases.models import Party
from cases.snapshot import Locked
from cases.states import OPEN_STATES
from regimes import flow, triage
from regimes.rules import Classification
from regimes.triage import CASE_CLASS

DECIDED = frozenset({"property_controlled", "not_controlled_reason_recorded"})
ANALYSED = ("network_result_analysed", "network_feedback_received")


def facts_of_case(locked: Locked) -> dict[str, Any]:
    """Recorded and derived facts of a case. One query, only where a criterion asks how many applicants there are."""
    view = flow.View(locked.state())
    facts = dict(view.facts(locked.root))
    kinds = {own.get("party_kind") for own in locked.facts.values()} - {None}
    if kinds:
        facts["party_kind"] = sorted(kinds)
    facts["early_property_control_done"] = _controlled(locked, view)
    if "applicant_count_many" in locked.book.asked_by_criteria:
        many = next((q.many for q in locked.book.classifications if q.sets == CASE_CLASS), 0)
        facts["applicant_count_many"] = bool(many) and applicants_against(locked) >= many
    return facts


def questions_of(locked: Locked, facts: Mapping[str, Any]) -> tuple[Classification, ...]:
    """What is to be decided of the case; nothing where its rules have no criteria."""
    return triage.questions(locked.book, facts)


def applicants_against(locked: Locked) -> int:
    """The most applicants that any respondent of the case faces in this court's open cases, those of this case included."""
    case = locked.case
    respondents = Party.objects.filter(case=case, role=Party.Role.RESPONDENT, id_index__isnull=False)
    cases = Party.objects.filter(
        role=Party.Role.RESPONDENT,
        id_index__in=respondents.values("id_index"),
        case__court_id=case.court_id,
        case__state__in=OPEN_STATES,
    ).values("case_id")
    applying = Q(role=Party.Role.APPLICANT) & (Q(case_id=case.pk) | Q(case_id__in=cases))
    counted = Party.objects.filter(applying).aggregate(n=Count("pk"))
    return int(counted["n"])


def _controlled(locked: Locked, view: flow.View) -> bool:
    """前期财产查控已完成: the query has answered, and every property found is controlled or left with a reason."""
    if not any(view.moments(locked.root, event) for event in ANALYSED):
        return False
    items = [s.id for s in locked.subjects.values() if s.kind == "property"]
    return all(DECIDED & set(locked.moments.get(item, ())) for item in items)
