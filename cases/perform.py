"""The one road by which anything happens to a case: an act goes in; state, clocks, papers, messages, event come out.

Joins the caller's transaction, which holds the case. Every verb of this floor and the floors above ends here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from cases import conversions, handovers, papers, standing, telling
from cases.models import Case, Fact, Node, Task
from cases.rows import image_of
from cases.snapshot import Locked
from cases.states import CaseState
from cases.writing import write_state, write_states
from courts.models import User
from courts.scope import group_of
from deadlines import clocks
from deadlines.clocks import Holder
from deadlines.models import Deadline
from documents.drafts import Drafted
from events import log
from events.log import Draft
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, WrongState
from regimes import flow
from regimes.book import implied_events
from regimes.flow import Plan
from regimes.guards import Finding, check


@dataclass
class Act:
    """One thing done to a case, before it is written.

    kind: the event's kind. on: the day it speaks of; instant: the moment, where hours count.
    happened: (event of the vocabulary, subject id); days: where one happened on another day than `on`. facts: (subject id, key, value). node: the node this act completes; nodes: others whose state the caller moved.
    rows: rows of upper floors written by the caller, whose images replay compares. quiet: no party is told.
    words: what the messages of this act say beside the usual.
    """

    kind: str
    key: str
    on: dt.date
    instant: dt.datetime | None = None
    happened: list[tuple[str, int]] = field(default_factory=list)
    days: dict[tuple[str, int], dt.date] = field(default_factory=dict)
    facts: list[tuple[int, str, Any]] = field(default_factory=list)
    node: Node | None = None
    nodes: list[Node] = field(default_factory=list)
    outcome: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    papers: list[str] = field(default_factory=list)
    paper_subject: int | None = None
    paper_facts: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    rows: list[Any] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    quiet: bool = False
    derived: Mapping[str, Any] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def known(locked: Locked, *, kind: str, data: Mapping[str, Any] | None = None) -> Event | None:
    """The event of this key when the act was done before. Raises Conflict when the key stands for another act.

    data: the part of the input that must be the same.
    """
    if locked.known is None:
        return None
    event_id, event_kind, event_data = locked.known
    wanted = log.plain(data or {})
    if event_kind != kind or any(event_data.get(name) != value for name, value in wanted.items()):
        raise Conflict(_("这一操作编号已用于另一项内容，请刷新页面后重新提交。"), code="EVENT-KEY")
    return Event.objects.get(pk=event_id)


def guard(
    locked: Locked,
    action: str | Sequence[str],
    facts: Mapping[str, Any],
    *,
    subject: int | None = None,
    override: tuple[User, str] | None = None,
) -> list[Finding]:
    """Ask the guards before an action (or several at once); raises WrongState for the blocking ones, returns the warnings.

    facts: what the act brings, over the recorded facts of the subject and the case. override: who goes on all the
    same and why; lets pass what the rule lets one of this person's roles pass, as a warning.
    """
    view = flow.View(locked.state())
    merged = {**view.facts(subject or locked.root), **facts}
    actions = (action,) if isinstance(action, str) else action
    findings = [finding for name in actions for finding in check(locked.book, name, merged)]
    blocking = [finding for finding in findings if finding.blocks and not _overridden(finding, override)]
    if blocking:
        raise WrongState(
            "；".join(finding.message for finding in blocking),
            code=blocking[0].rule.id,
            fix="；".join(filter(None, (finding.rule.fix for finding in blocking))),
            detail={
                "guards": [finding.rule.id for finding in blocking],
                "reasons": [f"{finding.message}{finding.rule.fix or ''}" for finding in blocking],
            },
        )
    return findings


def _overridden(finding: Finding, override: tuple[User, str] | None) -> bool:
    """Whether the rule lets this person go on, and a reason was given."""
    if override is None:
        return False
    person, reason = override
    return bool(reason.strip()) and person.scope.has(*finding.rule.override)


def check_day(locked: Locked, on: dt.date, at: dt.datetime, *, field: str = "on") -> None:
    """An act is dated between filing and today. Raises BadInput."""
    if on > time.today(at):
        raise BadInput(_("日期不能晚于今天。"), field=field, fix=_("填写实际办理的日期。"))
    if on < locked.case.filed_on:
        raise BadInput(
            _("日期早于立案日期（%s）。") % locked.case.filed_on.isoformat(),
            field=field,
            fix=_("核对日期；立案日期有误的，先更正立案日期。"),
        )


def perform(locked: Locked, act: Act, *, actor: User | None, at: dt.datetime, name: str = "") -> Event:
    """Carry out an act on a locked case and return its event. name: the actor when it is not a user ("system:sweep")."""
    facts, nodes, plan = _worked_out(locked, act, actor, at)
    _save(locked, facts, nodes)
    tasks = _end_tasks(locked, nodes, act.on)
    deadlines = _run_clocks(locked, plan, at, silent=act.quiet)
    drafted = papers.draft(locked, act, actor=actor, at=at)
    rows = [*act.rows, *facts, *nodes, *tasks, *deadlines, locked.case]
    act.data |= _stood_in(locked.case, actor)
    event = _append(locked, act, rows, drafted, actor.actor if actor else name, at)
    telling.tell(locked, act, event, drafted=drafted.papers, at=at)
    return event


def perform_each(acts: Sequence[tuple[Locked, Act]], *, actor: User, at: dt.datetime) -> list[Event]:
    """Carry out quiet acts, each on a case of its own, with as many statements as one takes; each gets its event.

    The same steps as `perform` in the same order, each for every case before the next. Raises ValueError for an act
    that is not quiet: papers are drafted case by case.
    """
    if not all(act.quiet for _locked, act in acts):
        raise ValueError("perform_each() is for quiet acts")
    worked = [(locked, act, *_worked_out(locked, act, actor, at)) for locked, act in acts]
    rows = [_to_save(locked, nodes) for locked, _act, _facts, nodes, _plan in worked]
    facts = [fact for _locked, _act, noted, _nodes, _plan in worked for fact in noted]
    write_states([locked.case for locked, _act in acts], facts, [node for each in rows for node in each])
    for (locked, _act), each in zip(acts, rows, strict=True):
        locked.nodes.update({node.pk: node for node in each})
    tasks = [_end_tasks(locked, nodes, act.on) for locked, act, _facts, nodes, _plan in worked]
    turns = [_turn(locked, plan) for locked, _act, _facts, _nodes, plan in worked]
    run = clocks.apply_each(turns, at=at, silent=True)
    drafts = []
    for (locked, act, noted, nodes, _plan), ended, written in zip(worked, tasks, run, strict=True):
        locked.clocks.update({row.pk: row for row in written})
        act.data |= _stood_in(locked.case, actor)
        images = [*act.rows, *noted, *nodes, *ended, *written, locked.case]
        after = (locked.seq, locked.digest)
        drafts.append(
            (locked.case.about, after, locked.case.court_id, _drafted(locked, act, images, Drafted()))
        )
    events = log.extend_behind(drafts, actor=actor.actor, at=at)
    for (locked, _act), event in zip(acts, events, strict=True):
        locked.seq, locked.digest = event.seq, bytes(event.digest)
    telling.tell_each(
        [(locked, act, event) for (locked, act), event in zip(acts, events, strict=True)], at=at
    )
    return events


def _worked_out(
    locked: Locked, act: Act, actor: User | None, at: dt.datetime
) -> tuple[list[Fact], list[Node], Plan]:
    """What an act changes, in memory: the facts, the nodes, what the rules want of the clocks."""
    conversions.watch(locked, act)
    facts = _note(locked, act, locked.seq + 1, at)
    conversions.show_class(locked)
    nodes = [*act.nodes, *_finish(locked, act, actor)]
    if act.node is not None and locked.case.state == CaseState.ASSIGNED and act.kind != "case.assigned":
        locked.case.begin()
    plan = flow.plan(locked.book, locked.state(), derived=act.derived)
    ended = {node.pk for node in nodes if node.state != "open"} | {ending.node for ending in plan.endings}
    if settled := handovers.settle(locked, act, ended):
        facts += _note(locked, replace(act, happened=settled, facts=[], days={}), locked.seq + 1, at)
        plan = flow.plan(locked.book, locked.state(), derived=act.derived)
    nodes += _end(locked, plan, act.on) + _open(locked, plan, act.on)
    standing.keep(locked)
    return facts, nodes, plan


def _stood_in(case: Case, actor: User | None) -> dict[str, int]:
    """代何人: whom the actor stands in for in this case (外出代理), as the event keeps it."""
    if actor is None or not actor.scope.absent:
        return {}
    absent = actor.scope.acts_for(court_id=case.court_id, team_id=case.team_id, owner_id=case.owner_id)
    return {} if absent is None else {"for": absent}


def _note(locked: Locked, act: Act, seq: int, at: dt.datetime) -> list[Fact]:
    """Record what happened and the facts, in memory; returns the rows, not yet saved."""
    changed: dict[tuple[int, str], Any] = {}
    for event, subject in _implied(act.happened):
        day = act.days.get((event, subject))
        moment = _moment(day or act.on, None if day else act.instant, at)
        rows = locked.moments.setdefault(subject, {}).setdefault(event, [])
        rows.append((moment, seq))
        rows.sort()
        changed[(subject, f"@{event}")] = [list(row) for row in rows]
    for subject, key, value in act.facts:
        changed[(subject, key)] = kept = log.plain({"v": value})["v"]
        if not key.startswith("@"):
            locked.facts.setdefault(subject, {})[key] = kept
    case_id = locked.case.pk
    return [Fact(case_id=case_id, subject_id=s, key=k, value=v, seq=seq) for (s, k), v in changed.items()]


def _implied(happened: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Each event, then those it implies, once per subject."""
    implied_of = implied_events()
    result: dict[tuple[str, int], None] = {}
    for event, subject in happened:
        result[(event, subject)] = None
        for implied in implied_of.get(event, ()):
            result[(implied, subject)] = None
    return list(result)


