"""The cases behind a figure: numerator, denominator, what the numerator lacks, and what was left out with its reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from cases.models import Case
from cases.querysets import CaseQuerySet
from courts.models import User
from regimes import formulas
from regimes.measures import load_measures
from supervision.indicators import sources
from supervision.indicators.counting import PERIODS, parameters
from supervision.indicators.declared import Declared
from supervision.indicators.spans import Span

PARTS = ("numerator", "denominator", "missing", "excluded")
PAGE = 50
_NAMED = re.compile(r"%\((\w+)\)s")
# The statements here are put together from names of the vocabulary, checked at load; what people send is a parameter.


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows. team, owner: narrowed to them. until: as of the end of this day."""

    line: Declared
    span: Span
    courts: tuple[int, ...]
    part: str = "denominator"
    team: int | None = None
    owner: int | None = None
    until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One case. n: rows of it that count; value: what they add; day: the date that counts; reason: why it is left out."""

    case: Case
    n: int
    value: Decimal
    day: dt.date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows with the cursor of the next page, "" at the end."""

    rows: Sequence[Row]
    next: str


def page(user: User, asked: Asked, *, after: str = "", size: int = PAGE) -> Page:
    """The cases of a part that the person may see, the latest filed first, behind a cursor. Two queries."""
    text, given = _rows(asked)
    if not text:
        return Page([], "")
    cases = Case.objects.visible_to(user).filter(
        pk__in=RawSQL(*_placed(f"WITH {PERIODS} SELECT k.case_id FROM ({text}) k", given))  # noqa: S608, S611
    )
    for name, value in (("team_id", asked.team), ("owner_id", asked.owner)):
        if value is not None:
            cases = cases.filter(**{name: value})
    cases = _behind(cases, after).select_related("court", "team", "owner")
    found = list(cases.order_by("-filed_on", "-pk")[: size + 1])
    shown = found[:size]
    counted = _details(text, given, [case.pk for case in shown])
    rows = [Row(case, *counted[case.pk]) for case in shown if case.pk in counted]
    return Page(rows, f"{shown[-1].filed_on}~{shown[-1].pk}" if len(found) > size else "")


def every(user: User, asked: Asked) -> Iterator[Row]:
    """All rows of a part, page by page."""
    cursor = ""
    while True:
        found = page(user, asked, after=cursor, size=1000)
        yield from found.rows
        if not (cursor := found.next):
            return


def case_ids(asked: Asked) -> list[int]:
    """The cases of a part, each once; not narrowed to what a person sees."""
    text, given = _rows(asked)
    return sorted(_details(text, given, None)) if text else []


def reasons(asked: Asked) -> list[tuple[int, str]]:
    """The cases left out, with the name of the reason."""
    text, given = _rows(asked)
    found = _details(text, given, None) if text else {}
    return [(case_id, row[3]) for case_id, row in sorted(found.items())]


def _rows(asked: Asked) -> tuple[str, dict[str, object]]:
    """The rows of a part as SQL with (case_id, item, value, day, reason), and its parameters; "" where there can be none."""
    calc = asked.line.calc
    population = calc.denominator or calc.numerator
    match asked.part:
        case "numerator":
            text = _of(asked, calc.numerator, counted=True)
        case "missing" if calc.denominator:
            whole, reached = (_of(asked, t, counted=True) for t in (calc.denominator, calc.numerator))
            text = _without(whole, reached) if whole and reached else ""
        case "excluded" if calc.exclude:
            text = _of(asked, population, counted=False)
        case "denominator":
            text = _of(asked, population, counted=True)
        case _:
            text = ""
    known = load_measures()
    measures = [known[name] for name in formulas.names_of(calc) if name in known]
    given = parameters(asked.courts, [asked.span], calc.since, asked.until)
    return text, {**given, **sources.parameters(measures)}


def _placed(text: str, given: dict[str, object]) -> tuple[str, list[object]]:
    """Named parameters by their place, as an expression of a queryset takes them."""
    names = _NAMED.findall(text)
    return _NAMED.sub("%s", text), [given[name] for name in names]


def _of(asked: Asked, text: str, *, counted: bool) -> str:
    """The rows of a formula: those of its added terms without those of its subtracted ones."""
    known, exclude = load_measures(), asked.line.calc.exclude
    parts: dict[bool, list[str]] = {True: [], False: []}
    for term in formulas.parse(text):
        for name in term.names:
            if name not in known:
                return ""
            relation = sources.relation(known[name])
            left_out = sources.excluded(exclude)
            parts[term.factor > 0].append(
                f"SELECT c.id AS case_id, {relation.item} AS item, ({relation.value})::numeric AS value, "  # noqa: S608
                f"{relation.day} AS day, {sources.excluded_by(exclude)} AS reason "
                f"FROM {relation.source} AND {'NOT ' if counted else ''}({left_out})"
            )
    added = " UNION ALL ".join(parts[True])
    if not parts[False]:
        return added
    return _without(added, " UNION ALL ".join(parts[False]))


def _without(rows: str, others: str) -> str:
    return f"SELECT w.* FROM ({rows}) w WHERE w.item NOT IN (SELECT o.item FROM ({others}) o)"  # noqa: S608


def _details(
    text: str, given: dict[str, object], ids: Sequence[int] | None
) -> dict[int, tuple[int, Decimal, dt.date | None, str]]:
    where = "" if ids is None else " WHERE k.case_id = ANY(%(ids)s)"
    statement = (
        f"WITH {PERIODS} SELECT k.case_id, count(*), sum(k.value), max(k.day), min(k.reason) "  # noqa: S608
        f"FROM ({text}) k{where} GROUP BY k.case_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, given if ids is None else {**given, "ids": list(ids)})
        return {row[0]: (row[1], row[2], row[3], row[4] or "") for row in cursor.fetchall()}


def _behind(cases: CaseQuerySet, after: str) -> CaseQuerySet:
    day, _sep, pk = after.partition("~")
    try:
        filed_on = dt.date.fromisoformat(day)
    except ValueError:
        return cases
    if not (pk.isascii() and pk.isdecimal()):
        return cases
    return cases.filter(filed_on__lte=filed_on).filter(Q(filed_on__lt=filed_on) | Q(pk__lt=int(pk)))
