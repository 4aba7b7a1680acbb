"""Indicators as the components and templates take them: cards, tables of courts and ranks, the rows behind a figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import Court
from kernel.dates import long_date
from regimes import formulas
from regimes.vocabulary import load_vocabulary
from supervision.indicators.declared import Declared
from supervision.indicators.drilling import PARTS, Row
from supervision.indicators.panels import LEAST, Card, Ranked, Ranking, View
from supervision.indicators.spans import Span, span_around
from supervision.indicators.words import (
    STATES,
    TONES,
    change_words,
    direction_words,
    target_words,
    value_words,
)

Dict = dict[str, Any]
PART_WORDS = {
    "numerator": _lazy("分子"),
    "denominator": _lazy("分母"),
    "missing": _lazy("在分母、不在分子"),
    "excluded": _lazy("不计入"),
}
LEVELS = {"court": _lazy("法院"), "team": _lazy("团队"), "officer": _lazy("承办人")}
_STATE = {"missed": "over", "near": "soon", "met": "done"}


def address(name: str, *args: object, **given: object) -> str:
    """An address of the indicators with what is not empty."""
    query = urlencode({key: str(value) for key, value in given.items() if value not in (None, "", 0)})
    url = reverse(f"supervision:{name}", args=args)
    return f"{url}?{query}" if query else url


def card(found: Card, view: View, span: Span) -> Dict:
    """One card of the panel."""
    calc, figure = found.line.calc, found.figure
    given = {"court": view.court.pk, "period": span.text}
    standing = found.standing
    return {
        "id": found.line.code.replace(".", "-"),
        "title": found.line.title,
        "value": value_words(figure.value, calc.unit) if figure else "—",
        "reason": figure.reason if figure else _("还没有统计"),
        "tone": TONES[standing],
        "pill": {"state": _STATE[standing], "text": str(STATES[standing])} if standing else None,
        "change": change_words(figure.value, found.before.value, calc.unit)
        if figure and found.before
        else "",
        "target": target_words(calc),
        "direction": direction_words(calc),
        "definition": found.line.definition,
        "told": _told(found.line),
        "source": found.line.source,
        "statement": found.line.rule.statement,
        "stated": found.line.rule.stated,
        "trend": found.trend,
        "parts": _parts(found, given) if view.level == "court" else [],
        "url": address("indicator", found.line.code, **given),
    }


def _told(line: Declared) -> Dict:
    """What a figure means, for who points at its name."""
    return {"id": f"told-{line.code.replace('.', '-')}", "text": line.definition}


def _parts(found: Card, given: Dict) -> list[Dict]:
    figure, code = found.figure, found.line.code
    if figure is None:
        return []
    amounts = found.line.calc.unit in ("days",)
    rows = [("numerator", figure.numerator), ("denominator", figure.denominator)]
    shown = [
        {
            "label": str(PART_WORDS[part]),
            "text": _number(value) if part == "denominator" or not amounts else _("%s 日") % _number(value),
            "url": address("indicator_cases", code, part=part, **given),
        }
        for part, value in rows
        if value is not None
    ]
    if figure.excluded:
        text, url = f"{figure.excluded:,}", address("indicator_cases", code, part="excluded", **given)
        shown.append({"label": str(PART_WORDS["excluded"]), "text": text, "url": url})
    return shown


def _number(value: Any) -> str:
    return f"{value:,.2f}".removesuffix(".00")


def compared(
    rows: Sequence[tuple[Court, Sequence[Card]]], span: Span, lines: Sequence[Declared]
) -> tuple[list[Dict], list[Dict]]:
    """Courts down, indicators across: columns and rows, each figure leading to its cases (TJ-01, CN-01)."""
    columns = [
        {"label": _("法院"), "kind": "main"},
        *({"label": line.title, "kind": "num", "told": _told(line)} for line in lines),
    ]
    body = [
        {
            "cells": [
                {
                    "kind": "main",
                    "text": court.name,
                    "url": address("indicators", court=court.pk, period=span.text),
                },
                *(_figure_cell(each, court.pk, span) for each in cards),
            ]
        }
        for court, cards in rows
    ]
    targets = [{"kind": "num", "label": line.title, "text": target_words(line.calc) or "—"} for line in lines]
    body.append({"cells": [{"kind": "main", "text": _("目标线")}, *targets]})
    return columns, [{"rows": body}]


def beside(
    rows: Sequence[tuple[Court, Sequence[Card]]], span: Span, lines: Sequence[Declared]
) -> tuple[list[Dict], list[Dict]]:
    """Indicators down, two courts across (CN-01)."""
    columns = [
        {"label": _("指标"), "kind": "main"},
        *({"label": court.name, "kind": "num"} for court, _cards in rows),
        {"label": _("相差"), "kind": "num"},
        {"label": _("目标线"), "kind": "num"},
    ]
    body = []
    for place, line in enumerate(lines):
        cards = [cards[place] for _court, cards in rows]
        values = [each.figure.value if each.figure else None for each in cards]
        apart = change_words(*values, line.calc.unit) if len(values) == 2 else ""
        body.append(
            {
                "cells": [
                    {"kind": "main", "text": line.title, "sub": line.definition},
                    *(
                        {**_figure_cell(each, court.pk, span), "label": court.name}
                        for each, (court, _cards) in zip(cards, rows, strict=True)
                    ),
                    {"kind": "num", "label": _("相差"), "text": apart or "—"},
                    {"kind": "num", "label": _("目标线"), "text": target_words(line.calc) or "—"},
                ]
            }
        )
    return columns, [{"rows": body}]


def _figure_cell(found: Card, court_id: int, span: Span) -> Dict:
    calc, figure = found.line.calc, found.figure
    standing = found.standing
    cell: Dict = {"kind": "num", "label": found.line.title, "strong": standing == "missed", "nowrap": True}
    if figure is None:
        return {**cell, "text": "—", "sub": _("还没有统计")}
    words = " · ".join(filter(None, (str(STATES[standing]), _share(figure))))
    return {
        **cell,
        "text": value_words(figure.value, calc.unit),
        "sub": words or figure.reason,
        "sub_tone": {"missed": "over", "near": "soon"}.get(standing, ""),
        "url": address("indicator_cases", found.line.code, court=court_id, period=span.text),
    }


def _share(figure: Any) -> str:
    if figure.denominator is None or figure.numerator is None:
        return ""
    return f"{_number(figure.numerator)}/{_number(figure.denominator)}"


def rank_tables(found: Iterable[Ranking], line: Declared, view: View, span: Span) -> list[Dict]:
    """A table a level."""
    return [
        {
            "id": f"by-{ranking.level}",
            "title": _("按%s") % LEVELS[ranking.level],
            "columns": [
                {"label": _("名次"), "kind": "num"},
                {"label": LEVELS[ranking.level], "kind": "main"},
                {"label": _("基数"), "kind": "num"},
                {"label": line.title, "kind": "num"},
                {"label": _("较上期"), "kind": "num"},
            ],
            "groups": [{"rows": [_rank_row(row, ranking.level, line, view, span) for row in ranking.rows]}],
        }
        for ranking in found
    ]


def _rank_row(row: Ranked, level: str, line: Declared, view: View, span: Span) -> Dict:
    calc, figure = line.calc, row.figure
    court = row.unit if level == "court" else view.court.pk
    narrowed = {} if level == "court" else {level: row.unit}
    value = figure.value if figure else None
    change = change_words(value, row.before.value, calc.unit) if row.before else ""
    few = figure is not None and value is not None and row.place is None
    standing = formulas.standing_of(value, calc) if not few else ""
    return {
        "cells": [
            {"kind": "num", "label": _("名次"), "text": str(row.place) if row.place else "—"},
            {"kind": "main", "text": row.name},
            {"kind": "num", "label": _("基数"), "text": "—" if row.n is None else _number(row.n)},
            {
                "kind": "num",
                "label": line.title,
                "nowrap": True,
                "strong": standing == "missed",
                "text": _("少于 %d 件，不排名") % LEAST if few else value_words(value, calc.unit),
                "sub": str(STATES[standing]),
                "sub_tone": {"missed": "over", "near": "soon"}.get(standing, ""),
                "url": address(
                    "indicator_cases",
                    line.code,
                    court=court,
                    period=span.text,
                    part="denominator",
                    **narrowed,
                ),
            },
            {"kind": "num", "label": _("较上期"), "text": ("—" if few else change) or "—", "nowrap": True},
        ]
    }


def part_tabs(line: Declared, part: str, given: Dict) -> list[Dict]:
    """The lists behind a figure."""
    parts = [
        each
        for each in PARTS
        if not (each in ("missing", "numerator") and not line.calc.denominator and each == "missing")
        and not (each == "excluded" and not line.calc.exclude)
        and not (each == "numerator" and not line.calc.denominator)
    ]
    return [
        {
            "label": PART_WORDS[each] if line.calc.denominator or each == "excluded" else _("计入的"),
            "url": address("indicator_cases", line.code, part=each, **given),
            "current": each == part,
        }
        for each in parts
    ]


def case_columns() -> list[Dict]:
    """The head of the rows behind a figure."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("立案日期")},
        {"label": _("结案")},
        {"label": _("计入日期")},
        {"label": _("计数"), "kind": "num"},
        {"label": _("数值"), "kind": "num"},
        {"label": _("承办")},
        {"label": _("不计入的原因")},
    ]


