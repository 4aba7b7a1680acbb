"""台账导入: upload, map the columns, look at the preview, confirm."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.ledgers import READY, confirm_ledger, map_columns, take_ledger, withdraw_ledger
from cases.models import LedgerImport, LedgerRow
from courts.access import staff
from desk import importing, listing
from desk.addresses import here
from desk.forms.ledgers import LedgerForm
from desk.onetime import key_of, new_key
from desk.selectors.ledgers import ledger_page, ledgers, mapping_page, visible_ledgers
from desk.spreadsheet import workbook_response
from desk.tables import ledgers as tables
from jobs.views import progress_of
from kernel import time
from kernel.errors import DomainError

State = LedgerImport.State


@require_http_methods(["GET", "HEAD", "POST"])
@staff("file", "W")
def listed(request: HttpRequest) -> HttpResponse:
    """The imports so far, and the first step: a file is taken."""
    form = LedgerForm(request.POST or None, request.FILES or None)

    def verb(**given: Any) -> LedgerImport:
        return take_ledger(court=request.user.court, sheet=form.cleaned_data["sheet"].strip(), **given)

    if taken := importing.take(request, form, verb):
        return redirect("desk:ledger", taken.pk)
    context = {
        "title": _("台账导入"),
        "note": _("分三步：核对各列、核对预览、确认录入；补录的案件不通知当事人"),
        "form": form,
        "submit": _("上传并核对各列"),
        "foot": _("上传后先看预览，不会直接写入"),
        "before": _("导入记录"),
        "columns": tables.columns(),
        "groups": tables.groups(ledgers(request.user)),
        "crumbs": [{"label": _("案件"), "url": reverse("desk:cases")}, {"label": _("台账导入")}],
    }
    return listing.show(
        request,
        "desk/importing/upload.html",
        context,
        what="ledgers",
        title=_("台账导入"),
        status=422 if form.errors else 200,
    )


@require_GET
@staff("file", "W")
def ledger(request: HttpRequest, pk: int) -> HttpResponse:
    """One import at the step where it stands. ?columns=1 goes back to the columns until it is confirmed."""
    found = _visible(request, pk)
    if found.state == State.PARSED or (found.state == State.PREVIEWED and "columns" in request.GET):
        return _mapping(request, found)
    return _preview(request, found)


@require_POST
@staff("file", "W")
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """The second step: what the columns hold; every row is checked."""
    found = _visible(request, pk)
    chosen = {int(place): request.POST.get(f"column-{place}", "") for place in found.titles}
    try:
        map_columns(import_id=pk, columns=chosen, actor=request.user, at=time.now(), key=key_of(request))
    except DomainError as refused:
        return _mapping(request, found, {str(p): f for p, f in chosen.items()}, refused)
    return redirect("desk:ledger", pk)


@require_POST
@staff("file", "W")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The third step: the rows become cases, as a job."""
    _visible(request, pk)
    verb = partial(confirm_ledger, import_id=pk)
    return importing.decide(request, verb, pk, page="desk:ledger", words=lambda _job: "")


@require_POST
@staff("file", "W")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an import up; nothing was written."""
    _visible(request, pk)
    verb, said = partial(withdraw_ledger, import_id=pk), _("已放弃这次导入，没有写入任何案件。")
    return importing.decide(
        request, verb, pk, page="desk:ledger", words=lambda _row: said, then="desk:ledgers"
    )


@require_GET
@staff("file", "W")
def problems(request: HttpRequest, pk: int) -> FileResponse:
    """The rows to put right as a workbook."""
    found = _visible(request, pk)
    return workbook_response(tables.problem_tables(found), _("需要处理的行"))


def _visible(request: HttpRequest, pk: int) -> LedgerImport:
    return get_object_or_404(visible_ledgers(request.user), pk=pk)


def _mapping(
    request: HttpRequest,
    found: LedgerImport,
    chosen: dict[str, str] | None = None,
    refused: DomainError | None = None,
) -> HttpResponse:
    page = mapping_page(found)
    note = _("第一步（共三步）：核对各列。工作表“%(sheet)s”，表头在第 %(row)d 行，下面有 %(rows)d 行内容")
    context = {
        **_frame(found),
        "note": note % {"sheet": found.sheet, "row": found.heading_row, "rows": page.total},
        "refused": refused.in_full if refused else "",
        "go": reverse("desk:ledger_columns", args=[found.pk]),
        "caption": _("各列录入为什么"),
        "foot": _("记住这样的对应，本院下次自动带出"),
        "submit": _("检查每一行"),
        "columns": tables.mapping_columns(),
        "groups": tables.mapping_groups(page, found.columns if chosen is None else chosen),
    }
    return render(request, "desk/importing/columns.html", context, status=422 if refused else 200)


def _preview(request: HttpRequest, found: LedgerImport) -> HttpResponse:
    show = request.GET.get("show", "")
    page = ledger_page(
        found,
        show=show if show in LedgerRow.Verdict.values else "",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )

    def link(**changes: object) -> str:
        return here(request, ("show",), **changes)

    ready = sum(found.counts.get(verdict, 0) for verdict in READY)
    job = page.job if page.job is not None and found.state == State.FILING else None
    context = {
        **_frame(found),
        "note": _note(found),
        "tiles": tables.tiles(page, link),
        "is_previewed": found.state == State.PREVIEWED,
        "blocked": not ready,
        "has_columns": True,
        "go": reverse("desk:ledger_confirm", args=[found.pk]),
        "foot": _("只录入可以录入和存疑的行；补录的案件不通知当事人"),
        "submit": _("确认录入 %d 件") % ready,
        "job": job,
        **(progress_of(job) if job else {}),
        "columns": tables.row_columns(),
        "groups": tables.row_groups(page),
        "empty": {
            "title": _("没有需要处理的行"),
            "text": _("每一行都读懂了。点上面的数字，看各类的行。"),
        },
        "footing": _("本页 %d 行") % len(page.rows),
        "next_url": link(after=page.next) if page.next else "",
        "prev_url": link(before=page.prev) if page.prev else "",
        "actions": [
            {
                "label": _("下载需要处理的行"),
                "url": reverse("desk:ledger_problems", args=[found.pk]),
                "icon": "download",
            }
        ],
    }
    return render(request, "desk/ledgers/preview.html", context)


def _note(found: LedgerImport) -> str:
    return {
        State.PREVIEWED: _("第二步（共三步）：核对预览。确认以前没有写入任何案件"),
        State.FILING: _("第三步（共三步）：正在录入，可以离开这一页"),
        State.DONE: _("已录入完毕；有错误的行改好以后，另存一份再导入"),
        State.WITHDRAWN: _("已放弃，没有写入任何案件"),
    }[State(found.state)]


def _frame(found: LedgerImport) -> dict[str, Any]:
    return {
        "found": found,
        "give_up": reverse("desk:ledger_withdraw", args=[found.pk]),
        "act_key": new_key(),
        "crumbs": [{"label": _("台账导入"), "url": reverse("desk:ledgers")}, {"label": found.name}],
    }
