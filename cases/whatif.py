"""What a changed pack would do to the open cases that follow it, before it is released. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cases.models import Case
from cases.repinning import Shift, pins_with, rebook, shifts
from cases.snapshot import read_locked
from courts.models import Court, User
from deadlines.models import Deadline
from regimes.book import RuleBook
from regimes.packs import Pack

TOGETHER = 100
"""Cases read at a time."""


@dataclass(frozen=True, slots=True)
class Line:
    """A clock that would change. case, owner, court: ids; days: how much later (earlier: negative), where both stand."""

    case: int
    number: str
    court: int
    owner: int | None
    shift: Shift

    @property
    def days(self) -> int | None:
        """new - old in calendar days."""
        old, new = self.shift.old, self.shift.new
        return (new - old).days if old and new else None

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        shift = self.shift
        return {
            "case": self.case,
            "number": self.number,
            "court": self.court,
            "owner": self.owner,
            "change": shift.change,
            "rule": shift.rule_id,
            "statement": shift.statement,
            "subject": shift.subject,
            "clock": shift.clock,
            "old": shift.old and shift.old.isoformat(),
            "new": shift.new and shift.new.isoformat(),
            "reason": shift.reason,
        }


@dataclass
class Tally:
    """How many clocks of each change, in all and per court and officer ("12/7", "12/" where nobody handles it)."""

    cases: int = 0
    clocks: int = 0
    changes: Counter[str] = field(default_factory=Counter)
    places: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, lines: Sequence[Line]) -> None:
        """Count these lines."""
        for line in lines:
            self.changes[line.shift.change] += 1
            place = f"{line.court}/{line.owner or ''}"
            self.places.setdefault(place, Counter())[line.shift.change] += 1

    def as_json(self) -> dict[str, Any]:
        """As plain values, for a job's cursor."""
        return {
            "cases": self.cases,
            "clocks": self.clocks,
            "changes": dict(self.changes),
            "places": {place: dict(counts) for place, counts in self.places.items()},
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Tally:
        """From `as_json`; {} gives an empty one."""
        return cls(
            cases=kept.get("cases", 0),
            clocks=kept.get("clocks", 0),
            changes=Counter(kept.get("changes", {})),
            places={place: Counter(counts) for place, counts in kept.get("places", {}).items()},
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the summary: one officer of one court."""

    court: str
    owner: str
    changes: Mapping[str, int]


def followers(code: str, court_id: int | None = None) -> Any:
    """The open cases that have pinned a pack, of one court or all."""
    cases = Case.objects.open().filter(packs__contains=[{"code": code}])
    return cases.filter(court_id=court_id) if court_id else cases


class Trial:
    """A pack on trial: the books of like cases are made once."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._packs = {(pack.code, pack.version): pack}
        self._books: dict[object, RuleBook] = {}

    def lines(self, case: Case) -> list[Line]:
        """What the pack would change in one case. Two queries."""
        locked = read_locked(case)
        return [
            Line(case.pk, case.number, case.court_id, case.owner_id, shift)
            for shift in shifts(locked, self._book(case))
        ]

    def _book(self, case: Case) -> RuleBook:
        pins = pins_with(case, self.pack)
        key = tuple(
            (pin["code"], pin["version"], tuple(pin["features"]), _reached(pin, case.filed_on))
            for pin in pins
        )
        if key not in self._books:
            self._books[key] = rebook(case, pins, self._packs)
        return self._books[key]


def _reached(pin: Mapping[str, Any], filed_on: dt.date) -> object:
    """Two cases share a book only where each pack reaches them alike; the day tells, whichever it is."""
    return True if pin.get("whole") or pin["code"] == "BASE" else filed_on


def batches(code: str, court_id: int | None, after: int = 0) -> Iterator[list[Case]]:
    """The followers behind a case id, some at a time, in the order of their ids."""
    while True:
        found = list(followers(code, court_id).filter(pk__gt=after).order_by("pk")[:TOGETHER])
        if not found:
            return
        yield found
        after = found[-1].pk


def try_cases(trial: Trial, cases: Sequence[Case], tally: Tally) -> list[Line]:
    """What the pack would change in these cases, counted into the tally."""
    lines = [line for case in cases for line in trial.lines(case)]
    tally.cases += len(cases)
    tally.clocks += Deadline.objects.open().filter(case_id__in=[case.pk for case in cases]).count()
    tally.add(lines)
    return lines


def summary(tally: Tally) -> list[Place]:
    """The tally with names, by court, those with most changes first. Two queries."""
    pairs = [place.partition("/")[::2] for place in tally.places]
    courts = dict(Court.objects.filter(pk__in={int(c) for c, _o in pairs}).values_list("pk", "short_name"))
    people = dict(User.objects.filter(pk__in={int(o) for _c, o in pairs if o}).values_list("pk", "full_name"))
    places = [
        Place(
            courts[int(court)], people.get(int(owner), "") if owner else "", tally.places[f"{court}/{owner}"]
        )
        for court, owner in pairs
    ]
    return sorted(places, key=lambda place: (place.court, -sum(place.changes.values()), place.owner))
