"""What an inspection prints: the checklist to carry to the court, the bulletin; and a case as it stood on a day."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cases.models import Case
from courts.access import staff
from kernel import time
from kernel.dates import long_date
from kernel.errors import BadInput
from supervision.asof import stood_on
from supervision.inspections.models import Commentary, InspectionDraw, InspectionSection
from supervision.inspections.states import CommentaryState
from supervision.views.publishing import as_pdf


@require_safe
@staff("inspection", "RWS")
def section_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """检查表 of a section as PDF: every case with every point, its standard, and room to write; entered later."""
    rows = InspectionSection.objects.visible_to(request.user).defer("population")
    section = get_object_or_404(rows.select_related("court", "inspection", "inspection__court"), pk=pk)
    draws = InspectionDraw.objects.visible_to(request.user).filter(section=section).standing()
    whole = section.inspection
    body = render_to_string(
        "supervision/paper_checklist.html",
        {
            "court": whole.court.name,
            "section": section,
            "name": whole.name,
            "rule": section.rule,
            "seed": "" if whole.seed is None else whole.seed,
            "draws": list(draws.select_related("case", "case__owner").order_by("position")),
        },
    )
    title = _("%(name)s检查表（%(court)s %(subject)s）") % {
        "name": whole.name,
        "court": section.court.short_name,
        "subject": section.rule["title"],
    }
    return as_pdf(body, title, whole.court.name, whole.drawn_at or whole.planned_at, f"{title}.pdf")


@require_safe
@staff("inspection", "RWS")
def commentary_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """通报讲评 as PDF: numbered paragraphs, annex tables; a draft says that it is one."""
    rows = Commentary.objects.visible_to(request.user).select_related("inspection", "inspection__court")
    found = get_object_or_404(rows, pk=pk)
    at = found.reviewed_at or found.drafted_at
    body = commentary_body(found, at)
    title = _("%(name)s通报讲评（第%(version)d版）") % {
        "name": found.inspection.name,
        "version": found.version,
    }
    return as_pdf(body, title, found.inspection.court.name, at, f"{title}.pdf")


def commentary_body(found: Commentary, at: dt.datetime) -> str:
    """The bulletin as the body of a paper."""
    whole = found.inspection
    return render_to_string(
        "supervision/paper_commentary.html",
        {
            "court": whole.court.name,
            "title": _("%(year)d年第%(quarter)d季度执行工作检查通报")
            % {"year": whole.year, "quarter": whole.quarter},
            "mark": "" if found.state == CommentaryState.ISSUED else found.get_state_display(),
            "paragraphs": list(enumerate(found.paragraphs, start=1)),
            "tables": found.tables,
            "day": long_date(time.today(at)).partition("（")[0],
        },
    )


@require_safe
@staff()
def as_of(request: HttpRequest, pk: int) -> HttpResponse:
    """案件历史状态: a case as it stood at the end of ?on=, from its events alone."""
    request.at = at = time.now()
    case = get_object_or_404(Case.objects.visible_to(request.user).select_related("court"), pk=pk)
    today = time.today(at)
    text = request.GET.get("on", "") or today.isoformat()
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            _("没有这一天：%s。") % text[:20], field="on", fix=_("日期写作 2023-06-30。")
        ) from error
    if day > today:
        raise BadInput(_("这一天还没有到。"), field="on", fix=_("填写今天或者以前的日期。"))
    found = stood_on(case, day)
    context = {
        "title": case.number,
        "note": _("案件历史状态"),
        "case_url": reverse("desk:case", args=[case.pk]),
        "day": day,
        "words": long_date(day),
        "today": today,
        "sections": found.sections,
        "money": [{"label": label, "value": value} for label, value in found.money],
        "moves": found.moves,
    }
    return render(request, "supervision/as_of.html", context)
