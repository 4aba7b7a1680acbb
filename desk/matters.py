"""What an approval would do, in words: the frozen facts of a request as an approver reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from approvals.models import Request
from cases.models import Node
from deadlines.matters import source_of
from desk.rulewords import statement_of
from desk.selectors.worklist_rows import NODE_NAMES
from desk.words import act_words, day_words
from events.models import Event
from kernel.errors import BadInput
from regimes.packs import Library
from regimes.vocabulary import load_vocabulary


@dataclass(frozen=True, slots=True)
class Said:
    """What the facts of requests name. ends: (case, rule, subject or None) -> last day; goods: property labels."""

    library: Library | None = None
    ends: Mapping[tuple[int, str, int | None], dt.date] = field(default_factory=dict)
    events: Mapping[int, Event] = field(default_factory=dict)
    nodes: Mapping[int, Node] = field(default_factory=dict)
    goods: Mapping[int, str] = field(default_factory=dict)


def facts_in_words(request: Request, said: Said, today: dt.date) -> list[tuple[str, str]]:
    """(label, words) of a request's facts; a matter of a floor that this page does not know has none."""
    match request.kind:
        case "extension":
            return [*_extension(request, said, today), *_legal(request)]
        case "deduction":
            return [*_deduction(request, said, today), *_legal(request)]
        case "void":
            return list(_void(request, said, today))
        case "over_limit" | "cannot_dispose":
            return [(_("财产"), said.goods.get(request.facts["property"], ""))]
        case "convert_class":
            return list(_conversion(request))
        case "repin":
            facts = request.facts
            return [(_("规则包"), _("%(code)s 换用第 %(version)s 版") % facts)]
        case _:
            return [*_levels(request), *_legal(request)]


def _extension(request: Request, said: Said, today: dt.date) -> Iterator[tuple[str, str]]:
    facts = request.facts
    yield _("期限"), _rule_words(facts["rule"], said)
    yield _("延长"), _("%s 日") % facts["days"]
    end = said.ends.get((facts["case"], facts["rule"], facts.get("subject")))
    if end is not None:
        yield _("现在的最后一日"), day_words(end, today)


def _deduction(request: Request, said: Said, today: dt.date) -> Iterator[tuple[str, str]]:
    facts = request.facts
    first, last = dt.date.fromisoformat(facts["first"]), dt.date.fromisoformat(facts["last"])
    days = (last - first).days + 1
    span = {"first": day_words(first, today), "last": day_words(last, today), "days": days}
    yield _("扣除"), _("%(first)s 至 %(last)s，共 %(days)d 日") % span
    yield _("事由"), load_vocabulary().intervals.get(facts["kind"], facts["kind"])
    if facts["rules"]:
        yield _("适用的期限"), "；".join(_rule_words(rule, said) for rule in facts["rules"])


def _levels(request: Request) -> Iterator[tuple[str, str]]:
    """The facts on which the levels of a matter depend: the kind of a measure, an amount."""
    known = load_vocabulary().facts
    for name, value in dict(request.facts.get("values") or {}).items():
        if name in known:
            yield known[name].zh, known[name].values.get(str(value), str(value))


def _legal(request: Request) -> Iterator[tuple[str, str]]:
    """The statutory ground and how much material proves it."""
    if words := request.facts.get("ground_zh"):
        yield _("法定事由"), str(words)
    if files := request.facts.get("files"):
        yield _("证明材料"), _("%d 件，见案件的文书与材料") % len(files)


def _void(request: Request, said: Said, today: dt.date) -> Iterator[tuple[str, str]]:
    event = said.events.get(int(request.facts["event"]))
    if event is None:
        return
    node = said.nodes.get(event.data.get("node", 0))
    what = act_words(event.kind)
    if node is not None:
        name = NODE_NAMES.get(node.kind, node.kind)
        what = f"{what}：{name}" if node.subject.kind == "case" else f"{what}：{name}（{node.subject.label}）"
    yield _("撤销"), what
    yield _("办理日期"), day_words(event.effective_on, today)


def _conversion(request: Request) -> Iterator[tuple[str, str]]:
    facts, words = request.facts, load_vocabulary()
    classes = words.facts["case_class"].values
    yield _("转换"), f"{classes.get(facts['from'], facts['from'])} → {classes.get(facts['to'], facts['to'])}"
    event = words.events.get(facts.get("trigger", ""))
    if event is not None:
        yield _("转换情形"), event.zh


def _rule_words(rule_id: str, said: Said) -> str:
    if said.library is None:
        return rule_id
    try:
        pack, rule = said.library.deadline(rule_id)
    except BadInput:
        return rule_id
    return f"{statement_of(pack, rule)}（{source_of(rule)}）"
