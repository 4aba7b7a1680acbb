"""The nodes of a case as a time line: done, to be done now in the order of their days, and what comes after."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Node
from cases.states import NodeState
from courts.scope import roles
from desk.selectors import clocks
from desk.selectors.case_file import CaseFile
from desk.selectors.clocks import ClockView
from desk.selectors.upcoming import Coming, coming
from desk.selectors.why import short_rule
from desk.words import day_words, short_day
from regimes.vocabulary import load_vocabulary

STAGES = ("intake", "investigation", "control", "disposal", "payout", "archive")


def open_nodes(file: CaseFile) -> list[Node]:
    """The nodes to be done, the earliest last day first; those without one behind."""
    order = {node.pk: _due(file, node) for node in file.nodes}
    standing = [node for node in file.nodes if node.state == NodeState.OPEN]
    return sorted(standing, key=lambda node: (order[node.pk], file.definition(node).number or 99, node.pk))


def groups(file: CaseFile, opened: Node | None, pane: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The groups for components/timeline.html. opened: the node whose pane is shown."""
    shown = [_done_group(file, opened, pane), *_open_groups(file, opened, pane), _later_group(file)]
    return [group for group in shown if group["nodes"]]


def phases(file: CaseFile) -> list[dict[str, Any]]:
    """The stages for components/phase_bar.html, counted from the nodes that stand; the case's own stage is marked."""
    names = load_vocabulary().stages
    return [
        {"label": names[stage], "current": stage == file.case.stage, **_phase(file, stage)}
        for stage in STAGES
    ]


def overdue_and_soon(file: CaseFile) -> tuple[int, int]:
    """How many of the case's duties are past their last day, and how many end within three days."""
    running = clocks.duties(file.clocks)
    return sum(1 for c in running if c.state == "over"), sum(1 for c in running if c.state == "soon")


def _done_group(file: CaseFile, opened: Node | None, pane: dict[str, Any] | None) -> dict[str, Any]:
    ended = [node for node in file.nodes if node.state != NodeState.OPEN]
    ended.sort(key=lambda node: (node.done_on or node.opened_on, node.pk))
    lines = [_line(file, node, opened, pane) for node in ended]
    late = sum(1 for line in lines if line["state"] == "late_done")
    done = sum(1 for node in ended if node.state == NodeState.DONE)
    note = _("%(count)d 个节点已办结") % {"count": done}
    if late:
        note = _("%(count)d 个节点已办结，其中 %(late)d 个超期办结") % {"count": done, "late": late}
    kept = [line for line in lines if "pane" in line] or lines[-1:]
    folded = [line for line in lines if line not in kept]
    return {
        "title": _("已办"),
        "note": note,
        "state": "done",
        "nodes": kept,
        "folded": folded,
        "folded_label": _("展开其余 %(count)d 个") % {"count": len(folded)},
    }