def _moment(on: dt.date, instant: dt.datetime | None, at: dt.datetime) -> str:
    if instant is None and on == time.today(at):
        instant = at
    return time.local(instant).isoformat() if instant else on.isoformat()


def _finish(locked: Locked, act: Act, actor: User | None) -> list[Node]:
    """Complete the act's own node, unless not all has happened yet that closes it."""
    node = act.node
    if node is None:
        return []
    definition = locked.book.node(node.kind)
    values = {**node.values, **act.values}
    node.version += 1
    closes = definition.closes
    if closes is None or flow.View(locked.state()).met(closes, node.subject_id):
        node.finish(on=act.on, by=actor, outcome=act.outcome, values=values)
    else:
        node.values = values
    return [node]


def _end(locked: Locked, plan: Plan, on: dt.date) -> list[Node]:
    ended = []
    for ending in plan.endings:
        node = locked.nodes[ending.node]
        if node.state != "open":
            continue
        node.version += 1
        if ending.outcome == "done":
            node.finish(on=ending.on or on, by=None, outcome="", values=node.values)
        else:
            node.drop(reason=ending.reason)
        ended.append(node)
    return ended


def _open(locked: Locked, plan: Plan, on: dt.date) -> list[Node]:
    case = locked.case
    opened = []
    for opening in plan.openings:
        node = Node(
            case=case,
            court_id=case.court_id,
            team_id=case.team_id,
            owner_id=case.owner_id,
            kind=opening.kind,
            subject_id=opening.subject,
            run=opening.run,
            opened_on=opening.done_on or on,
            group=group_of(locked.book.owner(opening.kind)),
        )
        if opening.done_on is not None:
            node.finish(on=opening.done_on, by=None, outcome="", values={})
        opened.append(node)
    return opened


