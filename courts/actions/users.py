"""Verbs of people: create a user, appoint, reset a password."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import Appointment, Court, Membership, Unit, User
from courts.scope import roles
from events import log
from kernel.errors import BadInput


def create_staff(
    *,
    username: str,
    full_name: str,
    court: Court | None,
    password: str,
    actor: str,
    at: dt.datetime,
    post: str = User.Post.OTHER,
    administers: bool = False,
    must_change_password: bool = True,
) -> User:
    """Create a member of staff. Raises BadInput for a name that is taken or a password that is too weak."""
    with transaction.atomic(durable=True):
        if User.objects.filter(username__iexact=username.strip()).exists():
            raise BadInput(
                _("用户名“%s”已经有人使用。") % username, field="username", fix=_("换一个用户名。")
            )
        user = User(username=username.strip(), full_name=full_name.strip(), court=court, post=post)
        _check_password(password, user)
        user.is_staff = user.is_superuser = administers
        return keep_created(
            user=user,
            hashed=make_password(password),
            must_change_password=must_change_password,
            actor=actor,
            at=at,
        )


def keep_created(
    *, user: User, hashed: str, actor: str, at: dt.datetime, must_change_password: bool = True
) -> User:
    """As `create_staff`, joining the caller's transaction; the password is hashed already."""
    user.password, user.must_change_password = hashed, must_change_password
    user.save()
    log.append(
        stream=f"user:{user.pk}",
        kind="user.created",
        actor=actor,
        at=at,
        key="created",
        data={
            "kind": user.kind,
            "court": user.court_id,
            "post": user.post,
            "administers": user.is_superuser,
        },
        court_id=user.court_id,
    )
    return user


def keep_corrected(*, user: User, full_name: str, post: str, actor: str, at: dt.datetime) -> bool:
    """更正姓名或职务, joining the caller's transaction, which holds the person. Returns whether anything changed."""
    changed = [
        name for name, value in (("full_name", full_name), ("post", post)) if getattr(user, name) != value
    ]
    if not changed:
        return False
    user.full_name, user.post = full_name, post
    user.save(update_fields=["full_name", "post", "initials"])
    log.append(
        stream=f"user:{user.pk}",
        kind="user.corrected",
        actor=actor,
        at=at,
        key=f"corrected:{at.isoformat()}",
        data={"fields": changed, "post": post},
        court_id=user.court_id,
    )
    return True


def appoint(
    *,
    user: User,
    role: str,
    court: Court,
    actor: str,
    at: dt.datetime,
    since: dt.date,
    unit: Unit | None = None,
    until: dt.date | None = None,
) -> Appointment:
    """Give a person a role in a court, or in one of its units, from a day on. Raises BadInput for an unknown role."""
    if role not in roles():
        raise BadInput(_("没有“%s”这个角色。") % role, field="role", fix=_("从角色表中选择。"))
    with transaction.atomic(durable=True):
        return keep_appointment(
            user=user, role=role, court=court, unit=unit, since=since, until=until, actor=actor, at=at
        )


def keep_appointment(
    *,
    user: User,
    role: str,
    court: Court,
    unit: Unit | None,
    since: dt.date,
    until: dt.date | None,
    actor: str,
    at: dt.datetime,
) -> Appointment:
    """As `appoint`, joining the caller's transaction."""
    row, created = Appointment.objects.get_or_create(
        user=user, role=role, court=court, unit=unit, since=since, defaults={"until": until}
    )
    if created:
        log.append(
            stream=f"user:{user.pk}",
            kind="user.appointed",
            actor=actor,
            at=at,
            key=f"appointed:{row.pk}",
            data={"role": role, "court": court.pk, "unit": unit and unit.pk, "since": since, "until": until},
            court_id=court.pk,
        )
    return row


def keep_relieved(*, appointment: Appointment, until: dt.date, actor: str, at: dt.datetime) -> Appointment:
    """卸任: a role ends on a day, joining the caller's transaction; the row stays as its history."""
    if until < appointment.since:
        raise BadInput(
            _("卸任日期早于任职日期（%s）。") % appointment.since, field="until", fix=_("核对日期。")
        )
    appointment.until = until
    appointment.save(update_fields=["until"])
    log.append(
        stream=f"user:{appointment.user_id}",
        kind="user.relieved",
        actor=actor,
        at=at,
        key=f"relieved:{appointment.pk}:{until}",
        data={"appointment": appointment.pk, "role": appointment.role, "until": until},
        court_id=appointment.court_id,
    )
    return appointment


def join_unit(*, user: User, unit: Unit, since: dt.date, actor: str, at: dt.datetime) -> Membership:
    """Make a person a member of a team or group from a day on."""
    with transaction.atomic(durable=True):
        return keep_joined(user=user, unit=unit, since=since, actor=actor, at=at)


def keep_joined(*, user: User, unit: Unit, since: dt.date, actor: str, at: dt.datetime) -> Membership:
    """As `join_unit`, joining the caller's transaction."""
    row, created = Membership.objects.get_or_create(user=user, unit=unit, since=since)
    if created:
        log.append(
            stream=f"user:{user.pk}",
            kind="user.joined",
            actor=actor,
            at=at,
            key=f"joined:{row.pk}",
            data={"unit": unit.pk, "since": since},
            court_id=unit.court_id,
        )
    return row


def reset_password(*, user: User, password: str, actor: str, at: dt.datetime, key: str) -> None:
    """Set a new password which its owner must change at the next sign-in. Raises BadInput when it is too weak."""
    with transaction.atomic(durable=True):
        user = User.objects.select_for_update().get(pk=user.pk)
        _check_password(password, user)
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
        log.append(
            stream=f"user:{user.pk}",
            kind="user.password_reset",
            actor=actor,
            at=at,
            key=key,
            data={},
            court_id=user.court_id,
        )


def set_active(*, user: User, active: bool, actor: str, at: dt.datetime) -> None:
    """Let a person sign in, or no longer; what they did stays."""
    with transaction.atomic(durable=True):
        User.objects.filter(pk=user.pk).update(is_active=active)
        log.append(
            stream=f"user:{user.pk}",
            kind="user.active_set",
            actor=actor,
            at=at,
            key=f"active:{at.isoformat()}",
            data={"active": active},
            court_id=user.court_id,
        )


def change_own_password(*, user: User, password: str, at: dt.datetime) -> None:
    """A person's own new password; the form has asked for the old one. Raises BadInput when it is too weak."""
    with transaction.atomic(durable=True):
        locked = User.objects.select_for_update().get(pk=user.pk)
        _check_password(password, locked)
        locked.set_password(password)
        locked.must_change_password = False
        locked.save(update_fields=["password", "must_change_password"])
        user.password, user.must_change_password = locked.password, False
        log.append(
            stream=f"user:{user.pk}",
            kind="user.password_changed",
            actor=user.actor,
            at=at,
            key=f"password:{at.isoformat()}",
            data={},
            court_id=user.court_id,
        )


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise BadInput(
            "".join(error.messages), field="password", fix=_("至少 10 位，不用常见密码。")
        ) from error
