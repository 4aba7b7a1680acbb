"""What the rules may count on: the names that verbs record, and those that wait for a later piece of work.

packs/recorded.json is written by the test run (`pytest --record-rules`): name -> the verb that recorded it and the
test that saw it. packs/nodes.yaml declares what the forms of the nodes record. packs/waiting.yaml names what nothing
records yet, with the title of the work it waits for. A name in none of them is a fault of `check_packs`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from regimes.book import implied_events
from regimes.errors import PackError
from regimes.expressions import Expr, Node, Test
from regimes.formulas import names_of as names_of_formula
from regimes.measures import load_measures
from regimes.nodes import load_nodes
from regimes.packs import FOLDER, Pack
from regimes.rules import (
    Approval,
    ChecklistItem,
    Conversion,
    Criterion,
    DeadlineRule,
    GuardRule,
    Indicator,
    PushRule,
    RoleDuty,
    Rule,
    Schedule,
    Suggestion,
)

TITLES = (
    "Property, measures and field evidence",
    "Papers, service and the e-file",
    "Closing and coordination",
    "Parties and petitions",
    "Supervision in full",
)
# Work that is under way: a name may wait for it, but a rule that does is open work, not an inactive rule.
UNDER_WAY = ("All rules of all courts", "Case funds", "Four faces")
TITLES_ZH: Mapping[str, str] = {
    "Property, measures and field evidence": "财产、措施与现场取证",
    "Papers, service and the e-file": "文书、送达与电子卷宗",
    "Closing and coordination": "结案与协作",
    "Parties and petitions": "当事人与信访",
    "Supervision in full": "监督管理",
    "All rules of all courts": "各院规则",
    "Case funds": "案款",
    "Four faces": "各类用户的日常工作",
}
Section = Literal["facts", "events", "actions", "nodes", "matters", "rules"]
SECTIONS: tuple[Section, ...] = ("facts", "events", "actions", "nodes", "matters", "rules")
_ZH = {"facts": "事实", "events": "事件", "actions": "操作", "nodes": "节点", "matters": "审批事项"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Who did something and which test saw it. verb: dotted name of the function. test: pytest's id."""

    verb: str
    test: str


@dataclass(frozen=True)
class Register:
    """recorded: section -> name -> who. declared: names that the nodes record. waiting: section -> name -> title.

    In the section rules a recorded name is an id and what it did ("JZ-D-01 met"), a waiting one an id.
    """

    recorded: Mapping[str, Mapping[str, Seen]]
    declared: Mapping[str, frozenset[str]]
    waiting: Mapping[str, Mapping[str, str]]

    def knows(self, section: Section, name: str) -> bool:
        """Whether a verb records the name."""
        return name in self.recorded[section] or name in self.declared.get(section, frozenset())

    def title_of(self, section: Section, name: str) -> str:
        """The work that a name waits for; empty where it is recorded, or where nobody knows it."""
        return "" if self.knows(section, name) else self.waiting[section].get(name, "")

    def done(self, rule_id: str) -> dict[str, Seen]:
        """What the rule has been seen to do: started, met, refused, passed."""
        found = self.recorded["rules"]
        return {
            deed: found[key]
            for deed in ("started", "met", "refused", "passed")
            if (key := f"{rule_id} {deed}") in found
        }


def load_register(folder: Path = FOLDER) -> Register:
    """The register of the tree, kept until one of its files changes. Raises ValueError for an unknown title."""
    files = [folder / name for name in ("recorded.json", "waiting.yaml", "nodes.yaml", "vocabulary.yaml")]
    return _load(folder, tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in files))


