"""定期公布超期节点统计表: once a week each court's table is kept as it stood, and those who answer for it are told (SQ 第九条)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from courts.calendar import calendar_for
from courts.models import Court
from courts.scope import Scope
from deadlines.receivers import Directory
from kernel import time
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level
from supervision.board import Asked
from supervision.inspections.models import OverdueTable
from supervision.overdue import MOST_LINES, Line, lines

READERS = ("file_group", "command_centre", "bureau_director")
TOPIC = "督办"


@dataclass(frozen=True)
class _Court:
    """Reads a court whole, without what is sealed: nobody was let in by name."""

    scope: Scope


def publish_due(*, at: dt.datetime) -> int:
    """On the first working day of a week, the table of every court that has none of this week yet. Returns how many.

    Safe to run twice and side by side: a court has one table a week.
    """
    on = time.today(at)
    monday = on - dt.timedelta(days=on.weekday())
    done = OverdueTable.objects.filter(week=monday).values("court_id")
    count = 0
    for court in Court.objects.exclude(pk__in=done).order_by("pk"):
        if calendar_for(court.pk).is_workday(on):
            count += _publish(court, monday, on, at)
    return count


def _publish(court: Court, monday: dt.date, on: dt.date, at: dt.datetime) -> int:
    reader = _Court(Scope(user_id=0, kind="staff", courts=frozenset({court.pk})))
    with transaction.atomic(durable=True):
        found = lines(reader, Asked(), at, on, size=MOST_LINES)
        table, fresh = OverdueTable.objects.get_or_create(
            court=court,
            week=monday,
            defaults={
                "published_at": at,
                "counted": len(found.lines),
                "lines": [_row(line) for line in found.lines],
            },
        )
        if fresh:
            _tell(court, table, on, at)
    return int(fresh)


def _row(line: Line) -> list[object]:
    return [
        line.number,
        line.matter,
        line.clock.rule_id,
        line.day.isoformat(),
        line.days,
        line.officer,
        line.team,
        line.order.number if line.order else "",
    ]


def _tell(court: Court, table: OverdueTable, on: dt.date, at: dt.datetime) -> None:
    directory = Directory(on)
    directory.learn({court.pk}, set())
    people = [
        person
        for role in READERS
        for person in directory.people(role, court_id=court.pk, team_id=None, owner_id=None)
    ]
    text = _("超期节点统计表已公布：%(n)d 个节点超期，最长 %(days)d 日。") % {
        "n": table.counted,
        "days": table.lines[0][4] if table.lines else 0,
    }
    notices = [
        StaffNotice(
            court_id=court.pk,
            team_id=None,
            owner_id=None,
            about=f"court:{court.pk}",
            case_id=None,
            topic=TOPIC,
            rule_id="",
            node=_("超期节点统计表"),
            level=Level.WARN.value,
            to_user_id=person,
            text=text,
            key=f"overdue-table:{table.pk}/{person}",
        )
        for person in dict.fromkeys(people)
    ]
    tell_staff(notices, at=at)
