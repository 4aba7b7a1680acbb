"""指标: the panel of a court, all courts, two courts side by side, a ranking, and the cases behind every figure."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courts.access import staff
from courts.models import Court, User
from kernel import time
from kernel.dates import long_date
from kernel.errors import BadInput, NotFound
from supervision import indicator_tables as tables
from supervision import order_tables, sheets
from supervision.indicators import drilling, panels
from supervision.indicators.declared import Declared, line_of
from supervision.indicators.drilling import PARTS, Asked
from supervision.indicators.rows import IssuedFigure
from supervision.indicators.spans import Span, between, span_around, span_of
from supervision.indicators.words import value_words
from supervision.views.listed import as_file

MOST_LINES = 100_000
SHOWN = 50
address = tables.address


@require_safe
@staff("report", "RWS")
def indicators(request: HttpRequest) -> HttpResponse:
    """One court at a glance: its core indicators, the others, each with target line, trend and definition.

    Who comes without asking for a court and supervises others sees these first.
    """
    if not request.GET and _supervises(request.user):
        return courts(request)
    request.at = at = time.now()
    today = time.today(at)
    span, fault = span_asked(request, today)
    view = view_asked(request)
    found = panels.panel(request.user, view, span, today)
    given = {"court": view.court.pk, "period": span.text}
    context = {
        **_frame(request, span, today, fault),
        "title": _("质效指标"),
        "note": f"{view.name} · {span.words}",
        "court": view.court,
        "courts": found.courts,
        "slots": [
            {
                "title": slot.rule.title,
                "note": slot.rule.note if not slot.chosen else _("由本院指定"),
                "cards": [tables.card(each, view, span) for each in cards],
                "url": address("slot", slot.rule.id, court=view.court.pk) if _may_issue(request.user) else "",
            }
            for slot, cards in found.slots
        ],
        "cards": [tables.card(each, view, span) for each in found.cards],
        "counted": order_tables.instant(found.counted_at) if found.counted_at else "",
        "tabs": _tabs(request.user, "indicators", span),
        "may_count": view.level == "court",
        "key": uuid4().hex,
        "given": given,
    }
    return render(request, "supervision/indicators.html", context)


@require_safe
@staff("report", "RWS")
def courts(request: HttpRequest) -> HttpResponse:
    """各院对比: every court in reach against the core indicators, with their target lines (TJ-01)."""
    request.at = at = time.now()
    today = time.today(at)
    span, fault = span_asked(request, today)
    listed = _courts(request.user)
    lines = panels.core_lines(request.user.court_id or 0, today)
    rows = panels.side_by_side(request.user, listed, lines, span)
    columns, groups = tables.compared(rows, span, lines)
    newest = panels.counted_at(request.user, span)
    context = {
        **_frame(request, span, today, fault),
        "title": _("各院核心指标"),
        "note": _("%(n)d 家法院 · %(period)s") % {"n": len(listed), "period": span.words},
        "columns": columns,
        "groups": groups if listed else [],
        "empty": {
            "title": _("没有整院可看的法院"),
            "text": _("您只能看本团队和本人的指标。"),
            "icon": "inbox",
        },
        "lines": [_definition(line) for line in lines],
        "counted": order_tables.instant(newest) if newest else "",
        "tabs": _tabs(request.user, "indicators_courts", span),
        "may_count": bool(listed),
        "key": uuid4().hex,
        "given": {"period": span.text},
    }
    return render(request, "supervision/indicators_courts.html", context)


@require_safe
@staff("report", "RWS")
def compare(request: HttpRequest) -> HttpResponse:
    """两院对比: two courts side by side on the core indicators (CN-01)."""
    request.at = at = time.now()
    today = time.today(at)
    span, fault = span_asked(request, today)
    listed = _courts(request.user)
    known = {court.pk: court for court in listed}
    asked = [_number(request, name) for name in ("a", "b")]
    if any(pk is not None and pk not in known for pk in asked):
        raise Http404
    rest = [court for court in listed if court.pk not in asked]
    chosen = [known[pk] if pk else (rest.pop(0) if rest else None) for pk in asked]
    pair = [court for court in chosen if court is not None]
    lines = panels.core_lines(request.user.court_id or 0, today)
    rows = panels.side_by_side(request.user, pair, lines, span)
    columns, groups = tables.beside(rows, span, lines)
    newest = panels.counted_at(request.user, span)
    context = {
        **_frame(request, span, today, fault),
        "title": _("两院对比"),
        "note": span.words,
        "pair": [{"name": name, "chosen": court} for name, court in zip(("a", "b"), chosen, strict=True)],
        "courts": listed,
        "columns": columns,
        "groups": groups if len(pair) == 2 else [],
        "empty": {"title": _("少于两家法院"), "text": _("您能整院查看的法院少于两家。"), "icon": "inbox"},
        "lines": [_definition(line) for line in lines],
        "counted": order_tables.instant(newest) if newest else "",
        "tabs": _tabs(request.user, "indicators_compare", span),
        "may_count": False,
        "given": {"period": span.text},
    }
    return render(request, "supervision/indicators_courts.html", context)


@require_safe
@staff("report", "RWS")
def indicator(request: HttpRequest, code: str) -> HttpResponse:
    """One indicator: its definition, the ranking of courts, teams and officers, with what is too small left out of it."""
    request.at = at = time.now()
    today = time.today(at)
    span, fault = span_asked(request, today)
    view, line = view_asked(request), _line(code)
    found = panels.rankings(request.user, line, request.user.scope.courts, span, teams_of=view.court.pk)
    given = {"court": view.court.pk, "period": span.text}
    newest = panels.counted_at(request.user, span)
    context = {
        **_frame(request, span, today, fault),
        "title": line.title,
        "note": f"{view.name} · {span.words}",
        "line": _definition(line),
        "tables": tables.rank_tables(found, line, view, span),
        "least": panels.LEAST,
        "counted": order_tables.instant(newest) if newest else "",
        "cases_url": address("indicator_cases", code, **given),
        "back": address("indicators", **given),
        "may_issue": _may_issue(request.user) and view.level == "court",
        "code": code,
        "court": view.court,
        "given": given,
        "key": uuid4().hex,
        "issued": _issued_rows(
            IssuedFigure.objects.visible_to(request.user)
            .filter(court=view.court, indicator=line.rule.id, line=line.line)
            .order_by("-issued_at", "-pk")[:5]
        ),
    }
    return render(request, "supervision/indicator.html", context)


@require_safe
@staff("report", "RWS")
def cases(request: HttpRequest, code: str) -> HttpResponse:
    """The cases behind a figure, as they are now: numerator, denominator, what is missing, what is left out."""
    request.at = at = time.now()
    today = time.today(at)
    span, _fault = span_asked(request, today)
    line = _line(code)
    asked, given = _asked(request, line, span)
    found = drilling.page(request.user, asked, after=request.GET.get("after", ""))
    more = {key: value for key, value in given.items() if key != "part"}
    context = {
        "title": line.title,
        "note": f"{_place(asked)} · {span.words}"
        + (_(" · 截至 %s") % long_date(asked.until) if asked.until else ""),
        "actions": [
            {
                "label": "Excel",
                "url": address("indicator_sheet", code, **given),
                "icon": "file-spreadsheet",
            },
            {"label": _("指标和排名"), "url": address("indicator", code, **more), "icon": "chart-bar"},
        ],
        "line": _definition(line),
        "parts": tables.part_tabs(line, asked.part, more),
        "columns": tables.case_columns(),
        "groups": [{"rows": [tables.case_row(row) for row in found.rows]}] if found.rows else [],
        "empty": {
            "title": _("没有案件"),
            "text": _("这一统计期内没有这样的案件，或者您无权查看。"),
            "icon": "inbox",
        },
        "first_url": address("indicator_cases", code, **given) if request.GET.get("after") else "",
        "next_url": address("indicator_cases", code, after=found.next, **given) if found.next else "",
    }
    return render(request, "supervision/indicator_cases.html", context)


@require_safe
@staff("report", "RWS")
def sheet(request: HttpRequest, code: str) -> HttpResponse:
    """The cases behind a figure as Excel, a sheet a part, with the definition."""
    at = time.now()
    span, _fault = span_asked(request, time.today(at))
    line = _line(code)
    asked, _given = _asked(request, line, span)
    head = [str(column["label"]) for column in tables.case_columns()]
    pages = [
        (
            str(tables.PART_WORDS[part]),
            head,
            (
                [
                    " ".join(filter(None, (str(cell.get("text", "")), str(cell.get("sub", "")))))
                    for cell in cells
                ]
                for cells in (
                    tables.case_row(row)["cells"]
                    for _n, row in zip(
                        range(MOST_LINES),
                        drilling.every(
                            request.user,
                            Asked(line, span, asked.courts, part, asked.team, asked.owner, asked.until),
                        ),
                        strict=False,
                    )
                )
            ),
        )
        for part in PARTS
        if part != "excluded" or line.calc.exclude
    ]
    about = [
        (_("指标"), line.title),
        (_("口径"), line.definition),
        (_("依据"), line.source),
        (_("统计期"), span.words),
        (_("范围"), _place(asked)),
        (_("数据截至"), order_tables.instant(at)),
        (_("制表"), request.user.full_name),
    ]
    return as_file(sheets.workbook(pages, about), f"{line.title}_{span.text}.xlsx", sheets.MEDIA)


def _frame(request: HttpRequest, span: Span, today: dt.date, fault: str) -> dict[str, Any]:
    return {
        "span": span,
        "fault": fault,
        "periods": tables.period_choices(span, today),
        "custom": span if span.kind == "range" else None,
        "today": today,
        "here": request.path,
    }


def _supervises(user: User) -> bool:
    """Whether a person's own court stands above others in reach."""
    above = user.court is not None and user.court.level != Court.Level.BASIC
    return above and len(user.scope.courts) > 1


