"""集约事项: claim a node of a group's queue, hand it on, return it; a judge's task sheets. No clock ever stops for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases import handovers
from cases.actions.completing import lock_node
from cases.models import Node, Task
from cases.perform import Act, guard, known, perform
from cases.policy import in_reach, may, may_claim, still_open
from cases.snapshot import Locked
from courts.models import User
from courts.scope import roles
from courts.selectors import unit_on
from events.models import Event
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed, WrongState
from kernel.time import today
from notices.inapp import StaffNotice, tell_staff
from regimes.guards import Finding

TOLD: Mapping[str, Any] = {
    "task.given": _lazy("%(who)s给您下达任务单：%(number)s“%(node)s”，%(words)s"),
    "task.offered": _lazy("%(who)s向您移交%(number)s“%(node)s”，请接收或者拒绝：%(words)s"),
    "task.refused": _lazy("%(who)s没有接收您移交的%(number)s“%(node)s”，仍由您办理，请协商：%(words)s"),
}
TOPICS: Mapping[str, str] = {"task.given": "任务单", "task.offered": "事项移交", "task.refused": "事项移交"}
# What leaves a refusal standing; every other act on a node says who does it, which ends the dispute.
OPEN_TO_DISPUTE = ("task.offered", "task.refused")


def claim_node(*, node_id: int, actor: User, at: dt.datetime, key: str) -> Event:
    """领办: take a node out of the queue of one's group. Of two who claim at once, one wins.

    Raises NotFound, NotAllowed (another group's), Conflict (in somebody's hands, or done).
    """
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.taken", data={"node": node_id})) is not None:
            return event
        _check_open(locked, node)
        may_claim(locked, actor, node)
        _check_free(locked, node)
        task = _new(locked, node, doer=actor, by=None, way=Task.Way.CLAIM, words="", at=at)
        return _record(locked, "task.taken", key, node, [task], actor, at)


def claim_nodes(
    *, node_ids: Sequence[int], actor: User, at: dt.datetime, key: str
) -> tuple[list[Event], list[tuple[int, DomainError]]]:
    """批量领办: each by itself, so that one which somebody else took does not hold up the others. (taken, refused)."""
    taken, refused = [], []
    for node_id in sorted(set(node_ids)):
        try:
            taken.append(claim_node(node_id=node_id, actor=actor, at=at, key=f"{key}:{node_id}"))
        except DomainError as error:
            refused.append((node_id, error))
    return taken, refused


def give_sheet(*, node_id: int, doer: User, words: str, actor: User, at: dt.datetime, key: str) -> Event:
    """任务单 (LY 三(一)3, SQ 第五条): a judge or leader gives a work item to a colleague with an instruction.

    Whoever had it in hand gives it up; so the director also decides a hand-over that was refused.
    Raises NotAllowed (role), WrongState (a guard: not a quota judge, an item of another group), BadInput.
    """
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.given", data={"node": node_id, "doer": doer.pk})) is not None:
            return event
        return give(locked, node, doer, words, actor, at, key)


def give(locked: Locked, node: Node, doer: User, words: str, actor: User, at: dt.datetime, key: str) -> Event:
    """give_sheet for a case that is locked."""
    may(actor, "task_sheet", "W", _("分派工作事项"))
    in_reach(locked, actor)
    _check_open(locked, node)
    _need(words, "words", _("没有写明要办什么。"), _("例如 今天内发出执行通知书。"))
    _check_doer(locked, node, doer)
    warnings = guard(locked, "assign_work_item", {"assigner_post": actor.post}, subject=node.subject_id)
    item = locked.book.item_no(node.kind)
    if item:
        brought = {"article7_item_no": item, "owner_group": _group_for(locked, node, doer)}
        warnings += guard(locked, "set_task_owner", brought, subject=node.subject_id)
    ended = _give_up(locked, node, at)
    task = _new(locked, node, doer=doer, by=actor, way=Task.Way.SHEET, words=words, at=at)
    return _record(locked, "task.given", key, node, [*ended, task], actor, at, warnings)


def offer_node(*, node_id: int, to: User, reason: str, actor: User, at: dt.datetime, key: str) -> Event:
    """移交: offer a node in one's hands to a colleague. It stays in one's hands, and its clocks run, until accepted."""
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.offered", data={"node": node_id, "doer": to.pk})) is not None:
            return event
        return offer(locked, node, to, reason, actor, at, key)


def offer(locked: Locked, node: Node, to: User, reason: str, actor: User, at: dt.datetime, key: str) -> Event:
    """offer_node for a case that is locked."""
    _check_open(locked, node)
    held = _own(locked, node, actor)
    _need(reason, "reason", _("没有填写移交理由。"), _("例如 外出培训一周。"))
    if locked.offered(node.pk) is not None:
        raise Conflict(
            _("这一事项已在移交中，等待对方接收。"),
            code="TASK-OFFERED",
            fix=_("等对方接收或拒绝后再办。"),
        )
    if to.pk == held.doer_id:
        raise BadInput(_("不能移交给自己。"), field="doer", fix=_("另选一名同事。"))
    _check_doer(locked, node, to)
    task = _new(locked, node, doer=to, by=actor, way=Task.Way.HANDOVER, words=reason, at=at, offered=True)
    return _record(locked, "task.offered", key, node, [task], actor, at)


def accept_node(*, node_id: int, actor: User, at: dt.datetime, key: str) -> Event:
    """接收: from now on the node is in the receiver's hands."""
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.accepted", data={"node": node_id})) is not None:
            return event
        offered = _offered_to(locked, node, actor)
        ended = _give_up(locked, node, at, but=offered)
        offered.accept(on=today(at))
        # The giver's row first: at no moment may two hold the node.
        offered.save()
        return _record(locked, "task.accepted", key, node, [*ended, offered], actor, at)


