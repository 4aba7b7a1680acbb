"""繁简分流 (商丘 第十一条; 荆门 二(五)): prepare the facts, decide the class. What is proposed comes from the packs' criteria."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.assigning import open_node
from cases.classes import facts_of_case, questions_of
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_reach, may, still_open
from cases.snapshot import Locked, lock_case
from courts.models import User
from courts.scope import roles
from events.models import Event
from kernel.errors import BadInput, NotAllowed, WrongState
from kernel.time import today
from regimes.rules import Classification
from regimes.triage import CASE_CLASS, Proposal, propose
from regimes.vocabulary import load_vocabulary


def prepare_triage(
    *, case_id: int, facts: Mapping[str, Any], actor: User, at: dt.datetime, key: str
) -> Event:
    """登记分流情况: record by hand what the criteria ask for (the pack's `asks`). facts: fact -> value.

    Raises NotAllowed, BadInput (not asked, not a value of it), WrongState (no triage in this court, case closed).
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="triage.prepared")) is not None:
            return event
        may_prepare(actor)
        in_reach(locked, actor)
        still_open(locked)
        found = _asked(locked, _questions(locked), facts)
        act = Act(
            kind="triage.prepared",
            key=key,
            on=today(at),
            facts=[(locked.root, name, value) for name, value in found.items()],
            quiet=True,
        )
        return perform(locked, act, actor=actor, at=at)


