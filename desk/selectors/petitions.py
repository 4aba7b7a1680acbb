"""信访登记簿: the petitions a person may see, narrowed, with their age and the clock of their answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from cases.models import Subject
from courts.models import Court, Unit, User
from deadlines.models import Deadline
from desk.selectors.people import handlers_seen_by
from kernel.keyset import SIZE, Segment, page
from kernel.time import today
from petitions.models import Petition
from petitions.querysets import PetitionQuerySet
from petitions.states import PetitionState

BANDS: Mapping[str, tuple[int, int | None]] = {"7": (0, 7), "15": (8, 15), "30": (16, 30), "over": (31, None)}
"""Ageing of what is not settled: calendar days since it was received, both ends included."""
WAITING = "waiting"
UNCLOSED = "unclosed"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which petitions. state: of PetitionState, WAITING or UNCLOSED, "" = all. since, until: days received. age: of BANDS."""

    text: str = ""
    channel: str = ""
    level: str = ""
    state: str = ""
    court: int | None = None
    team: int | None = None
    officer: int | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    overdue: bool = False
    age: str = ""
    after: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Clock:
    """The limit of an answer or settlement. day: its last; state: as deadlines keeps it."""

    day: dt.date
    state: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Register:
    """The page. clocks: subject -> the limit that counts most. ages: band -> unsettled petitions of the selection."""

    asked: Asked
    at: dt.datetime
    today: dt.date
    rows: list[Petition]
    clocks: Mapping[int, Clock]
    ages: Mapping[str, int]
    next: str
    prev: str
    courts: list[tuple[int, str]]
    teams: list[tuple[int, str]]
    officers: list[tuple[int, str]]


def register(*, user: User, asked: Asked, at: dt.datetime, size: int = SIZE) -> Register:
    """One page, the newest first. Six queries, however many there are."""
    on = today(at)
    wide = _narrowed(Petition.objects.visible_to(user), asked, at)
    rows = _aged(wide, asked.age, on).select_related("case__owner", "case__team", "court", "officer")
    found = page(
        [Segment("petition", rows.defer("phone"), ("-received_on", "-id"))],
        after=asked.after,
        before=asked.before,
        size=size,
    )
    shown: list[Petition] = [row for _name, row in found.rows]
    return Register(
        asked=asked,
        at=at,
        today=on,
        rows=shown,
        clocks=clocks_of([row.subject_id for row in shown], at),
        ages=_ages(wide, on),
        next=found.next,
        prev=found.prev,
        courts=_courts(user),
        teams=_teams(user),
        officers=handlers_seen_by(user, on),
    )


def clocks_of(subjects: Collection[int], at: dt.datetime) -> dict[int, Clock]:
    """Subject -> its running clock that ends first, else the last that was met. One query, none for nothing."""
    if not subjects:
        return {}
    # The cases are named because the clocks' index starts with them.
    cases = Subject.objects.filter(pk__in=subjects).values("case_id")
    rows = Deadline.objects.filter(
        case_id__in=cases, subject_id__in=subjects, kind="due", due_on__isnull=False
    )
    result: dict[int, Clock] = {}
    for row in rows.exclude(state="cancelled").order_by("state", "-due_on", "id"):
        late = row.state == "running" and row.overdue_at is not None and row.overdue_at <= at
        known = result.get(row.subject_id)
        if known is None or row.state == "running" or known.state != "running":
            result[row.subject_id] = Clock(row.due_on, row.state, late)
    return result


def _narrowed(rows: PetitionQuerySet, asked: Asked, at: dt.datetime) -> PetitionQuerySet:
    if asked.text:
        rows = rows.filter(Q(case__number__icontains=asked.text) | Q(name__icontains=asked.text))
    if asked.state == WAITING:
        rows = rows.waiting()
    elif asked.state == UNCLOSED:
        rows = rows.unclosed()
    if asked.overdue:
        rows = rows.overdue(at)
    given: dict[str, Any] = {
        "channel": asked.channel,
        "level": asked.level,
        "state": asked.state if asked.state in PetitionState.values else "",
        "court_id": asked.court,
        "case__team_id": asked.team,
        "case__owner_id": asked.officer,
        "received_on__gte": asked.since,
        "received_on__lte": asked.until,
    }
    return rows.filter(**{name: value for name, value in given.items() if value})


def _aged(rows: PetitionQuerySet, band: str, on: dt.date) -> PetitionQuerySet:
    return rows.unclosed().filter(_in_band(band, on)) if band in BANDS else rows


def _in_band(band: str, on: dt.date) -> Q:
    least, most = BANDS[band]
    reached = Q(received_on__lte=on - dt.timedelta(days=least))
    return reached if most is None else reached & Q(received_on__gte=on - dt.timedelta(days=most))


def _ages(rows: PetitionQuerySet, on: dt.date) -> dict[str, int]:
    counted = {f"n_{band}": Count("pk", filter=_in_band(band, on)) for band in BANDS}
    found = rows.unclosed().order_by().aggregate(**counted)
    return {band: found[f"n_{band}"] for band in BANDS}


def _courts(user: User) -> list[tuple[int, str]]:
    scope = user.scope
    return list(Court.objects.filter(pk__in=scope.courts).order_by("code").values_list("pk", "short_name"))


def _teams(user: User) -> list[tuple[int, str]]:
    scope = user.scope
    units = Unit.objects.filter(Q(court_id__in=scope.courts) | Q(pk__in=scope.teams), kind=Unit.Kind.TEAM)
    rows = units.order_by("court_id", "name").values_list("pk", "name", "court__short_name")
    several = len(scope.courts) > 1
    return [(pk, f"{court} {name}" if several else name) for pk, name, court in rows]
