"""立案."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.actions.filing import file_case
from cases.models import Case
from courts.access import staff
from desk.forms.filing import ClaimRows, FilingForm, PartyRows
from desk.forms.rows import asked, next_rows, typed
from kernel import time
from kernel.errors import BadInput, WrongState
from kernel.time import today

ROWS = {"party": PartyRows, "claim": ClaimRows}


@staff("file", "W")
def file(request: HttpRequest) -> HttpResponse:
    """File a case: parties and items in rows that are added without scripts."""
    at = time.now()
    on = today(at)
    if request.method != "POST":
        return _page(request, FilingForm(today=on))
    if any(asked(request.POST, prefix) for prefix in ROWS):
        rows = {prefix: next_rows(kind, request.POST, prefix) for prefix, kind in ROWS.items()}
        return _page(request, FilingForm(today=on, initial={**typed(FilingForm, request.POST), **rows}))
    form = FilingForm(request.POST, today=on)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        filed = file_case(
            court=request.user.court, filing=form.filing(), actor=request.user, at=at, key=form.key
        )
    except (BadInput, WrongState) as error:
        form.refuse(error)
        return _page(request, form, status=422)
    _say(request, filed.case, is_new=filed.event is not None, warnings=filed.warnings)
    return redirect("desk:case", pk=filed.case.pk)


def _say(request: HttpRequest, case: Case, *, is_new: bool, warnings: Any) -> None:
    if is_new:
        messages.success(request, _("已立案：%(number)s。") % {"number": case.number})
    else:
        messages.info(
            request, _("%(number)s 此前已经立案，内容相同，没有重复立案。") % {"number": case.number}
        )
    for warning in warnings:
        messages.warning(request, warning)


def _page(request: HttpRequest, form: FilingForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "crumbs": [{"label": _("案件"), "url": reverse("desk:cases")}, {"label": _("立案")}],
    }
    return render(request, "desk/file_case.html", context, status=status)
