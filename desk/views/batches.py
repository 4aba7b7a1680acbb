"""批量办结、批量移交、批量转办、批量分案: freeze what is ticked or all that is filtered, fill in, confirm, see what became of each row."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.actions import batches as verbs
from cases.models import Batch
from courts.access import staff
from desk import exporting, onetime
from desk.forms.batches import BulkForm, OwnerRowForm, PassOnForm, RowForm, initial_of
from desk.forms.handing_over import HandoverForm
from desk.queries import cases_asked, nodes_asked
from desk.selectors.assigning import teams_of
from desk.selectors.batches import BatchPage, batch_page, nodes_of_rows
from desk.selectors.case_list import case_list
from desk.selectors.worklist import worklist
from desk.tables import batches as table
from desk.views import cases as case_view
from desk.views import worklist as worklist_view
from jobs import running
from jobs.views import progress_of
from kernel import time
from kernel.errors import DomainError

TYPED_FROM = 50
AT_ONCE = 20.0
"""Seconds that a small batch is worked on before the page answers; a worker does the rest."""
BACK = {Batch.Kind.HAND_OVER: "desk:cases", Batch.Kind.ASSIGN: "desk:assign"}
"""Where a batch comes from that is none of nodes."""
QUERY = "list"
"""The field with the list's own query, for 选择全部."""


@require_POST
@staff()
def freeze_nodes(request: HttpRequest) -> HttpResponse:
    """Ticked nodes of the worklist, or all that its filters leave over, as they stand now: to be done, or passed on."""
    is_passed_on = "pass_on" in (request.POST.get("do"), request.POST.get("all"))
    freeze = verbs.freeze_nodes_to_pass_on if is_passed_on else verbs.freeze_nodes
    return _freeze(request, "desk:worklist", _nodes, freeze, "node_ids", worklist_view.NAMES)


@require_POST
@staff("assign", "W")
def freeze_cases(request: HttpRequest) -> HttpResponse:
    """Ticked cases, or all that the filters leave over."""
    return _freeze(request, "desk:cases", _cases, verbs.freeze_cases, "case_ids", case_view.NAMES)


@require_http_methods(["GET", "POST"])
@staff()
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """A batch: to be filled in, at work, or done."""
    request.at = at = time.now()
    found = _found(request, pk, at)
    if found.batch.state != Batch.State.DRAFT:
        return _result(request, found)
    if request.method == "POST":
        return _act(request, found, at)
    return _draft(request, found, at)


def _freeze(
    request: HttpRequest, back: str, ids: Any, freeze: Any, name: str, names: tuple[str, ...]
) -> HttpResponse:
    request.at = at = time.now()
    query = QueryDict(request.POST.get(QUERY, ""))
    whole = bool(request.POST.get("all"))
    try:
        made = freeze(
            **{name: ids(request, query, whole, at)},
            conditions=[each for each in names if query.get(each)] if whole else [],
            whole=whole,
            actor=request.user,
            at=at,
            key=onetime.key_of(request),
        )
    except DomainError as error:
        messages.error(request, error.in_full)
        kept = query.urlencode()
        return redirect(f"{reverse(back)}?{kept}" if kept else back)
    return redirect("desk:batch", made.pk)


def _nodes(request: HttpRequest, query: QueryDict, whole: bool, at: dt.datetime) -> list[int]:
    if not whole:
        return nodes_of_rows(request.user, request.POST.getlist("selected"))
    asked = nodes_asked(query)
    found = worklist(user=request.user, asked=asked, at=at, size=verbs.MOST + 1)
    return [node for item in found.items for node in item.nodes]


def _cases(request: HttpRequest, query: QueryDict, whole: bool, at: dt.datetime) -> list[int]:
    if not whole:
        ticked = request.POST.getlist("selected")
        return [int(text) for text in ticked if text.isascii() and text.isdecimal() and len(text) < 18]
    found = case_list(user=request.user, asked=cases_asked(query), at=at, size=verbs.MOST + 1)
    return [line.case.pk for line in found.lines]


