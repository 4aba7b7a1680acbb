"""Verbs of the administrator: found a court or a unit, say which packs a court follows, end an appointment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import Appointment, Court, CourtPack, PackRelease, Unit
from events import log
from kernel.casenumbers import court_codes
from kernel.errors import BadInput


def found_court(*, court: Court, actor: str, at: dt.datetime) -> Court:
    """Found a court, or change its settings. `court` carries the new values. Raises BadInput for a code no number can have."""
    if not any(court.code.startswith(province) for province in court_codes()):
        raise BadInput(
            _("法院代字“%s”不对。") % court.code, field="code", fix=_("以省份简称开头，例如 鄂1003。")
        )
    with transaction.atomic(durable=True):
        court.save()
        _tell(
            court,
            "court.set",
            actor,
            at,
            {"code": court.code, "level": court.level, "parent": court.parent_id},
        )
    return court


def found_unit(*, unit: Unit, actor: str, at: dt.datetime) -> Unit:
    """Found a team, group, window or office, or change it."""
    with transaction.atomic(durable=True):
        unit.save()
        _tell(unit.court, "unit.set", actor, at, {"unit": unit.pk, "kind": unit.kind, "until": unit.until})
    return unit


def follow_pack(
    *, court: Court, code: str, position: int, features: Sequence[str], actor: str, at: dt.datetime
) -> CourtPack:
    """From now on cases filed with this court pin the pack too. Raises BadInput for a pack that is not released."""
    if not PackRelease.objects.filter(code=code).exists():
        raise BadInput(_("没有发布过规则包“%s”。") % code, field="code", fix=_("先检查并发布规则包。"))
    with transaction.atomic(durable=True):
        row, _new = CourtPack.objects.update_or_create(
            court=court, code=code, defaults={"position": position, "features": list(features)}
        )
        _tell(
            court,
            "court.follows",
            actor,
            at,
            {"pack": code, "position": position, "features": list(features)},
        )
    return row


def end_appointment(*, appointment: Appointment, until: dt.date, actor: str, at: dt.datetime) -> Appointment:
    """A role ends on a day; the row stays as its history."""
    with transaction.atomic(durable=True):
        appointment.until = until
        appointment.save(update_fields=["until"])
        _tell(appointment.court, "user.relieved", actor, at, {"appointment": appointment.pk, "until": until})
    return appointment


def _tell(court: Court, kind: str, actor: str, at: dt.datetime, data: dict[str, object]) -> None:
    stream = f"court:{court.pk}"
    log.append(
        stream=stream,
        kind=kind,
        actor=actor,
        at=at,
        key=f"{kind}:{at.isoformat()}",
        data=data,
        court_id=court.pk,
    )
