"""指标: counting anew, issuing a figure for good, and which indicators a slot holds."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courts.access import staff
from courts.models import Court
from kernel import time
from kernel.dates import long_date
from kernel.errors import DomainError, NotFound
from supervision import indicator_tables as tables
from supervision import order_tables
from supervision.actions import figures as verbs
from supervision.indicators.declared import all_lines, slots_of
from supervision.indicators.rows import IssuedFigure
from supervision.indicators.words import value_words
from supervision.views.indicators import span_asked, view_asked

address = tables.address


@require_POST
@staff("report", "RWS")
def recount(request: HttpRequest) -> HttpResponse:
    """重新统计: asks for the figures of a period as long work, and leads to its progress."""
    at = time.now()
    span, _fault = span_asked(request, time.today(at), request.POST)
    court = request.POST.get("court", "")
    wanted = [int(court)] if court.isascii() and court.isdecimal() else sorted(request.user.scope.courts)
    key = f"{request.user.pk}:{request.POST.get('act_key', '')[:64]}"
    try:
        job = verbs.ask_figures(courts=wanted, span=span, actor=request.user, at=at, key=key)
    except DomainError as error:
        messages.error(request, error.in_full)
        return redirect("supervision:indicators")
    return redirect("jobs:job", pk=job.pk)


@require_POST
@staff("report", "RWS")
def issue(request: HttpRequest, code: str) -> HttpResponse:
    """发布 a figure: frozen from now on."""
    at = time.now()
    court = get_object_or_404(Court, pk=_posted(request, "court") or 0, pk__in=request.user.scope.courts)
    given = {
        "court": court,
        "code": code,
        "period": request.POST.get("period", ""),
        "words": request.POST.get("words", ""),
        "key": f"{request.user.pk}:{request.POST.get('act_key', '')[:64]}",
    }
    try:
        issued = verbs.issue_figure(**given, actor=request.user, at=at)
    except NotFound as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.in_full)
        return redirect(address("indicator", code, court=court.pk))
    messages.success(request, _("已发布并固定。"))
    return redirect("supervision:issued", pk=issued.pk)


@require_safe
@staff("report", "RWS")
def issued(request: HttpRequest, pk: int) -> HttpResponse:
    """An issued figure, and whether counting it again gives the same."""
    request.at = time.now()
    found = get_object_or_404(
        IssuedFigure.objects.visible_to(request.user).select_related("court", "by_court", "issued_by"), pk=pk
    )
    unit = found.formula["unit"]
    apart = verbs.differences(found)
    context = {
        "title": found.title,
        "note": _("%(court)s · 第 %(n)d 号") % {"court": found.court.name, "n": found.pk},
        "facts": [
            (_("数值"), value_words(found.value, unit, found.reason)),
            (_("分子"), value_words(found.numerator, "count")),
            (_("分母"), value_words(found.denominator, "count")),
            (
                _("统计期"),
                f"{long_date(found.first).partition('（')[0]}{_('至')}{long_date(found.last).partition('（')[0]}",
            ),
            (_("口径"), found.formula["definition"]),
            (_("规则包"), found.pack),
            (_("规则包摘要"), found.pack_digest[:16]),
            (
                _("案件"),
                _("分子 %(n)d 件，分母 %(d)d 件，不计入 %(x)d 件")
                % {
                    "n": len(found.numerator_cases),
                    "d": len(found.denominator_cases),
                    "x": len(found.excluded_cases),
                },
            ),
            (_("用于"), found.words or "—"),
            (
                _("发布"),
                f"{found.by_court.short_name} {found.issued_by.full_name} {order_tables.instant(found.issued_at)}",
            ),
        ],
        "apart": apart,
        "back": address("indicator", f"{found.indicator}.{found.line + 1}", court=found.court_id),
    }
    return render(request, "supervision/issued.html", context)


@require_http_methods(["GET", "POST"])
@staff("report", "WS")
def slot(request: HttpRequest, slot_id: str) -> HttpResponse:
    """指定核心指标: which indicators fill 3+1, 3918."""
    request.at = at = time.now()
    view = view_asked(request)
    found = next((each for each in slots_of(view.court.pk, time.today(at)) if each.rule.id == slot_id), None)
    if found is None or view.level != "court":
        raise Http404
    error = ""
    chosen = [line.rule.id for line in found.lines]
    if request.method == "POST":
        chosen = [name for name in request.POST.getlist("members") if name]
        key = f"{request.user.pk}:{request.POST.get('act_key', '')[:64]}"
        try:
            verbs.fill_slot(
                court=view.court, slot=slot_id, members=chosen, actor=request.user, at=at, key=key
            )
        except DomainError as refused:
            error = refused.in_full
        else:
            messages.success(request, _("已指定。"))
            return redirect(address("indicators", court=view.court.pk))
    options = {line.rule.id: line.rule.title for line in all_lines()}
    context = {
        "title": _("指定%s") % found.rule.title,
        "note": view.court.name,
        "error": error,
        "statement": f"{found.rule.statement}{found.rule.note}",
        "selects": [
            {"name": _("第 %d 项") % (place + 1), "chosen": chosen[place] if place < len(chosen) else ""}
            for place in range(max(len(chosen), 4) + 1)
        ],
        "options": options.items(),
        "back": address("indicators", court=view.court.pk),
        "key": uuid4().hex,
    }
    return render(request, "supervision/slot.html", context, status=422 if error else 200)


def _posted(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
