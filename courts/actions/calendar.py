"""Verbs of the calendar: seed it, edit a day. Each edit raises the stamp; open clocks are re-projected above."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from courts.models import CalendarDay, CalendarStamp, Court, User
from events import log
from kernel.errors import BadInput, NotAllowed
from regimes.calendar import Calendar


def seed_calendar(*, at: dt.datetime, through: int) -> int:
    """Fill the national table from the seed up to the year `through`; rows that stand are left alone. Returns rows added.

    Years that the State Council has not published are marked provisional (weekends and statutory festivals only).
    """
    calendar = Calendar.seed(through=through)
    rows = [
        CalendarDay(
            on=on,
            is_workday=day.is_workday,
            name=day.name,
            source=day.source,
            provisional=calendar.is_provisional(on),
        )
        for on, day in calendar.days.items()
    ]
    with transaction.atomic(durable=True):
        stamp, _created = CalendarStamp.objects.select_for_update().get_or_create(pk=1)
        known = set(CalendarDay.objects.filter(court__isnull=True).values_list("on", flat=True))
        new = [row for row in rows if row.on not in known]
        if new:
            CalendarDay.objects.bulk_create(new)
            CalendarStamp.objects.filter(pk=stamp.pk).update(version=F("version") + 1)
            log.append(
                stream="calendar",
                kind="calendar.seeded",
                actor="system:seed",
                at=at,
                key=f"seed:{stamp.version + 1}",
                data={"through": through, "rows": len(new)},
            )
    return len(new)


def set_day(
    *,
    on: dt.date,
    is_workday: bool,
    name: str,
    source: str,
    actor: User,
    at: dt.datetime,
    key: str,
    court: Court | None = None,
    provisional: bool = False,
) -> CalendarDay:
    """Say that a day is a working day or not, nationally or for one court, and on what ground (document and number).

    Raises NotAllowed without the calendar right, BadInput without a source.
    """
    if not actor.is_superuser and not actor.scope.may("calendar", "W"):
        raise NotAllowed(_("只有系统管理员可以修改日历。"), fix=_("请联系本院系统管理员。"))
    if not source.strip():
        raise BadInput(
            _("没有填写依据。"), field="source", fix=_("写明通知的文号，例如 国办发明电〔2025〕7号。")
        )
    with transaction.atomic(durable=True):
        CalendarStamp.objects.select_for_update().get_or_create(pk=1)
        log.append(
            stream="calendar",
            kind="calendar.day_set",
            actor=actor.actor,
            at=at,
            key=key,
            data={
                "on": on,
                "is_workday": is_workday,
                "name": name,
                "source": source,
                "court": court and court.pk,
            },
            court_id=court and court.pk,
        )
        day, _new = CalendarDay.objects.update_or_create(
            court=court,
            on=on,
            defaults={
                "is_workday": is_workday,
                "name": name,
                "source": source,
                "provisional": provisional,
            },
        )
        CalendarStamp.objects.filter(pk=1).update(version=F("version") + 1)
    return day
