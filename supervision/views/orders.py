"""督办: the register, one order and what may be done with it, the form that issues one, a reminder with one click."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.models import Case
from courts.access import staff
from courts.calendar import calendar_for
from courts.models import User
from deadlines.models import Deadline
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed
from supervision import forms, order_tables, policy
from supervision.actions import orders as verbs
from supervision.models import Order
from supervision.states import ExtensionState
from supervision.views import publishing

PAGE = 50
STATES = ("open", "late", "answered", "closed")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done with an order: its name in the address, the form, who may, the verb."""

    name: str
    title: Any
    submit: Any
    form: type[forms.OrderForm] | None
    may: Callable[[Order, User], bool]
    run: Callable[..., Any]
    said: Any
    primary: bool = False


def _waits(order: Order, user: User) -> bool:
    return order.is_open and policy.may_answer(order, user)


def _wish(order: Order) -> bool:
    return any(row.state == ExtensionState.ASKED for row in order.extensions.all())


STEPS = (
    Step(
        "read",
        _lazy("签收"),
        _lazy("签收"),
        None,
        lambda o, u: o.read_at is None and _waits(o, u),
        lambda given, **by: verbs.read_order(**by),
        _lazy("已签收。"),
        True,
    ),
    Step(
        "answer",
        _lazy("反馈办理情况"),
        _lazy("提交反馈"),
        forms.AnswerForm,
        lambda o, u: o.kind == Order.Kind.ORDER and _waits(o, u),
        lambda given, **by: verbs.answer_order(words=given["words"], uploads=given["files"], **by),
        _lazy("已反馈。"),
        True,
    ),
    Step(
        "extend",
        _lazy("申请延期反馈"),
        _lazy("提请批准"),
        forms.ExtensionForm,
        lambda o, u: o.kind == Order.Kind.ORDER and _waits(o, u) and not _wish(o),
        lambda given, **by: verbs.ask_extension(due_on=given["due_on"], ground=given["ground"], **by),
        _lazy("已提请交办法院批准延期。"),
    ),
    Step(
        "grant",
        _lazy("批准延期"),
        _lazy("批准延期"),
        forms.DecideForm,
        lambda o, u: _wish(o) and policy.may_direct(o, u),
        lambda given, **by: verbs.decide_extension(give=True, words=given["words"], **by),
        _lazy("已批准延期。"),
        True,
    ),
    Step(
        "deny",
        _lazy("不批准延期"),
        _lazy("不批准"),
        forms.DecideForm,
        lambda o, u: _wish(o) and policy.may_direct(o, u),
        lambda given, **by: verbs.decide_extension(give=False, words=given["words"], **by),
        _lazy("已答复不批准延期。"),
    ),
    Step(
        "close",
        _lazy("核销"),
        _lazy("核销办结"),
        forms.WordsForm,
        lambda o, u: o.state != "closed" and policy.may_direct(o, u),
        lambda given, **by: verbs.close_order(words=given["words"], **by),
        _lazy("已核销。"),
        True,
    ),
    Step(
        "return",
        _lazy("退回补充"),
        _lazy("退回补充"),
        forms.WordsForm,
        lambda o, u: o.state == "answered" and policy.may_direct(o, u),
        lambda given, **by: verbs.send_back_order(words=given["words"], **by),
        _lazy("已退回。"),
    ),
    Step(
        "escalate",
        _lazy("提级督办"),
        _lazy("提请上级法院督办"),
        forms.WordsForm,
        lambda o, u: (
            o.state != "closed"
            and o.kind == Order.Kind.ORDER
            and o.superior_id is None
            and o.court.parent_id is not None
            and policy.may_direct(o, u)
        ),
        lambda given, **by: verbs.escalate_order(words=given["words"], **by),
        _lazy("已提请上级法院督办。"),
    ),
)


@require_safe
@staff()
def orders(request: HttpRequest) -> HttpResponse:
    """督办台账: the orders and reminders a person may see, those that wait longest first."""
    request.at = at = time.now()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    rows = _of_state(Order.objects.visible_to(request.user), state, at)
    ordered = rows.order_by("overdue_at", "id") if state in ("open", "late") else rows.order_by("-id")
    ordered = ordered.select_related("case", "case__court", "case__owner", "court", "issued_by")
    if request.GET.get("format") == "xlsx":
        return publishing.orders_sheet(
            request, ordered[: publishing.MOST_ORDERS], order_tables.state_words(state)
        )
    text = request.GET.get("skip", "")
    skip = int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
    found = list(ordered[skip : skip + PAGE + 1])
    context = {
        "title": _("督办台账"),
        "note": _("督办单须反馈，催办签收即可"),
        "actions": [
            {"label": _("导出 Excel"), "url": f"?state={state}&format=xlsx", "icon": "file-spreadsheet"}
        ],
        "filters": order_tables.filters(state),
        "columns": order_tables.columns(),
        "groups": order_tables.groups(found[:PAGE], at),
        "empty": order_tables.empty(state),
        "prev_url": f"?state={state}&skip={max(skip - PAGE, 0)}" if skip else "",
        "next_url": f"?state={state}&skip={skip + PAGE}" if len(found) > PAGE else "",
    }
    return render(request, "supervision/orders.html", context)


