"""Faces of supervision."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from courts.access import staff
from kernel import time
from supervision import tables
from supervision.auditor import TOGETHER
from supervision.selectors import clock_audit, wiring


@require_safe
@staff("clocks", "RS")
def clocks(request: HttpRequest) -> HttpResponse:
    """时钟审计: what is late or orphaned in the courts that the person sees whole."""
    request.at = at = time.now()
    found = clock_audit(request.user, at)
    faults = len(found.audit.faults)
    note = (
        ngettext("%d 处异常，请系统管理员处理", "%d 处异常，请系统管理员处理", faults) % faults
        if faults
        else _("各项检查均未见异常")
    )
    swept = time.local(found.audit.at)
    context = {
        "at": found.audit.at,
        "note": _("%(words)s（%(time)s 检查）") % {"words": note, "time": f"{swept:%H:%M}"},
        "actions": [
            {"label": _("事件联动"), "url": reverse("supervision:reactions"), "icon": "arrows-split"}
        ],
        "columns": tables.finding_columns(),
        "kinds": tables.finding_groups(found),
        "checks": tables.check_lines(found.audit),
        "lateness": tables.lateness_lines(found.audit),
        "lateness_note": _("全部法院最近 %s 次提醒中，本辖区各次比应发时间晚多少；补录的不计。")
        % f"{TOGETHER:,}",
    }
    return render(request, "supervision/clocks.html", context)


@require_safe
@staff("clocks", "RS")
def reactions(request: HttpRequest) -> HttpResponse:
    """事件联动: which event of a lower floor makes which verb of an upper one run."""
    return render(request, "supervision/reactions.html", tables.wire_table(wiring()))
