"""发起督办 from any row, 补充 where one stands already, 催办 with one click."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case
from courts.access import staff
from courts.calendar import calendar_for
from deadlines.matters import matters_in_use
from deadlines.models import Deadline
from kernel import time
from kernel.errors import DomainError
from supervision import forms, order_tables, policy
from supervision.actions import orders as verbs
from supervision.actions.adding import add_to_order
from supervision.models import Order
from supervision.views.orders import key_of


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
    open_ones = _open_orders(request, case)
    joined = _joined(request, open_ones, clock)
    form = _form(request, joined)
    if request.method == "POST" and form.is_valid():
        try:
            made = _write(request, case, clock, joined, form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
            open_ones = _open_orders(request, case)
        else:
            said = _("已补充到%s，等待签收。") if joined else _("已发出督办%s。")
            messages.success(request, said % made.number)
            return redirect("supervision:order", made.pk)
    context = {
        "title": _("补充督办") if joined else _("发起督办"),
        "case": case,
        "case_url": reverse("desk:case", args=[case.pk]),
        "matter": joined.matter if joined else matters_in_use().of(clock) if clock else _("全案"),
        "last": order_tables.clock_words(clock, at) if clock else "",
        "form": form,
        "joined": joined,
        "warning": _warning(joined),
        "others": [_other(order) for order in open_ones if order != joined],
        "submit": _("补充到%s") % joined.number if joined else _("发出督办"),
        "writable": joined is None or joined.is_open,
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
        key=key_of(request),
    )
    messages.success(request, _("已催办 %(number)s，等待签收。") % {"number": made.number})
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else reverse("supervision:overdue"))


def _form(request: HttpRequest, joined: Order | None) -> forms.OrderForm:
    data = request.POST if request.method == "POST" else None
    return forms.AdditionForm(data) if joined else forms.IssueForm(data)


def _write(
    request: HttpRequest, case: Case, clock: Deadline | None, joined: Order | None, given: dict[str, Any]
) -> Order:
    by: dict[str, Any] = {"actor": request.user, "at": request.at, "key": key_of(request)}
    if joined is not None:
        return add_to_order(order_id=joined.pk, words=given["words"], **by)
    return verbs.issue_order(
        case_id=case.pk,
        words=given["words"],
        due_on=_due(case, given["days"], given["unit"], request.at),
        needs_review=given["needs_review"],
        clock_id=clock.pk if clock else None,
        **by,
    )


def _open_orders(request: HttpRequest, case: Case) -> list[Order]:
    """The orders about this case that are not settled, oldest first."""
    rows = Order.objects.visible_to(request.user).unsettled().filter(case=case, kind=Order.Kind.ORDER)
    return list(rows.select_related("issued_by").order_by("pk"))


def _joined(request: HttpRequest, open_ones: list[Order], clock: Deadline | None) -> Order | None:
    """The order that what is written joins: the one asked for (?order=), else the one about the same.

    A form of a new order stays one when another was issued meanwhile: the verb says so, and the order is shown.
    """
    asked = request.POST.get("order", "") if request.method == "POST" else request.GET.get("order", "")
    if asked:
        return next((order for order in open_ones if str(order.pk) == asked), None)
    if request.method == "POST":
        return None
    wanted = clock.pk if clock else None
    return next((order for order in open_ones if order.clock_id == wanted), None)


def _warning(joined: Order | None) -> str:
    if joined is None:
        return ""
    said = _("已经有未办结的督办：%s。") % order_tables.standing(joined)
    if joined.is_open:
        return _("%s不另发督办单，在原单上补充；反馈期限不变，对方重新签收。") % said
    return _("%s对方已经反馈，请先核销或者退回补充。") % said


def _other(order: Order) -> dict[str, Any]:
    url = reverse("supervision:issue", args=[order.case_id])
    return {
        "title": order_tables.standing(order),
        "url": f"{url}?order={order.pk}" if order.is_open else reverse("supervision:order", args=[order.pk]),
        "label": _("在此单上补充") if order.is_open else _("查看"),
    }


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
