"""Guards: what must hold before an act. Pure; the verb raises what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regimes.book import RuleBook
from regimes.rules import GuardRule


@dataclass(frozen=True, slots=True)
class Finding:
    """A guard that does not hold. blocks: the act is refused; otherwise it is a warning kept in the event."""

    rule: GuardRule
    blocks: bool
    missing: tuple[str, ...]

    @property
    def message(self) -> str:
        """The refusal in the words of the pack, with the guard's id and article."""
        return f"{self.rule.refusal}（{self.rule.id}，{self.rule.article}）"


def check(book: RuleBook, action: str, facts: Mapping[str, Any]) -> list[Finding]:
    """The guards before `action` that these facts do not satisfy, blocking ones first.

    A condition that cannot be decided does not apply; a requirement that cannot be decided is not met.
    Unverified law warns and never blocks. second_person: always a warning; refused only without the other person.
    """
    findings = []
    for rule in book.guards.get(action, ()):
        if rule.when.evaluate(facts) is not True:
            continue
        holds = rule.require.evaluate(facts) is True
        if holds and rule.severity != "second_person":
            continue
        blocks = not holds and rule.verified and rule.severity in ("block", "second_person")
        findings.append(Finding(rule, blocks, rule.require.missing(facts)))
    return sorted(findings, key=lambda finding: not finding.blocks)
