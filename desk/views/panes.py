"""What the pane of an open node shows: why this day, then its form, or what was recorded."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Node
from cases.states import NodeState
from closing.checklist import answers, gaps
from courts.scope import roles
from desk.forms.act_form import About, ActForm
from desk.selectors import aside, clocks, triage
from desk.selectors.case_file import CaseFile
from desk.selectors.menu import may_ask, may_complete
from desk.selectors.why import beside, why
from desk.views.doing import Outcome
from desk.views.money import payout_pane
from desk.views.works import Work, work_of
from desk.words import value_label, value_words
from documents.models import Paper
from events.models import Event
from measures.models import Property


def about_node(file: CaseFile, node: Node) -> About:
    """What the form of a node is about, its property item included."""
    return About(file, node, property_of(file, node))


def property_of(file: CaseFile, node: Node) -> Property | None:
    """The property item a node concerns."""
    return next((row for row in file.properties if row.subject_id == node.subject_id), None)


def pane_of(
    file: CaseFile, node: Node, *, outcome: Outcome | None = None, form: ActForm | None = None
) -> dict[str, Any]:
    """What components/timeline_node.html needs to show the node open. outcome: of an attempt that was refused."""
    own = file.node_clocks(node)
    lead = clocks.leading(own)
    pane: dict[str, Any] = {"pane": "desk/_pane.html", "conflict": outcome.conflict if outcome else None}
    if lead is not None:
        pane["why"] = why(lead, file.state.calendar, file.today)
        pane["beside"] = beside(own, lead, file.today, above=frozenset(file.case.above))
    if node.state == NodeState.OPEN:
        pane |= _work(file, node, outcome, form)
    else:
        pane |= _record(file, node)
    return pane


def _work(file: CaseFile, node: Node, outcome: Outcome | None, form: ActForm | None) -> dict[str, Any]:
    definition = file.definition(node)
    if definition.form == "payout":
        return payout_pane(file, node)
    if definition.form == "triage" and file.case.is_open and not triage.may_decide(file):
        return _triage(file, node)
    if refusal := _refusal(file, node):
        return {"blocked": refusal, "owner": _owner(file, node)}
    if definition.form == "closing":
        return _closing(file)
    if definition.form == "auction_start":
        return _auction_start(file, node)
    work = work_of(definition.form)
    if work is None or not (definition.fields or definition.form != "declared"):
        return {"blocked": _("这个节点随其他事项自动办结，无需填写。")}
    return form_pane(file, node, work, outcome, form)


def form_pane(
    file: CaseFile, node: Node, work: Work, outcome: Outcome | None = None, form: ActForm | None = None
) -> dict[str, Any]:
    """The form of a node, fresh or with what was refused."""
    shown = outcome.form if outcome else form or work.form(about=about_node(file, node))
    return {
        "body": "desk/_node_form.html",
        "fields": work.template,
        "form": shown,
        "action": reverse("desk:node", args=[file.case.pk, node.pk]),
        "links": _links(file, node),
        "submit": _("提交办结"),
        "facts": _known(file, node),
    }


def _refusal(file: CaseFile, node: Node) -> str:
    if not file.case.is_open and not file.definition(node).outlives_closing:
        return _("案件%(state)s，这个节点不能再办理。") % {"state": file.case.get_state_display()}
    return may_complete(file, node)


def _owner(file: CaseFile, node: Node) -> str:
    role = roles().get(file.definition(node).owner)
    return role["zh"] if role else ""


def _links(file: CaseFile, node: Node) -> list[dict[str, Any]]:
    """The further acts at the foot of a node's form."""
    links = []
    if node.group or file.state.held(node.pk) or file.user.scope.may("task_sheet", "W"):
        links.append({"label": _("任务单"), "url": reverse("desk:central_task", args=[node.pk])})
    lead = clocks.leading(file.node_clocks(node))
    if lead is None or not lead.binds or not may_ask(file):
        return links
    url = reverse("desk:act", args=[file.case.pk, "extend"])
    return [*links, {"label": _("申请延期"), "url": f"{url}?clock={lead.rule.id}:{lead.row.subject_id}"}]


