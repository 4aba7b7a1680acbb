"""May this person decide? Asked inside the verb, after the lock; one rule for the verb and for the list."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from approvals.models import Request
from courts.models import User
from kernel.errors import NotAllowed
from kernel.time import today


def may_ask(actor: User) -> None:
    """Only court staff asks; whether for this matter, the asking floor knows. Raises NotAllowed."""
    if actor.kind != User.Kind.STAFF or not actor.is_active:
        raise NotAllowed(_("只有法院人员可以提请审批。"), code="APPROVAL-STAFF", fix=_("由承办人提请。"))


def may_decide(request: Request, actor: User, at: dt.datetime) -> None:
    """The actor holds the role of the present step where the request lies, did not ask for it, and has not
    assented at an earlier step (分权: JZ 三(二)6). Raises NotAllowed.
    """
    if actor.pk == request.asked_by_id:
        raise NotAllowed(
            _("自己提请的事项不能由自己审批。"), code="APPROVAL-ASKER", fix=_("由其他有审批权的人员审批。")
        )
    if request.assents.filter(by=actor).exists():
        raise NotAllowed(
            _("您已经在前一层级审批过这一事项。"), code="APPROVAL-TWICE", fix=_("由下一层级的人员审批。")
        )
    if not Request.objects.filter(pk=request.pk).in_hands_of(actor, today(at)).exists():
        raise NotAllowed(
            _("这一事项现在由%s审批。") % request.role_zh, code="APPROVAL-ROLE", fix=_("请该角色的人员审批。")
        )


def may_withdraw(request: Request, actor: User) -> None:
    """Only who asked takes it back. Raises NotAllowed."""
    if actor.pk != request.asked_by_id:
        raise NotAllowed(
            _("只有提请人可以撤回。"), code="APPROVAL-WITHDRAW", fix=_("不同意的，请填写不予批准的意见。")
        )
