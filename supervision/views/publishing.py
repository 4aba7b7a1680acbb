"""What the command centre publishes: the overdue-node table and the weekly bulletin as page, Excel and PDF; an order as PDF."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courts.access import staff
from courts.models import User
from documents.compose import style_sheet
from documents.renderer import render_pdf
from kernel import time
from kernel.dates import long_date
from kernel.errors import BadInput
from supervision import board_tables, order_tables, sheets
from supervision.board import names_of
from supervision.bulletin import Bulletin, Row, days_of, week_of
from supervision.bulletin import bulletin as bulletin_of
from supervision.models import Order
from supervision.overdue import MOST_LINES, Line, lines
from supervision.views import listed
from supervision.views.board import asked_of
from supervision.views.listed import as_file

SHEET = Path(__file__).parent.parent / "print" / "table.css"
PAPER_LINES = 2000
HEAD = ("序号", "案号", "节点", "规则", "最后一日", "超期天数", "承办人", "团队", "法院", "督办")
FILTERS = ("when", "court", "team", "officer", "kind", "band", "on", "money", "ordered")
WEEK_HEAD = ("法院", "团队", "新收", "结案", "未结", "五超案件", "超期节点")


@require_safe
@staff("report", "RWS")
def overdue_sheet(request: HttpRequest) -> HttpResponse:
    """超期节点统计表 as Excel, the rows of the list as on screen."""
    at, found, title = _table(request, MOST_LINES)
    about = [
        ("表名", title),
        ("范围", _place(request.user)),
        ("数据截至", order_tables.instant(at)),
        ("制表", request.user.full_name),
    ]
    content = sheets.workbook([(_("超期节点"), HEAD, _cells(found))], about)
    listed.note(request, what="overdue", names=FILTERS, rows=len(found), at=at)
    return as_file(content, f"超期节点统计表_{time.today(at)}.xlsx", sheets.MEDIA)


@require_safe
@staff("report", "RWS")
def overdue_paper(request: HttpRequest) -> HttpResponse:
    """超期节点统计表 as PDF."""
    at, found, title = _table(request, PAPER_LINES)
    tables = [{"head": HEAD, "rows": _cells(found)}]
    return _printed(request, at, "超期节点统计表", title, tables, f"超期节点统计表_{time.today(at)}.pdf")


@require_safe
@staff("report", "RWS")
def bulletin(request: HttpRequest) -> HttpResponse:
    """周通报 of ?week=2025-W10, else of this week."""
    request.at = at = time.now()
    found = _bulletin(request, at)
    columns = [
        {"label": name, "kind": "main" if n == 1 else "" if n == 0 else "num"}
        for n, name in enumerate(WEEK_HEAD)
    ]
    columns = [columns[1], columns[0], *columns[2:]]
    rows = [_week_cells(row, columns) for row in (*found.rows, found.total)]
    tail = f"?week={found.week}"
    context = {
        "title": _("周通报"),
        "note": _span(found),
        "actions": [
            {
                "label": "Excel",
                "url": reverse("supervision:bulletin_sheet") + tail,
                "icon": "file-spreadsheet",
            },
            {"label": "PDF", "url": reverse("supervision:bulletin_paper") + tail, "icon": "printer"},
        ],
        "columns": columns,
        "groups": [{"rows": rows}] if found.rows else [],
        "empty": {
            "title": _("这一周没有案件"),
            "text": _("所辖范围内没有新收、结案和未结案件。"),
            "icon": "inbox",
        },
        "line_columns": board_tables.columns()[:5],
        "line_groups": _line_groups(found, time.today(at)),
        "prev_url": f"?week={week_of(found.first - dt.timedelta(days=7))}",
        "next_url": f"?week={week_of(found.last + dt.timedelta(days=1))}"
        if found.last < time.today(at)
        else "",
    }
    return render(request, "supervision/bulletin.html", context)


@require_safe
@staff("report", "RWS")
def bulletin_sheet(request: HttpRequest) -> HttpResponse:
    """周通报 as Excel."""
    at = time.now()
    found = _bulletin(request, at)
    pages = [
        ("各团队", WEEK_HEAD, [_week_row(row) for row in (*found.rows, found.total)]),
        ("超期节点", HEAD, _cells(found.longest)),
    ]
    about = [("周次", found.week), ("起止", _span(found)), ("数据截至", order_tables.instant(at))]
    return as_file(sheets.workbook(pages, about), f"执行工作周通报_{found.week}.xlsx", sheets.MEDIA)


@require_safe
@staff("report", "RWS")
def bulletin_paper(request: HttpRequest) -> HttpResponse:
    """周通报 as PDF."""
    at = time.now()
    found = _bulletin(request, at)
    tables = [
        {
            "title": "一、各团队收结存和五超情况",
            "head": WEEK_HEAD,
            "rows": [_week_row(row) for row in found.rows],
            "total": _week_row(found.total),
        },
        {"title": "二、超期最久的节点", "head": HEAD, "rows": _cells(found.longest)},
    ]
    return _printed(request, at, "执行工作周通报", _span(found), tables, f"执行工作周通报_{found.week}.pdf")


@require_safe
@staff()
def order_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """督办单 as PDF."""
    related = ("case", "case__court", "case__owner", "court", "superior", "answered_by")
    order = get_object_or_404(Order.objects.visible_to(request.user).select_related(*related), pk=pk)
    body = render_to_string(
        "supervision/paper_order.html",
        {
            "order": order,
            "title": f"{order.get_kind_display()}单",
            "number": order.number,
            "owner": order.case.owner.full_name if order.case.owner else "",
            "due": long_date(order.due_on),
            "issued": long_date(time.today(order.issued_at)).partition("（")[0],
            "answered": order_tables.instant(order.answered_at),
        },
    )
    title = f"{order.get_kind_display()}单{order.number}"
    return as_pdf(body, title, order.court.name, order.answered_at or order.issued_at, f"{title}.pdf")


def _table(request: HttpRequest, most: int) -> tuple[dt.datetime, Sequence[Line], str]:
    request.at = at = time.now()
    asked = asked_of(request)
    found = lines(request.user, asked, at, time.today(at), size=most)
    if found.next:
        raise BadInput(
            _("超过 %d 行，不能一次导出。") % most, fix=_("先按团队、承办人或者节点缩小范围，再导出。")
        )
    names = names_of([asked.court], [asked.team], [asked.officer])
    return at, found.lines, board_tables.table_title(asked, names)


def _cells(found: Sequence[Line]) -> list[tuple[object, ...]]:
    return [
        (
            place,
            line.number,
            line.matter,
            line.clock.rule_id,
            line.day.isoformat(),
            max(line.days, 0),
            line.officer,
            line.team,
            line.court,
            f"{line.order.number} {line.order.get_state_display()}" if line.order else "",
        )
        for place, line in enumerate(found, start=1)
    ]


def _bulletin(request: HttpRequest, at: dt.datetime) -> Bulletin:
    week = request.GET.get("week", "") or week_of(time.today(at))
    days = days_of(week)
    if days is None or days[0] > time.today(at):
        raise BadInput(
            _("没有这一周：%s。") % week[:20], field="week", fix=_("周次写作 2026-W10，不能晚于本周。")
        )
    return bulletin_of(request.user, week, at)


def _week_row(row: Row) -> tuple[object, ...]:
    return (row.court, row.team, row.new, row.closed, row.open, row.five_over, row.overdue)


def _week_cells(row: Row, columns: Sequence[dict[str, Any]]) -> dict[str, Any]:
    court, team, *figures = _week_row(row)
    cells: list[dict[str, Any]] = [
        {"kind": "main", "text": team},
        {"label": columns[1]["label"], "text": court or "—"},
    ]
    cells += [
        {"kind": "num", "label": column["label"], "text": f"{n:,}"}
        for column, n in zip(columns[2:], figures, strict=True)
    ]
    return {"cells": cells}


def _line_groups(found: Bulletin, today: dt.date) -> list[dict[str, Any]]:
    rows = board_tables.line_groups(_Shown(found.longest), today, False)
    for group in rows:
        for row in group["rows"]:
            row["cells"] = row["cells"][:5]
    return rows


class _Shown:
    """Lines as the table takes them."""

    more = False

    def __init__(self, shown: Sequence[Line]) -> None:
        self.lines = shown


def _span(found: Bulletin) -> str:
    first, last = (long_date(day).partition("（")[0] for day in (found.first, found.last))
    year, _w, nth = found.week.partition("-W")
    return _("%(year)s年第%(nth)d周（%(first)s至%(last)s）") % {
        "year": year,
        "nth": int(nth),
        "first": first,
        "last": last,
    }


def _place(user: User) -> str:
    return user.court.name if user.court else ""


def _printed(
    request: HttpRequest, at: dt.datetime, title: str, note: str, tables: Sequence[Any], name: str
) -> HttpResponse:
    place = _place(request.user)
    made = f"{request.user.full_name}制表，数据截至 {order_tables.instant(at)}"
    context = {"court": place, "title": title, "note": note, "tables": tables, "made": made}
    return as_pdf(render_to_string("supervision/paper_table.html", context), title, place, at, name)


def as_pdf(body: str, title: str, author: str, at: dt.datetime, name: str) -> HttpResponse:
    """A body as a PDF with the style of the command centre's tables."""
    css = style_sheet() + SHEET.read_text(encoding="utf-8")
    content = render_pdf(body, css=css, title=title, author=author, created_at=at)
    return as_file(content, name, "application/pdf")