def _end_tasks(locked: Locked, nodes: Iterable[Node], on: dt.date) -> list[Task]:
    """Nobody has a node in hand that is no longer open: done by its doer, or no longer theirs to do."""
    ended = []
    closed = {node.pk: node for node in nodes if node.state != "open"}
    for task in locked.tasks:
        if not task.is_live or (node := closed.get(task.node_id)) is None:
            continue
        if task.state == "held" and node.done_by_id == task.doer_id:
            task.finish(on=max(on, task.since))
        else:
            task.lapse(on=max(on, task.since))
        ended.append(task)
    if ended:
        Task.objects.bulk_update(ended, ["state", "until"])
    return ended


def _save(locked: Locked, facts: list[Fact], nodes: list[Node]) -> None:
    """Write the facts, the new and changed nodes and the case; one statement."""
    rows = _to_save(locked, nodes)
    write_state(locked.case, facts, rows)
    locked.nodes.update({node.pk: node for node in rows})


def _to_save(locked: Locked, nodes: list[Node]) -> list[Node]:
    """The nodes as they are written, each once, in the hands that hold the case; the case is one version further."""
    case = locked.case
    case.version += 1
    rows = list({(n.subject_id, n.kind, n.run): n for n in nodes}.values())
    for node in rows:
        node.team_id, node.owner_id = case.team_id, case.owner_id
    return rows