def _tabs(user: User, current: str, span: Span) -> list[dict[str, Any]]:
    names = [("indicators", _("本院面板"))]
    if user.scope.courts:
        names.append(("indicators_courts", _("各院核心指标")))
    if len(user.scope.courts) > 1:
        names.append(("indicators_compare", _("两院对比")))
    tabs = [
        {"label": label, "url": address(name, period=span.text), "current": name == current}
        for name, label in names
    ]
    return [*tabs, {"label": _("季度阶段报告"), "url": reverse("supervision:reports")}]


def span_asked(request: HttpRequest, today: dt.date, source: Any = None) -> tuple[Span, str]:
    """The period of the address, else this month; what cannot be read is said and this month shown."""
    given = request.GET if source is None else source
    text, first, last = (given.get(name, "") for name in ("period", "from", "to"))
    try:
        if first or last:
            return between(dt.date.fromisoformat(first), dt.date.fromisoformat(last)), ""
        return (span_of(text) if text else span_around("month", today)), ""
    except BadInput as error:
        return span_around("month", today), error.in_full
    except ValueError:
        return span_around("month", today), _("起止日期要写成 2026-03-01 这样。")


def view_asked(request: HttpRequest) -> panels.View:
    """Whose panel is asked for. One out of reach is not found."""
    try:
        return panels.view_of(request.user, _number(request, "court"))
    except NotFound as error:
        raise Http404 from error


