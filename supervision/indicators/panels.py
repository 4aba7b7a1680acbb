"""What the pages of indicators show, from the figures as kept: one screen, one function."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max

from courts.models import Court, Unit, User
from kernel.errors import NotFound
from regimes import formulas
from supervision.indicators import charts
from supervision.indicators.declared import Declared, Slot, indicators_of, lines_named, slots_of
from supervision.indicators.rows import Figure
from supervision.indicators.spans import TREND, Span, last_spans
from supervision.indicators.words import value_words

LEAST = 5
"""Below so many rows a figure takes no place in a ranking: one case would turn it over."""
CORE = ("TJ-I-01", "TJ-I-02", "TJ-I-03", "TJ-I-04")
"""The four that two case collections name as core (案例3、案例4), shown where a court has no slot of its own."""


@dataclass(frozen=True, slots=True)
class View:
    """Whose figures a person looks at: a court in reach, else the person's team or the person's own."""

    court: Court
    level: str
    unit: int
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """One line with its figure, the one before, and its trend. figure None: not counted yet."""

    line: Declared
    figure: Figure | None
    before: Figure | None
    trend: charts.Trend

    @property
    def standing(self) -> formulas.Standing:
        """Where it stands to its target."""
        return formulas.standing_of(self.figure.value if self.figure else None, self.line.calc)


@dataclass(frozen=True, slots=True)
class Panel:
    """The indicators of a court at one glance. slots: title, and the cards in it."""

    view: View
    span: Span
    slots: Sequence[tuple[Slot, Sequence[Card]]]
    cards: Sequence[Card]
    counted_at: dt.datetime | None
    courts: Sequence[Court]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One court, team or officer in a ranking. n: rows it stands on; place None: too few to rank, or no figure."""

    unit: int
    name: str
    n: Decimal | None
    figure: Figure | None
    before: Figure | None
    place: int | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """Of one level."""

    level: str
    rows: Sequence[Ranked] = field(default_factory=list)


def view_of(user: User, court_id: int | None) -> View:
    """The court asked for, or the person's own. Raises NotFound for one out of reach."""
    scope = user.scope
    wanted = court_id or user.court_id
    if wanted in scope.courts:
        court = Court.objects.get(pk=wanted)
        return View(court, Figure.Level.COURT, 0, court.name)
    if wanted is None or wanted != user.court_id:
        raise NotFound("没有这家法院。")
    court = Court.objects.get(pk=wanted)
    if scope.teams:
        unit = Unit.objects.get(pk=min(scope.teams))
        return View(court, Figure.Level.TEAM, unit.pk, f"{court.short_name} {unit.name}")
    return View(court, Figure.Level.OFFICER, user.pk, f"{court.short_name} {user.full_name}")


def panel(user: User, view: View, span: Span, today: dt.date) -> Panel:
    """The panel of a court, team or officer. Nine queries at most."""
    spans = last_spans(span, TREND)
    slots = slots_of(view.court.pk, today)
    lines = indicators_of(view.court.pk, today)
    kept = _kept(
        Figure.objects.visible_to(user).filter(court=view.court, level=view.level, unit_id=view.unit), spans
    )
    shown = {line.key: _card(line, spans, kept) for line in (*lines, *_lines_of(slots))}
    in_slots = {line.key for line in _lines_of(slots)}
    courts = list(Court.objects.filter(pk__in=user.scope.courts).order_by("-level", "code"))
    return Panel(
        view,
        span,
        [(slot, [shown[line.key] for line in slot.lines]) for slot in slots],
        [shown[line.key] for line in lines if line.key not in in_slots],
        max((row.counted_at for row in kept.values() if row.last == span.last), default=None),
        courts,
    )


def core_lines(court_id: int, today: dt.date) -> list[Declared]:
    """The lines by which courts are compared: those of the court's first slot, else the four core indicators."""
    slots = slots_of(court_id, today)
    return list(slots[0].lines) if slots and slots[0].lines else lines_named(CORE)


def side_by_side(
    user: User, courts: Sequence[Court], lines: Sequence[Declared], span: Span
) -> list[tuple[Court, list[Card]]]:
    """Courts with the cards of the same lines, in the order given. One query."""
    spans = last_spans(span, TREND)
    rows = Figure.objects.visible_to(user).filter(court__in=courts, level=Figure.Level.COURT)
    kept: dict[int, dict[tuple[str, int, dt.date, dt.date], Figure]] = {court.pk: {} for court in courts}
    for row in _over(rows, spans, {line.rule.id for line in lines}):
        kept[row.court_id][row.indicator, row.line, row.first, row.last] = row
    return [(court, [_card(line, spans, kept[court.pk]) for line in lines]) for court in courts]


