"""May this person do this? Asked inside the verb, after the lock."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from cases.models import Access, Node
from cases.snapshot import Locked
from courts.models import User
from courts.scope import group_name
from kernel.errors import NotAllowed, NotFound, WrongState
from regimes import flow
from regimes.vocabulary import load_vocabulary

# Which area's W right completes the nodes of a stage, for people who are not the handler.
STAGE_AREA = {
    "intake": "documents",
    "investigation": "query",
    "control": "measures",
    "disposal": "disposal",
    "payout": "fund_request",
    "archive": "termination_request",
}


def may_work_on(locked: Locked, actor: User, node: Node) -> None:
    """The handler may do every node of the case; who has it in hand; members of the group that owns it, while nobody
    has; others of the court those that their role writes. Raises NotAllowed.
    """
    case = locked.case
    held = locked.held(node.pk)
    if actor.scope.holds(case.owner_id) or held is not None and actor.scope.holds(held.doer_id):
        return
    definition = locked.book.node(node.kind)
    if held is not None:
        raise NotAllowed(
            _("“%(node)s”已由%(name)s领办。") % {"node": definition.zh, "name": held.doer.full_name},
            fix=_("请其移交或者退回后再办。"),
        )
    if in_group(locked, actor, node):
        return
    in_reach = case.court_id in actor.scope.courts or case.team_id in actor.scope.teams
    holds_node = actor.scope.has(definition.owner)
    area = STAGE_AREA.get(definition.stage, "tasks")
    if in_reach and (holds_node or actor.scope.may(area, "W")):
        return
    raise NotAllowed(
        _("您没有办理“%s”的权限。") % definition.zh,
        fix=_("由承办人办理，或请团队长把案件交给您。"),
    )


def in_group(locked: Locked, actor: User, node: Node) -> bool:
    """Whether the node lies in the queue of a group the person belongs to today."""
    return bool(node.group) and (locked.case.court_id, node.group) in actor.scope.groups


def may_claim(locked: Locked, actor: User, node: Node) -> None:
    """A member of the group that owns the node. Raises NotAllowed."""
    if in_group(locked, actor, node):
        return
    name = locked.book.node(node.kind).zh
    if not node.group:
        raise NotAllowed(
            _("“%s”不是集约事项，由承办人办理。") % name, fix=_("请承办人办理，或由其分派任务单。")
        )
    raise NotAllowed(
        _("“%(node)s”归%(group)s办理，您不是该组成员。") % {"node": name, "group": group_name(node.group)},
        fix=_("请该组人员领办。"),
    )


def may(actor: User, area: str, letter: str, words: str) -> None:
    """The person's role has the letter in the area. words: what was tried, for the refusal. Raises NotAllowed."""
    if not actor.scope.may(area, letter):
        raise NotAllowed(
            _("您没有%s的权限。") % words, fix=_("请有此权限的同事办理，或请系统管理员调整角色。")
        )


def in_reach(locked: Locked, actor: User) -> None:
    """The case lies in the person's scope or is their own. Raises NotAllowed."""
    case = locked.case
    if (
        not actor.scope.holds(case.owner_id)
        and case.court_id not in actor.scope.courts
        and case.team_id not in actor.scope.teams
    ):
        raise NotAllowed(_("案件不在您的管理范围内。"), fix=_("请承办人或其团队长办理。"))


def reads_for(locked: Locked, actor: User, party_id: int, on: dt.date) -> Access:
    """The person's access to the case for this party on a day. Raises NotFound for a party of another side."""
    mine = Access.objects.in_force(on).filter(case=locked.case, user=actor, party_id=party_id)
    access = mine.select_related("party").first()
    if access is None:
        raise NotFound(_("没有这个案件，或您无权办理。"), fix=_("请重新登录，或拨打法院电话核对。"))
    return access


def still_open(locked: Locked) -> None:
    """The case is not closed, archived or cancelled. Raises WrongState."""
    if not locked.case.is_open:
        raise WrongState(
            _("案件%s，不能再办理。") % locked.case.get_state_display(), fix=_("需要继续执行的，先恢复执行。")
        )


STOPPED_STAGES = ("control", "disposal")
"""What a hold on the whole case stops of the work; what is only noted or found out goes on."""


def not_stopped(locked: Locked, kind: str, subject: int, words: str = "") -> None:
    """No open hold stops this kind of node for this subject. words: what is done, else the
    name of the node. Raises WrongState naming the hold.
    """
    stage = locked.book.node(kind).stage
    line = {subject, *flow.View(locked.state()).above(subject)}
    for interval in locked.intervals:
        if interval.rules or interval.last is not None:
            continue
        if interval.subject is not None and interval.subject not in line:
            continue
        if kind in interval.stops or (not interval.stops and stage in STOPPED_STAGES):
            cause = load_vocabulary().intervals.get(interval.kind, interval.kind)
            raise WrongState(
                _("“%(what)s”自%(first)s起停止：%(cause)s。")
                % {
                    "what": words or locked.book.node(kind).zh,
                    "first": interval.first.isoformat(),
                    "cause": cause,
                },
                code="HOLD",
                fix=_("停止的事由消失后，先解除停止，再办理。"),
            )
