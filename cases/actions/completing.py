"""The verb that officers use all day: complete a node with what its form recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Node
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_group, may_work_on, not_stopped
from cases.snapshot import Locked, lock_case_of_node
from courts.models import User
from events.models import Event
from kernel.errors import Conflict, NotFound, WrongState
from kernel.time import today
from regimes import flow
from regimes.guards import Finding, check
from regimes.nodes import NodeDef, clean

DOING = "do_work_item"


BY_THE_BOOKS = ("escrow",)
"""Forms of nodes that only a movement of money completes."""


def complete_node(
    *,
    node_id: int,
    seen_version: int,
    values: Mapping[str, Any],
    actor: User,
    at: dt.datetime,
    key: str,
    on: dt.date | None = None,
    quiet: bool = False,
) -> Event:
    """办结节点: complete a node with its declared form. Returns the event; the same key again returns the same one.

    values: field key -> value as the form gives it. on: day of the act when the form has no dated field; default today.
    quiet: a back-dated entry of old work, of which no party is told.
    Raises NotFound, NotAllowed, BadInput (field named), WrongState (guard or state), Conflict (version, key).
    """
    with transaction.atomic(durable=True):
        return complete_seen(
            node_id=node_id,
            seen_version=seen_version,
            values=values,
            actor=actor,
            at=at,
            key=key,
            on=on,
            quiet=quiet,
        )


def complete_seen(
    *,
    node_id: int,
    seen_version: int,
    values: Mapping[str, Any],
    actor: User,
    at: dt.datetime,
    key: str,
    on: dt.date | None = None,
    quiet: bool = False,
) -> Event:
    """complete_node within the caller's transaction, which holds no case yet."""
    locked, node = lock_node(node_id=node_id, actor=actor, key=key)
    if (event := known(locked, kind="node.completed", data={"node": node_id})) is not None:
        return event
    warnings = may_do(locked, actor, node)
    check_open(locked, node, seen_version)
    if locked.book.node(node.kind).form in BY_THE_BOOKS:
        raise WrongState(
            _("“%s”随款项的办理自动办结。") % locked.book.node(node.kind).zh, fix=_("在案款页办理这笔款项。")
        )
    act = act_of(locked, node, values, at=at, key=key, on=on)
    act.warnings += warnings
    act.quiet = quiet or locked.case.imported and act.on < locked.case.created_at.date()
    return perform(locked, act, actor=actor, at=at)


def lock_node(*, node_id: int, actor: User, key: str) -> tuple[Locked, Node]:
    """Lock the case of a node that this person may see. Raises NotFound."""
    locked = lock_case_of_node(node_id=node_id, key=key, user=actor)
    if locked is None:
        raise NotFound(_("没有这个节点，或您无权办理。"), fix=_("从“我的节点”重新进入。"))
    return locked, locked.nodes[node_id]


def may_do(locked: Locked, actor: User, node: Node) -> list[Finding]:
    """May this person do the node, and on whose instruction (SQ 第五条)? The warnings of the rules.

    Raises NotAllowed, WrongState (guard).
    """
    may_work_on(locked, actor, node)
    if not locked.book.guards.get(DOING):
        return []
    held = locked.held(node.pk)
    sent = held is not None and (
        held.way == "sheet" or held.way == "handover" and is_handler(locked, held.by_id)
    )
    brought = {
        "doer_assists": not actor.scope.holds(locked.case.owner_id)
        and not actor.scope.may("task_sheet", "W"),
        "item_of_own_group": in_group(locked, actor, node) or actor.scope.has(locked.book.owner(node.kind)),
        "instruction_present": sent,
    }
    return guard(locked, DOING, brought, subject=node.subject_id)


def is_handler(locked: Locked, user_id: int | None) -> bool:
    """Whether this is the person who holds the case."""
    return user_id is not None and user_id == locked.case.owner_id