def rankings(
    user: User, line: Declared, courts: Iterable[int], span: Span, *, teams_of: int
) -> list[Ranking]:
    """Of the courts in reach, and of the teams and officers of one of them. Four queries."""
    before = span.before()
    rows = (
        Figure.objects.visible_to(user)
        .filter(indicator=line.rule.id, line=line.line)
        .filter(first__in=(span.first, before.first), last__in=(span.last, before.last))
    )
    found: dict[str, dict[int, dict[tuple[dt.date, dt.date], Figure]]] = {}
    for row in rows.filter(court_id__in={*courts, teams_of}):
        if row.level != Figure.Level.COURT and row.court_id != teams_of:
            continue
        unit = row.court_id if row.level == Figure.Level.COURT else row.unit_id
        found.setdefault(row.level, {}).setdefault(unit, {})[row.first, row.last] = row
    names = {
        "court": dict(Court.objects.filter(pk__in=found.get("court", ())).values_list("pk", "short_name")),
        "team": dict(Unit.objects.filter(pk__in=found.get("team", ())).values_list("pk", "name")),
        "officer": dict(User.objects.filter(pk__in=found.get("officer", ())).values_list("pk", "full_name")),
    }
    now, then = (span.first, span.last), (before.first, before.last)
    return [
        Ranking(level, _ranked(line, found.get(level, {}), names[level], now, then))
        for level in ("court", "team", "officer")
        if found.get(level)
    ]


def counted_at(user: User, span: Span) -> dt.datetime | None:
    """When the figures of a period were counted last."""
    rows = Figure.objects.visible_to(user).filter(first=span.first, last=span.last)
    newest: dt.datetime | None = rows.aggregate(at=Max("counted_at"))["at"]
    return newest


def size_of(figure: Figure | None) -> Decimal | None:
    """The rows that a rate stands on; of a count itself."""
    if figure is None:
        return None
    return figure.denominator if figure.denominator is not None else figure.numerator


def _ranked(
    line: Declared,
    found: Mapping[int, Mapping[tuple[dt.date, dt.date], Figure]],
    names: Mapping[int, str],
    now: tuple[dt.date, dt.date],
    then: tuple[dt.date, dt.date],
) -> list[Ranked]:
    rows = [(unit, periods.get(now), periods.get(then)) for unit, periods in found.items()]
    fit = {unit: figure.value for unit, figure, _b in rows if figure is not None and _is_fit(line, figure)}
    values = sorted(set(fit.values()), reverse=not formulas.is_lower_better(line.calc))
    ranked = [
        Ranked(
            unit,
            names.get(unit, str(unit)),
            size_of(figure),
            figure,
            before,
            1 + sum(1 for value in fit.values() if values.index(value) < values.index(fit[unit]))
            if unit in fit
            else None,
        )
        for unit, figure, before in rows
    ]
    return sorted(ranked, key=lambda row: (row.place is None, row.place or 0, row.name))


def _is_fit(line: Declared, figure: Figure) -> bool:
    if figure.value is None:
        return False
    return not line.calc.denominator or (figure.denominator or 0) >= LEAST


def _lines_of(slots: Iterable[Slot]) -> list[Declared]:
    return [line for slot in slots for line in slot.lines]


def _kept(rows: object, spans: Sequence[Span]) -> dict[tuple[str, int, dt.date, dt.date], Figure]:
    return {(row.indicator, row.line, row.first, row.last): row for row in _over(rows, spans, None)}


def _over(rows: object, spans: Sequence[Span], names: set[str] | None) -> Iterable[Figure]:
    chosen = rows.filter(first__in=[s.first for s in spans], last__in=[s.last for s in spans])  # type: ignore[attr-defined]
    return chosen if names is None else chosen.filter(indicator__in=names)


def _card(
    line: Declared, spans: Sequence[Span], kept: Mapping[tuple[str, int, dt.date, dt.date], Figure]
) -> Card:
    figures = [kept.get((*line.key, span.first, span.last)) for span in spans]
    points = [
        (
            span.words,
            figure.value if figure else None,
            value_words(figure.value, line.calc.unit) if figure else "—",
        )
        for span, figure in zip(spans, figures, strict=True)
    ]
    return Card(line, figures[-1], figures[-2], charts.trend(points, formulas.target_of(line.calc)))
