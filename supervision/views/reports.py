"""季度阶段报告: who has sent theirs, one report to write, send and receive, and the same as PDF and Excel."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courts.access import staff
from courts.models import Court, User
from kernel import time
from kernel.dates import long_date
from kernel.errors import BadInput, DomainError
from supervision import order_tables, sheets
from supervision.actions import reports as verbs
from supervision.indicators.reporting import Due, Wanted, asked_of, prefilled, status_board
from supervision.indicators.rows import QuarterReport
from supervision.indicators.spans import Span, span_of
from supervision.views.listed import as_file
from supervision.views.publishing import as_pdf

STATES = {"draft": "todo", "submitted": "prog", "received": "done"}
HEAD = ("指标", "数值", "口径")


@require_safe
@staff("report", "RWS")
def reports(request: HttpRequest) -> HttpResponse:
    """The status board: per quarter and court, when it is due and where it stands; ?late=1 for those overdue."""
    request.at = at = time.now()
    today = time.today(at)
    board = status_board(request.user, today)
    late = [due for due in board if _is_missing(due, today)]
    only = request.GET.get("late") == "1"
    groups: dict[str, list[dict[str, Any]]] = {}
    for due in late if only else board:
        groups.setdefault(due.span.words, []).append(_row(request.user, due, today))
    context = {
        "title": _("季度阶段报告"),
        "note": _("各法院每季度末向中级法院报告阶段工作、经验、困难和打算"),
        "tabs": [
            {"label": _("全部"), "url": reverse("supervision:reports"), "current": not only},
            {
                "label": _("逾期未报"),
                "url": f"{reverse('supervision:reports')}?late=1",
                "current": only,
                "count": len(late),
                "tone": "over" if late else "",
            },
        ],
        "columns": [
            {"label": _("法院"), "kind": "main"},
            {"label": _("报送期限")},
            {"label": _("状态")},
            {"label": _("报送")},
            {"label": _("接收")},
        ],
        "groups": [{"title": words, "rows": rows} for words, rows in groups.items()],
        "empty": {
            "title": _("没有逾期未报的报告") if only else _("没有要求报送的阶段报告"),
            "text": _("所辖法院的规则没有要求，或者都已报送。"),
            "icon": "circle-check",
        },
    }
    return render(request, "supervision/reports.html", context)


@require_http_methods(["GET", "POST"])
@staff("report", "RWS")
def report(request: HttpRequest, court_id: int, quarter: str) -> HttpResponse:
    """One report: its figures prefilled, its sections to write or to read."""
    request.at = at = time.now()
    today = time.today(at)
    court, span, wanted, found = _found(request, court_id, quarter, today)
    error = ""
    words = dict(found.sections) if found else {}
    if request.method == "POST":
        words = {title: request.POST.get(f"section-{n}", "") for n, title in enumerate(wanted.sections)}
        try:
            verbs.save_report(
                court=court,
                span=span,
                words=words,
                seen_version=_version(request),
                actor=request.user,
                at=at,
                key=_key(request),
            )
        except DomainError as refused:
            error = refused.in_full
        else:
            messages.success(request, _("草稿已保存。"))
            return redirect("supervision:report", court_id=court.pk, quarter=span.text)
    own = request.user.court_id == court.pk
    editable = own and (found is None or found.state == QuarterReport.State.DRAFT)
    context = {
        "title": _("%(period)s阶段报告") % {"period": span.words},
        "note": court.name,
        "found": found,
        "pill": _pill(found),
        "error": error,
        "editable": editable and _leads(request.user),
        "version": found.version if found else 0,
        "sections": [
            {"name": f"section-{n}", "title": title, "words": words.get(title, "")}
            for n, title in enumerate(wanted.sections)
        ],
        "figures": found.figures
        if found and found.figures
        else prefilled(court.pk, span.first, span.last, today),
        "due": long_date(found.due_on if found else wanted.due_on)
        if (found.due_on if found else wanted.due_on)
        else _("专项活动已经结束，不再要求；可以自愿报送"),
        "late": Due(court, span, wanted.rule_id, wanted.who, wanted.due_on, found).is_late(today),
        "source": wanted.source,
        "may_submit": bool(found) and editable and _leads(request.user),
        "may_receive": bool(found)
        and found.state == QuarterReport.State.SUBMITTED
        and court.parent_id == request.user.court_id
        and request.user.scope.may("report", "S"),
        "history": _history(found),
        "args": {"court": court.pk, "quarter": span.text},
        "key": uuid4().hex,
    }
    return render(request, "supervision/report.html", context, status=422 if error else 200)


@require_POST
@staff("report", "RWS")
def report_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """报送 by the court, 接收 by the court above."""
    acts = {"submit": verbs.submit_report, "receive": verbs.receive_report}
    if name not in acts:
        raise Http404
    found = get_object_or_404(QuarterReport.objects.visible_to(request.user), pk=pk)
    try:
        acts[name](report_id=found.pk, actor=request.user, at=time.now(), key=_key(request))
    except DomainError as error:
        messages.error(request, error.in_full)
    else:
        messages.success(request, _("已报送。") if name == "submit" else _("已接收。"))
    return redirect("supervision:report", court_id=found.court_id, quarter=_quarter(found))


@require_safe
@staff("report", "RWS")
def report_paper(request: HttpRequest, court_id: int, quarter: str) -> HttpResponse:
    """The report as PDF."""
    at = time.now()
    court, span, wanted, found = _found(request, court_id, quarter, time.today(at))
    if found is None:
        raise Http404
    figures = found.figures or prefilled(court.pk, span.first, span.last, time.today(at))
    title = _("%(period)s执行工作阶段报告") % {"period": span.words}
    body = render_to_string(
        "supervision/paper_report.html",
        {
            "court": court.name,
            "title": title,
            "sections": found.sections,
            "head": HEAD[:2],
            "figures": figures,
            "draft": found.state == QuarterReport.State.DRAFT,
            "signed": long_date(time.today(found.submitted_at or at)).partition("（")[0],
            "definitions": figures,
        },
    )
    return as_pdf(body, title, court.name, at, f"{court.short_name}_{span.text}_阶段报告.pdf")


@require_safe
@staff("report", "RWS")
def report_sheet(request: HttpRequest, court_id: int, quarter: str) -> HttpResponse:
    """The figures of the report as Excel."""
    at = time.now()
    court, span, wanted, found = _found(request, court_id, quarter, time.today(at))
    figures = (
        found.figures
        if found and found.figures
        else prefilled(court.pk, span.first, span.last, time.today(at))
    )
    about = [
        (_("法院"), court.name),
        (_("统计期"), span.words),
        (_("依据"), wanted.source),
        (_("数据截至"), order_tables.instant(found.submitted_at if found and found.submitted_at else at)),
    ]
    pages = [(_("指标"), HEAD, figures)]
    if found is not None:
        pages.append((_("报告"), ("部分", "内容"), found.sections))
    return as_file(
        sheets.workbook(pages, about), f"{court.short_name}_{span.text}_阶段报告附表.xlsx", sheets.MEDIA
    )


def _found(
    request: HttpRequest, court_id: int, quarter: str, today: dt.date
) -> tuple[Court, Span, Wanted, QuarterReport | None]:
    """The court in reach, the quarter, what its rules ask for, and the report if the person may read it."""
    court = get_object_or_404(Court, pk=court_id, pk__in=request.user.scope.courts)
    try:
        span = span_of(quarter)
    except BadInput as error:
        raise Http404 from error
    wanted = asked_of(court.pk, span, today)
    if span.kind != "quarter" or span.first > today or wanted is None:
        raise Http404
    found = QuarterReport.objects.visible_to(request.user).filter(court=court, first=span.first).first()
    if found is None and request.user.court_id != court.pk:
        raise Http404
    return court, span, wanted, found


def _row(user: User, due: Due, today: dt.date) -> dict[str, Any]:
    report = due.report
    readable = due.court.pk == user.court_id or report is not None and report.state != "draft"
    url = reverse("supervision:report", args=[due.court.pk, due.span.text]) if readable else ""
    sent = report.submitted_at if report else None
    taken = report.received_at if report else None
    last = long_date(due.due_on).partition("（")[0] if due.due_on else _("不再要求")
    missing = _is_missing(due, today)
    sub = _("逾期 %d 日") % (today - due.due_on).days if missing and due.due_on else ""
    return {
        "cells": [
            {"kind": "main", "text": due.court.name, "url": url, "open": bool(url)},
            {
                "label": _("报送期限"),
                "text": last,
                "sub": sub,
                "sub_tone": "over" if missing else "",
                "nowrap": True,
            },
            {
                "label": _("状态"),
                "pill": {"state": "over", "text": _("逾期未报")} if missing else _pill(report),
            },
            {
                "label": _("报送"),
                "text": order_tables.instant(sent) or "—",
                "sub": _("迟报") if sent and due.is_late(today) else "",
            },
            {"label": _("接收"), "text": order_tables.instant(taken) or "—"},
        ]
    }


def _is_missing(due: Due, today: dt.date) -> bool:
    sent = due.report is not None and due.report.submitted_at is not None
    return not sent and due.is_late(today)


def _pill(report: QuarterReport | None) -> dict[str, str]:
    if report is None:
        return {"state": "todo", "text": _("没有撰写")}
    return {"state": STATES[report.state], "text": report.get_state_display()}


def _history(report: QuarterReport | None) -> list[dict[str, str]]:
    if report is None:
        return []
    rows = [(_("保存"), report.written_by, report.written_at)]
    if report.submitted_at:
        rows.append((_("报送"), report.submitted_by, report.submitted_at))
    if report.received_at:
        rows.append((_("接收"), report.received_by, report.received_at))
    return [
        {"title": what, "text": f"{person.full_name} {order_tables.instant(at)}"} for what, person, at in rows
    ]


def _leads(user: User) -> bool:
    return user.scope.may("report", "W") or user.scope.has("bureau_director", "deputy_director")


def _quarter(report: QuarterReport) -> str:
    return f"{report.first.year}-Q{(report.first.month + 2) // 3}"


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


def _key(request: HttpRequest) -> str:
    return f"{request.user.pk}:{request.POST.get('act_key', '')[:64]}"