def classify_case(
    *,
    case_id: int,
    classes: Mapping[str, str],
    facts: Mapping[str, Any],
    reason: str,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """分流: decide the class of a case, by the role that its rules name. classes: fact a classification sets -> class.

    A reason is demanded where the rules say so (property not yet controlled) and against what the criteria propose.
    A class from which the rules know a conversion changes only by that. The event keeps the criteria and their facts.
    Raises NotAllowed, BadInput, WrongState (guards; closed; no triage here).
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        node = open_node(locked, "triage")
        kind = "node.completed" if node is not None else "case.classified"
        if locked.known is not None and locked.known[1] in ("node.completed", "case.classified"):
            kind = locked.known[1]
        if (event := known(locked, kind=kind, data={"classes": dict(classes)})) is not None:
            return event
        in_reach(locked, actor)
        still_open(locked)
        check_day(locked, on, at)
        asked = _questions(locked)
        noted = _asked(locked, asked, facts)
        locked.facts.setdefault(locked.root, {}).update(noted)
        whole = facts_of_case(locked)
        asked = questions_of(locked, whole)
        decided = _decided(asked, classes, actor)
        for question in asked:
            _may_become(locked, question, decided[question.sets])
        proposals = [propose(locked.book, question, whole) for question in asked]
        _reason_if_needed(proposals, decided, reason)
        given = {"classification_reason_given": bool(reason.strip()) or None}
        control = {"early_property_control_done": whole["early_property_control_done"]}
        warnings = guard(locked, "classify_case", {**control, **given})
        values = {"on": on.isoformat(), "class": decided.get(CASE_CLASS, ""), "reason": reason.strip()}
        act = Act(
            kind=kind,
            key=key,
            on=on,
            node=node,
            values=values if node is not None else {},
            happened=[("triage_done", locked.root)],
            facts=[(locked.root, name, value) for name, value in {**noted, **decided}.items()],
            data={
                "classes": decided,
                "reason": reason.strip(),
                "proposed": [_said(proposal) for proposal in proposals],
            },
            warnings=warnings,
            quiet=locked.case.imported and on < today(locked.case.created_at),
        )
        return perform(locked, act, actor=actor, at=at)


def may_prepare(actor: User) -> None:
    """Whose role writes or decides triage. Raises NotAllowed."""
    if not actor.scope.may("triage", "A"):
        may(actor, "triage", "W", _("登记分流情况"))


def may_decide(question: Classification, actor: User) -> bool:
    """Whether the person holds the role that the rules name for a question."""
    return actor.scope.has(question.decided_by) if question.decided_by else actor.scope.may("triage", "A")


def _questions(locked: Locked) -> tuple[Classification, ...]:
    found = questions_of(locked, facts_of_case(locked))
    if not found:
        raise WrongState(
            _("本案适用的规则没有繁简分流的标准。"), fix=_("需要分流的，先在规则包中写明分类条件。")
        )
    return found


def _asked(locked: Locked, questions: tuple[Classification, ...], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as they are kept. Raises BadInput naming the fact."""
    words = load_vocabulary().facts
    allowed = {name for question in questions for name in question.asks}
    found: dict[str, Any] = {}
    for name, value in facts.items():
        if name not in allowed:
            raise BadInput(_("分流不登记“%s”。") % name, field=name, fix=_("只登记本院规则列出的各项。"))
        fact = words[name]
        listed = value if isinstance(value, (list, tuple)) else [value]
        if fact.type == "enum" and any(each not in fact.values for each in listed if each):
            options = "、".join(fact.values.values())
            raise BadInput(_("“%s”没有这个选项。") % fact.zh, field=name, fix=_("请从中选择：%s。") % options)
        if fact.type == "boolean" and not isinstance(value, bool):
            raise BadInput(_("“%s”只能填是或否。") % fact.zh, field=name, fix=_("选择是或否。"))
        if fact.type == "enum":
            found[name] = [each for each in listed if each] if fact.multiple else (value or None)
            found[name] = found[name] or None
        else:
            found[name] = value
    return found


def _decided(
    questions: tuple[Classification, ...], classes: Mapping[str, str], actor: User
) -> dict[str, str]:
    """Each question answered with one of its classes by who may. Raises NotAllowed, BadInput."""
    words = load_vocabulary().facts
    for question in questions:
        if not may_decide(question, actor):
            who = roles().get(question.decided_by, {}).get("zh", _("有分流权的人员"))
            raise NotAllowed(
                _("%(what)s由%(who)s决定（%(id)s，%(article)s）。")
                % {
                    "what": question.title or _("案件分类"),
                    "who": who,
                    "id": question.id,
                    "article": question.article,
                },
                fix=_("请%s办理；您可以先登记分流情况。") % who,
            )
        fact = words[question.sets]
        if classes.get(question.sets) not in fact.values:
            options = "、".join(fact.values.values())
            raise BadInput(
                _("没有选择“%s”。") % fact.zh, field=question.sets, fix=_("请从中选择：%s。") % options
            )
    return {question.sets: classes[question.sets] for question in questions}


def _may_become(locked: Locked, question: Classification, value: str) -> None:
    """A decided class is converted, not decided again. Raises WrongState."""
    now = locked.facts.get(locked.root, {}).get(question.sets)
    if question.sets != CASE_CLASS or now in (None, value):
        return
    for rule in locked.book.conversions:
        if (rule.from_class, rule.to_class) == (now, value):
            raise WrongState(
                _("案件已经分流，改变类别须办理繁简转换（%(id)s，%(article)s）。")
                % {"id": rule.id, "article": rule.article},
                fix=_("登记转换情形，由%s提出，经%s批准。") % (_role(rule.proposed_by), _role(rule.approver)),
            )


def _role(name: str) -> str:
    words: str = roles().get(name, {}).get("zh", name)
    return words


def _reason_if_needed(proposals: list[Proposal], decided: Mapping[str, str], reason: str) -> None:
    words = load_vocabulary().facts
    for proposal in proposals:
        sets = proposal.question.sets
        if proposal.value and decided[sets] != proposal.value and not reason.strip():
            raise BadInput(
                _("与按规则建议的“%s”不同，须写明理由。") % words[sets].values[proposal.value],
                field="reason",
                fix=_("写明不采用建议的事实和理由。"),
            )


def _said(proposal: Proposal) -> dict[str, Any]:
    """The proposal as the event keeps it: the criteria that spoke, and the facts they rest on."""
    return {
        "sets": proposal.question.sets,
        "value": proposal.value,
        "criteria": [
            {"rule": answer.rule.id, "class": answer.rule.value, "facts": dict(answer.facts)}
            for answer in proposal.speaking
        ],
    }
