"""Counting indicators set-based: one statement a measure for all courts and periods asked for, at every level."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from kernel.time import at_local
from regimes import formulas
from regimes.measures import Measure, load_measures
from regimes.vocabulary import load_vocabulary
from supervision.indicators import sources
from supervision.indicators.declared import Declared
from supervision.indicators.rows import Figure
from supervision.indicators.spans import ONE_DAY, Span

PERIODS = """p(first, last, begins, ends_at) AS (
    SELECT * FROM unnest(%(firsts)s::date[], %(lasts)s::date[], %(begins)s::date[], %(ends)s::timestamptz[]))"""
_COUNT = """WITH {periods}
SELECT p.first, p.last, c.court_id, c.team_id, c.owner_id, GROUPING(c.team_id, c.owner_id),
    coalesce(sum({value}) FILTER (WHERE NOT ({excluded})), 0), count(*) FILTER (WHERE {excluded})
FROM {source}
GROUP BY GROUPING SETS ((p.first, p.last, c.court_id), (p.first, p.last, c.court_id, c.team_id),
    (p.first, p.last, c.court_id, c.owner_id))"""
_LEVELS = {3: Figure.Level.COURT, 1: Figure.Level.TEAM, 2: Figure.Level.OFFICER}


@dataclass(frozen=True, slots=True)
class Place:
    """Whose figure over which period."""

    first: dt.date
    last: dt.date
    court: int
    level: str = Figure.Level.COURT
    unit: int = 0


Tally = Mapping[Place, tuple[Decimal, int]]
"""Total and rows left out."""
Asked = tuple[str, tuple[str, ...], dt.date | None]
"""Measure, exclusions, since."""


def count(
    lines: Sequence[Declared], courts: Sequence[int], spans: Sequence[Span], until: dt.date | None = None
) -> dict[tuple[str, int], dict[Place, tuple[formulas.Figure, int]]]:
    """(indicator, line) -> place -> figure and rows left out. until: as of the end of this day, earlier than a period's last.

    A statement for each measure with its exclusions. A court without rows has its figure too; teams and officers only
    where there is something to count.
    """
    tallies: dict[Asked, Tally] = {}
    known, words = load_measures(), load_vocabulary().measures
    result: dict[tuple[str, int], dict[Place, tuple[formulas.Figure, int]]] = {}
    for line in lines:
        calc = line.calc
        needed = [name for name in formulas.names_of(calc) if name in known]
        for name in needed:
            asked = (name, calc.exclude, calc.since)
            if asked not in tallies:
                tallies[asked] = _tally(known[name], calc.exclude, calc.since, courts, spans, until)
        found = {name: tallies[name, calc.exclude, calc.since] for name in needed}
        places = {Place(span.first, span.last, court) for span in spans for court in courts}
        places.update(place for tally in found.values() for place in tally)
        counted_by = _counted_by(line, needed)
        result[line.key] = {
            place: (
                formulas.evaluate(
                    calc, {name: tally.get(place, _NOTHING)[0] for name, tally in found.items()}, words
                ),
                sum(found[name].get(place, _NOTHING)[1] for name in counted_by),
            )
            for place in places
        }
    return result


_NOTHING = (Decimal(0), 0)


def _counted_by(line: Declared, needed: Sequence[str]) -> list[str]:
    """The measures whose rows are the population of the line: the denominator's, else the numerator's."""
    text = line.calc.denominator or line.calc.numerator
    return [name for term in formulas.parse(text) for name in term.names if name in needed]


def _tally(
    measure: Measure,
    exclude: tuple[str, ...],
    since: dt.date | None,
    courts: Sequence[int],
    spans: Sequence[Span],
    until: dt.date | None,
) -> Tally:
    relation = sources.relation(measure)
    text = _COUNT.format(
        periods=PERIODS, value=relation.value, excluded=sources.excluded(exclude), source=relation.source
    )
    totals: dict[Place, tuple[Decimal, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(text, {**parameters(courts, spans, since, until), **sources.parameters([measure])})
        for first, last, court, team, owner, grouping, total, left_out in cursor.fetchall():
            unit = {1: team, 2: owner}.get(grouping, 0)
            if unit is not None:
                place = Place(first, _asked_last(spans, first, last), court, _LEVELS[grouping], unit)
                totals[place] = (Decimal(total), left_out)
    return totals


def parameters(
    courts: Iterable[int], spans: Sequence[Span], since: dt.date | None, until: dt.date | None
) -> dict[str, object]:
    """The periods as `p` takes them: `since` moves where counting begins, `until` where it ends."""
    lasts = [min(span.last, until) if until else span.last for span in spans]
    return {
        "courts": list(courts),
        "firsts": [span.first for span in spans],
        "lasts": lasts,
        "begins": [since or span.first for span in spans],
        "ends": [at_local(last + ONE_DAY) for last in lasts],
    }


def _asked_last(spans: Sequence[Span], first: dt.date, last: dt.date) -> dt.date:
    """The last day of the period asked for, of a period that may have been cut short."""
    return min(span.last for span in spans if span.first == first and span.last >= last)


def by_court(
    figures: Mapping[Place, tuple[formulas.Figure, int]],
) -> dict[int, dict[tuple[dt.date, dt.date], formulas.Figure]]:
    """The figures of whole courts: court -> (first, last) -> figure."""
    found: dict[int, dict[tuple[dt.date, dt.date], formulas.Figure]] = defaultdict(dict)
    for place, (figure, _left_out) in figures.items():
        if place.level == Figure.Level.COURT:
            found[place.court][place.first, place.last] = figure
    return found
