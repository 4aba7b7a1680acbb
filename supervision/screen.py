"""What only the big screen shows: thirty days of overdue nodes as a drawing, and the ranking of courts (ux 2.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from courts.models import Court, User
from kernel.dates import long_date
from regimes import formulas
from supervision.board_tables import link
from supervision.indicators.declared import lines_named
from supervision.indicators.panels import core_lines
from supervision.indicators.rows import Figure
from supervision.indicators.spans import days_before, span_around

WIDTH, LINE_TOP, LINE_BASE, BARS_ZERO, BARS_REACH = 900, 20, 118, 158, 30
LEFT, RIGHT = 36, 60
LABELS_EVERY = 5
BANDS = (("c-s-g", Decimal("2.5")), ("c-s-a", Decimal(5)))
"""Overdue rate up to which the bar is green, amber; red above."""
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Days:
    """The drawing: coordinates as text. bars: x, width, y and height up (new) and down (cleared), label of the day."""

    path: str
    area: str
    first: Mapping[str, str]
    last: Mapping[str, str]
    bars: Sequence[Mapping[str, str]]
    labels: Sequence[Mapping[str, str]]
    table: Sequence[tuple[str, str, str, str]]
    words: str
    most: str
    width: int = WIDTH


def days_of(user: User, today: dt.date, now: int) -> Days | None:
    """Thirty days to yesterday as kept, then today's stock as it is; None while nothing is kept. One query.

    now: overdue nodes at this moment. Figures of the courts seen whole; a team's reach has no such drawing.
    """
    spans = days_before(today)
    rows = (
        Figure.objects.filter(
            court_id__in=user.scope.courts, level=Figure.Level.COURT, first__in=[s.first for s in spans]
        )
        .filter(last__in=[s.last for s in spans], indicator__in=("BASE-I-04", "BASE-I-05"))
        .values_list("first", "last", "indicator", "line")
        .annotate(total=Sum("value"))
    )
    kept = {(first, code, line): int(total or 0) for first, last, code, line, total in rows if first == last}
    days = [span.first for span in spans if (span.first, "BASE-I-04", 0) in kept]
    if not days:
        return None
    stock = [*(kept[day, "BASE-I-04", 0] for day in days), now]
    new = [*(kept.get((day, "BASE-I-05", 0), 0) for day in days), 0]
    cleared = [*(kept.get((day, "BASE-I-05", 1), 0) for day in days), 0]
    return _drawn([*days, today], stock, new, cleared)


def ranking(user: User, today: dt.date) -> list[dict[str, Any]]:
    """Courts in reach by their score of this month: place, score, overdue rate with its band, change of place. Three queries.

    Score: the mean of the core indicators that are rates and have a figure; a court without one stands last.
    """
    courts = dict(
        Court.objects.filter(pk__in=user.scope.courts, level=Court.Level.BASIC).values_list(
            "pk", "short_name"
        )
    )
    if len(courts) < 2:
        return []
    now, then = span_around("month", today), span_around("month", today).before()
    lines = [line for line in core_lines(user.court_id or 0, today) if line.calc.unit == "percent"]
    wanted = {line.rule.id for line in (*lines, *lines_named(["BASE-I-06"]))}
    found: dict[tuple[int, dt.date], dict[str, Decimal]] = {}
    rows = Figure.objects.filter(court_id__in=courts, level=Figure.Level.COURT, indicator__in=wanted, line=0)
    for row in rows.filter(first__in=(now.first, then.first), last__in=(now.last, then.last)):
        if row.value is not None:
            found.setdefault((row.court_id, row.first), {})[row.indicator] = row.value
    core = [line.rule.id for line in lines]
    scores, before = ({pk: _score(found.get((pk, s.first), {}), core) for pk in courts} for s in (now, then))
    places, earlier = _places(scores), _places(before)
    order = sorted(courts, key=lambda pk: (places.get(pk, len(courts) + 1), courts[pk]))
    return [
        {
            "place": places.get(pk),
            "top": places.get(pk, 99) <= 3,
            "name": courts[pk],
            "score": f"{scores[pk]:.1f}" if scores[pk] is not None else "—",
            "url": link(when="late", court=pk),
            **_rate(found.get((pk, now.first), {}).get("BASE-I-06")),
            **_moved(places.get(pk), earlier.get(pk)),
        }
        for pk in order[:SHOWN]
    ]


def day_labels(
    days: Mapping[dt.date, int], bars: Sequence[dict[str, Any]], today: dt.date
) -> list[dict[str, Any]]:
    """The bars of the coming days with labels short enough for the wall: 今天, 11/22 周日."""
    names = [
        _("今天")
        if day == today
        else f"{day.month}/{day.day} {long_date(day).partition('（')[2].rstrip('）')}"
        for day in sorted(days)
    ]
    return [{**bar, "label": name} for bar, name in zip(bars, names, strict=False)]


def _drawn(days: Sequence[dt.date], stock: Sequence[int], new: Sequence[int], cleared: Sequence[int]) -> Days:
    step = (WIDTH - LEFT - RIGHT) / max(len(days) - 1, 1)
    across = [LEFT + step * place for place in range(len(days))]
    low, high = min(stock), max(stock)
    floor = max(low - max((high - low) // 3, 1), 0)
    reach = max(high - floor, 1)
    line = [LINE_BASE - (LINE_BASE - LINE_TOP) * (value - floor) / reach for value in stock]
    points = " L".join(f"{x:.1f} {y:.1f}" for x, y in zip(across, line, strict=True))
    most = max(*new, *cleared, 1)
    wide = min(step * 0.62, 18)
    bars = [
        {
            "x": f"{x - wide / 2:.1f}",
            "width": f"{wide:.1f}",
            "up_y": f"{BARS_ZERO - BARS_REACH * up / most:.1f}",
            "up": f"{BARS_REACH * up / most:.1f}",
            "down": f"{BARS_REACH * down / most:.1f}",
        }
        for x, up, down in zip(across, new, cleared, strict=True)
    ]
    marks = range(len(days) - 1, -1, -LABELS_EVERY)
    labels = [{"x": f"{across[n]:.1f}", "text": f"{days[n].month}/{days[n].day}"} for n in reversed(marks)]
    table = [
        (f"{day.month}月{day.day}日", f"{whole:,}", f"{up:,}", f"{down:,}")
        for day, whole, up, down in zip(days, stock, new, cleared, strict=True)
    ]
    return Days(
        path=f"M{points}",
        area=f"M{across[0]:.1f} {LINE_BASE} L{points} L{across[-1]:.1f} {LINE_BASE} Z",
        first={
            "x": f"{across[0]:.1f}",
            "y": f"{line[0]:.1f}",
            "text_y": f"{max(line[0] - 9, 14):.1f}",
            "text": f"{stock[0]:,}",
        },
        last={
            "x": f"{across[-1]:.1f}",
            "y": f"{line[-1]:.1f}",
            "text_y": f"{line[-1] + 6:.1f}",
            "text": f"{stock[-1]:,}",
        },
        bars=bars,
        labels=labels,
        table=table,
        words=_("超期存量从 %(first)d 到 %(last)d，期内新增 %(new)d、消除 %(cleared)d")
        % {"first": stock[0], "last": stock[-1], "new": sum(new), "cleared": sum(cleared)},
        most=f"{most:,}",
    )


def _score(values: Mapping[str, Decimal], core: Sequence[str]) -> Decimal | None:
    known = [values[name] for name in core if name in values]
    return sum(known, Decimal(0)) / len(known) if known else None


def _places(scores: Mapping[int, Decimal | None]) -> dict[int, int]:
    known = {pk: score for pk, score in scores.items() if score is not None}
    return {pk: 1 + sum(1 for other in known.values() if other > score) for pk, score in known.items()}


def _rate(value: Decimal | None) -> dict[str, str]:
    if value is None:
        return {"rate": "—", "share": "0", "band": ""}
    band = next((name for name, most in BANDS if value <= most), "c-s-x")
    return {
        "rate": f"{formulas.rounded(value, 'days')}%",
        "share": f"{min(value * 10, Decimal(100)):.1f}",
        "band": band,
    }


def _moved(now: int | None, then: int | None) -> dict[str, Any]:
    change = then - now if now is not None and then is not None else 0
    return {"change": abs(change), "way": "up" if change > 0 else "down" if change < 0 else ""}
