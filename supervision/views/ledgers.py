"""长期未结案件台账 with the plans to clear it, and the workload of the coming days."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_safe

from cases.models import Case
from courts.access import staff
from kernel import time
from kernel.dates import long_date
from kernel.errors import BadInput, DomainError
from kernel.keyset import page_of
from supervision import sheets
from supervision.actions.clearing import may_plan, plan_clearing
from supervision.board_tables import link
from supervision.forms import OrderForm
from supervision.inspections.models import OverdueTable
from supervision.longpending import WHICH, Ledger, Row, long_pending
from supervision.order_tables import instant
from supervision.policy import may_issue
from supervision.views import listed
from supervision.views.listed import as_file
from supervision.views.paging import cursors, turning
from supervision.views.steps import key_of
from supervision.workload import workload as workload_of

MOST_ROWS = 20_000
HEAD = ("案号", "法院", "团队", "承办人", "立案日期", "未结月数", "进入台账", "原因", "解决办法", "完成时间")
TABLE_HEAD = ("案号", "节点", "规则", "最后一日", "超期天数", "承办人", "团队", "督办")


class PlanForm(OrderForm):
    """清积计划."""

    cause = forms.CharField(
        label=_lazy("长期未结的原因"), max_length=200, error_messages={"required": _lazy("请填写原因。")}
    )
    solution = forms.CharField(
        label=_lazy("解决办法"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _lazy("请填写“解决办法”。")},
    )
    target_on = forms.DateField(
        label=_lazy("完成时间"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _lazy("请填写“完成时间”。"), "invalid": _lazy("日期写作 2026-11-24。")},
    )


@require_safe
@staff("report", "RWS")
def ledger(request: HttpRequest) -> HttpResponse:
    """长期未结案件台账."""
    request.at = at = time.now()
    which = request.GET.get("which", "")
    which = which if which in WHICH else ""
    found = long_pending(request.user, at, which=which, **cursors(request))
    url = reverse("supervision:long_pending")
    counts = {"": found.whole, "new": found.new, "unplanned": found.unplanned, "late": found.late}
    labels = {"": _("全部"), "new": _("七日内新增"), "unplanned": _("没有清积计划"), "late": _("计划逾期")}
    context = {
        "title": _("长期未结案件台账"),
        "note": _("没有拍卖记录的 %d 件") % found.without_auction,
        "actions": [
            {
                "label": "Excel",
                "url": f"{reverse('supervision:long_pending_sheet')}?which={which}",
                "icon": "file-spreadsheet",
            },
        ],
        "filters": [
            {
                "label": labels[name],
                "url": f"{url}?which={name}",
                "count": n,
                "current": name == which,
            }
            for name, n in counts.items()
        ],
        "columns": [
            {"label": _("案件"), "kind": "main"},
            {"label": _("未结"), "kind": "num"},
            {"label": _("进入台账")},
            {"label": _("承办")},
            {"label": _("清积计划")},
            {"label": _("办理"), "kind": "acts"},
        ],
        "groups": _groups(request, found),
        "empty": {
            "title": _("没有这样的案件"),
            "text": _("立案满六个月、既无评估又无拍卖记录的在办案件自动列入。"),
            "icon": "circle-check",
        },
        **turning(request, found),
    }
    return render(request, "supervision/findings.html", context)


@require_safe
@staff("report", "RWS")
def ledger_sheet(request: HttpRequest) -> HttpResponse:
    """The ledger as Excel, as on screen."""
    at = time.now()
    which = request.GET.get("which", "")
    found = long_pending(request.user, at, which=which if which in WHICH else "", size=MOST_ROWS)
    if found.next:
        raise BadInput(_("超过 %d 行，不能一次导出。") % MOST_ROWS, fix=_("先缩小范围再导出。"))
    rows = [
        (
            row.case.number,
            row.case.court.name,
            row.case.team.name if row.case.team else "",
            row.case.owner.full_name if row.case.owner else "",
            row.case.filed_on.isoformat(),
            row.months,
            row.since.isoformat(),
            *(
                (row.plan.cause, row.plan.solution, row.plan.target_on.isoformat())
                if row.plan
                else ("", "", "")
            ),
        )
        for row in found.rows
    ]
    about = [("数据截至", instant(at)), ("制表", request.user.full_name), ("条数", str(len(rows)))]
    content = sheets.workbook([(_("长期未结案件"), HEAD, rows)], about)
    listed.note(request, what="long_pending", names=("which",), rows=len(rows), at=at)
    return as_file(content, f"长期未结案件台账_{time.today(at)}.xlsx", sheets.MEDIA)


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def plan(request: HttpRequest, case_id: int) -> HttpResponse:
    """制定清积计划."""
    request.at = at = time.now()
    cases = Case.objects.visible_to(request.user).select_related("court", "owner")
    case = get_object_or_404(cases, pk=case_id)
    if not may_plan(case, request.user):
        raise PermissionDenied
    form = PlanForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan_clearing(
                case_id=case.pk, **form.cleaned_data, actor=request.user, at=at, key=key_of(request)
            )
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("已保存清积计划。"))
            return redirect("desk:case", case.pk)
    context = {
        "title": _("清积计划"),
        "case": case,
        "case_url": reverse("desk:case", args=[case.pk]),
        "form": form,
        "key": request.POST.get("act_key") or uuid4().hex,
    }
    return render(request, "supervision/clearing_plan.html", context, status=422 if form.errors else 200)


@require_safe
@staff("report", "RWS")
def workload(request: HttpRequest) -> HttpResponse:
    """到期工作量: per officer what is late and what ends on each of the coming days; every number is its list."""
    request.at = at = time.now()
    found = workload_of(request.user, at)
    columns: list[dict[str, Any]] = [
        {"label": _("承办人"), "kind": "main"},
        {"label": _("超期"), "kind": "num"},
    ]
    columns += [{"label": _head(day), "kind": "num"} for day in found.days]
    columns.append({"label": _("合计"), "kind": "num"})
    teams: dict[str, list[dict[str, Any]]] = {}
    part = page_of(found.loads, lambda load: load.place, **listed.reading(request, cursors(request)))
    for _name, load in part.rows:
        court = found.names.courts.get(load.court, "")
        team = found.names.teams.get(load.team or 0, _("未分团队"))
        who = {"court": load.court, "team": load.team or 0, "officer": load.officer or 0}
        cells: list[dict[str, Any]] = [
            {"kind": "main", "text": found.names.people.get(load.officer or 0, _("未分案"))},
            _count(_("超期"), load.late, link(when="late", **who), strong=True),
        ]
        cells += [
            _count(_head(day), load.days.get(day, 0), link(on=day.isoformat(), **who)) for day in found.days
        ]
        cells.append({"kind": "num", "label": _("合计"), "text": str(load.ahead)})
        teams.setdefault(f"{court}　{team}", []).append({"cells": cells})
    groups = [{"title": name, "rows": rows} for name, rows in teams.items()]
    if listed.is_wanted(request):
        return listed.workbook(
            request, what="workload", title=_("到期工作量"), columns=columns, groups=groups, more=part.next
        )
    context = {
        "title": _("到期工作量"),
        "note": _("今天起七日内每名承办人每天到期的节点，不含已超期"),
        "actions": [
            listed.action(request),
        ],
        "columns": columns,
        "groups": groups,
        "empty": {
            "title": _("七日内没有到期的节点"),
            "text": _("所辖范围内没有超期和即将到期的节点。"),
            "icon": "circle-check",
        },
        **turning(request, part),
    }
    return render(request, "supervision/inspections.html", context)


def _count(label: str, n: int, url: str, *, strong: bool = False) -> dict[str, Any]:
    return {
        "kind": "num",
        "label": label,
        "text": str(n) if n else "—",
        "strong": strong and n > 0,
        **({"url": url} if n else {}),
    }


def _head(day: Any) -> str:
    return long_date(day).partition("年")[2].partition("（")[0]


def _groups(request: HttpRequest, found: Ledger) -> list[dict[str, Any]]:
    on = time.today(request.at)
    rows = [_row(row, on, request) for row in found.rows]
    return [{"rows": rows}] if rows else []


def _row(row: Row, on: Any, request: HttpRequest) -> dict[str, Any]:
    case, plan = row.case, row.plan
    acts = []
    if may_plan(case, request.user):
        label = _("修改计划") if plan else _("制定计划")
        url = reverse("supervision:clearing_plan", args=[case.pk])
        acts.append({"label": label, "url": url, "small": True})
    if may_issue(case, request.user):
        acts.append({"label": _("督办"), "url": reverse("supervision:issue", args=[case.pk]), "small": True})
    if plan is None:
        shown = {"pill": {"state": "over", "text": _("没有计划")}}
    elif plan.target_on < on:
        days = (on - plan.target_on).days
        shown = {"text": plan.solution[:40], "pill": {"state": "over", "text": _("逾期 %d 日") % days}}
    else:
        shown = {"text": plan.solution[:40], "sub": _("%s前完成") % plan.target_on.isoformat()}
    return {
        "cells": [
            {
                "kind": "main",
                "text": case.number,
                "url": reverse("desk:case", args=[case.pk]),
                "open": True,
                "caseno": True,
                "sub": _("%s立案") % case.filed_on.isoformat(),
            },
            {"kind": "num", "label": _("未结"), "text": _("%d 个月") % row.months, "nowrap": True},
            {"label": _("进入台账"), "text": row.since.isoformat(), "nowrap": True},
            {
                "label": _("承办"),
                "text": case.owner.full_name if case.owner else _("未分案"),
                "sub": case.court.short_name,
            },
            {"label": _("清积计划"), **shown},
            {"kind": "acts", "actions": acts},
        ]
    }


@require_safe
@staff("report", "RWS")
def published(request: HttpRequest) -> HttpResponse:
    """The overdue-node tables as they were published each week."""
    request.at = time.now()
    tables = OverdueTable.objects.visible_to(request.user).select_related("court").defer("lines")
    rows = [
        {
            "cells": [
                {
                    "kind": "main",
                    "text": table.week.isoformat(),
                    "url": reverse("supervision:table_sheet", args=[table.pk]),
                    "open": True,
                },
                {"label": _("法院"), "text": table.court.name},
                {"kind": "num", "label": _("超期节点"), "text": f"{table.counted:,}"},
                {"label": _("公布时间"), "text": instant(table.published_at)},
            ]
        }
        for table in tables.order_by("-week", "court_id")[: listed.MOST if listed.is_wanted(request) else 100]
    ]
    columns = [
        {"label": _("周（星期一）"), "kind": "main"},
        {"label": _("法院")},
        {"label": _("超期节点"), "kind": "num"},
        {"label": _("公布时间")},
    ]
    groups = [{"rows": rows}] if rows else []
    title = _("已公布的超期节点统计表")
    if listed.is_wanted(request):
        return listed.workbook(request, what="published_tables", title=title, columns=columns, groups=groups)
    context = {
        "title": title,
        "note": _("每周第一个工作日自动公布，下载的是公布时的情况"),
        "actions": [
            {"label": _("现在的超期节点表"), "url": reverse("supervision:overdue"), "icon": "table"},
            listed.action(request),
        ],
        "columns": columns,
        "groups": groups,
        "empty": {
            "title": _("还没有公布过"),
            "text": _("每周第一个工作日自动公布各法院的超期节点统计表。"),
            "icon": "table",
        },
    }
    return render(request, "supervision/inspections.html", context)


@require_safe
@staff("report", "RWS")
def published_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One published table as Excel."""
    tables = OverdueTable.objects.visible_to(request.user).select_related("court")
    table = get_object_or_404(tables, pk=pk)
    about = [("法院", table.court.name), ("公布时间", instant(table.published_at))]
    rows = [tuple(row) for row in table.lines]
    content = sheets.workbook([(_("超期节点"), TABLE_HEAD, rows)], about)
    return as_file(content, f"超期节点统计表_{table.court.short_name}_{table.week}.xlsx", sheets.MEDIA)
