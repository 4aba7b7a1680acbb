"""财务工作台: what waits, 不明款, the day's close and the month's reconciliation."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courts.access import staff
from desk import exporting, listing
from desk.addresses import here
from desk.forms.finance import AccountForm
from desk.selectors import finance as found
from desk.spreadsheet import workbook_response
from desk.tables import finance as tables
from desk.words import plain_day
from documents.compose import style_sheet
from documents.renderer import render_pdf
from funds.actions.statements import register_bank_account
from funds.statements.reconciling import reconcile
from kernel import time
from kernel.bookwriting import Table
from kernel.errors import DomainError
from kernel.money import format_yuan


@require_GET
@staff("receipt", "W")
def inbox(request: HttpRequest) -> HttpResponse:
    """What the finance desk has before it."""
    request.at = at = time.now()
    today = time.today(at)
    waiting = found.inbox(request.user, today)
    context = {
        "tiles": tables.tiles(waiting),
        "columns": tables.payout_columns(),
        "groups": tables.payout_groups(waiting.at_finance, today),
        "empty": {
            "title": _("没有移送财务的大额发放"),
            "text": _("大额发放的材料移送财务后，带着五个工作日的付款期限列在这里；已批准的见“待付款”。"),
            "icon": "circle-check",
        },
        "actions": [
            {"label": _("导入银行流水"), "url": reverse("desk:finance_statements"), "icon": "file-import", "primary": True},
            {"label": _("认领"), "url": reverse("desk:finance_match"), "icon": "checks"},
            {"label": _("日结与调节表"), "url": reverse("desk:finance_close"), "icon": "calendar"},
        ],
    }  # fmt: skip
    return render(request, "desk/finance/inbox.html", context)


@require_GET
@staff("receipt", "W")
def unclaimed(request: HttpRequest) -> HttpResponse:
    """不明款, the oldest first, with its age against the court's limit; also as a workbook."""
    request.at = at = time.now()
    today = time.today(at)
    limits = found.claim_limits(request.user, today)

    def turn(cursor: str) -> exporting.Page:
        lines, next_, _prev = found.unclaimed_page(request.user, after=cursor, size=exporting.TOGETHER)
        return tables.unclaimed_columns(), tables.unclaimed_groups(lines, limits, today), next_

    if exporting.is_wanted(request):
        return exporting.export(request, what="unclaimed", title=_("不明款"), chips=[], names=(), turn=turn)
    lines, next_, prev = found.unclaimed_page(
        request.user, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    context = {
        "columns": tables.unclaimed_columns(),
        "groups": tables.unclaimed_groups(lines, limits, today),
        "empty": {
            "title": _("没有不明款"),
            "text": _("银行流水的每一笔收入都已认领。"),
            "icon": "circle-check",
        },
        "footing": _("本页 %d 笔") % len(lines),
        "next_url": here(request, (), after=next_) if next_ else "",
        "prev_url": here(request, (), before=prev) if prev else "",
        "actions": [listing.action(request, ())],
    }
    return render(request, "desk/finance/unclaimed.html", context)


@require_GET
@staff("receipt", "W")
def close(request: HttpRequest) -> HttpResponse:
    """日结 of a day and 余额调节表 at its end; ?format=xlsx or pdf for the sheet."""
    request.at = at = time.now()
    today = time.today(at)
    on = min(_day(request, today), today)
    sheet = reconcile(request.user.court_id, on) if request.user.court_id else None
    if sheet is not None and request.GET.get("format") in ("xlsx", "pdf"):
        return _file(request, sheet, at)
    month_end = (on.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    months = found.month_ends(request.user)
    day = found.day_close(request.user, on)
    context: dict[str, Any] = {
        "on": on,
        "month_columns": tables.month_columns(),
        "month_groups": tables.month_groups(months),
        "months_clear": tables.months_clear(months),
        "day": tables.day_rows(day),
        "unanswered": day.unanswered_count,
        "rows": [[str(row[0]), row[1], format_yuan(row[2]), *row[3:]] for row in tables.sheet_rows(sheet)]
        if sheet
        else [],
        "head": tables.sheet_head(),
        "is_even": sheet is not None and not sheet.difference,
        "difference": format_yuan(sheet.difference) if sheet else "",
        "until": plain_day(sheet.until) if sheet and sheet.until else "",
        "is_short": sheet is not None and (sheet.until is None or sheet.until < on),
        "is_month_end": on == month_end,
        "left": found.unclaimed(request.user).filter(booked_on__lte=on).count(),
        "excel_url": here(request, ("on",), format="xlsx"),
        "pdf_url": here(request, ("on",), format="pdf"),
    }
    return render(request, "desk/finance/close.html", context)


@require_http_methods(["GET", "POST"])
@staff("fund_pay", "W")
def account(request: HttpRequest) -> HttpResponse:
    """登记案款专户."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "act_key"}
        key = f"desk:{form.cleaned_data['act_key']}"
        try:
            register_bank_account(
                court=request.user.court, actor=request.user, at=time.now(), key=key, **given
            )
        except DomainError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, refused.in_full)
        else:
            return redirect("desk:finance_statements")
    return render(request, "desk/finance/account.html", {"form": form}, status=422 if form.errors else 200)


def _file(request: HttpRequest, sheet: Any, at: dt.datetime) -> HttpResponse:
    title = _("银行存款余额调节表")
    rows = tables.sheet_rows(sheet)
    name = f"{title}{sheet.on:%Y%m%d}"
    if request.GET["format"] == "xlsx":
        return workbook_response([Table(title, tables.sheet_head(), rows, (24, 12, 18, 28, 40))], name)
    place = request.user.court.name
    context = {
        "court": place,
        "title": title,
        "note": _("截至 %s") % sheet.on.isoformat(),
        "head": tables.sheet_head(),
        "rows": [[row[0], row[1], format_yuan(row[2]), *row[3:]] for row in rows],
        "made": _("%(name)s制表，%(at)s")
        % {"name": request.user.full_name, "at": f"{time.local(at):%Y-%m-%d %H:%M}"},
    }
    body = render_to_string("desk/finance/paper_sheet.html", context)
    css = style_sheet() + "@page { size: A4 landscape; margin: 20mm 15mm; } td.r { text-align: right; }"
    content = render_pdf(body, css=css, title=title, author=place, created_at=at)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.pdf") or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def _day(request: HttpRequest, today: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today