def refuse_node(*, node_id: int, reason: str, actor: User, at: dt.datetime, key: str) -> Event:
    """拒绝接收 (SQ 第二十六条): the node stays where it was and its clocks run on; the dispute gets a clock of its own."""
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.refused", data={"node": node_id})) is not None:
            return event
        offered = _offered_to(locked, node, actor)
        _need(reason, "reason", _("没有填写拒绝接收的理由。"), _("例如 不属于本组事项。"))
        offered.refuse(on=today(at), why=reason)
        offered.dispute = handovers.dispute_of(locked, node)
        offered.save()
        return _record(locked, "task.refused", key, node, [offered], actor, at)


def settle_handover(*, node_id: int, words: str, actor: User, at: dt.datetime, key: str) -> Event:
    """协商结果 (SQ 第二十六条): after a refusal the one who has the node, or a leader, records that it stays there.

    A leader who wants another to do it gives a task sheet. Raises NotAllowed, WrongState (nothing was refused).
    """
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.settled", data={"node": node_id})) is not None:
            return event
        _check_open(locked, node)
        held = locked.held(node.pk)
        if held is None or held.doer_id != actor.pk:
            may(actor, "task_sheet", "W", _("决定移交争议"))
            in_reach(locked, actor)
        if held is None or not handovers.open_disputes(locked, {node.pk}):
            raise WrongState(_("这一事项没有被拒绝接收的移交。"), fix=_("刷新页面，争议可能已经了结。"))
        _need(words, "reason", _("没有写明协商结果。"), _("例如 双方同意仍由本人办理。"))
        return _record(locked, "task.settled", key, node, [held], actor, at, said=words.strip())


def return_node(*, node_id: int, reason: str, actor: User, at: dt.datetime, key: str) -> Event:
    """退回: put a node back into the queue of its group, or to the handler, with the reason."""
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.returned", data={"node": node_id})) is not None:
            return event
        held = _own(locked, node, actor)
        _need(reason, "reason", _("没有填写退回理由。"), _("例如 材料不齐，待立案窗口补正。"))
        ended = _lapse_offer(locked, node, at)
        held.give_back(on=today(at), why=reason)
        held.save()
        return _record(locked, "task.returned", key, node, [*ended, held], actor, at)


def move_node(*, node_id: int, group: str, reason: str, actor: User, at: dt.datetime, key: str) -> Event:
    """改派: give a node to the queue of another group, or "" back to the handler; the pack may refuse (SQ-G-ITEM-01)."""
    with transaction.atomic(durable=True):
        locked, node = lock_node(node_id=node_id, actor=actor, key=key)
        if (event := known(locked, kind="task.moved", data={"node": node_id, "group": group})) is not None:
            return event
        may(actor, "task_sheet", "W", _("改派事项"))
        in_reach(locked, actor)
        _check_open(locked, node)
        _need(reason, "reason", _("没有填写改派理由。"), _("例如 由指挥调度组统一办理。"))
        if group and not roles().get(group, {}).get("queue"):
            raise BadInput(_("没有这个小组。"), field="group", fix=_("从小组名单中选择。"))
        brought = {"article7_item_no": locked.book.item_no(node.kind), "owner_group": group}
        warnings = guard(locked, "set_task_owner", brought, subject=node.subject_id)
        ended = _give_up(locked, node, at)
        before, node.group = node.group, group
        node.version += 1
        act = Act(
            kind="task.moved",
            key=key,
            on=today(at),
            nodes=[node],
            rows=ended,
            data={"node": node.pk, "kind": node.kind, "from": before, "group": group, "reason": reason},
            warnings=warnings,
            quiet=True,
        )
        act.happened += handovers.settle(locked, act, {node.pk})
        return perform(locked, act, actor=actor, at=at)


def _new(
    locked: Locked,
    node: Node,
    *,
    doer: User,
    by: User | None,
    way: str,
    words: str,
    at: dt.datetime,
    offered: bool = False,
) -> Task:
    task = Task(
        case=locked.case,
        node=node,
        unit=unit_on(doer, today(at), function=node.group),
        doer=doer,
        by=by,
        way=way,
        words=words.strip(),
        since=today(at),
        state="offered" if offered else "held",
    )
    task.save()
    locked.tasks.append(task)
    return task


