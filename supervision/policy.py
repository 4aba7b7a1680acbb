"""May this person do this with a supervision order? Asked inside the verb, after the lock, and by the pages."""

from __future__ import annotations

from django.utils.translation import gettext as _

from cases.models import Case
from courts.models import User
from kernel.errors import NotAllowed
from supervision.models import Order


def may_issue(case: Case, actor: User) -> bool:
    """The command centre, the court above, and those who lead the whole court of the case."""
    return _leads(actor) and case.court_id in actor.scope.courts


def may_order_somewhere(actor: User) -> bool:
    """Whether lists offer 督办 at their rows: who may issue in some court in reach."""
    return _leads(actor) and bool(actor.scope.courts)


def _leads(actor: User) -> bool:
    scope = actor.scope
    return scope.may("clocks", "W") or scope.may("clocks", "S") or scope.may("tasks", "A")


def may_direct(order: Order, actor: User) -> bool:
    """Who may say whether an answer does: who could issue it, in the court that did or to which it was taken."""
    directing = {order.court_id, order.superior_id}
    return may_issue(order.case, actor) and actor.court_id in directing


def may_answer(order: Order, actor: User) -> bool:
    """Whoever works on the case or leads the court it is in; nobody answers an order of their own."""
    case, scope = order.case, actor.scope
    if actor.pk == order.issued_by_id:
        return False
    if scope.holds(case.owner_id):
        return True
    works = scope.may("tasks", "W") or scope.may("tasks", "A")
    return works and (case.team_id in scope.teams or case.court_id in scope.courts)


def require(allowed: bool, what: str, fix: str) -> None:
    """Raises NotAllowed in words."""
    if not allowed:
        raise NotAllowed(what, fix=fix)


def require_issue(case: Case, actor: User) -> None:
    """Raises NotAllowed."""
    require(
        may_issue(case, actor),
        _("您没有发起督办的权限。"),
        _("由执行指挥中心、局院领导或者上级法院执行局发起。"),
    )


def require_direct(order: Order, actor: User) -> None:
    """Raises NotAllowed."""
    require(
        may_direct(order, actor),
        _("只有交办法院可以处理这件督办。"),
        _("请交办法院的指挥中心或者局院领导办理。"),
    )


def require_answer(order: Order, actor: User) -> None:
    """Raises NotAllowed."""
    require(
        may_answer(order, actor),
        _("您不能反馈这件督办。"),
        _("由案件承办人、所在团队或者承办法院的负责人反馈；交办人不能反馈自己交办的督办。"),
    )
