"""The rules of one case: its pinned packs in order, with the feature switches that are on."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from regimes.nodes import NodeDef, load_nodes
from regimes.packs import Pack
from regimes.rules import ChecklistItem, DeadlineRule, GuardRule, PushRule
from regimes.vocabulary import load_vocabulary


@dataclass(frozen=True)
class Pinned:
    """A pack as a case holds it: in its order, with the switches of a collection of practices.

    whole: the case was filed under it; otherwise only its rules for open cases (stock) reach the case.
    """

    pack: Pack
    features: frozenset[str] = frozenset()
    whole: bool = True

    def has(self, feature: str) -> bool:
        """Whether a rule with this switch is on; a rule without one always is."""
        return not feature or feature in self.features


class RuleBook:
    """All rules that reach a case. Built once per set of pinned packs and shared."""

    def __init__(self, pinned: Iterable[Pinned]) -> None:
        self.pinned = tuple(pinned)

    def reaching(self, section: str) -> Iterator[tuple[Pack, object]]:
        """The rules of a section that reach the case, with their packs, in the order of the packs."""
        for pin in self.pinned:
            for rule in getattr(pin.pack, section):
                if not pin.has(getattr(rule, "feature", "")):
                    continue
                if not pin.whole and getattr(rule, "applies_to", "new_cases") == "new_cases":
                    continue
                yield pin.pack, rule

    @cached_property
    def deadlines(self) -> tuple[DeadlineRule, ...]:
        """Deadline rules in the order of the packs."""
        return tuple(rule for _, rule in self.reaching("deadlines"))  # type: ignore[misc]

    @cached_property
    def guards(self) -> dict[str, tuple[GuardRule, ...]]:
        """Guards by the action they stand before."""
        result: dict[str, list[GuardRule]] = {}
        for _, rule in self.reaching("guards"):
            result.setdefault(rule.on, []).append(rule)  # type: ignore[attr-defined,arg-type]
        return {action: tuple(rules) for action, rules in result.items()}

    @cached_property
    def pushes(self) -> tuple[PushRule, ...]:
        """Push rules in the order of the packs: the court's own before the switches."""
        return tuple(rule for _, rule in self.reaching("pushes"))  # type: ignore[misc]

    @cached_property
    def nodes(self) -> tuple[NodeDef, ...]:
        """Nodes that exist for this case: all but those that only a rule of its packs calls for."""
        ruled = {rule.node for rule in self.deadlines if rule.node}
        return tuple(node for node in load_nodes() if not node.needs_rule or node.kind in ruled)

    @cached_property
    def _nodes_by_kind(self) -> dict[str, NodeDef]:
        return {node.kind: node for node in load_nodes()}

    def node(self, kind: str) -> NodeDef:
        """The definition of a node kind. Raises KeyError."""
        return self._nodes_by_kind[kind]

    def rule(self, rule_id: str) -> DeadlineRule:
        """The deadline rule of this id. Raises KeyError."""
        return self._rules_by_id[rule_id]

    @cached_property
    def _rules_by_id(self) -> dict[str, DeadlineRule]:
        return {rule.id: rule for rule in self.deadlines}

    def pack_of(self, rule_id: str) -> Pack:
        """The pack that a deadline rule comes from. Raises KeyError."""
        return self._packs_by_rule[rule_id]

    @cached_property
    def _packs_by_rule(self) -> dict[str, Pack]:
        return {rule.id: pack for pack, rule in self.reaching("deadlines")}  # type: ignore[attr-defined]

    def checklist(self, name: str) -> list[tuple[Pack, ChecklistItem]]:
        """The items of a checklist from every pack, in order, with the switches that are on."""
        return [
            (pin.pack, item)
            for pin in self.pinned
            for listed in pin.pack.checklists
            if listed.id == name
            for item in listed.items
            if pin.has(item.feature)
        ]


@functools.cache
def implied_events() -> dict[str, tuple[str, ...]]:
    """Event -> every event that is recorded with it, nearest first (vocabulary: implied_by)."""
    direct: dict[str, list[str]] = {}
    for event in load_vocabulary().events.values():
        for cause in event.implied_by:
            direct.setdefault(cause, []).append(event.id)
    return {cause: tuple(_closure(cause, direct)) for cause in direct}


def _closure(event: str, direct: Mapping[str, list[str]]) -> list[str]:
    found: list[str] = []
    waiting = list(direct.get(event, ()))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found.append(name)
            waiting += direct.get(name, ())
    return found