@require_safe
@staff()
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: what was asked, its clock, what happened to it, what this person may do."""
    return _page(request, _get(request, pk))


@require_POST
@staff()
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step with an order."""
    found = _get(request, pk)
    step = next((each for each in STEPS if each.name == name), None)
    if step is None:
        raise Http404
    form = step.form(request.POST, request.FILES, prefix=name) if step.form else None
    if form is not None and not form.is_valid():
        return _page(request, found, step, form, 422)
    try:
        given = form.cleaned_data if form else {}
        step.run(given, order_id=pk, actor=request.user, at=request.at, key=_key(request))
    except DomainError as error:
        if form is None:
            raise
        form.refuse(error)
        status = 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422
        return _page(request, found, step, form, status)
    messages.success(request, str(step.said))
    return redirect("supervision:order", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def issue(request: HttpRequest, case_id: int) -> HttpResponse:
    """发起督办 about a case, or with ?clock= about one of its running clocks."""
    request.at = at = time.now()
    case = get_object_or_404(
        Case.objects.visible_to(request.user).select_related("court", "owner"), pk=case_id
    )
    if not policy.may_issue(case, request.user):
        raise PermissionDenied
    clock = _clock(request, case)
    if request.method == "POST":
        form = forms.IssueForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                made = verbs.issue_order(
                    case_id=case.pk,
                    words=given["words"],
                    due_on=_due(case, given["days"], given["unit"], at),
                    needs_review=given["needs_review"],
                    clock_id=clock.pk if clock else None,
                    actor=request.user,
                    at=at,
                    key=_key(request),
                )
            except DomainError as error:
                form.refuse(error)
            else:
                messages.success(request, _("已发出督办%s。") % made.number)
                return redirect("supervision:order", made.pk)
    else:
        form = forms.IssueForm()
    context = {
        "title": _("发起督办"),
        "case": case,
        "case_url": reverse("desk:case", args=[case.pk]),
        "matter": verbs.duty_words(clock) if clock else _("全案"),
        "last": order_tables.clock_words(clock, at) if clock else "",
        "form": form,
        "key": request.POST.get("act_key") or uuid4().hex,
    }
    return render(request, "supervision/issue.html", context, status=422 if form.errors else 200)


@require_POST
@staff()
def remind(request: HttpRequest, clock_id: int) -> HttpResponse:
    """一键催办: a reminder to the handler of a running clock, to be signed for until the next working day."""
    request.at = at = time.now()
    clock = get_object_or_404(Deadline.objects.visible_to(request.user).running(), pk=clock_id)
    case = get_object_or_404(Case.objects.visible_to(request.user), pk=clock.case_id)
    made = verbs.issue_order(
        case_id=case.pk,
        kind=Order.Kind.REMINDER,
        words=_("请尽快办理。%s") % order_tables.clock_words(clock, at),
        due_on=_due(case, 1, "workday", at),
        clock_id=clock.pk,
        actor=request.user,
        at=at,
        key=_key(request),
    )
    messages.success(request, _("已催办 %(number)s，等待签收。") % {"number": made.number})
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else reverse("supervision:overdue"))


def _page(
    request: HttpRequest,
    found: Order,
    tried: Step | None = None,
    form: forms.OrderForm | None = None,
    status: int = 200,
) -> HttpResponse:
    steps = []
    for step in STEPS:
        if not step.may(found, request.user) and step is not tried:
            continue
        shown = form if step is tried else step.form(prefix=step.name) if step.form else None
        steps.append(
            {"step": step, "form": shown, "url": reverse("supervision:act", args=[found.pk, step.name])}
        )
    context = {
        **order_tables.page(found, request.at),
        "steps": steps,
        "key": uuid4().hex,
        "paper_url": reverse("supervision:order_paper", args=[found.pk]),
    }
    return render(request, "supervision/order.html", context, status=status)


def _get(request: HttpRequest, pk: int) -> Order:
    request.at = time.now()
    rows = Order.objects.visible_to(request.user).select_related(
        "case",
        "case__court",
        "case__owner",
        "case__team",
        "court",
        "superior",
        "issued_by",
        "read_by",
        "answered_by",
        "closed_by",
    )
    return get_object_or_404(
        rows.prefetch_related("extensions", "extensions__asked_by", "extensions__decided_by"), pk=pk
    )


def _of_state(rows: Any, state: str, at: Any) -> Any:
    match state:
        case "open":
            return rows.unanswered().filter(kind=Order.Kind.ORDER)
        case "late":
            return rows.overdue(at)
        case "answered" | "closed":
            return rows.filter(state=state)
    return rows


def _clock(request: HttpRequest, case: Case) -> Deadline | None:
    text = request.POST.get("clock") or request.GET.get("clock") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        raise Http404
    return get_object_or_404(Deadline.objects.open(), pk=int(text), case_id=case.pk)


def _due(case: Case, days: int, unit: str, at: Any) -> Any:
    on = time.today(at)
    return (
        calendar_for(case.court_id).add_workdays(on, days)
        if unit == "workday"
        else on + dt.timedelta(days=days)
    )


def _key(request: HttpRequest) -> str:
    key = request.POST.get("act_key", "")
    if not key or len(key) > 60:
        raise BadInput(_("这一页已经失效，本次没有保存。"), field="act_key", fix=_("刷新页面后重新提交。"))
    return f"supervision:{key}"
