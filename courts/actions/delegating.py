"""外出代理: while someone is away, a colleague does the work, gets the reminders and answers the approvals."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from courts.administering import administered
from courts.models import Delegation, User
from events import log
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from kernel.time import today

LONGEST_DAYS = 366


def delegate(
    *,
    absent: User,
    to: User,
    first: dt.date,
    last: dt.date,
    reason: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Delegation:
    """登记外出代理, first to last day. Set by the absent person or by whoever assigns the cases of the court.

    One person has one delegate a day, and a delegate is there on all those days. It ends by itself. Writes
    delegation.set to "user:<absent>". Raises BadInput, NotAllowed.
    """
    with transaction.atomic(durable=True):
        people = User.objects.select_for_update().filter(pk__in=(absent.pk, to.pk)).order_by("pk")
        by_id = {person.pk: person for person in people}
        if (known := log.find(f"user:{absent.pk}", key)) is not None:
            return Delegation.objects.get(pk=known.data["delegation"])
        absent, to = by_id[absent.pk], by_id[to.pk]
        _may_set(absent, actor)
        _check(absent, to, first, last, reason, today(at))
        row = Delegation.objects.create(
            absent=absent,
            delegate=to,
            court_id=absent.court_id,
            first=first,
            last=last,
            reason=reason.strip(),
            set_by=actor,
            set_at=at,
        )
        data = {"delegation": row.pk, "delegate": to.pk, "first": first.isoformat(), "last": last.isoformat()}
        _tell(row, "delegation.set", actor, at, key, data)
    return row


def withdraw(*, delegation_id: int, actor: User, at: dt.datetime, key: str) -> Delegation:
    """撤回: the delegation ends now. By the absent person, or whoever assigns the cases. Raises NotFound, WrongState."""
    with transaction.atomic(durable=True):
        row = (
            Delegation.objects.select_for_update(of=("self",))
            .select_related("absent")
            .filter(pk=delegation_id)
            .first()
        )
        if row is None or not visible_to(actor).filter(pk=row.pk).exists():
            raise NotFound(_("没有这项代理。"), fix=_("刷新页面。"))
        _may_set(row.absent, actor)
        if log.find(f"user:{row.absent_id}", key) is not None:
            return row
        if row.withdrawn_at is not None or row.last < today(at):
            raise WrongState(_("这项代理已经结束。"), fix=_("刷新页面。"))
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        _tell(row, "delegation.withdrawn", actor, at, key, {"delegation": row.pk})
    return row


def may_set_for_others(actor: User) -> bool:
    """Whoever assigns cases may also say who stands in; so may an administrator, for one who is away and could not."""
    return actor.scope.may("assign", "W") or actor.scope.may("users", "W")


def visible_to(user: User) -> QuerySet[Delegation]:
    """Those about the person, and for whoever assigns cases those of their courts and teams."""
    if user.kind != User.Kind.STAFF:
        return Delegation.objects.none()
    mine = Q(absent=user) | Q(delegate=user)
    if may_set_for_others(user):
        mine |= Q(absent__in=reachable(user))
    return Delegation.objects.filter(mine)


def reachable(actor: User) -> QuerySet[User]:
    """Whose absence the actor may register: one's own; of the courts and the teams one leads, everyone's."""
    staff = User.objects.filter(kind=User.Kind.STAFF, is_active=True)
    scope = actor.scope.own or actor.scope
    if not may_set_for_others(actor):
        return staff.filter(pk=actor.pk)
    reach = Q(pk=actor.pk) | Q(court_id__in=scope.courts) | Q(pk__in=_of_teams(scope.teams))
    if actor.scope.may("users", "W"):
        reach |= Q(court__in=administered(actor))
    return staff.filter(reach)


def _of_teams(teams: frozenset[int]) -> QuerySet[User]:
    return User.objects.filter(memberships__unit_id__in=teams, memberships__until__isnull=True).values("pk")


def _may_set(absent: User, actor: User) -> None:
    if not actor.is_active or not reachable(actor).filter(pk=absent.pk).exists():
        raise NotAllowed(
            _("只能登记本人或者所管人员的外出代理。"), fix=_("由本人、团队长、执行局局长或者系统管理员登记。")
        )


def _check(absent: User, to: User, first: dt.date, last: dt.date, reason: str, day: dt.date) -> None:
    if absent.pk == to.pk:
        raise BadInput(_("不能由本人代理本人。"), field="to", fix=_("选择同院的其他人员。"))
    if (
        to.kind != User.Kind.STAFF
        or not to.is_active
        or to.court_id != absent.court_id
        or absent.court_id is None
    ):
        raise BadInput(_("代理人须是同一法院的在岗人员。"), field="to", fix=_("选择同院的其他人员。"))
    if absent.post == User.Post.QUOTA_JUDGE and to.post != User.Post.QUOTA_JUDGE:
        raise BadInput(
            _("员额法官外出的，须由员额法官代理。"), field="to", fix=_("选择员额法官，其他人员可以协助。")
        )
    if first < day:
        raise BadInput(_("首日不能早于今天。"), field="first", fix=_("从今天或者以后的日期开始。"))
    if last < first:
        raise BadInput(_("末日早于首日。"), field="last", fix=_("核对起止日期。"))
    if (last - first).days >= LONGEST_DAYS:
        raise BadInput(_("一次代理不超过一年。"), field="last", fix=_("长期离岗的，移交案件。"))
    if not reason.strip():
        raise BadInput(_("没有填写事由。"), field="reason", fix=_("例如出差、培训、休假。"))
    _check_others(absent, to, first, last)


def _check_others(absent: User, to: User, first: dt.date, last: dt.date) -> None:
    """One delegate a day, who is there himself; nobody answers for an absent one's absent one."""
    standing = Delegation.objects.filter(withdrawn_at__isnull=True, first__lte=last, last__gte=first)
    if (other := standing.filter(absent=absent).first()) is not None:
        raise BadInput(
            _("这段时间已经有代理（%(first)s 至 %(last)s）。") % {"first": other.first, "last": other.last},
            field="first",
            fix=_("先撤回原来的代理，或者改日期。"),
        )
    if standing.filter(absent=to).exists():
        raise BadInput(_("代理人这段时间自己也外出。"), field="to", fix=_("选择在岗的人员。"))
    if standing.filter(delegate=absent).exists():
        raise BadInput(_("外出人员这段时间正在代理他人。"), field="first", fix=_("先为被代理人另定代理人。"))


def _tell(
    row: Delegation, kind: str, actor: User, at: dt.datetime, key: str, data: dict[str, object]
) -> None:
    log.append(
        stream=f"user:{row.absent_id}",
        kind=kind,
        actor=actor.actor,
        at=at,
        key=key,
        data=data,
        court_id=row.court_id,
    )
