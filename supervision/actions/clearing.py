"""清积计划 of a long-pending case: solution and day, part of the case's history (JZ 三(二)4)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Case
from cases.perform import Act, perform
from cases.snapshot import lock_case
from courts.models import User
from deadlines.models import Deadline
from events import log
from kernel import time
from kernel.errors import BadInput, WrongState
from supervision.actions.inspections import text_of
from supervision.inspections.models import ClearingPlan
from supervision.longpending import FLAG
from supervision.policy import require


def may_plan(case: Case, actor: User) -> bool:
    """Whoever handles the case or leads the team or court it is in."""
    scope = actor.scope
    works = scope.may("tasks", "W") or scope.may("tasks", "A")
    return (
        scope.holds(case.owner_id) or works and (case.team_id in scope.teams or case.court_id in scope.courts)
    )


def plan_clearing(
    *, case_id: int, cause: str, solution: str, target_on: dt.date, actor: User, at: dt.datetime, key: str
) -> ClearingPlan:
    """制定或修改清积计划. Raises NotFound, NotAllowed, BadInput, WrongState (the case is not in the ledger)."""
    cause = text_of(cause, "cause", _("没有写明原因。"), _("写明为什么长期未结。"), most=200)
    solution = text_of(solution, "solution", _("没有写明解决办法。"), _("写明下一步做什么。"))
    if target_on < time.today(at):
        raise BadInput(_("完成时间已经过去。"), field="target_on", fix=_("填写今天或者以后的日期。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        case = locked.case
        require(
            may_plan(case, actor),
            _("您不能制定这件案件的清积计划。"),
            _("由承办人或者所在团队、法院的负责人制定。"),
        )
        if log.find(case.about, key):
            return ClearingPlan.objects.get(case=case, replaced_at__isnull=True)
        if not Deadline.objects.flagging(at).filter(case_id=case.pk, flag=FLAG).exists():
            raise WrongState(_("这件案件不在长期未结案件台账中。"), fix=_("从台账中选择案件。"))
        old = ClearingPlan.objects.filter(case=case, replaced_at__isnull=True).first()
        rows = []
        if old is not None:
            old.replaced_at = at
            old.save(update_fields=["replaced_at"])
            rows.append(old)
        made = ClearingPlan.objects.create(
            case=case, cause=cause, solution=solution, target_on=target_on, written_by=actor, written_at=at
        )
        act = Act(
            kind="supervision.planned",
            key=key,
            on=time.today(at),
            rows=[*rows, made],
            data={"plan": made.pk, "target_on": target_on},
            quiet=True,
        )
        perform(locked, act, actor=actor, at=at)
    return made
