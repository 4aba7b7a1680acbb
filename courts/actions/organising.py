"""Verbs of a court's set-up: found the units of a template, open one once it is staffed, join, move and leave."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from courts.models import Appointment, Court, Membership, Unit, User
from courts.organisations import Need, needs, slots, templates
from events import log
from kernel.errors import BadInput


def apply_template(*, court: Court, code: str, actor: str, at: dt.datetime) -> list[Unit]:
    """Found the units of a template that the court has not got; each waits to be opened. Returns the new ones.

    Raises BadInput for a template that does not exist.
    """
    if code not in templates():
        raise BadInput(
            _("没有“%s”这个机构模板。") % code,
            field="template",
            fix=_("可选：%s。") % "、".join(f"{key} {zh}" for key, zh in templates().items()),
        )
    with transaction.atomic(durable=True):
        Court.objects.select_for_update().get(pk=court.pk)
        standing = {unit.name: unit for unit in Unit.objects.filter(court=court)}
        founded = []
        for slot in slots(code):
            if slot.name in standing:
                continue
            unit = Unit.objects.create(
                court=court,
                parent=standing.get(slot.above),
                kind=slot.kind,
                function=slot.function,
                name=slot.name,
            )
            standing[unit.name] = unit
            founded.append(unit)
        if founded:
            _tell(
                court,
                "court.organised",
                actor,
                at,
                {"template": code, "units": [unit.pk for unit in founded]},
            )
    return founded


def open_unit(*, unit: Unit, since: dt.date, actor: str, at: dt.datetime) -> list[str]:
    """启用: from a day on the unit works (SQ 第四条). Returns warnings in words, which the event keeps.

    Raises BadInput when something is missing without which it may not work: a team without a quota judge.
    """
    with transaction.atomic(durable=True):
        locked = Unit.objects.select_for_update().get(pk=unit.pk)
        missing = missing_in(locked, since)
        hard = [need for need in missing if need.hard]
        if hard:
            raise BadInput(
                _("“%(unit)s”不能启用：%(why)s。")
                % {"unit": locked.name, "why": "，".join(need.words for need in hard)},
                field="since",
                fix="，".join(need.fix for need in hard) + "。",
            )
        locked.since = since
        locked.save(update_fields=["since"])
        unit.since = since
        warnings = [need.words for need in missing]
        _tell(locked.court, "unit.opened", actor, at, {"unit": unit.pk, "since": since, "warnings": warnings})
    return warnings


def leave_unit(*, membership: Membership, until: dt.date, actor: str, at: dt.datetime) -> Membership:
    """A person's last day in a unit; the row stays, and what they did in those days stays the unit's.

    Raises BadInput for a day before the first.
    """
    with transaction.atomic(durable=True):
        return keep_left(membership=membership, until=until, actor=actor, at=at)


def keep_left(*, membership: Membership, until: dt.date, actor: str, at: dt.datetime) -> Membership:
    """As `leave_unit`, joining the caller's transaction."""
    if until < membership.since:
        raise BadInput(
            _("离开日期早于加入日期（%s）。") % membership.since, field="until", fix=_("核对日期。")
        )
    membership.until = until
    membership.save(update_fields=["until"])
    log.append(
        stream=f"user:{membership.user_id}",
        kind="user.left",
        actor=actor,
        at=at,
        key=f"left:{membership.pk}:{until}",
        data={"unit": membership.unit_id, "until": until},
        court_id=membership.unit.court_id,
    )
    return membership


def missing_in(unit: Unit, on: dt.date) -> list[Need]:
    """What a unit should have on a day and has not got, the hard needs first."""
    in_force = Q(until__isnull=True) | Q(until__gte=on)
    members = User.objects.filter(
        pk__in=Membership.objects.filter(in_force, unit=unit, since__lte=on).values("user_id"), is_active=True
    )
    posts = set(members.values_list("post", flat=True))
    held = set(Appointment.objects.filter(in_force, unit=unit, since__lte=on).values_list("role", flat=True))
    return [
        need
        for need in needs(unit.kind)
        if not (need.role in held if need.role else posts.intersection(need.posts))
    ]


def _tell(court: Court, kind: str, actor: str, at: dt.datetime, data: dict[str, object]) -> None:
    log.append(
        stream=f"court:{court.pk}",
        kind=kind,
        actor=actor,
        at=at,
        key=f"{kind}:{data.get('unit', data.get('template'))}:{at.isoformat()}",
        data=data,
        court_id=court.pk,
    )
