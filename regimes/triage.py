"""繁简分流: which class the rules propose for a case, with the criteria that speak for and against, and their facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regimes.book import RuleBook
from regimes.rules import Classification, Criterion

CASE_CLASS = "case_class"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one criterion says of a case. holds: None where an unrecorded fact decides; facts: what it rests on."""

    rule: Criterion
    holds: bool | None
    facts: tuple[tuple[str, Any], ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """The class that the rules propose; "" where they have none. decisive: the first criterion that holds."""

    question: Classification
    value: str
    decisive: Criterion | None
    answers: tuple[Answer, ...]

    @property
    def speaking(self) -> tuple[Answer, ...]:
        """The criteria that hold, for whichever class."""
        return tuple(answer for answer in self.answers if answer.holds)


def questions(book: RuleBook, facts: Mapping[str, Any]) -> tuple[Classification, ...]:
    """What is to be decided of a case: nothing where the rules have no criteria for simple and ordinary cases."""
    if not book.criteria(CASE_CLASS):
        return ()
    return tuple(rule for rule in book.classifications if rule.when.evaluate(facts) is True)


def propose(book: RuleBook, question: Classification, facts: Mapping[str, Any]) -> Proposal:
    """Ask every criterion of a question. facts: of the whole case, those of its parties gathered.

    `any_simple_criterion` is answered here: whether any criterion of another class than the one that asks holds.
    """
    criteria = book.criteria(question.sets)
    plain = [rule for rule in criteria if "any_simple_criterion" not in rule.when.names()]
    simple = [rule.when.evaluate(facts) for rule in plain if rule.value == "simple"]
    any_simple = True if True in simple else (None if None in simple else False)
    known = dict(facts) if any_simple is None else {**facts, "any_simple_criterion": any_simple}
    answers = tuple(_answer(rule, known) for rule in criteria)
    first = next((answer.rule for answer in answers if answer.holds), None)
    return Proposal(question, first.value if first else question.otherwise, first, answers)


def _answer(rule: Criterion, facts: Mapping[str, Any]) -> Answer:
    rests_on = tuple((name, facts[name]) for name in sorted(rule.when.names()) if facts.get(name) is not None)
    return Answer(rule, rule.when.evaluate(facts), rests_on, rule.when.missing(facts))
