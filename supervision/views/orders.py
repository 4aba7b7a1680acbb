"""督办: the register, one order and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_POST, require_safe

from courts.access import staff
from courts.models import User
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed
from kernel.keyset import Segment, page
from supervision import forms, order_tables, policy
from supervision.actions import orders as verbs
from supervision.actions.adding import add_to_order
from supervision.models import Order
from supervision.states import ExtensionState
from supervision.views import listed
from supervision.views.paging import cursors, turning

STATES = ("open", "late", "answered", "closed")
TOGETHER = (
    *("extensions", "extensions__asked_by", "extensions__decided_by"),
    *("additions", "additions__added_by", "additions__read_by"),
)


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


def _unread(order: Order) -> bool:
    return order.read_at is None or any(row.read_at is None for row in order.additions.all())


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
        lambda o, u: _unread(o) and _waits(o, u),
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
        "add",
        _lazy("补充要求"),
        _lazy("补充到本督办单"),
        forms.AdditionForm,
        lambda o, u: o.kind == Order.Kind.ORDER and o.is_open and policy.may_issue(o.case, u),
        lambda given, **by: add_to_order(words=given["words"], **by),
        _lazy("已补充，等待签收。"),
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
    keys = ("overdue_at", "id") if state in ("open", "late") else ("-id",)
    rows = rows.select_related("case", "case__court", "case__owner", "court", "issued_by")
    found = page([Segment(state, rows, keys)], **listed.reading(request, cursors(request)))
    columns, groups = order_tables.columns(), order_tables.groups([row for _name, row in found.rows], at)
    if listed.is_wanted(request):
        return listed.workbook(
            request, what="orders", title=_("督办台账"), columns=columns, groups=groups,
            conditions=[order_tables.state_words(state)], names=("state",), more=found.next,
        )  # fmt: skip
    context = {
        "title": _("督办台账"),
        "note": _("督办单须反馈，催办签收即可"),
        "actions": [listed.action(request)],
        "filters": order_tables.filters(state),
        "columns": columns,
        "groups": groups,
        "empty": order_tables.empty(state),
        **turning(request, found),
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
        step.run(given, order_id=pk, actor=request.user, at=request.at, key=key_of(request))
    except DomainError as error:
        if form is None:
            raise
        form.refuse(error)
        status = 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422
        return _page(request, found, step, form, status)
    messages.success(request, str(step.said))
    return redirect("supervision:order", pk)


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
    return get_object_or_404(rows.prefetch_related(*TOGETHER), pk=pk)


def _of_state(rows: Any, state: str, at: Any) -> Any:
    match state:
        case "open":
            return rows.unanswered().filter(kind=Order.Kind.ORDER)
        case "late":
            return rows.overdue(at)
        case "answered" | "closed":
            return rows.filter(state=state)
    return rows


def key_of(request: HttpRequest) -> str:
    """The one-time key of a form. Raises BadInput without one."""
    key = request.POST.get("act_key", "")
    if not key or len(key) > 60:
        raise BadInput(_("这一页已经失效，本次没有保存。"), field="act_key", fix=_("刷新页面后重新提交。"))
    return f"supervision:{key}"