@lru_cache(maxsize=2)
def _load(folder: Path, _stamp: tuple[tuple[int, int], ...]) -> Register:
    recorded: Any = json.loads((folder / "recorded.json").read_text(encoding="utf-8"))
    waiting: Any = yaml.load((folder / "waiting.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)  # noqa: S506
    by_name: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for title, sections in waiting.items():
        if title not in (*TITLES, *UNDER_WAY):
            raise ValueError(f"waiting.yaml: {title}")
        for section, names in sections.items():
            by_name[section].update(dict.fromkeys(names, title))
    return Register(
        recorded={
            section: {name: Seen(**each) for name, each in recorded.get(section, {}).items()}
            for section in SECTIONS
        },
        declared=_declared(),
        waiting=by_name,
    )


def _declared() -> dict[str, frozenset[str]]:
    """What completing a node with its declared form records, and the acts that its form is."""
    facts: set[str] = set()
    events: set[str] = set()
    actions: set[str] = set()
    for node in load_nodes():
        if node.form != "declared":
            continue
        facts.update(node.sets, (field.fact for field in node.fields if field.fact))
        events.update(emission.event for emission in node.emits)
        actions.update(node.actions)
    for event in tuple(events):
        events.update(implied_events().get(event, ()))
    return {"facts": frozenset(facts), "events": frozenset(events), "actions": frozenset(actions)}


def names_of(rule: Rule) -> Iterator[tuple[Section, str, str]]:
    """Every name that a rule asks of the records: section, name, the key it stands under."""
    for key in ("when", "require"):
        condition = getattr(rule, key, None)
        if isinstance(condition, Expr):
            yield from (("facts", name, key) for name in sorted(condition.names()))
    if isinstance(rule, (DeadlineRule, Suggestion)):
        yield from (("events", name, "start") for name in _starts(rule))
        yield from (("events", name, "met_by") for name in (rule.met_by.events if rule.met_by else ()))
        if isinstance(rule, DeadlineRule) and rule.stated_end:
            yield "facts", rule.stated_end, "stated_end"
        if rule.node:
            yield "nodes", rule.node, "node"
    elif isinstance(rule, GuardRule):
        yield "actions", rule.on, "on"
    elif isinstance(rule, (PushRule, Conversion)):
        yield from (("events", name, "on") for name in rule.on)
        if isinstance(rule, PushRule):
            yield from (("events", name, "hold") for names in rule.hold.values() for name in names)
    elif isinstance(rule, Approval):
        yield "matters", rule.matter, "matter"


def unproven(pack: Pack, register: Register) -> Iterator[PackError]:
    """Names of a pack that no verb records and that wait for nothing."""
    for rule in pack.rules():
        for section, name, key in names_of(rule):
            if register.knows(section, name) or name in register.waiting[section]:
                continue
            message = f"没有操作记录这个{_ZH[section]}“{name}”，这条规则永远不会生效"
            fix = "请开发人员先实现并登记，或者换一个已有记录的名称"
            yield PackError(pack.file, rule.line, f"{rule.id}.{key}", message, fix)


def overtaken(register: Register) -> list[tuple[Section, str]]:
    """Names still listed as waiting although a verb records them now."""
    return [
        (section, name)
        for section in SECTIONS
        if section != "rules"
        for name in register.waiting[section]
        if register.knows(section, name)
    ]


def waits_for(rule: Rule, register: Register) -> str:
    """The title an inactive rule waits for; empty for a rule that can take effect."""
    if own := register.waiting["rules"].get(rule.id):
        return own
    return next(filter(None, _barriers(rule, register)), "")


def _barriers(rule: Rule, register: Register) -> Iterator[str]:
    """Titles of what a rule cannot do without."""
    if isinstance(rule, (Indicator, Schedule)) and not _is_worked(rule):
        yield TITLES[-1]
    if isinstance(rule, DeadlineRule) and rule.kind in ("average", "absolute") and not register.done(rule.id):
        yield TITLES[-1]
    if isinstance(rule, (DeadlineRule, Suggestion)):
        yield _any_of(register, "events", _starts(rule))
    elif isinstance(rule, GuardRule):
        yield register.title_of("actions", rule.on)
    elif isinstance(rule, (PushRule, Conversion)):
        yield _any_of(register, "events", rule.on)
    elif isinstance(rule, Approval):
        yield register.title_of("matters", rule.matter)
    elif isinstance(rule, RoleDuty):
        yield _any_of(register, "nodes", rule.nodes)
    for condition in (getattr(rule, "when", None), getattr(rule, "require", None)):
        if isinstance(condition, Expr) and isinstance(
            rule, (DeadlineRule, Suggestion, GuardRule, ChecklistItem, Criterion, Approval)
        ):
            yield hindered(condition.root, register)


def _is_worked(rule: Indicator | Schedule) -> bool:
    """Whether a line of the indicator has a source for each of its measures, or is a slot that indicators fill.

    Of recurring work, whether it is a report.
    """
    if isinstance(rule, Schedule):
        return bool(rule.sections)
    known = load_measures()
    return any(
        bool(line.members) if line.slot else all(name in known for name in names_of_formula(line))
        for line in rule.calculations
    )


def _starts(rule: DeadlineRule | Suggestion) -> tuple[str, ...]:
    return tuple(filter(None, (rule.start, getattr(rule, "start_else", ""))))


def _any_of(register: Register, section: Section, names: tuple[str, ...]) -> str:
    """One recorded name is enough; otherwise the title that the first of them waits for."""
    titles = [register.title_of(section, name) for name in names]
    return titles[0] if titles and all(titles) else ""


def hindered(node: Node, register: Register) -> str:
    """The title without which a condition can never hold; a part of `or` that can hold is enough."""
    if isinstance(node, Test):
        names = (node.fact, node.other) if node.other else (node.fact,)
        return next(filter(None, (register.title_of("facts", name) for name in names)), "")
    titles = [hindered(part, register) for part in node.parts]
    if node.op == "or":
        return titles[0] if titles and all(titles) else ""
    return next(filter(None, titles), "")
