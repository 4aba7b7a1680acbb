"""周通报: new, closed, open and five-over cases of a week per team, with the longest overdue nodes (HD 案例1 一)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.utils.translation import gettext as _

from cases.models import Case
from cases.selectors import flags
from cases.states import OPEN_STATES, CaseState
from courts.models import User
from deadlines.models import Deadline
from kernel.errors import BadInput
from kernel.time import at_local, today
from supervision.board import FIVE_OVER, Asked, first_of_nodes, names_of
from supervision.overdue import Line, lines
from supervision.tallies import fresh

LONGEST_SHOWN = 20
Counted = tuple[str, int, int | None, int]
"""(figure, court, team, number)."""
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
    """The bulletin of a person's reach for a week that has begun. Sixteen queries at most."""
    days = days_of(week)
    if days is None:
        raise BadInput(_("没有这一周：%s。") % week, field="week", fix=_("周次写作 2026-W10。"))
    first, last = days
    end = min(at, at_local(last + dt.timedelta(days=1)))
    tallies: dict[tuple[int, int | None], dict[str, int]] = {}
    for name, rows in (
        ("", _moved(user, first, last)),
        ("five_over", _flagged(user, end)),
        ("overdue", _late(user, end, at)),
    ):
        for what, court_id, team_id, n in rows:
            figures = tallies.setdefault((court_id, team_id), {})
            figures[name or what] = figures.get(name or what, 0) + n
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


def _moved(user: User, first: dt.date, last: dt.date) -> Iterable[Counted]:
    """What came in and was closed in the week, and what was open at its end. One query, each part by its own index."""
    scope = user.scope
    cases = Case.objects.exclude(pk__in=Case.objects.hidden_from(user).values("pk")).exclude(
        state=CaseState.CANCELLED
    )
    beside = Q(team_id__in=scope.teams) | Q(owner_id__in=scope.owners) | Q(pk__in=scope.let_in)
    reached = (
        cases.filter(court_id__in=scope.courts),
        cases.filter(beside).exclude(court_id__in=scope.courts),
    )
    parts = (
        ("new", Q(filed_on__range=(first, last))),
        ("closed", Q(closed_on__range=(first, last))),
        ("open", Q(state__in=OPEN_STATES, closed_on__isnull=True, filed_on__lte=last)),
        ("open", Q(closed_on__isnull=False, closed_on__gt=last, filed_on__lte=last)),
    )
    counted = [
        rows.filter(part)
        .order_by()
        .annotate(what=Value(name, CharField()))
        .values_list("what", "court_id", "team_id")
        .annotate(n=Count("pk"))
        for rows in reached
        for name, part in parts
    ]
    found: Iterable[Counted] = counted[0].union(*counted[1:], all=True)
    return found


def _flagged(user: User, at: dt.datetime) -> Iterable[Counted]:
    rules = flags.flags_in_use(user)
    seen = Case.objects.visible_to(user).values("pk")
    up = Deadline.objects.flagging(at).filter(flag__in=flags.names_in(FIVE_OVER, rules), case_id__in=seen)
    return _by_team(up, Count("case_id", distinct=True))


def _late(user: User, end: dt.datetime, at: dt.datetime) -> Iterable[Counted]:
    """Nodes late by the end of a week. Of the week that runs, teams of courts seen whole as the sweep counted them."""
    late = first_of_nodes(user).filter(overdue_at__lte=end)
    kept = fresh(user, at, "team") if end == at else None
    if kept is None:
        return _by_team(late, Count("pk"))
    swept = [
        ("", court, int(team) if team else None, figures[0]) for _axis, court, team, figures, *_ in kept.rows
    ]
    return [*swept, *_by_team(late.filter(kept.beside), Count("pk"))]


def _by_team(rows: QuerySet, number: Count) -> Iterable[Counted]:
    found = rows.order_by().values_list("court_id", "team_id").annotate(n=number)
    return [("", court_id, team_id, n) for court_id, team_id, n in found]