def _open_groups(file: CaseFile, opened: Node | None, pane: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Those with a last day, then those that no rule puts a day to."""
    standing = open_nodes(file)
    dated = [_line(file, node, opened, pane) for node in standing if clocks.leading(file.node_clocks(node))]
    free = [
        _line(file, node, opened, pane) for node in standing if not clocks.leading(file.node_clocks(node))
    ]
    return [
        {
            "title": _("现在要办"),
            "note": _("%(count)d 个节点，按到期先后排列") % {"count": len(dated)},
            "state": _worst([line["state"] for line in dated]),
            "nodes": dated,
        },
        {
            "title": _("同时可办"),
            "note": _("%(count)d 个节点，规则没有规定期限") % {"count": len(free)},
            "state": "todo",
            "nodes": free,
        },
    ]


def _later_group(file: CaseFile) -> dict[str, Any]:
    lines = [_coming_line(file, item) for item in coming(file)]
    return {
        "title": _("之后"),
        "note": _("到期日为预估，前序办结后自动重算"),
        "state": "todo",
        "nodes": lines,
    }


def _line(file: CaseFile, node: Node, opened: Node | None, pane: dict[str, Any] | None) -> dict[str, Any]:
    own = file.node_clocks(node)
    lead = clocks.leading(own)
    line: dict[str, Any] = {
        "id": node.pk,
        "title": file.title(node),
        "url": f"{reverse('desk:case', args=[file.case.pk])}?node={node.pk}#node-{node.pk}",
        "detail": short_rule(lead) if lead else _owner(file, node),
        "swap": "case-timeline",
        **_days(file, node, lead),
    }
    if opened is not None and node.pk == opened.pk and pane is not None:
        line |= pane
    return line


def _days(file: CaseFile, node: Node, lead: ClockView | None) -> dict[str, Any]:
    if node.state == NodeState.DROPPED:
        return {"state": "todo", "text": _("不再需要"), "due": "", "done": "", "done_note": node.reason}
    due = day_words(lead.last_on, file.today) if lead and lead.last_on else ""
    if node.state == NodeState.DONE:
        return _done_days(file, node, lead, due)
    if lead is None:
        return {"state": "prog", "text": _("待办"), "due": ""}
    note = lead.words
    if lead.row.provisional:
        note = _("%(words)s，暂定") % {"words": note} if note else _("暂定")
    return {
        "state": lead.state,
        "text": lead.words if lead.state in ("over", "soon") else "",
        "due": due or _("停止计时"),
        "due_note": note if due else "",
        "due_tone": lead.state if lead.state in ("over", "soon") else "",
    }


def _done_days(file: CaseFile, node: Node, lead: ClockView | None, due: str) -> dict[str, Any]:
    late = lead is not None and lead.state == "late_done"
    who = file.person(f"user:{node.done_by_id}") if node.done_by_id else ""
    return {
        "state": "late_done" if late else "done",
        "due": due,
        "done": short_day(node.done_on, file.today) if node.done_on else "",
        "done_note": lead.words if lead and late else who,
        "done_tone": "over" if late else "",
    }


def _coming_line(file: CaseFile, item: Coming) -> dict[str, Any]:
    return {
        "id": f"later-{item.kind}",
        "state": "todo",
        "title": item.title,
        "detail": item.after,
        "due": _("约 %(day)s") % {"day": day_words(item.due_on, file.today)} if item.due_on else "",
        "due_note": _("预估") if item.due_on else "",
    }


def _owner(file: CaseFile, node: Node) -> str:
    held = file.state.held(node.pk)
    if held is not None and (name := file.person(f"user:{held.doer_id}")):
        return _("由%(role)s办理") % {"role": name}
    role = roles().get(node.group or file.definition(node).owner)
    return _("由%(role)s办理") % {"role": role["zh"]} if role else ""


def _due(file: CaseFile, node: Node) -> dt.date:
    lead = clocks.leading(file.node_clocks(node))
    return lead.due_on if lead and lead.due_on and lead.is_open else dt.date.max


def _worst(states: Sequence[str]) -> str:
    return next((state for state in ("over", "soon", "prog", "hold") if state in states), "done")


def _phase(file: CaseFile, stage: str) -> dict[str, Any]:
    nodes = [n for n in file.nodes if n.state != NodeState.DROPPED and file.definition(n).stage == stage]
    done = sum(1 for node in nodes if node.state == NodeState.DONE)
    left = [clocks.leading(file.node_clocks(n)) for n in nodes if n.state == NodeState.OPEN]
    # Nodes of one limit are late once, as every list counts them.
    late = len({lead.row.pk for lead in left if lead and lead.state == "over"})
    held = bool(left) and all(lead and lead.state == "hold" for lead in left)
    share = round(100 * done / len(nodes)) if nodes else 0
    state = "over" if late else "hold" if held else "prog" if left else "done" if nodes else "todo"
    if not nodes or (not done and not late and stage != "intake" and not left):
        return {"state": "todo", "share": 0, "note": _("未开始")}
    note = _("%(done)d / %(all)d") % {"done": done, "all": len(nodes)}
    if late:
        note = _("%(note)s · 超期 %(late)d 项") % {"note": note, "late": late}
    elif left:
        note = _("%(note)s · 还剩 %(left)d 项") % {"note": note, "left": len(left)}
    return {"state": state, "share": share, "note": note}
