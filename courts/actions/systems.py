"""Verbs of connected systems (系统对接): users that sign in with no password and see the court they are connected to."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from courts.models import Appointment, Court, User
from events import log
from kernel.errors import BadInput

ROLE = "connected_system"


def connect_service(
    *, username: str, full_name: str, court: Court, since: dt.date, actor: str, at: dt.datetime
) -> User:
    """A user of kind service, appointed in its court; joins the caller's transaction.

    The system that stands already is returned as it is. Raises BadInput when the name is another user's.
    """
    if not username.strip() or not full_name.strip():
        raise BadInput(
            _("没有填写系统的名称。"), field="username", fix=_("填写英文代号和中文名称。"), code="SYSTEM-NAME"
        )
    standing = User.objects.select_for_update().filter(username__iexact=username.strip()).first()
    if standing is not None:
        if standing.kind != User.Kind.SERVICE or standing.court_id != court.pk:
            raise BadInput(
                _("用户名“%s”已经有人使用。") % username,
                field="username",
                fix=_("换一个系统代号，例如加上法院代码。"),
            )
        return standing
    user = User(username=username.strip(), full_name=full_name.strip(), court=court, kind=User.Kind.SERVICE)
    user.set_unusable_password()
    user.save()
    Appointment.objects.create(user=user, role=ROLE, court=court, since=since)
    log.append(
        stream=f"user:{user.pk}",
        kind="user.connected",
        actor=actor,
        at=at,
        key="connected",
        data={"kind": user.kind, "court": court.pk, "role": ROLE, "since": since},
        court_id=court.pk,
    )
    return user
