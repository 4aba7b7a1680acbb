"""Who may do what with texts, messages and numbers. Asked inside the verb."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from courts.administering import administered
from courts.models import Court, User
from kernel.errors import NotAllowed, NotFound
from notices.models import Message


def kept_courts(user: User) -> QuerySet[Court]:
    """Whose texts and switch a person keeps: the command centre those of its court (JZ-08), an administrator as set."""
    if not user.is_superuser and not user.scope.may("texts", "W"):
        return Court.objects.none()
    own = Court.objects.filter(pk__in=user.scope.courts)
    return own | administered(user)


def check_may_maintain(user: User, court_id: int) -> None:
    """Texts and the switch of a court. Raises NotAllowed."""
    if not kept_courts(user).filter(pk=court_id).exists():
        raise NotAllowed(_("只有执行指挥中心可以维护本院的短信推送。"), fix=_("请联系执行指挥中心。"))


def check_may_handle(user: User, court_id: int) -> None:
    """Numbers and undelivered messages of a court: whoever works on tasks there. Raises NotAllowed."""
    works = user.kind == user.Kind.STAFF and (user.scope.may("tasks", "W") or user.scope.may("tasks", "A"))
    if not works or court_id not in user.scope.courts | user.scope.home:
        raise NotAllowed(_("您没有处理短信的权限。"), fix=_("请联系承办人或执行指挥中心。"))


def check_sees(user: User, message: Message) -> None:
    """What a person may not see does not exist for them. Raises NotFound."""
    if not Message.objects.visible_to(user).filter(pk=message.pk).exists():
        raise NotFound(_("没有这条消息。"))