def _found(request: HttpRequest, pk: int, at: dt.datetime) -> BatchPage:
    found = batch_page(
        user=request.user,
        batch_id=pk,
        on=time.today(at),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    if found is None:
        raise Http404
    return found


def _act(request: HttpRequest, found: BatchPage, at: dt.datetime) -> HttpResponse:
    """One of: throw away, keep for all rows, keep this page's rows and turn it, confirm."""
    what = request.POST.get("act", "")
    here = reverse("desk:batch", args=[found.batch.pk])
    by = {"batch_id": found.batch.pk, "actor": request.user}
    if what == "drop":
        verbs.drop(**by)
        messages.success(request, _("已放弃，一条也没有办。"))
        return redirect(BACK.get(found.batch.kind, "desk:worklist"))
    if what == "apply":
        return _apply(request, found, at)
    rows = _row_forms(request, found, at)
    if any(not form.is_valid() for form in rows.values()):
        return _draft(request, found, at, rows=rows, status=422)
    verbs.fill(**by, rows={pk: form.values for pk, form in rows.items()})
    if what in ("next", "prev"):
        cursor = {"next": ("after", found.next), "prev": ("before", found.prev)}[what]
        return redirect(f"{here}?{cursor[0]}={cursor[1]}")
    if found.total > TYPED_FROM and request.POST.get("typed", "").strip() != str(found.total):
        wrong = _("输入的条数不对，请输入 %d。") % found.total
        return _draft(request, found, at, rows=rows, typed_error=wrong, status=422)
    try:
        job = verbs.confirm(**by, at=at)
    except DomainError as error:
        return _draft(request, found, at, rows=rows, wrong=error.in_full, status=422)
    if found.total <= TYPED_FROM:
        running.run(job.pk, budget_seconds=AT_ONCE)
    return redirect(here)


def _apply(request: HttpRequest, found: BatchPage, at: dt.datetime) -> HttpResponse:
    form = _common(found, at, request.POST)
    if not form.is_valid() or found.batch.kind == Batch.Kind.ASSIGN:
        return _draft(request, found, at, common=form, status=422)
    if found.batch.kind == Batch.Kind.HAND_OVER:
        owner = form.cleaned_data["owner"]
        team = teams_of([owner], time.today(at)).get(owner)
        given = {**form.cleaned_data, "team": team and team.pk}
    elif found.batch.kind == Batch.Kind.PASS_ON:
        given = form.cleaned_data
    else:
        given = form.values
    verbs.fill(batch_id=found.batch.pk, actor=request.user, common=given)
    messages.success(request, _("已套用到全部 %d 条，可以逐条改，然后确认。") % found.total)
    return redirect("desk:batch", found.batch.pk)


def _common(found: BatchPage, at: dt.datetime, data: Any = None) -> Any:
    first = initial_of(found.batch.values)
    if found.batch.kind == Batch.Kind.HAND_OVER:
        return HandoverForm(data, receivers=found.receivers, initial=first)
    if found.batch.kind == Batch.Kind.PASS_ON:
        return PassOnForm(data, people=found.receivers, initial=first)
    if found.batch.kind == Batch.Kind.ASSIGN:
        return forms.Form(data)
    definition = verbs.check_kind(found.batch.node_kind)
    return BulkForm(data, definition=definition, today=time.today(at), initial=first)


def _row_forms(request: HttpRequest, found: BatchPage, at: dt.datetime) -> dict[int, RowForm | OwnerRowForm]:
    """The fields of each row of the page; none for a hand-over, which is the same for all."""
    if found.batch.kind in (Batch.Kind.HAND_OVER, Batch.Kind.PASS_ON):
        return {}
    make = OwnerRowForm
    given: dict[str, Any] = {"officers": found.receivers}
    if found.batch.kind == Batch.Kind.COMPLETE:
        make = RowForm
        given = {"definition": verbs.check_kind(found.batch.node_kind), "today": time.today(at)}
    data = request.POST if request.method == "POST" and request.POST.get("act") != "apply" else None
    made = {}
    for line in found.lines:
        line.row.batch = found.batch
        first = initial_of(line.row.given)
        form = make(data, initial=first, prefix=f"r{line.row.pk}", **given)
        form.name_for(line.number)
        made[line.row.pk] = form
    return made


def _draft(
    request: HttpRequest,
    found: BatchPage,
    at: dt.datetime,
    *,
    common: Any = None,
    rows: dict[int, RowForm | OwnerRowForm] | None = None,
    wrong: str = "",
    typed_error: str = "",
    status: int = 200,
) -> HttpResponse:
    fields = _row_forms(request, found, at) if rows is None else rows
    common = _common(found, at) if common is None else common
    labels = [field.label for field in next(iter(fields.values())).visible_fields()] if fields else []
    context = {
        "found": found,
        "title": table.title(found),
        "note": table.note(found),
        "common": common,
        "has_common": bool(common.visible_fields()),
        "labels": labels,
        "shares": table.shares(found),
        "rows": table.draft_rows(found, fields),
        "is_filled": bool(found.batch.values) or not common.visible_fields(),
        "typed_word": str(found.total) if found.total > TYPED_FROM else "",
        "typed_error": typed_error,
        "wrong": wrong,
    }
    return render(request, "desk/batch.html", context, status=status)


def _result(request: HttpRequest, found: BatchPage) -> HttpResponse:
    here = reverse("desk:batch", args=[found.batch.pk])
    if exporting.is_wanted(request):

        def turn(cursor: str) -> exporting.Page:
            part = batch_page(
                user=request.user,
                batch_id=found.batch.pk,
                on=time.today(request.at),
                after=cursor,
                size=exporting.TOGETHER,
            )
            return table.columns(), table.groups(part), part.next

        return exporting.export(
            request, what="batch", title=table.title(found), chips=[], names=(), turn=turn
        )
    context = {
        "found": found,
        "title": table.title(found),
        "note": table.note(found),
        "actions": [exporting.action(f"{here}?{exporting.FORMAT}=xlsx")],
        "columns": table.columns(),
        "groups": table.groups(found),
        "next_url": f"{here}?after={found.next}" if found.next else "",
        "prev_url": f"{here}?before={found.prev}" if found.prev else "",
        "job": found.job,
        **(progress_of(found.job) if found.job else {}),
    }
    return render(request, "desk/batch_result.html", context)
