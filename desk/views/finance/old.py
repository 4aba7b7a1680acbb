"""历史款项: one old receipt traced step by step; what nobody can be found for is escrowed by two people, and comes back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courts.access import staff
from desk.forms.transfers import OldEscrowForm, OldReleaseForm, TraceForm
from desk.onetime import key_of, new_key
from desk.words import plain_day
from funds.actions.tracing import ask_unknown_escrow, hold_unknown_escrow, trace
from funds.actions.transfers import release
from funds.models import Receipt, Trace, Transfer
from kernel import time
from kernel.capitals import in_capitals
from kernel.errors import DomainError
from kernel.money import format_yuan

Row = dict[str, Any]


@require_http_methods(["GET", "POST"])
@staff("receipt", "W", second_factor=True)
def old(request: HttpRequest, pk: int) -> HttpResponse:
    """One old receipt: its tracing so far, and the next step."""
    request.at = at = time.now()
    receipt = _visible(request, pk)
    form = TraceForm(request.POST or None, initial=_first(receipt, at))
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("step", "on", "note")}
        key = f"desk:{form.cleaned_data['act_key']}"

        def run() -> Any:
            return trace(receipt_id=receipt.pk, actor=request.user, at=at, key=key, **given)

        if _done(form, run):
            return redirect("desk:old_money", pk=receipt.pk)
    return _page(request, receipt, form)


@require_POST
@staff("receipt", "W", second_factor=True)
def escrow(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """ask: 提出提存; hold: 办理 by another person; release: 转回, once the payer is known."""
    request.at = at = time.now()
    receipt = _visible(request, pk)
    by = {"actor": request.user, "at": at, "key": key_of(request)}
    if name == "ask":
        form: Any = django_forms.Form(request.POST)
        is_done = _done(form, lambda: ask_unknown_escrow(receipt_id=pk, **by))
    elif name == "hold":
        form = OldEscrowForm(request.POST)
        is_done = form.is_valid() and _done(
            form, lambda: hold_unknown_escrow(receipt_id=pk, on=form.cleaned_data["on"], **by)
        )
    elif name == "release":
        form = OldReleaseForm(request.POST)
        held = _transfer(receipt)
        is_done = form.is_valid() and _done(
            form, lambda: release(transfer_id=held.pk if held else 0, **_given(form, "on", "reason"), **by)
        )
    else:
        raise Http404
    if is_done:
        said = {
            "ask": _("已提出提存，请另一人办理。"),
            "hold": _("已提存。"),
            "release": _("已转回不明款，请认领。"),
        }
        messages.success(request, said[name])
        return redirect("desk:old_money", pk=pk)
    return _page(request, receipt, TraceForm(initial=_first(receipt, at)), name, form)


def _first(receipt: Receipt, at: dt.datetime) -> Row:
    """What the form offers: the step that comes next, today."""
    done = set(receipt.traces.values_list("step", flat=True))
    step = next((each for each in Trace.Step.values if each not in done), "")
    return {"step": step, "on": time.today(at), "act_key": new_key()}


def _given(form: Any, *names: str) -> Row:
    return {name: form.cleaned_data[name] for name in names}


def _done(form: Any, run: Callable[[], Any]) -> bool:
    """Whether the verb stands; else its refusal at its field or above the form."""
    try:
        run()
    except DomainError as refused:
        form.is_valid()
        field = getattr(refused, "field", "")
        form.add_error(field if field in form.fields else None, refused.in_full)
        return False
    return True


def _visible(request: HttpRequest, pk: int) -> Receipt:
    return get_object_or_404(Receipt.objects.visible_to(request.user).select_related("court"), pk=pk)


def _transfer(receipt: Receipt) -> Transfer | None:
    rows = receipt.transfers.filter(kind="court_escrow").exclude(state="cancelled")
    return rows.select_related("requester", "doer").order_by("-pk").first()


def _page(
    request: HttpRequest, receipt: Receipt, form: TraceForm, name: str = "", refused: Any = None
) -> HttpResponse:
    traces = list(receipt.traces.select_related("by").order_by("pk"))
    done = {each.step for each in traces}
    is_traced = bool(done & {Trace.Step.FOUND, Trace.Step.UNKNOWN})
    today = time.today(request.at)
    context = {
        "receipt": receipt,
        "facts": [
            {"label": _("金额"), "value": format_yuan(receipt.amount), "note": in_capitals(receipt.amount)},
            {"label": _("到账"), "value": plain_day(receipt.arrived_on)},
            {"label": _("付款人"), "value": receipt.payer_name or "—", "note": receipt.remark},
            {"label": _("银行流水号"), "value": receipt.bank_serial or "—"},
        ],
        "form": None if is_traced else form,
        "traces": [
            {"title": t.get_step_display(), "day": plain_day(t.on), "note": t.note, "who": t.by.full_name}
            for t in traces
        ],
        "escrow": _escrow(request, receipt, Trace.Step.UNKNOWN in done, today, name, refused),
        "back": reverse("desk:fund_register", args=["old"]),
    }
    wrong = form.errors or (refused is not None and refused.errors)
    return render(request, "desk/finance/old.html", context, status=422 if wrong else 200)


def _escrow(
    request: HttpRequest, receipt: Receipt, is_unknown: bool, today: dt.date, name: str, refused: Any
) -> Row | None:
    """What may be done about escrow now; None before the tracing has ended without a payer."""
    if not is_unknown:
        return None
    asked = _transfer(receipt)
    step, text = "ask", _("核查没有查明付款人，可以提出提存。")
    if asked is not None and asked.state == "approved":
        step = "hold"
        text = _("%(day)s %(who)s提出，须由另一人办理。") % {
            "day": plain_day(asked.requested_on),
            "who": asked.requester.full_name,
        }
    elif asked is not None and asked.state == "held":
        step, text = "release", _("%s 已提存。") % plain_day(asked.held_on or today)
    forms = {"hold": OldEscrowForm, "release": OldReleaseForm}
    form = refused if name == step and refused is not None else None
    if form is None and step in forms:
        form = forms[step](initial={"on": today})
    words = {"ask": _("提出提存"), "hold": _("办理提存"), "release": _("查明付款人，转回")}
    url = reverse("desk:old_escrow", args=[receipt.pk, step])
    may = step != "hold" or asked is None or asked.requester_id != request.user.pk
    return {"text": text, "form": form, "url": url, "label": words[step], "key": new_key(), "may": may}
