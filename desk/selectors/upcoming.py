"""What comes next: nodes that the open ones will open, with an estimated day where a rule gives one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from cases.models import Node
from cases.states import NodeState
from desk.selectors import clocks
from desk.selectors.case_file import CaseFile
from regimes.book import implied_events
from regimes.nodes import NodeDef
from regimes.periods import due_of
from regimes.rules import DeadlineRule

SHOWN = 6
# What the own forms make happen, which the catalogue does not list for them.
OWN_EVENTS = {
    "network_feedback": ("network_feedback_received", "property_found"),
    "online_freeze": ("property_frozen", "property_controlled"),
    "offline_control": ("property_sealed", "property_controlled"),
    "auction_result": ("auction_closes", "auction_failed"),
}


@dataclass(frozen=True, slots=True)
class Coming:
    """A node to come. after: what opens it. due_on: estimated from the last day of what opens it, or None."""

    kind: str
    title: str
    after: str
    due_on: dt.date | None


def coming(file: CaseFile) -> list[Coming]:
    """The next nodes in the order of the catalogue, at most six. Nothing is stored of them: they are a forecast."""
    if not file.case.is_open:
        return []
    makers = _makers(file)
    standing = {node.kind for node in file.nodes if node.state != NodeState.DROPPED}
    found = (item for item in file.state.book.nodes if _may_come(file, item, standing))
    lines = (_line(file, item, makers) for item in found)
    return [line for line in lines if line is not None][:SHOWN]


def _may_come(file: CaseFile, item: NodeDef, standing: set[str]) -> bool:
    if item.exception or not item.opens or item.kind in standing or item.after_closing:
        return False
    return item.when.evaluate(file.view.facts(file.state.root)) is not False


def _makers(file: CaseFile) -> dict[str, list[Node]]:
    """Event -> the open nodes whose completion makes it happen."""
    made: dict[str, list[Node]] = {}
    for node in file.nodes:
        if node.state == NodeState.OPEN:
            for event in events_of(file.definition(node)):
                made.setdefault(event, []).append(node)
    return made


def events_of(item: NodeDef) -> Iterator[str]:
    """The events that completing a node makes happen, those they imply included."""
    direct = [emission.event for emission in item.emits]
    direct += item.closes.events if item.closes else ()
    direct += OWN_EVENTS.get(item.kind, ())
    seen: set[str] = set()
    for event in direct:
        for name in (event, *implied_events().get(event, ())):
            if name not in seen:
                seen.add(name)
                yield name


def _line(file: CaseFile, item: NodeDef, makers: dict[str, list[Node]]) -> Coming | None:
    openers = [node for event in item.opens for node in makers.get(event, ())]
    if not openers:
        return None
    first = openers[0]
    return Coming(
        kind=item.kind,
        title=item.zh,
        after=_("“%(node)s”办结后开始") % {"node": file.definition(first).zh},
        due_on=_estimate(file, item, openers),
    )


def _estimate(file: CaseFile, item: NodeDef, openers: list[Node]) -> dt.date | None:
    leads = [clocks.leading(file.node_clocks(node)) for node in openers]
    starts = [lead.due_on for lead in leads if lead and lead.due_on]
    if not starts:
        return None
    events = {event for node in openers for event in events_of(file.definition(node))}
    start = max(min(starts), file.today)
    days = [_due(file, rule, start) for rule in file.state.book.deadlines if _counts(rule, item, events)]
    return min((day for day in days if day is not None), default=None)


def _counts(rule: DeadlineRule, item: NodeDef, events: set[str]) -> bool:
    return rule.node == item.kind and rule.kind == "due" and rule.start in events and rule.repeat is None


def _due(file: CaseFile, rule: DeadlineRule, start: dt.date) -> dt.date | None:
    if rule.when.evaluate(file.view.facts(file.state.root)) is False or any(
        a.unit in ("hour", "minute") for a in rule.period
    ):
        return None
    due = due_of(rule.terms, start, file.state.calendar)
    return due if not isinstance(due, dt.datetime) else due.date()