def _known(file: CaseFile, node: Node) -> list[dict[str, Any]]:
    """What is already recorded of a property item, above a form about it."""
    row = property_of(file, node)
    if row is None:
        return []
    facts = [(_("种类"), row.get_kind_display()), (_("价值"), f"¥{row.value:,.2f}")]
    if row.reference_masked:
        facts.append((_("账号、车牌、证号"), row.reference_masked))
    if row.price is not None:
        facts.append((_("参考价"), f"¥{row.price:,.2f}"))
    if row.starting_price is not None:
        facts.append((_("上次起拍价"), f"¥{row.starting_price:,.2f}"))
    return [{"label": label, "value": value} for label, value in facts]


def _controlled(file: CaseFile, node: Node) -> list[dict[str, Any]]:
    """How the item of a control node stands: its measure, or why it was left free."""
    row = property_of(file, node)
    if row is None:
        return []
    standing = aside.property_item(file, row)["text"] or row.get_state_display()
    facts = [(_("控制情况"), standing)]
    if row.reason and row.reason != standing:
        facts.append((_("理由"), row.reason))
    control = file.controls.get(row.pk)
    if control is not None and control.document:
        facts.append((_("文书或回执"), control.document))
    return [{"label": label, "value": value} for label, value in facts]


def _closing(file: CaseFile) -> dict[str, Any]:
    found = [a for a in answers(file.state, on=file.today) if a.applies and a.hard]
    open_gaps = gaps(found)
    case = file.case.pk
    return {
        "body": "desk/_closing_pane.html",
        "checked": _("终本条件已满足 %(done)d / %(all)d 项")
        % {"done": len(found) - len(open_gaps), "all": len(found)},
        "close_url": reverse("desk:act", args=[case, "close"]),
        "termination_url": reverse("desk:act", args=[case, "termination"]),
        "review": file.review,
        "own": file.is_own,
    }


def _triage(file: CaseFile, node: Node) -> dict[str, Any]:
    """What the rules propose, for somebody who does not decide; whose role prepares may record the facts."""
    found = triage.triage_of(file)
    pane: dict[str, Any] = {
        "body": "desk/_triage_pane.html",
        "proposals": [triage.proposal_shown(proposal) for proposal in found.proposals],
        "text": _("繁简分流由%(who)s决定。") % {"who": _owner(file, node)},
    }
    if found.asks and triage.may_prepare(file):
        url = reverse("desk:act", args=[file.case.pk, "triage-facts"])
        pane["link"] = {"label": _("登记分流情况"), "url": url}
    return pane


def _auction_start(file: CaseFile, node: Node) -> dict[str, Any]:
    sibling = next(
        (
            n
            for n in file.nodes
            if n.kind == "auction_announcement"
            and n.subject_id == node.subject_id
            and n.state == NodeState.OPEN
        ),
        None,
    )
    pane: dict[str, Any] = {"blocked": _("以发布拍卖公告为启动：办结“拍卖公告”节点后，本节点自动办结。")}
    if sibling is not None:
        url = f"{reverse('desk:case', args=[file.case.pk])}?node={sibling.pk}#node-{sibling.pk}"
        pane |= {"link": {"label": _("去办理拍卖公告"), "url": url}}
    return pane


def _record(file: CaseFile, node: Node) -> dict[str, Any]:
    """What was recorded when the node was done, the papers it made, and how to take it back."""
    definition = file.definition(node)
    declared = {field.key: field for field in definition.fields}
    rows = []
    for key, value in node.values.items():
        field = declared.get(key)
        if field is not None and field.type == "file":
            continue
        choices = {choice.value: choice.zh for choice in field.choices} if field else {}
        rows.append({"label": field.zh if field else value_label(key), "value": value_words(value, choices)})
    if definition.form == "control":
        rows += _controlled(file, node)
    pane: dict[str, Any] = {"record": rows, "record_empty": _("没有填写其他内容。"), "reason": node.reason}
    event = (
        Event.objects.filter(stream=file.case.about, kind="node.completed", data__node=node.pk)
        .order_by("-seq")
        .first()
    )
    if event is not None:
        papers = Paper.objects.filter(pk__in=event.data.get("papers", []))
        pane["papers"] = [
            {"label": paper.zh, "url": reverse("documents:paper", args=[paper.pk])} for paper in papers
        ]
        if file.case.is_open and may_ask(file):
            pane["undo_url"] = reverse("desk:undo", args=[file.case.pk, event.pk])
    return pane