def case_row(row: Row) -> Dict:
    """One case behind a figure."""
    case = row.case
    closed = long_date(case.closed_on).partition("（")[0] if case.closed_on else "—"
    team = case.team.name if case.team else ""
    return {
        "cells": [
            {
                "kind": "main",
                "text": case.number,
                "url": reverse("desk:case", args=[case.pk]),
                "open": True,
                "caseno": True,
            },
            {"label": _("立案日期"), "text": long_date(case.filed_on).partition("（")[0], "nowrap": True},
            {
                "label": _("结案"),
                "text": closed,
                "sub": case.get_closing_type_display() or "",
                "nowrap": True,
            },
            {
                "label": _("计入日期"),
                "text": long_date(row.day).partition("（")[0] if row.day else "—",
                "nowrap": True,
            },
            {"kind": "num", "label": _("计数"), "text": str(row.n)},
            {"kind": "num", "label": _("数值"), "text": _number(row.value)},
            {
                "label": _("承办"),
                "text": case.owner.full_name if case.owner else _("未分案"),
                "sub": "　".join(filter(None, (case.court.short_name, team))),
            },
            {"label": _("不计入的原因"), "text": load_vocabulary().exclusions.get(row.reason, "") or "—"},
        ]
    }


def period_choices(span: Span, today: Any) -> list[Dict]:
    """This month, quarter, year, and the ones before."""
    shown = [span_around(kind, today) for kind in ("month", "quarter", "year")]
    choices = [(_("本月"), shown[0]), (_("上月"), shown[0].before()), (_("本季"), shown[1])]
    choices += [(_("上季"), shown[1].before()), (_("本年"), shown[2]), (_("上年"), shown[2].before())]
    return [{"label": label, "text": each.text, "current": each == span} for label, each in choices]
