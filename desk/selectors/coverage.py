"""推送覆盖: what a court told its parties in a span, and which pushes its rules ask for have no text (JZ-09)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from courts.models import Court, User
from courts.selectors import pack_of, packs_in_force
from kernel.time import at_local
from notices.coverage import Push, TopicSummary, court_coverage
from notices.topics import canonical
from regimes.book import Pinned, RuleBook


@dataclass(frozen=True, slots=True)
class Coverage:
    """The report. since, until: days of recording, both included. asked: topics that the court's rules ask for."""

    court: Court
    courts: list[Court]
    since: dt.date
    until: dt.date
    rows: list[TopicSummary]
    asked: frozenset[str]

    @property
    def score(self) -> tuple[int, int]:
        """Topics of the rules of which everybody was told, of those of which somebody was to be told."""
        happened = {row.topic for row in self.rows if row.intended and row.topic in self.asked}
        missed = {
            row.topic for row in self.rows if row.intended and (row.told < row.intended or not row.has_text)
        }
        return len(happened - missed), len(happened)

    @property
    def without_text(self) -> list[TopicSummary]:
        """Pushes of the rules that no approved text stands for."""
        return [row for row in self.rows if not row.has_text]


def coverage(*, user: User, court_id: int | None, since: dt.date, until: dt.date) -> Coverage | None:
    """The report of one court the person sees; None when there is none. Five queries."""
    seen = user.scope.courts | user.scope.home
    courts = list(Court.objects.filter(pk__in=seen).order_by("level", "code"))
    chosen = court_id or user.court_id
    court = next(
        (court for court in courts if court.pk == chosen), courts[0] if courts and court_id is None else None
    )
    if court is None:
        return None
    pushes = pushes_of(court.pk, until)
    end = at_local(until + dt.timedelta(days=1))
    rows = court_coverage(court_id=court.pk, since=at_local(since), until=end, pushes=pushes)
    return Coverage(court, courts, since, until, rows, frozenset(canonical(push.topic) for push in pushes))


def pushes_of(court_id: int, on: dt.date) -> list[Push]:
    """Every push that the packs of a court ask for on a day. Two queries once the packs are known."""
    book = RuleBook(
        Pinned(pack_of(release), frozenset(features)) for release, features in packs_in_force(court_id, on)
    )
    return [Push(rule.id, rule.topic, tuple(rule.to), tuple(rule.on)) for rule in book.pushes]
