"""人员导入: template, upload, preview, confirmation with the first passwords, shown once."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courts.access import staff
from courts.actions.staffing import READY, confirm_staff, take_staff, withdraw_staff
from courts.models import Court, StaffImport
from desk import importing, listing
from desk.forms.administration import StaffSheetForm
from desk.onetime import key_of, new_key
from desk.selectors.administration import SHOWN, court_choices, staff_imports
from desk.spreadsheet import workbook_response
from desk.tables import administration as tables
from kernel import time
from kernel.errors import DomainError

State = StaffImport.State


@require_http_methods(["GET", "HEAD", "POST"])
@staff("users", "W")
def listed(request: HttpRequest) -> HttpResponse:
    """The imports so far, and the first step: a file is taken."""
    form = StaffSheetForm(request.POST or None, request.FILES or None, courts=court_choices(request.user))

    def verb(**given: Any) -> StaffImport:
        return take_staff(court=Court.objects.get(pk=form.cleaned_data["court"]), **given)

    if taken := importing.take(request, form, verb):
        return redirect("desk:staff_import", taken.pk)
    context = {
        "title": _("人员导入"),
        "note": _("分三步：上传名单、核对预览、确认导入"),
        "form": form,
        "submit": _("上传并核对"),
        "foot": _("上传后先看预览，不会直接写入"),
        "before": _("导入记录"),
        "columns": tables.import_columns(),
        "groups": tables.import_groups(staff_imports(request.user)[:SHOWN]),
        "actions": [
            {"label": _("下载模板"), "url": reverse("desk:staff_template"), "icon": "download"},
        ],
        "crumbs": [{"label": _("人员"), "url": reverse("desk:people")}, {"label": _("人员导入")}],
    }
    return listing.show(
        request,
        "desk/importing/upload.html",
        context,
        what="staff_imports",
        title=_("人员导入"),
        status=422 if form.errors else 200,
    )


@require_GET
@staff("users", "W")
def template(request: HttpRequest) -> FileResponse:
    """The sheet to fill in."""
    return workbook_response(tables.staff_template(), _("人员导入模板"))


@require_GET
@staff("users", "W")
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the sheet would do; nothing is written before it is confirmed."""
    found = get_object_or_404(staff_imports(request.user), pk=pk)
    show = request.GET.get("show", "")
    ready = sum(found.counts.get(verdict, 0) for verdict in READY)
    context = {
        **_frame(found),
        "note": {
            State.PREVIEWED: _("第二步（共三步）：核对预览。确认以前没有写入任何人员"),
            State.DONE: _("已导入；有错误的行改好以后再导入一次"),
            State.WITHDRAWN: _("已放弃，没有写入任何人员"),
        }[State(found.state)],
        "tiles": tables.verdict_tiles(found, show),
        "is_previewed": found.state == State.PREVIEWED,
        "blocked": not ready,
        "go": reverse("desk:staff_confirm", args=[pk]),
        "give_up": reverse("desk:staff_withdraw", args=[pk]),
        "foot": _("确认后显示新人员的初始密码，只显示一次，请准备打印"),
        "submit": _("确认导入 %d 行") % ready,
        "columns": tables.row_columns(),
        "groups": tables.row_groups(found, show),
    }
    return render(request, "desk/importing/preview.html", context)


@never_cache
@require_POST
@staff("users", "W")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """第三步: the answer is the only page that ever shows the first passwords."""
    found = get_object_or_404(staff_imports(request.user), pk=pk)
    try:
        made = confirm_staff(import_id=pk, actor=request.user, at=time.now(), key=key_of(request))
    except DomainError as refused:
        messages.error(request, refused.in_full)
        return redirect("desk:staff_import", pk)
    if not made:
        messages.success(request, _("已导入。初始密码只显示一次；没有记下的，在人员页重置。"))
        return redirect("desk:staff_import", pk)
    return passwords_page(request, made, reverse("desk:staff_import", args=[pk]), found.court.name)


@require_POST
@staff("users", "W")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an import up."""
    get_object_or_404(staff_imports(request.user), pk=pk)
    verb, said = partial(withdraw_staff, import_id=pk), _("已放弃这次导入，没有写入任何人员。")
    return importing.decide(
        request, verb, pk, page="desk:staff_import", words=lambda _row: said, then="desk:staff_imports"
    )


def passwords_page(request: HttpRequest, made: object, back: str, place: str) -> HttpResponse:
    """First passwords to print, this once."""
    context = {"made": made, "back": back, "place": place}
    return render(request, "desk/administration/passwords.html", context)


def _frame(found: StaffImport) -> dict[str, object]:
    return {
        "found": found,
        "act_key": new_key(),
        "crumbs": [{"label": _("人员导入"), "url": reverse("desk:staff_imports")}, {"label": found.name}],
    }
