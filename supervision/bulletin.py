"""周通报: new, closed, open and five-over cases of a week per team, with the longest overdue nodes (HD 案例1 一)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from cases.models import Case
from cases.selectors import flags
from cases.states import CaseState
from courts.models import User
from deadlines.models import Deadline
from kernel.errors import BadInput
from kernel.time import at_local, today
from supervision.board import FIVE_OVER, Asked, first_of_nodes, names_of
from supervision.overdue import Line, lines

LONGEST_SHOWN = 20
_WEEK = re.compile(r"(\d{4})-W(\d{2})")


@dataclass(frozen=True, slots=True)
class Row:
    """One team. new, closed: in the week; open: at its end; five_over: cases with a flag up by its end and still up;
    overdue: nodes late by its end and still open.
    """

    court: str
    team: str
    new: int = 0
    closed: int = 0
    open: int = 0
    five_over: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A week's figures. week: "2025-W10", Monday to Sunday of ISO 8601."""

    week: str
    first: dt.date
    last: dt.date
    rows: Sequence[Row]
    total: Row
    longest: Sequence[Line]


def week_of(day: dt.date) -> str:
    """2025-W10."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"


def days_of(week: str) -> tuple[dt.date, dt.date] | None:
    """Monday and Sunday of "2025-W10"; None for what is no week."""
    found = _WEEK.fullmatch(week)
    try:
        monday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else None
    except ValueError:
        return None
    return None if monday is None else (monday, monday + dt.timedelta(days=6))


def bulletin(user: User, week: str, at: dt.datetime) -> Bulletin:
    """The bulletin of a person's reach for a week that has begun. Fifteen queries at most."""
    days = days_of(week)
    if days is None:
        raise BadInput(_("没有这一周：%s。") % week, field="week", fix=_("周次写作 2026-W10。"))
    first, last = days
    end = min(at, at_local(last + dt.timedelta(days=1)))
    tallies: dict[tuple[int, int | None], dict[str, int]] = {}
    cases = Case.objects.visible_to(user).exclude(state=CaseState.CANCELLED).order_by()
    counts = cases.values("court_id", "team_id").annotate(
        new=Count("pk", filter=Q(filed_on__range=(first, last)), distinct=True),
        closed=Count("pk", filter=Q(closed_on__range=(first, last)), distinct=True),
        open=Count(
            "pk",
            filter=Q(filed_on__lte=last) & (Q(closed_on__isnull=True) | Q(closed_on__gt=last)),
            distinct=True,
        ),
    )
    for row in counts:
        tallies[(row["court_id"], row["team_id"])] = {n: row[n] for n in ("new", "closed", "open")}
    for name, rows in (("five_over", _flagged(user, end)), ("overdue", _late(user, end))):
        for row in rows:
            tallies.setdefault((row["court_id"], row["team_id"]), {})[name] = row["n"]
    names = names_of((court for court, _team in tallies), (team for _court, team in tallies), ())
    found = [
        Row(names.courts.get(court, ""), names.teams.get(team or 0, "未分团队"), **figures)
        for (court, team), figures in tallies.items()
        if any(figures.values())
    ]
    found.sort(key=lambda row: (row.court, row.team))
    figures = {
        n: sum(getattr(row, n) for row in found) for n in ("new", "closed", "open", "five_over", "overdue")
    }
    longest = lines(user, Asked(), end, today(at), size=LONGEST_SHOWN).lines
    return Bulletin(week, first, last, found, Row("", "合计", **figures), longest)


def _flagged(user: User, at: dt.datetime) -> Sequence[dict[str, int]]:
    rules = flags.flags_in_use(user)
    seen = Case.objects.visible_to(user).values("pk")
    up = Deadline.objects.flagging(at).filter(flag__in=flags.names_in(FIVE_OVER, rules), case_id__in=seen)
    return list(up.order_by().values("court_id", "team_id").annotate(n=Count("case_id", distinct=True)))


def _late(user: User, at: dt.datetime) -> Sequence[dict[str, int]]:
    rows = first_of_nodes(user).filter(overdue_at__lte=at)
    return list(rows.order_by().values("court_id", "team_id").annotate(n=Count("pk")))
