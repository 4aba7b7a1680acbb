"""Verbs of a court's administrator: people, roles, units, the court's settings. Only in the courts one administers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.actions.founding import found_court, found_unit
from courts.actions.organising import apply_template, leave_unit, open_unit
from courts.actions.users import (
    appoint,
    join_unit,
    keep_corrected,
    keep_created,
    keep_relieved,
    reset_password,
    set_active,
)
from courts.administering import administered, people_of
from courts.models import Appointment, Court, Membership, Unit, User
from courts.passwords import new_password, quick_hash
from events import log
from kernel.errors import BadInput, NotAllowed, NotFound

SETTINGS = (
    "short_name",
    "phone",
    "address",
    "sms_on",
    "quiet_from",
    "quiet_until",
    "sms_daily_cap",
    "e_service_integrated_on",
)
"""What of a court its administrator sets; its code, name and level are the system's administrator's."""


def add_person(
    *, court_id: int, username: str, full_name: str, post: str, actor: User, at: dt.datetime, key: str
) -> tuple[User, str]:
    """新增人员. Returns the person and the first password, "" when the same key has made the person already.

    Raises NotFound for another court, BadInput for a name that is taken.
    """
    court = _court(court_id, actor)
    stream = f"court:{court.pk}"
    with transaction.atomic(durable=True):
        Court.objects.select_for_update().get(pk=court.pk)
        if (known := log.find(stream, key)) is not None:
            return User.objects.get(pk=known.data["user"]), ""
        if User.objects.filter(username__iexact=username.strip()).exists():
            raise BadInput(
                _("用户名“%s”已经有人使用。") % username, field="username", fix=_("换一个用户名。")
            )
        password = new_password()
        user = keep_created(
            user=User(username=username.strip(), full_name=full_name.strip(), court=court, post=post),
            hashed=quick_hash(password),
            actor=actor.actor,
            at=at,
        )
        log.append(
            stream=stream,
            kind="court.person_added",
            actor=actor.actor,
            at=at,
            key=key,
            data={"user": user.pk},
            court_id=court.pk,
        )
    return user, password


def correct_person(*, user_id: int, full_name: str, post: str, actor: User, at: dt.datetime) -> User:
    """更正姓名或职务. Raises NotFound."""
    _person(user_id, actor)
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user_id)
        keep_corrected(user=user, full_name=full_name.strip(), post=post, actor=actor.actor, at=at)
    return user


def give_role(
    *,
    user_id: int,
    role: str,
    unit_id: int | None,
    since: dt.date,
    until: dt.date | None,
    actor: User,
    at: dt.datetime,
) -> Appointment:
    """任职 in the person's own court. Never to oneself: whoever gives roles holds none by it. Raises NotFound, BadInput."""
    user = _person(user_id, actor)
    if user.pk == actor.pk:
        raise NotAllowed(_("不能给本人任职。"), fix=_("请另一名管理员办理。"))
    if user.court is None:
        raise BadInput(_("这个人员不属于任何法院。"), field="role", fix=_("由系统管理员办理。"))
    if until is not None and until < since:
        raise BadInput(_("卸任日期早于任职日期。"), field="until", fix=_("核对日期。"))
    unit = _unit(unit_id, user.court) if unit_id else None
    return appoint(
        user=user, role=role, court=user.court, unit=unit, since=since, until=until, actor=actor.actor, at=at
    )


def end_role(
    *, user_id: int, appointment_id: int, until: dt.date, actor: User, at: dt.datetime
) -> Appointment:
    """卸任. Raises NotFound, BadInput for a day before the first."""
    _person(user_id, actor)
    with transaction.atomic(durable=True):
        row = Appointment.objects.select_for_update().filter(pk=appointment_id, user_id=user_id).first()
        if row is None:
            raise NotFound(_("没有这项任职。"), fix=_("刷新页面。"))
        return keep_relieved(appointment=row, until=until, actor=actor.actor, at=at)


def place_person(*, user_id: int, unit_id: int, since: dt.date, actor: User, at: dt.datetime) -> Membership:
    """加入机构 of the person's own court. Raises NotFound, BadInput for a membership that stands."""
    user = _person(user_id, actor)
    if user.court is None:
        raise NotFound(_("这个人员不属于任何法院。"), fix=_("由系统管理员办理。"))
    unit = _unit(unit_id, user.court)
    if user.memberships.filter(unit=unit, until=None).exists():
        raise BadInput(_("已经是“%s”的人员。") % unit.name, field="unit", fix=_("选择其他机构。"))
    return join_unit(user=user, unit=unit, since=since, actor=actor.actor, at=at)


