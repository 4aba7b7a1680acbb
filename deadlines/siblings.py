"""Other rules on the same matter: which stand beside a rule, which exclude it, which start elsewhere."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from regimes.book import implied_events
from regimes.expressions import Expr, Junction, Node, Test
from regimes.packs import Pack
from regimes.rules import DeadlineRule
from regimes.vocabulary import Vocabulary

# Kinds whose dates can be compared: an end with an end, a mark with a mark, a wait with a wait.
FAMILIES: dict[str, str] = {
    "due": "end",
    "soft_target": "end",
    "max_length": "length",
    "detector": "mark",
    "right": "right",
    "min_gap": "wait",
    "min_elapsed": "wait",
}
# Above this many combinations of facts nothing is excluded: the answer would not be worth the wait.
MOST_TRIED = 4096


def siblings_of(rule: DeadlineRule, packs: Iterable[Pack]) -> Iterator[tuple[Pack, DeadlineRule]]:
    """Rules of other packs on the same matter that can hold together with this one, in the order of packs.

    The same matter: one duty, or one node and one starting event; and kinds whose dates can be compared.
    Rules of the rule's own pack are steps of one procedure, not a second opinion, and are left out.
    """
    for pack in packs:
        if any(own.id == rule.id for own in pack.deadlines):
            continue
        for other in pack.deadlines:
            if _is_same_matter(rule, other) and can_hold_together(rule.when, other.when, pack.vocabulary):
                yield pack, other


def family_of(rule: DeadlineRule) -> str:
    """end, length, mark, right or wait: dates of one family can be compared; empty for what has no date."""
    return FAMILIES.get(rule.kind, "")


def have_one_start(rule: DeadlineRule, other: DeadlineRule) -> bool:
    """Whether one start date serves both: a common starting event, or events that are recorded together."""
    return not _starts(rule).isdisjoint(_starts(other))


def can_hold_together(one: Expr, other: Expr, vocabulary: Vocabulary) -> bool:
    """Whether some combination of facts satisfies both conditions; True where too many had to be tried.

    A fact with several values at once never excludes.
    """
    if one.is_always or other.is_always:
        return True
    choices = {name: _candidates(name, (one, other), vocabulary) for name in one.names() | other.names()}
    if any(vocabulary.facts[name].multiple for name in choices):
        return True
    size = functools.reduce(lambda product, values: product * len(values), choices.values(), 1)
    if size > MOST_TRIED:
        return True
    return any(one.evaluate(facts) and other.evaluate(facts) for facts in _combinations(choices))


def _is_same_matter(rule: DeadlineRule, other: DeadlineRule) -> bool:
    if not family_of(rule) or family_of(other) != family_of(rule):
        return False
    if rule.duty == other.duty:
        return True
    return bool(rule.node) and rule.node == other.node and have_one_start(rule, other)


def _starts(rule: DeadlineRule) -> frozenset[str]:
    """The events a rule counts from, with the events that are recorded with them."""
    named = frozenset(filter(None, (rule.start, rule.start_else)))
    causes = (cause for cause, caused in implied_events().items() if not named.isdisjoint(caused))
    return named.union(causes)


def _combinations(choices: Mapping[str, tuple[object, ...]]) -> Iterator[dict[str, object]]:
    for values in itertools.product(*choices.values()):
        yield dict(zip(choices, values, strict=True))


def _candidates(name: str, conditions: Iterable[Expr], vocabulary: Vocabulary) -> tuple[object, ...]:
    """Values of a fact that tell the conditions apart: members, truths, or around each number named."""
    fact = vocabulary.facts[name]
    if fact.type == "boolean":
        return (True, False)
    if fact.type == "enum":
        return tuple(fact.values)
    named = {value for condition in conditions for value in _numbers(condition.root)} or {Decimal(0)}
    return tuple(sorted({value + step for value in named for step in (-1, 0, 1)}))


def _numbers(node: Node) -> Iterator[Decimal]:
    if isinstance(node, Test):
        yield from (value for value in node.values if isinstance(value, Decimal))
    elif isinstance(node, Junction):
        for part in node.parts:
            yield from _numbers(part)
