"""The rules of one case: its pinned packs in order, with the feature switches that are on."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from regimes.nodes import NodeDef, load_nodes
from regimes.packs import Pack
from regimes.rules import (
    Approval,
    ChecklistItem,
    Classification,
    Conversion,
    Criterion,
    DeadlineRule,
    FlagRule,
    Ground,
    GuardRule,
    HoldRule,
    Indicator,
    PushRule,
    Reading,
    RoleDuty,
    StageRule,
    Suggestion,
)
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
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What is proposed where the documents give no number, in the order of the packs."""
        return tuple(rule for _, rule in self.reaching("suggestions"))  # type: ignore[misc]

    @cached_property
    def classifications(self) -> tuple[Classification, ...]:
        """The questions of class that the case's rules ask; where two packs ask the same, the first."""
        found: dict[str, Classification] = {}
        for _, rule in self.reaching("classifications"):
            found.setdefault(rule.sets, rule)  # type: ignore[attr-defined,arg-type]
        return tuple(found.values())

    def criteria(self, sets: str) -> tuple[Criterion, ...]:
        """The criteria that answer for the fact `sets`, in their order."""
        found: list[Criterion] = [rule for _, rule in self.reaching("criteria") if rule.sets == sets]  # type: ignore[attr-defined,misc]
        return tuple(sorted(found, key=lambda rule: rule.order))

    @cached_property
    def conversions(self) -> tuple[Conversion, ...]:
        """From which class to which a case may move, and on what."""
        return tuple(rule for _, rule in self.reaching("conversions"))  # type: ignore[misc]

    @cached_property
    def asked_by_criteria(self) -> frozenset[str]:
        """The facts that criteria ask for, so that nobody computes what no rule wants."""
        return frozenset(
            name
            for _, rule in self.reaching("criteria")
            for name in rule.when.names()  # type: ignore[attr-defined]
        )

    @cached_property
    def nodes(self) -> tuple[NodeDef, ...]:
        """Nodes that exist for this case: all but those that only a rule of its packs calls for."""
        ruled = {rule.node for rule in self.deadlines} | {rule.node for rule in self.classifications}
        return tuple(node for node in load_nodes() if not node.needs_rule or node.kind in ruled)

    @cached_property
    def _nodes_by_kind(self) -> dict[str, NodeDef]:
        return {node.kind: node for node in load_nodes()}

    def node(self, kind: str) -> NodeDef:
        """The definition of a node kind. Raises KeyError."""
        return self._nodes_by_kind[kind]

    @cached_property
    def role_duties(self) -> tuple[RoleDuty, ...]:
        """Who does what, in the order of the packs: the court's own before the switches."""
        return tuple(rule for _, rule in self.reaching("duties_of_roles"))  # type: ignore[misc]

    def owner(self, kind: str) -> str:
        """The role whose work a node kind is: as the packs share out the work, else as the catalogue proposes."""
        duty = self._duties_by_node.get(kind)
        return duty.role if duty else self.node(kind).owner

    def item_no(self, kind: str) -> int:
        """The number of a node's work among the central items of the pack (SQ 第七条), 0 when it is none of them."""
        duty = self._duties_by_node.get(kind)
        return int(duty.item) if duty and duty.item.isdecimal() else 0

    @cached_property
    def _duties_by_node(self) -> dict[str, RoleDuty]:
        found: dict[str, RoleDuty] = {}
        for duty in self.role_duties:
            for kind in duty.nodes:
                found.setdefault(kind, duty)
        return found

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

    @cached_property
    def stages(self) -> tuple[StageRule, ...]:
        """The stages a case passes, in their order; none where no pack of the case names any."""
        return tuple(rule for _, rule in self.reaching("stages"))  # type: ignore[misc]

    @cached_property
    def flags(self) -> dict[str, tuple[Pack, FlagRule]]:
        """The flags by name, each with its pack; of two packs the first counts, as the court's own stands first."""
        result: dict[str, tuple[Pack, FlagRule]] = {}
        for pack, rule in self.reaching("flags"):
            result.setdefault(rule.flag, (pack, rule))  # type: ignore[attr-defined,arg-type]
        return result

    @cached_property
    def _flags_by_duty(self) -> dict[str, str]:
        return {duty: name for name, (_, rule) in self.flags.items() for duty in rule.duties}

    def flag_of(self, rule: DeadlineRule) -> str:
        """The flag that comes up when a clock of this rule is overdue, or empty."""
        return self._flags_by_duty.get(rule.duty, "") if rule.duty else ""

    @cached_property
    def figures(self) -> dict[str, Indicator]:
        """The indicators that are figures of one case, by the fact they give."""
        result: dict[str, Indicator] = {}
        for _, rule in self.reaching("indicators"):
            if rule.sets:  # type: ignore[attr-defined]
                result.setdefault(rule.sets, rule)  # type: ignore[attr-defined,arg-type]
        return result

    def approval(self, matter: str, facts: Mapping[str, Any]) -> Approval | None:
        """Who must approve a matter: the rule of the last pack that speaks of it under these facts, or None.

        Within one pack the first whose condition holds; levels by amount stand in the file from low to high.
        """
        found: dict[str, Approval] = {}
        for pack, each in self.reaching("approvals"):
            rule: Approval = each  # type: ignore[assignment]
            if rule.matter == matter and rule.when.evaluate(facts) is True:
                found.setdefault(pack.code, rule)
        return next(reversed(found.values()), None)

    def reading(self, of: str) -> tuple[Pack, Reading] | None:
        """计算口径: by which reading this case is reckoned: that of the last pack that speaks of it, or None."""
        found: tuple[Pack, Reading] | None = None
        for pack, each in self.reaching("readings"):
            rule: Reading = each  # type: ignore[assignment]
            if rule.sets == of:
                found = pack, rule
        return found

    def speaks_of(self, matter: str) -> bool:
        """Whether any pack has an approval for this matter, under whatever condition."""
        return any(rule.matter == matter for _, rule in self.reaching("approvals"))  # type: ignore[attr-defined]

    def grounds(self, matter: str) -> tuple[Ground, ...]:
        """The statutory reasons for a matter, in the order of the packs."""
        return tuple(g for _, g in self.reaching("grounds") if matter in g.matters)  # type: ignore[attr-defined,misc]

    @cached_property
    def holds(self) -> tuple[HoldRule, ...]:
        """The kinds of hold, in the order of the packs."""
        return tuple(rule for _, rule in self.reaching("holds"))  # type: ignore[misc]

    def hold(self, rule_id: str) -> HoldRule:
        """The kind of hold of this id. Raises KeyError."""
        return {rule.id: rule for rule in self.holds}[rule_id]

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