def _line(code: str) -> Declared:
    try:
        return line_of(code)
    except NotFound as error:
        raise Http404 from error


def _asked(request: HttpRequest, line: Declared, span: Span) -> tuple[Asked, dict[str, Any]]:
    """The rows asked for, and the same as an address says them. A court out of reach is not found."""
    scope, court = request.user.scope, _number(request, "court")
    if court is not None and court not in {*scope.courts, request.user.court_id}:
        raise Http404
    team, owner = _number(request, "team"), _number(request, "officer")
    part = request.GET.get("part", "denominator")
    part = part if part in PARTS else "denominator"
    until = _day(request.GET.get("as_of", ""))
    wanted = (court,) if court else tuple(sorted(scope.courts)) or (request.user.court_id or 0,)
    asked = Asked(line, span, wanted, part, team, owner, until)
    given = {
        "court": court,
        "period": span.text,
        "team": team,
        "officer": owner,
        "part": part,
        "as_of": until.isoformat() if until else "",
    }
    return asked, given


def _place(asked: Asked) -> str:
    names = [
        *Court.objects.filter(pk__in=asked.courts).order_by("code").values_list("short_name", flat=True)[:3]
    ]
    more = _("等 %d 家法院") % len(asked.courts) if len(asked.courts) > len(names) else ""
    return "、".join(names) + more


def _definition(line: Declared) -> dict[str, Any]:
    calc = line.calc
    return {
        "title": line.title,
        "definition": line.definition,
        "target": tables.target_words(calc),
        "direction": tables.direction_words(calc),
        "source": line.source,
        "statement": line.rule.statement,
        "note": line.rule.note,
        "stated": line.rule.stated,
        "pack": line.pack.name,
    }


def _issued_rows(rows: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": _("第 %(n)d 号 %(value)s")
            % {"n": row.pk, "value": value_words(row.value, row.formula["unit"])},
            "url": reverse("supervision:issued", args=[row.pk]),
            "note": f"{row.first} — {row.last} · {order_tables.instant(row.issued_at)}",
        }
        for row in rows
    ]


def _courts(user: User) -> list[Court]:
    return list(Court.objects.filter(pk__in=user.scope.courts).order_by("level", "code"))


def _may_issue(user: User) -> bool:
    return user.scope.may("report", "W") or user.scope.may("report", "S")


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