def take_out_person(
    *, user_id: int, membership_id: int, until: dt.date, actor: User, at: dt.datetime
) -> Membership:
    """离开机构. Raises NotFound, BadInput for a day before the first."""
    _person(user_id, actor)
    row = Membership.objects.select_related("unit").filter(pk=membership_id, user_id=user_id).first()
    if row is None:
        raise NotFound(_("没有这项所属机构。"), fix=_("刷新页面。"))
    return leave_unit(membership=row, until=until, actor=actor.actor, at=at)


def renew_password(*, user_id: int, actor: User, at: dt.datetime, key: str) -> str:
    """重置密码: a drawn one, shown once, changed at the next sign-in. "" when the key has done it. Raises NotFound."""
    user = _person(user_id, actor)
    if log.find(f"user:{user.pk}", key) is not None:
        return ""
    password = new_password()
    reset_password(user=user, password=password, actor=actor.actor, at=at, key=key)
    return password


def let_in(*, user_id: int, active: bool, actor: User, at: dt.datetime) -> None:
    """启用或停用. Never oneself. Raises NotFound, NotAllowed."""
    user = _person(user_id, actor)
    if user.pk == actor.pk:
        raise NotAllowed(_("不能停用本人。"), fix=_("请另一名管理员办理。"))
    set_active(user=user, active=active, actor=actor.actor, at=at)


def set_up_court(*, court_id: int, values: Mapping[str, Any], actor: User, at: dt.datetime) -> Court:
    """本院设置: telephone, address, texting. Raises NotFound."""
    court = _court(court_id, actor)
    for name in SETTINGS:
        if name in values:
            setattr(court, name, values[name])
    return found_court(court=court, actor=actor.actor, at=at)


def add_unit(
    *,
    court_id: int,
    name: str,
    kind: str,
    function: str,
    parent_id: int | None,
    actor: User,
    at: dt.datetime,
) -> Unit:
    """设立机构; it waits to be opened. Raises NotFound, BadInput for a name that the court has already."""
    court = _court(court_id, actor)
    if Unit.objects.filter(court=court, name=name.strip()).exists():
        raise BadInput(_("本院已经有“%s”。") % name, field="name", fix=_("换一个名称。"))
    parent = _unit(parent_id, court) if parent_id else None
    unit = Unit(court=court, name=name.strip(), kind=kind, function=function.strip(), parent=parent)
    return found_unit(unit=unit, actor=actor.actor, at=at)


def start_unit(*, unit_id: int, since: dt.date, actor: User, at: dt.datetime) -> list[str]:
    """启用机构. Returns warnings. Raises NotFound, BadInput for what is missing."""
    return open_unit(unit=_any_unit(unit_id, actor), since=since, actor=actor.actor, at=at)


def close_unit(*, unit_id: int, until: dt.date, actor: User, at: dt.datetime) -> Unit:
    """撤销机构 on a day. Raises NotFound, BadInput while people stand in it after that day."""
    unit = _any_unit(unit_id, actor)
    if unit.since and until < unit.since:
        raise BadInput(_("撤销日期早于设立日期。"), field="until", fix=_("核对日期。"))
    if unit.memberships.filter(until=None).exists():
        raise BadInput(
            _("“%s”还有人员。") % unit.name, field="until", fix=_("先在人员页办理离开，再撤销机构。")
        )
    unit.until = until
    return found_unit(unit=unit, actor=actor.actor, at=at)


def found_units(*, court_id: int, template: str, actor: User, at: dt.datetime) -> list[Unit]:
    """按模板设立机构 that the court has not got. Raises NotFound, BadInput."""
    return apply_template(court=_court(court_id, actor), code=template, actor=actor.actor, at=at)


def _court(court_id: int, actor: User) -> Court:
    court = administered(actor).filter(pk=court_id).first()
    if court is None:
        raise NotFound(_("没有这个法院，或不归您管理。"), fix=_("从“系统设置”重新进入。"))
    return court


def _person(user_id: int, actor: User) -> User:
    user = people_of(actor).select_related("court").filter(pk=user_id).first()
    if user is None:
        raise NotFound(_("没有这个人员，或不归您管理。"), fix=_("从“人员”重新进入。"))
    return user


def _unit(unit_id: int, court: Court) -> Unit:
    unit = Unit.objects.filter(pk=unit_id, court=court).first()
    if unit is None:
        raise NotFound(_("该院没有这个机构。"), fix=_("从列表中选择。"))
    return unit


def _any_unit(unit_id: int, actor: User) -> Unit:
    unit = Unit.objects.select_related("court").filter(pk=unit_id, court__in=administered(actor)).first()
    if unit is None:
        raise NotFound(_("没有这个机构，或不归您管理。"), fix=_("从“机构”重新进入。"))
    return unit
