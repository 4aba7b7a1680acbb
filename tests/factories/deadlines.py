"""Clocks of released rules, written as a plan writes them, and rows of clocks by the thousand."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from courts.actions.packs import release_pack
from courts.models import Court, Unit, User
from deadlines import clocks
from deadlines.clocks import Holder
from deadlines.models import Deadline, Timer
from kernel import time
from regimes.book import Pinned, RuleBook
from regimes.calendar import Calendar
from regimes.flow import ClockChange
from regimes.packs import Pack, load_library
from tests.factories.courts import court, person, unit

_cases = itertools.count(1)


def released(code: str = "JZ-2023") -> Pack:
    """The newest version of a pack of the tree, released."""
    pack = max((each for each in load_library().packs if each.code == code), key=lambda each: each.version)
    release_pack(pack=pack, text=pack.text, at=time.now(), actor="system:seed")
    return pack


@dataclass
class Post:
    """A court with the people whom the rungs of a default ladder tell, and the court above it."""

    court: Court = field(default_factory=court)
    team: Unit = field(init=False)
    handler: User = field(init=False)
    leader: User = field(init=False)
    centre: User = field(init=False)
    superior: User = field(init=False)

    def __post_init__(self) -> None:
        self.team = unit(self.court)
        self.handler = person(self.court, "handler", unit=self.team)
        self.leader = person(self.court, "team_leader", unit=self.team)
        self.centre = person(self.court, "command_centre")
        self.superior = person(self.court.parent, "superior_bureau")


def change(pack: Pack, rule_id: str, start: dt.date | dt.datetime, **fields: Any) -> ClockChange:
    """What a plan says when a clock of this rule starts."""
    rule = next(rule for rule in pack.deadlines if rule.id == rule_id)
    defaults = {"action": "start", "rule": rule, "subject": 1, "run": 1, "start": start}
    return ClockChange(**{**defaults, **fields})


def started(
    post: Post,
    pack: Pack,
    *changes: ClockChange,
    at: dt.datetime | None = None,
    silent: bool = False,
    case_id: int | None = None,
    owner: User | None = None,
) -> list[Deadline]:
    """The clocks of these changes, running in a case of their own unless one is named."""
    holder = Holder(
        court_id=post.court.pk,
        team_id=post.team.pk,
        owner_id=(owner or post.handler).pk,
        case_id=case_id or next(_cases),
    )
    return clocks.apply(
        changes,
        holder=holder,
        book=RuleBook([Pinned(pack, frozenset(pack.features))]),
        calendar=Calendar.seed(),
        node_of={},
        kept={},
        at=at or time.now(),
        silent=silent,
    )


def notice_clock(post: Post, pack: Pack, **fields: Any) -> Deadline:
    """The clock of JZ-D-01 over a case received on 2023-04-24, due 2023-05-04."""
    return started(post, pack, change(pack, "JZ-D-01", dt.date(2023, 4, 24)), **fields)[0]


def many(post: Post, pack: Pack, rungs: Sequence[Sequence[dt.datetime]]) -> list[Deadline]:
    """Clocks of JZ-D-01, one for each list of instants, which become its rungs; in two statements."""
    rows = Deadline.objects.bulk_create(
        Deadline(
            court_id=post.court.pk,
            team_id=post.team.pk,
            owner_id=post.handler.pk,
            case_id=next(_cases),
            subject_id=1,
            rule_id="JZ-D-01",
            pack_code=pack.code,
            pack_version=pack.version,
            pack_digest=pack.digest,
            kind="due",
            start="2023-04-24",
            due_on=time.today(max(instants)),
            due_at=max(instants),
            overdue_at=max(instants),
        )
        for instants in rungs
    )
    Timer.objects.bulk_create(
        Timer(
            deadline_id=row.pk,
            fire_at=min(instants),
            rung=instants.index(min(instants)),
            rungs=list(instants),
        )
        for row, instants in zip(rows, rungs, strict=True)
    )
    return rows
