"""May this person decide? Asked inside the verb, after the lock; one rule for the verb and for the list."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from approvals.models import Request
from approvals.querysets import deciding_as
from courts.models import User
from kernel.errors import NotAllowed
from kernel.time import today


def may_ask(actor: User) -> None:
    """Only court staff asks; whether for this matter, the asking floor knows. Raises NotAllowed."""
    if actor.kind != User.Kind.STAFF or not actor.is_active:
        raise NotAllowed(_("只有法院人员可以提请审批。"), code="APPROVAL-STAFF", fix=_("由承办人提请。"))


def may_decide(request: Request, actor: User, at: dt.datetime) -> int | None:
    """The actor holds the role of the present step where the request lies, or stands in for who does; neither of
    them asked for it or has answered at an earlier step (分权: JZ 三(二)6). Returns whom the actor answers for, or
    None in their own right. Raises NotAllowed.
    """
    on = today(at)
    here = Request.objects.filter(pk=request.pk)
    holding = [h for h in deciding_as(actor) if here.in_hands_of(actor, on, holder=h).exists()]
    free = [h for h in holding if here.clear_of({actor.pk, h}).exists()]
    if free:
        return None if free[0] == actor.pk else free[0]
    if holding or actor.pk == request.asked_by_id or request.assents.filter(by=actor).exists():
        _refuse_twice(request, {actor.pk, *holding})
    raise NotAllowed(
        _("这一事项现在由%s审批。") % request.role_zh, code="APPROVAL-ROLE", fix=_("请该角色的人员审批。")
    )


def _refuse_twice(request: Request, people: set[int]) -> None:
    """Raises NotAllowed: who asked does not decide, who answered does not answer again."""
    if {request.asked_by_id, request.asked_for_id} & people:
        raise NotAllowed(
            _("自己提请的事项不能由自己审批。"), code="APPROVAL-ASKER", fix=_("由其他有审批权的人员审批。")
        )
    raise NotAllowed(
        _("您已经在前一层级审批过这一事项。"), code="APPROVAL-TWICE", fix=_("由下一层级的人员审批。")
    )


def may_withdraw(request: Request, actor: User) -> None:
    """Only who asked takes it back, or who stands in for them, or for whom it was asked. Raises NotAllowed."""
    asked = {request.asked_by_id, request.asked_for_id} - {None}
    if not any(actor.scope.holds(person) for person in asked):
        raise NotAllowed(
            _("只有提请人可以撤回。"), code="APPROVAL-WITHDRAW", fix=_("不同意的，请填写不予批准的意见。")
        )
