"""Which quarterly reports are asked for, of whom, by when, and what they are prefilled with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from courts.calendar import calendar_for
from courts.models import Court, User
from courts.selectors import pack_of, packs_in_force
from kernel.time import today as day_of
from regimes.rules import Schedule
from supervision.indicators.counting import Place, count
from supervision.indicators.declared import indicators_of
from supervision.indicators.rows import Figure, QuarterReport
from supervision.indicators.spans import Span, last_spans, span_around
from supervision.indicators.words import value_words

QUARTERS = 8
"""So far back the status board goes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A report as the rule asks for it. due_on: None once the campaign that asked for it is over."""

    rule_id: str
    title: str
    sections: tuple[str, ...]
    who: str
    due_on: dt.date | None
    source: str


@dataclass(frozen=True, slots=True)
class Due:
    """A report of a court for a quarter, written or not."""

    court: Court
    span: Span
    rule_id: str
    who: str
    due_on: dt.date | None
    report: QuarterReport | None

    def is_late(self, today: dt.date) -> bool:
        """Whether it was or is not sent by its last day."""
        if self.due_on is None:
            return False
        sent = self.report.submitted_at if self.report else None
        return (day_of(sent) if sent else today) > self.due_on


def asked_of(court_id: int, span: Span, today: dt.date) -> Wanted | None:
    """The report that the court's rules ask for at the end of a quarter: the last day, moved by its `roll` (JZ-R-03)."""
    for release, features in packs_in_force(court_id, max(span.last, today)):
        pack = pack_of(release)
        for rule in pack.schedules:
            if not rule.sections or rule.feature and rule.feature not in features:
                continue
            ended = rule.campaign and pack.campaign is not None and not _in_campaign(pack.campaign, span)
            due_on = None if ended or span.last < pack.effective_from else _rolled(court_id, rule, span.last)
            return Wanted(rule.id, rule.title, rule.sections, rule.who, due_on, rule.source)
    return None


def reports_due(today: dt.date, courts: Iterable[Court] | None = None, n: int = QUARTERS) -> list[Due]:
    """The reports of the last quarters that have begun, newest first; of every court whose rules ask for one."""
    found = []
    courts = Court.objects.filter(parent__isnull=False).order_by("pk") if courts is None else courts
    spans = last_spans(span_around("quarter", today), n)
    listed = list(courts)
    written = {
        (report.court_id, report.first): report
        for report in QuarterReport.objects.filter(court__in=listed, first__in=[span.first for span in spans])
    }
    for span in reversed(spans):
        for court in listed:
            wanted = asked_of(court.pk, span, today)
            report = written.get((court.pk, span.first))
            if wanted is None or wanted.due_on is None and report is None and span is not spans[-1]:
                continue
            due_on = report.due_on if report else wanted.due_on
            found.append(Due(court, span, wanted.rule_id, wanted.who, due_on, report))
    return found


def status_board(user: User, today: dt.date) -> list[Due]:
    """The reports of the courts in a person's reach."""
    courts = Court.objects.filter(pk__in=user.scope.courts, parent__isnull=False).order_by("pk")
    return reports_due(today, courts)


def prefilled(court_id: int, first: dt.date, last: dt.date, today: dt.date) -> list[list[str]]:
    """[name, value, definition] of every indicator of the court for the quarter, as stored, else counted now."""
    lines = indicators_of(court_id, today)
    stored = {
        (row.indicator, row.line): row
        for row in Figure.objects.filter(court_id=court_id, level="court", first=first, last=last)
    }
    missing = [line for line in lines if line.key not in stored]
    counted = count(missing, [court_id], [Span("range", first, last, "")]) if missing else {}
    rows = []
    for line in lines:
        row = stored.get(line.key)
        found = row if row is not None else counted[line.key][Place(first, last, court_id)][0]
        rows.append([line.title, value_words(found.value, line.calc.unit, found.reason), line.definition])
    return rows


def _in_campaign(campaign: tuple[dt.date, dt.date], span: Span) -> bool:
    return campaign[0] <= span.last <= campaign[1]


def _rolled(court_id: int, rule: Schedule, day: dt.date) -> dt.date:
    calendar = calendar_for(court_id)
    if rule.roll == "next_workday":
        return calendar.next_workday(day)
    return calendar.previous_workday(day) if rule.roll == "previous_workday" else day