def _record(
    locked: Locked,
    kind: str,
    key: str,
    node: Node,
    tasks: Sequence[Task],
    actor: User,
    at: dt.datetime,
    warnings: Sequence[Finding] = (),
    said: str = "",
) -> Event:
    """The event of an act on tasks; the last task is the one it is about. Whom it concerns is told in-app.

    said: the words of an act that leaves the task as it was.
    """
    task = tasks[-1]
    data = {
        "node": node.pk,
        "kind": node.kind,
        "doer": task.doer_id,
        "by": task.by_id,
        "unit": task.unit_id,
        "words": said or task.answer or task.words,
    }
    act = Act(
        kind=kind,
        key=key,
        on=today(at),
        rows=list(tasks),
        data=data,
        warnings=list(warnings),
        quiet=True,
    )
    if kind == "task.refused":
        act.happened.append((handovers.REFUSED, task.dispute_id))
        act.rows.append(task.dispute)
    elif kind not in OPEN_TO_DISPUTE:
        act.happened += handovers.settle(locked, act, {node.pk})
    event = perform(locked, act, actor=actor, at=at)
    to = task.by_id if kind == "task.refused" else task.doer_id
    if kind in TOLD and to is not None and to != actor.pk:
        tell_staff([_notice(locked, node, task, event, actor, to)], at=at)
    return event


def _notice(locked: Locked, node: Node, task: Task, event: Event, actor: User, to: int) -> StaffNotice:
    """What the member reads: who gives, offers or refuses what, in which case, in which words."""
    case = locked.case
    text = TOLD[event.kind] % {
        "who": actor.full_name,
        "node": locked.book.node(node.kind).zh,
        "number": case.number,
        "words": task.answer or task.words,
    }
    return StaffNotice(
        court_id=case.court_id,
        team_id=case.team_id,
        owner_id=case.owner_id,
        about=case.about,
        case_id=case.pk,
        topic=TOPICS[event.kind],
        rule_id="",
        node=node.kind,
        level="info",
        to_user_id=to,
        text=text,
        key=f"{event.pk}:task:{task.pk}",
    )


def _give_up(locked: Locked, node: Node, at: dt.datetime, but: Task | None = None) -> list[Task]:
    """End whatever stands on the node: the one who has it passes it on, an offer that is not `but` lapses."""
    ended = []
    for task in locked.tasks:
        if task.node_id != node.pk or task is but or not task.is_live:
            continue
        if task.state == "held":
            task.pass_on(on=today(at))
        else:
            task.lapse(on=today(at))
        task.save()
        ended.append(task)
    return ended


def _lapse_offer(locked: Locked, node: Node, at: dt.datetime) -> list[Task]:
    offered = locked.offered(node.pk)
    if offered is None:
        return []
    offered.lapse(on=today(at))
    offered.save()
    return [offered]


def _check_open(locked: Locked, node: Node) -> None:
    if not locked.book.node(node.kind).outlives_closing:
        still_open(locked)
    if node.state != "open":
        raise Conflict(
            _("“%(node)s”已经%(state)s，您看到的是旧页面。")
            % {"node": locked.book.node(node.kind).zh, "state": node.get_state_display()},
            code="NODE-STATE",
            fix=_("刷新页面查看最新情况。"),
        )


def _check_free(locked: Locked, node: Node) -> None:
    held = locked.held(node.pk)
    if held is not None:
        raise Conflict(
            _("“%(node)s”已由%(name)s领办。")
            % {"node": locked.book.node(node.kind).zh, "name": held.doer.full_name},
            code="TASK-HELD",
            fix=_("刷新页面，领办其他事项；确需转办的，请对方移交或退回。"),
        )


def _own(locked: Locked, node: Node, actor: User) -> Task:
    held = locked.held(node.pk)
    if held is None or held.doer_id != actor.pk:
        raise NotAllowed(_("这一事项不在您手上。"), fix=_("刷新页面查看现在由谁办理。"))
    return held


def _offered_to(locked: Locked, node: Node, actor: User) -> Task:
    offered = locked.offered(node.pk)
    if offered is None or offered.doer_id != actor.pk:
        raise WrongState(_("没有等您接收的移交。"), fix=_("刷新页面，对方可能已经撤回或事项已办结。"))
    return offered


def _check_doer(locked: Locked, node: Node, doer: User) -> None:
    """The receiver works in this court, is active, and may see and do the node. Raises BadInput."""
    if doer.court_id != locked.case.court_id or not doer.is_active or doer.kind != User.Kind.STAFF:
        raise BadInput(_("%s不是本院在岗人员。") % doer, field="doer", fix=_("从本院人员中选择。"))
    if not Node.objects.visible_to(doer).filter(pk=node.pk).exists():
        raise BadInput(_("%s看不到本案。") % doer, field="doer", fix=_("选择本组或承办团队的人员。"))


def _group_for(locked: Locked, node: Node, doer: User) -> str:
    """The group as whose member the doer would work: the node's, if they belong to it."""
    return node.group if (locked.case.court_id, node.group) in doer.scope.groups else ""


def _need(words: str, field: str, wrong: str, fix: str) -> None:
    if not words.strip():
        raise BadInput(wrong, field=field, fix=fix)
