"""事项: what a clock calls for, in words: its node, or where no node stands behind it the duty of its rule.

The figures by matter and the lists behind them go by one key: the kind of node, else the duty. Rules of several
documents that set a limit for one duty are one matter; the id of a rule is only ever a citation.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from deadlines.library import library_in_use
from deadlines.models import Deadline
from regimes.nodes import load_nodes
from regimes.packs import Library
from regimes.rules import DeadlineRule
from regimes.vocabulary import load_vocabulary

# The long names of national documents start alike and say little in front of an article.
_PREFIX = re.compile(r"^最高人民法院(?:、[^关]+)?关于(?:人民法院)?")


@dataclass(frozen=True, slots=True)
class Matters:
    """The names of matters. nodes: kind -> name; duties: id of a released rule -> its duty; sources: to
    where it stands."""

    nodes: Mapping[str, str]
    duties: Mapping[str, str]
    sources: Mapping[str, str]

    def key(self, kind_or_rule: str) -> str:
        """The key of a counted clock: its kind of node, else the duty of its rule."""
        return self.duties.get(kind_or_rule, kind_or_rule)

    def words(self, key: str) -> str:
        """查封扣押冻结的最长期限 for control_expiry or the id of a rule of it; what nobody knows stays as it is."""
        key = self.key(key)
        return self.nodes.get(key) or load_vocabulary().duties.get(key, key)

    def cited(self, rule_id: str) -> str:
        """查封扣押冻结的最长期限（BASE-D-36）; the id alone of a rule that no released pack has."""
        return f"{self.words(rule_id)}（{rule_id}）" if rule_id in self.duties else rule_id

    def source(self, rule_id: str) -> str:
        """荆中法发〔2023〕10号 三(二)1: the document and place of a rule; the id of one that no released pack has."""
        return self.sources.get(rule_id, rule_id)

    def of(self, clock: Deadline) -> str:
        """What a clock calls for."""
        return self.words(clock.node_kind or clock.rule_id)

    def rules(self, key: str) -> list[str]:
        """The ids of the rules of a matter; of the id of a rule those of its duty."""
        duty = self.key(key)
        return [rule_id for rule_id, its in self.duties.items() if its == duty]


def source_of(rule: DeadlineRule) -> str:
    """荆中法发〔2023〕10号 三(二)1, without the head that national documents share."""
    return _PREFIX.sub("", rule.source)


def matters_in_use() -> Matters:
    """The matters of the released rules. One query once the packs are known."""
    return _matters(library_in_use())


@functools.lru_cache(maxsize=4)
def _matters(library: Library) -> Matters:
    rules = [rule for pack in library.packs for rule in pack.rules() if isinstance(rule, DeadlineRule)]
    return Matters(
        {node.kind: node.zh for node in load_nodes()},
        {rule.id: rule.duty for rule in rules},
        {rule.id: source_of(rule) for rule in rules},
    )