def _run_clocks(locked: Locked, plan: Plan, at: dt.datetime, *, silent: bool) -> list[Deadline]:
    turn = _turn(locked, plan)
    written = clocks.apply(
        turn.changes,
        holder=turn.holder,
        book=turn.book,
        calendar=turn.calendar,
        node_of=turn.node_of,
        kept=turn.kept,
        at=at,
        silent=silent,
    )
    locked.clocks.update({row.pk: row for row in written})
    return written


def _turn(locked: Locked, plan: Plan) -> clocks.Turn:
    case = locked.case
    return clocks.Turn(
        plan.clocks,
        holder=Holder(case.court_id, case.team_id, case.owner_id, case.pk),
        book=locked.book,
        calendar=locked.calendar,
        node_of={(n.kind, n.subject_id): n.pk for n in locked.nodes.values() if n.state in ("open", "done")},
        kept=locked.clocks,
    )


def _trace(locked: Locked, node: Node) -> dict[str, Any]:
    """Who had the node of this act in hand, in which unit, on whose instruction (SQ 第五条)."""
    task = next((t for t in locked.tasks if t.node_id == node.pk and t.state in ("held", "done")), None)
    return (
        {}
        if task is None
        else {"doer": task.doer_id, "unit": task.unit_id, "by": task.by_id, "words": task.words}
    )


def _append(
    locked: Locked, act: Act, rows: Iterable[Any], drafted: Drafted, actor: str, at: dt.datetime
) -> Event:
    draft = _drafted(locked, act, rows, drafted)
    event = log.extend(
        stream=locked.case.about,
        after=(locked.seq, locked.digest),
        actor=actor,
        at=at,
        court_id=locked.case.court_id,
        drafts=[draft],
        firsts=drafted.events,
    )[0]
    locked.seq, locked.digest = event.seq, bytes(event.digest)
    return event


def _drafted(locked: Locked, act: Act, rows: Iterable[Any], drafted: Drafted) -> Draft:
    """The event of an act, not yet written, with the images of every row."""
    data = {
        **act.data,
        **({"node": act.node.pk, "kind": act.node.kind, "values": act.values} if act.node else {}),
        **({"outcome": act.outcome} if act.outcome else {}),
        **({"task": trace} if act.node and (trace := _trace(locked, act.node)) else {}),
        **({"warnings": [w.rule.id for w in act.warnings]} if act.warnings else {}),
        **({"papers": [paper.pk for paper in drafted.papers]} if drafted.papers else {}),
        "happened": [[event, subject] for event, subject in act.happened],
        "facts": [[subject, key, value] for subject, key, value in act.facts],
        "rows": [image_of(row) for row in rows],
    }
    return Draft(kind=act.kind, data=data, key=act.key, effective_on=act.on)
