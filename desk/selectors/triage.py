"""繁简分流 as a person reads it: what the rules propose, which criteria speak for which class, the facts they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cases.actions import triage as verbs
from cases.classes import facts_of_case, questions_of
from cases.models import Conversion
from cases.models.conversions import OPEN_CONVERSIONS
from desk.selectors.case_file import CaseFile
from desk.words import value_words, yuan
from regimes.rules import Classification
from regimes.triage import CASE_CLASS, Answer, Proposal, propose
from regimes.vocabulary import load_vocabulary


@dataclass(frozen=True, slots=True)
class Triage:
    """What is to be decided of a case. facts: of the whole case. proposals: one for each question, the class first."""

    facts: dict[str, Any]
    proposals: tuple[Proposal, ...]

    @property
    def questions(self) -> tuple[Classification, ...]:
        """The questions in the order of the rules."""
        return tuple(proposal.question for proposal in self.proposals)

    @property
    def asks(self) -> tuple[str, ...]:
        """The facts that are recorded by hand, each once."""
        return tuple(dict.fromkeys(name for question in self.questions for name in question.asks))


def is_split(file: CaseFile) -> bool:
    """Whether the case's rules have criteria for simple and ordinary cases. No query."""
    return bool(file.state.book.criteria(CASE_CLASS))


def triage_of(file: CaseFile) -> Triage:
    """The questions of a case with their proposals. One query where a criterion counts applicants."""
    facts = facts_of_case(file.state)
    questions = questions_of(file.state, facts)
    return Triage(facts, tuple(propose(file.state.book, question, facts) for question in questions))


def may_decide(file: CaseFile) -> bool:
    """Whether this person holds the role that the rules name for the class of a case."""
    asked = [q for q in file.state.book.classifications if q.sets == CASE_CLASS]
    return bool(asked) and all(verbs.may_decide(question, file.user) for question in asked)


def may_prepare(file: CaseFile) -> bool:
    """Whose role writes or decides triage."""
    return any(file.user.scope.may("triage", letter) for letter in "WA")


def class_words(file: CaseFile) -> str:
    """简案, 繁案; "" while it is not decided."""
    value = file.state.facts.get(file.state.root, {}).get(CASE_CLASS)
    return load_vocabulary().facts[CASE_CLASS].values.get(value, "")


def conversion_of(file: CaseFile) -> Conversion | None:
    """The conversion of the case that is under way; one query, and only for a case that had a trigger."""
    if "conversion_triggered" not in file.state.moments.get(file.state.root, {}):
        return None
    if "conversion" not in file.state.extra:
        rows = Conversion.objects.filter(case=file.case, state__in=OPEN_CONVERSIONS)
        file.state.extra["conversion"] = rows.first()
    found: Conversion | None = file.state.extra["conversion"]
    return found


def proposal_shown(proposal: Proposal) -> dict[str, Any]:
    """One question for desk/_proposal.html: the class that is proposed, and the criteria in three groups."""
    classes = load_vocabulary().facts[proposal.question.sets].values
    question = proposal.question
    groups = [
        {
            "title": _("支持“%s”") % zh,
            "state": "done" if value == proposal.value else "soon",
            "lines": [_line(a) for a in proposal.speaking if a.rule.value == value],
        }
        for value, zh in classes.items()
    ]
    undecided = [_open_line(a, classes) for a in proposal.answers if a.holds is None]
    against = [a for a in proposal.answers if a.holds is False]
    groups.append({"title": _("还不能判断"), "state": "todo", "lines": undecided})
    return {
        "title": question.title or _("案件分类"),
        "source": f"{question.id} {question.source}",
        "value": classes.get(proposal.value, ""),
        "because": _because(proposal),
        "groups": [group for group in groups if group["lines"]],
        "against": _("不符合的条件 %(count)d 项：%(ids)s")
        % {"count": len(against), "ids": "、".join(a.rule.id for a in against)}
        if against
        else "",
    }


def fact_words(name: str, value: Any) -> str:
    """案件类别：商事仲裁; amounts as yuan, shares of the claim in percent."""
    fact = load_vocabulary().facts[name]
    if fact.unit == "元":
        words = yuan(value)
    elif fact.type == "number" and "百分之百" in fact.derived:
        words = f"{Decimal(str(value)) * 100:.2f}%"
    else:
        words = value_words(value, fact.values)
    return f"{fact.zh}：{words}"


def _because(proposal: Proposal) -> str:
    if proposal.decisive is not None:
        rule = proposal.decisive
        return f"{rule.statement.rstrip('。')}（{rule.id}，{rule.article}）"
    return _("没有成立的条件，按规则的默认类别建议") if proposal.value else _("规则没有给出建议")


def _line(answer: Answer) -> dict[str, str]:
    facts = "；".join(fact_words(name, value) for name, value in answer.facts)
    ours = "" if answer.rule.stated else _("（本项目建议的标准，不是文件规定）")
    return {
        "text": f"{answer.rule.statement}{ours}",
        "facts": facts,
        "source": f"{answer.rule.source} · {answer.rule.id}",
    }


def _open_line(answer: Answer, classes: Any) -> dict[str, str]:
    words = load_vocabulary().facts
    missing = "、".join(words[name].zh for name in answer.missing)
    return {
        "text": f"{classes[answer.rule.value]}：{answer.rule.statement}",
        "facts": _("缺：%s") % missing,
        "source": f"{answer.rule.source} · {answer.rule.id}",
    }
