"""Verbs of the calendar: seed it, edit a day. Each edit raises the stamp; open clocks are re-projected above."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from courts.models import CalendarDay, CalendarStamp, Court, User
from events import log
from kernel.errors import BadInput, NotAllowed, NotFound
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


@dataclass(frozen=True, slots=True)
class PublishedDay:
    """One date of a holiday notice: a rest day, or a make-up working day."""

    on: dt.date
    is_workday: bool
    name: str


def publish_year(
    *, year: int, days: Sequence[PublishedDay], source: str, actor: User, at: dt.datetime, key: str
) -> int:
    """Put the State Council's holiday notice for a year in the place of the provisional days. Returns days written.

    days: every rest day that is not a plain weekend, and every make-up working day; what else stood provisionally for
    the year goes. The courts' own exceptions stay. The event holds the whole list; open clocks are re-projected above.
    Raises NotAllowed without the calendar right, BadInput for a day outside the year, twice, or without a source.
    """
    _may_edit(actor)
    _check_year(year, days, source)
    data = {"year": year, "source": source, "days": [[day.on, day.is_workday, day.name] for day in days]}
    with transaction.atomic(durable=True):
        CalendarStamp.objects.select_for_update().get_or_create(pk=1)
        if log.find("calendar", key) is not None:
            log.append(
                stream="calendar",
                kind="calendar.year_published",
                actor=actor.actor,
                at=at,
                key=key,
                data=data,
            )
            return len(days)
        rows = CalendarDay.objects.filter(court__isnull=True, on__year=year)
        rows.filter(provisional=True).delete()
        rows.filter(on__in=[day.on for day in days]).delete()
        CalendarDay.objects.bulk_create(
            CalendarDay(on=day.on, is_workday=day.is_workday, name=day.name, source=source) for day in days
        )
        log.append(
            stream="calendar", kind="calendar.year_published", actor=actor.actor, at=at, key=key, data=data
        )
        CalendarStamp.objects.filter(pk=1).update(version=F("version") + 1)
    return len(days)


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

    Raises NotAllowed without the calendar right or for a court out of reach, BadInput without a source or a name.
    """
    _may_edit(actor, court)
    _must_name(source)
    if not name.strip():
        raise BadInput(_("没有填写名称。"), field="name", fix=_("例如 国庆节、调休上班、防汛停班。"))
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


def remove_day(*, on: dt.date, court: Court, source: str, actor: User, at: dt.datetime, key: str) -> None:
    """Take back what a court has said of a day of its own; the national table counts again. source: why, by what.

    Raises NotAllowed, BadInput without a reason, NotFound where the court has said nothing of the day.
    """
    _may_edit(actor, court)
    _must_name(source)
    with transaction.atomic(durable=True):
        CalendarStamp.objects.select_for_update().get_or_create(pk=1)
        row = CalendarDay.objects.filter(court=court, on=on).first()
        if row is None and log.find("calendar", key) is None:
            raise NotFound(_("本院没有单独规定这一天。"), fix=_("刷新页面。"))
        log.append(
            stream="calendar",
            kind="calendar.day_removed",
            actor=actor.actor,
            at=at,
            key=key,
            data={"on": on, "source": source, "court": court.pk},
            court_id=court.pk,
        )
        if row is not None:
            row.delete()
            CalendarStamp.objects.filter(pk=1).update(version=F("version") + 1)


def _may_edit(actor: User, court: Court | None = None) -> None:
    if court is not None and not actor.is_superuser and court.pk not in actor.scope.courts | actor.scope.home:
        raise NotAllowed(_("不能修改%s的日历。") % court.name, fix=_("请联系该院系统管理员。"))
    if not actor.is_superuser and not actor.scope.may("calendar", "W"):
        raise NotAllowed(_("只有系统管理员可以修改日历。"), fix=_("请联系本院系统管理员。"))


def _must_name(source: str) -> None:
    if not source.strip():
        raise BadInput(
            _("没有填写依据。"), field="source", fix=_("写明通知的文号，例如 国办发明电〔2025〕7号。")
        )


def _check_year(year: int, days: Sequence[PublishedDay], source: str) -> None:
    _must_name(source)
    if not any(not day.is_workday for day in days):
        raise BadInput(_("没有列出放假的日子。"), field="days", fix=_("逐日写明放假和调休上班的日子。"))
    seen: set[dt.date] = set()
    for day in days:
        if day.on.year != year:
            raise BadInput(
                _("%(day)s 不在 %(year)d 年。") % {"day": day.on, "year": year},
                field="days",
                fix=_("只写这一年的日子。"),
            )
        if day.on in seen:
            raise BadInput(_("%s 写了两次。") % day.on, field="days", fix=_("删去其中一处。"))
        seen.add(day.on)
