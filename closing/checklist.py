"""终本核查: every item of every pack that reaches the case, answered from recorded facts, each gap by name and article."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cases.models import Party
from cases.snapshot import Locked
from closing.models import TerminationReview
from measures.models import Property
from regimes import flow
from regimes.amounts import Amount
from regimes.counting import forward_date
from regimes.packs import Pack
from regimes.rules import ChecklistItem
from regimes.state import day_of

OPEN_PROPERTY = ("disposable", "in_disposal")
SHARED_PACKS = ("BASE", "CASES-2018")
PER_RESPONDENT = frozenset(
    {
        "party_kind",
        "registration_place_real_estate_enquiry_done",
        "community_enquiry_done",
        "enforcement_notice_issued",
        "property_report_order_issued",
        "consumption_limit_issued",
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One item about one party (or the case): passed, or why not. hard: an open one refuses the closing."""

    rule_id: str
    title: str
    source: str
    group: str
    own: bool
    hard: bool
    applies: bool
    passed: bool
    about: str
    missing: tuple[str, ...]


def answers(locked: Locked, *, on: dt.date, closing: bool = False) -> list[Answer]:
    """The termination checklist of a case on a day. Items about natural persons are asked of each respondent.

    closing: also ask what only the closing itself can answer (the leader's review, the months since filing).
    """
    derived = derive(locked, on=on)
    parties = list(Party.objects.filter(case=locked.case, role=Party.Role.RESPONDENT).order_by("id"))
    view = flow.View(locked.state(), derived)
    items = [
        (pack, item) for pack, item in locked.book.checklist("termination") if _wanted(item, closing=closing)
    ]
    plain = [(pack, item) for pack, item in items if "other_checklist_gaps" not in item.require.names()]
    found = [answer for pack, item in plain for answer in _ask(pack, item, view, parties, locked.root)]
    own_gaps = sum(1 for gap in gaps(found) if gap.own)
    summed = flow.View(locked.state(), {**derived, "other_checklist_gaps": own_gaps})
    rest = [pair for pair in items if pair not in plain]
    return [*(a for pack, item in rest for a in _ask(pack, item, summed, parties, locked.root)), *found]


def gaps(found: Iterable[Answer]) -> list[Answer]:
    """Hard items that apply and are not passed."""
    return [answer for answer in found if answer.hard and answer.applies and not answer.passed]


def counts(found: Iterable[Answer]) -> dict[str, Any]:
    """The facts that guards ask of the checklist."""
    open_gaps = gaps(found)
    return {
        "hard_checklist_gaps": sum(1 for gap in open_gaps if gap.own),
        "spc_checklist_gaps": sum(1 for gap in open_gaps if gap.group == "spc"),
        "property_checklist_gaps": sum(1 for gap in open_gaps if gap.group == "property"),
        "procedural_checklist_gaps": sum(1 for gap in open_gaps if gap.group == "procedure"),
    }


def derive(locked: Locked, *, on: dt.date) -> dict[str, Any]:
    """Facts computed from what is recorded: property left open, clues, the interview, the months since filing.

    The last four stand for "nobody has recorded it": a recorded fact of that name goes before them.
    """
    view = flow.View(locked.state())
    root = locked.root
    interviews = view.moments(root, "termination_interview_done")
    filed = locked.case.filed_on
    three_months = forward_date(filed, (Amount(3, "month"),), locked.calendar, ()) or filed
    review = TerminationReview.objects.filter(case=locked.case).order_by("-id").first()
    clues = [s for s in locked.subjects.values() if s.kind == "clue"]
    return {
        "open_disposable_property_count": Property.objects.filter(
            case=locked.case, state__in=OPEN_PROPERTY
        ).count(),
        "unverified_clue_count": sum(1 for clue in clues if not view.moments(clue.id, "clue_verified")),
        "termination_interview_done_before_ruling": any(day_of(m) <= on for m in interviews),
        "days_past_three_months": (on - three_months).days,
        "leader_review_result": review.result if review else "pending",
        "refusal_or_obstruction_found": bool(view.moments(root, "refusal_found")),
        "audit_or_reward_requested": bool(view.moments(root, "audit_request_received")),
        "dishonest_listing_grounds_met": False,
        "respondent_missing_or_obstructing": False,
        "network_query_incomplete": False,
        "property_hidden_or_books_withheld": False,
    }


def _wanted(item: ChecklistItem, *, closing: bool) -> bool:
    only_closing = {"leader_review_result", "days_past_three_months"}
    return item.stage == "before_closing" and (closing or only_closing.isdisjoint(item.require.names()))


def _ask(
    pack: Pack, item: ChecklistItem, view: flow.View, parties: Iterable[Party], root: int
) -> Iterator[Answer]:
    subjects = [("", root)]
    if (item.when.names() | item.require.names()) & PER_RESPONDENT:
        subjects = [(party.name, party.subject_id) for party in parties]
    for label, subject in subjects:
        facts = view.facts(subject)
        yield Answer(
            rule_id=item.id,
            title=item.title or item.statement,
            source=item.source,
            group=item.group,
            own=pack.code not in SHARED_PACKS,
            hard=item.hard,
            applies=item.when.evaluate(facts) is True,
            passed=item.require.evaluate(facts) is True,
            about=label,
            missing=item.require.missing(facts),
        )
