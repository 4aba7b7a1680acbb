"""国家系统: the daily differences, the list that is taken in, the acts that are given out."""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import IO, Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.differences import assign_difference, explain_difference
from cases.actions.national_export import make_export, set_national_number
from cases.actions.national_lists import confirm_list, take_list, withdraw_list
from cases.models import Case, Difference, NationalExport, NationalList
from cases.national import codes
from courts.access import staff
from courts.models import User
from desk import importing, listing
from desk.addresses import here
from desk.forms import national as forms
from desk.onetime import new_key
from desk.selectors import national as found_by
from desk.spreadsheet import TYPE
from desk.tables import national as tables
from kernel import time
from kernel.bookwriting import Table, write_workbook
from kernel.errors import DomainError

State = NationalList.State
NAMES = ("kind", "state", "mine")
HEADING = ("案号", "国家系统编号", "节点代码", "节点名称", "办理日期", "类别", "流水号")


@require_GET
@staff("national", "W")
def differences(request: HttpRequest) -> HttpResponse:
    """每日差异: every line opens its case. Every state of the list is an address."""
    request.at = time.now()
    asked = found_by.Asked(
        kind=request.GET.get("kind", ""),
        state=request.GET.get("state", "open"),
        mine="mine" in request.GET,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    found = found_by.differences(request.user, asked)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    context = {
        "title": _("国家系统"),
        "note": tables.sentence(found),
        "actions": [
            {"label": _("导入清单"), "url": reverse("desk:national_lists"), "icon": "file-import"},
            {"label": _("导出办理情况"), "url": reverse("desk:national_exports"), "icon": "file-export"},
        ],
        "filters": tables.filters(found),
        "columns": tables.columns(),
        "groups": tables.groups(found),
        "empty": tables.empty(found),
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }

    def turn(cursor: str) -> tuple[Sequence[dict[str, Any]], str]:
        part = found_by.differences(request.user, replace(asked, after=cursor, before=""))
        return tables.groups(part), part.next

    return listing.show(
        request,
        "desk/administration/list.html",
        context,
        what="national",
        title=_("国家系统每日差异"),
        names=NAMES,
        turn=turn,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff("national", "W")
def difference(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """交办 or 说明 of one difference."""
    row = get_object_or_404(Difference.objects.visible_to(request.user), pk=pk)
    if name not in ("assign", "explain"):
        raise Http404
    request.at = at = time.now()
    today = time.today(at)
    more = {"people": found_by.colleagues(row.court_id)} if name == "assign" else {}
    form_class = forms.AssignForm if name == "assign" else forms.ExplainForm
    form = form_class(request.POST or None, today=today, **more)
    if request.method == "POST" and form.is_valid():
        by: dict[str, Any] = {"difference_id": pk, "actor": request.user, "at": at, "key": form.key}
        try:
            if name == "assign":
                assign_difference(to=User.objects.get(pk=form.cleaned_data["to"]), **by)
            else:
                explain_difference(words=form.cleaned_data["words"], **by)
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("已办理。"))
            return redirect("desk:national")
    title = _("交办差异") if name == "assign" else _("说明差异")
    return _form(request, f"{title}：{row.about} {row.get_kind_display()}", form, reverse("desk:national"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff("national", "W")
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """登记国家系统编号 of a case."""
    case = get_object_or_404(Case.objects.visible_to(request.user).select_related("national"), pk=pk)
    request.at = at = time.now()
    standing = case.national.number if hasattr(case, "national") else ""
    form = forms.NumberForm(request.POST or None, today=time.today(at), initial={"number": standing})
    if request.method == "POST" and form.is_valid():
        try:
            set_national_number(
                case_id=pk, number=form.cleaned_data["number"], actor=request.user, at=at, key=form.key
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("已登记。"))
            return redirect("desk:case", pk)
    return _form(request, _("国家系统编号：%s") % case.number, form, reverse("desk:case", args=[pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@staff("national", "W")
def lists(request: HttpRequest) -> HttpResponse:
    """The lists so far, and the first step: a file is taken."""
    form = forms.ListForm(
        request.POST or None, request.FILES or None, courts=found_by.court_choices(request.user)
    )

    def verb(**given: Any) -> NationalList:
        return take_list(court_id=form.cleaned_data["court"], **given)

    if taken := importing.take(request, form, verb):
        return redirect("desk:national_list", taken.pk)
    context = {
        "title": _("导入国家系统清单"),
        "note": _("分三步：上传、核对预览、确认；确认后重新比对"),
        "form": form,
        "columns": tables.list_columns(),
        "groups": tables.list_groups(found_by.lists(request.user)),
        "submit": _("上传并核对"),
        "foot": _("整份清单上传；这一份里没有的，视为国家系统没有；有错误的行不算没有"),
        "before": _("以往记录"),
        "crumbs": _crumbs(_("导入清单")),
    }
    return listing.show(
        request,
        "desk/importing/upload.html",
        context,
        what="national_lists",
        title=_("国家系统清单"),
        status=422 if form.errors else 200,
    )


@require_GET
@staff("national", "W")
def one_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What the list holds; nothing counts before it is confirmed."""
    found = _list(request, pk)
    show = request.GET.get("show", "")
    ready = sum(found.counts.get(verdict, 0) for verdict in ("known", "unknown"))
    context = {
        "found": found,
        "act_key": new_key(),
        "note": {
            State.PREVIEWED: _("第二步（共三步）：核对预览"),
            State.DONE: _("已导入，差异已重新比对"),
            State.WITHDRAWN: _("已放弃"),
        }[State(found.state)],
        "tiles": tables.list_tiles(found, show),
        "is_previewed": found.state == State.PREVIEWED,
        "blocked": not ready,
        "go": reverse("desk:national_decide", args=[pk, "confirm"]),
        "give_up": reverse("desk:national_decide", args=[pk, "withdraw"]),
        "foot": _("确认后重新比对；不会改动本系统的案件，只登记国家系统编号"),
        "submit": _("确认导入 %d 件") % ready,
        "columns": tables.row_columns(),
        "groups": tables.row_groups(found, show),
        "crumbs": [
            *_crumbs(_("导入清单"), reverse("desk:national_lists")),
            {"label": found.name},
        ],
    }
    return render(request, "desk/importing/preview.html", context)


@require_POST
@staff("national", "W")
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """确认 or 放弃."""
    _list(request, pk)
    verbs = {"confirm": confirm_list, "withdraw": withdraw_list}
    if name not in verbs:
        raise Http404
    said = _("已导入并重新比对。") if name == "confirm" else _("已放弃这份清单。")
    then = "desk:national" if name == "confirm" else "desk:national_lists"
    verb = partial(verbs[name], list_id=pk)
    return importing.decide(request, verb, pk, page="desk:national_list", words=lambda _row: said, then=then)


@require_http_methods(["GET", "HEAD", "POST"])
@staff("national", "W")
def exports(request: HttpRequest) -> HttpResponse:
    """The exports so far, and a new one: acts that none before it held."""
    request.at = at = time.now()
    today = time.today(at)
    form = forms.ExportForm(
        request.POST or None,
        today=today,
        courts=found_by.court_choices(request.user),
        initial={"since": today.replace(day=1), "until": today},
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            made = make_export(
                court_id=cleaned["court"],
                since=cleaned["since"],
                until=cleaned["until"],
                actor=request.user,
                at=at,
                key=form.key,
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("已导出 %d 条，在下面下载。") % made.lines_count)
            return redirect("desk:national_exports")
    context = {
        "title": _("导出办理情况"),
        "note": _("按国家系统的节点代码；每件事项只导出一次，导出后撤销的在下一次列为撤回"),
        "form": form,
        "columns": tables.export_columns(),
        "groups": tables.export_groups(found_by.exports(request.user)),
        "submit": _("导出新的事项"),
        "foot": _("已经导出的可以随时重新下载，文件不变"),
        "before": _("以往记录"),
        "crumbs": _crumbs(_("导出办理情况")),
    }
    return render(request, "desk/importing/upload.html", context, status=422 if form.errors else 200)


@require_GET
@staff("national", "W")
def export_file(request: HttpRequest, pk: int, ending: str) -> HttpResponseBase:
    """The file of an export: the same bytes whenever it is asked for."""
    made = get_object_or_404(NationalExport.objects.visible_to(request.user), pk=pk)
    if ending not in ("csv", "xlsx"):
        raise Http404
    name = f"national-{made.court_id}-{made.pk}"
    if ending == "xlsx":
        headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
        return FileResponse(_xlsx(made), content_type=TYPE, headers=headers)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    lines = itertools.chain([HEADING], _rows(made))
    return StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8", headers=headers)


def _rows(made: NationalExport) -> Iterator[tuple[str, ...]]:
    """Its lines one by one, as they were written."""
    for line in made.lines.order_by("pk").iterator(chunk_size=2000):
        yield (
            line.case_number,
            line.national_number,
            line.code,
            codes()[line.code].zh,
            line.on.isoformat(),
            _("撤回") if line.undone else _("办理"),
            f"{line.case_id}-{line.seq}-{line.subject_id}",
        )


def _xlsx(made: NationalExport) -> IO[bytes]:
    """The workbook in a file of its own, row by row; the same bytes each time."""
    stored = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_workbook([Table("办理情况", HEADING, _rows(made), [22] * len(HEADING))], stored)
    stored.seek(0)
    return stored


def _csv(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    for place, batch in enumerate(_batches(iter(rows))):
        text = io.StringIO(newline="")
        csv.writer(text).writerows(batch)
        yield text.getvalue().encode("utf-8" if place else "utf-8-sig")


def _batches(rows: Iterator[Sequence[str]]) -> Iterator[list[Sequence[str]]]:
    while batch := list(itertools.islice(rows, 500)):
        yield batch


def _list(request: HttpRequest, pk: int) -> NationalList:
    return get_object_or_404(NationalList.objects.visible_to(request.user), pk=pk)


def _crumbs(label: str, url: str = "") -> list[dict[str, str]]:
    return [{"label": _("国家系统"), "url": reverse("desk:national")}, {"label": label, "url": url}]


def _form(request: HttpRequest, title: str, form: Any, back: str) -> HttpResponse:
    context = {
        "title": title,
        "form": form,
        "action": request.path,
        "back": back,
        "submit": _("确认"),
        "crumbs": _crumbs(title),
    }
    return render(request, "desk/act.html", context, status=422 if form.errors else 200)