def check_open(locked: Locked, node: Node, seen_version: int) -> None:
    """The node is still open, as the person saw it, and stopped by no hold. Raises WrongState or Conflict."""
    definition = locked.book.node(node.kind)
    if not locked.case.is_open and not definition.outlives_closing:
        raise WrongState(
            _("案件已结案，不能再办理这个节点。"), fix=_("需要继续办理的，先恢复执行或撤销结案。")
        )
    if node.state != "open":
        raise Conflict(
            _("“%(node)s”已经%(state)s，您看到的是旧页面。")
            % {"node": definition.zh, "state": node.get_state_display()},
            code="NODE-STATE",
            fix=_("刷新页面查看最新情况。"),
            detail={"node": node.pk, "done_on": node.done_on and node.done_on.isoformat()},
        )
    if node.version != seen_version:
        raise Conflict(
            _("“%s”在您打开页面后被改动过，本次没有保存。") % definition.zh,
            code="NODE-VERSION",
            fix=_("刷新页面，核对变化后再提交。"),
            detail={"node": node.pk, "version": node.version, "values": node.values},
        )
    not_stopped(locked, node.kind, node.subject_id)


def act_of(
    locked: Locked,
    node: Node,
    values: Mapping[str, Any],
    *,
    at: dt.datetime,
    key: str,
    on: dt.date | None = None,
    past: bool = False,
) -> Act:
    """The act that a node's declared form describes, its guards asked. Raises BadInput, WrongState.

    past: done before the case came into this system: what the guards say is kept with it and stops nothing, no paper
    is made of it and no party is told.
    """
    definition = locked.book.node(node.kind)
    cleaned = clean(definition, values)
    day = _day(definition, cleaned, on, at)
    check_day(locked, day, at, field=day_field(definition))
    facts = facts_of(definition, cleaned)
    brought = {**facts, "service_attempt_no": node.run}
    if past:
        view = {**flow.View(locked.state()).facts(node.subject_id), **brought}
        warnings = [found for name in definition.actions for found in check(locked.book, name, view)]
    else:
        warnings = guard(locked, definition.actions, brought, subject=node.subject_id)
    merged = {**flow.View(locked.state()).facts(node.subject_id), **facts}
    act = Act(
        kind="node.completed",
        key=key,
        on=day,
        node=node,
        outcome=str(cleaned.get("outcome", "")),
        values=cleaned,
        facts=[(node.subject_id, name, value) for name, value in facts.items()],
        papers=[] if past else list(definition.papers),
        quiet=past,
        paper_subject=node.subject_id,
        warnings=warnings,
    )
    for emission in definition.emits:
        if emission.when.evaluate(merged) is not True or (
            emission.filled and not cleaned.get(emission.filled)
        ):
            continue
        act.happened.append((emission.event, node.subject_id))
        if emission.at:
            act.days[(emission.event, node.subject_id)] = dt.date.fromisoformat(cleaned[emission.at])
    return act


def facts_of(definition: NodeDef, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that a form's values set: fields bound to a fact, and what the node sets by itself."""
    facts: dict[str, Any] = {f.fact: cleaned[f.key] for f in definition.fields if f.fact and f.key in cleaned}
    for name, given in definition.sets.items():
        match given:
            case {"filled": key}:
                facts[name] = bool(cleaned.get(key))
            case {"field": key, "is": wanted}:
                if cleaned.get(key) in wanted:
                    facts[name] = True
            case _:
                facts[name] = given
    return facts


def day_field(definition: NodeDef) -> str:
    """The field of a node's form that says when it was done."""
    return next((f.key for f in definition.fields if f.effective), "on")


def _day(definition: NodeDef, cleaned: Mapping[str, Any], on: dt.date | None, at: dt.datetime) -> dt.date:
    text = cleaned.get(day_field(definition))
    if text:
        return dt.date.fromisoformat(str(text)[:10])
    return on or today(at)
