"""案款登记簿: one page for every register of money, each with its filter, its pages and its workbook."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.models import Case
from closing.actions.distributing import RANK_WORDS
from closing.models import DistributionPlan
from courts.access import staff
from desk import listing
from desk.addresses import here
from desk.forms.transfers import TraceForm
from desk.onetime import new_key
from desk.selectors import registers as found
from desk.tables import registers as tables
from desk.words import plain_day
from funds.actions.tracing import trace
from funds.models import Receipt
from kernel import time
from kernel.errors import DomainError
from kernel.money import format_yuan

NAMES = ("state", "bucket")
WHOLE = ("ageing", "causes")


@require_GET
@staff()
def register(request: HttpRequest, name: str) -> HttpResponse:
    """One register. Who sees no money of a court sees his own cases' rows only."""
    if name not in tables.TITLES:
        raise Http404
    request.at = at = time.now()
    today = time.today(at)
    state, chosen = request.GET.get("state", ""), request.GET.get("bucket", "")
    if name in WHOLE:
        rows = found.waiting(request.user, today)
        if chosen:
            rows = [row for row in rows if found.bucket(row.left) == chosen]
        groups = tables.waiting_groups(rows, by_cause=name == "causes")
        part = found.Rows(rows)
    else:
        part = _read(request, name, state, request.GET.get("after", ""), request.GET.get("before", ""))
        groups = _groups(request, name, part)
    context: dict[str, Any] = {
        "title": _("案款登记簿：%s") % tables.TITLES[name],
        "note": _("按案件、金额和办理状态逐项列出"),
        "tabs": tables.tabs(name),
        "tiles": tables.progress_rows(found.progress(request.user, today), today) if name == "old" else [],
        "filters": _filters(name, state, chosen),
        "columns": tables.columns(name),
        "groups": groups,
        "empty": {"title": _("没有记录"), "text": _("符合条件的款项会列在这里。"), "icon": "circle-check"},
        "next_url": here(request, NAMES, after=part.next) if part.next else "",
        "prev_url": here(request, NAMES, before=part.prev) if part.prev else "",
    }

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        if name in WHOLE:
            return groups, ""
        next_ = _read(request, name, state, cursor, "")
        return _groups(request, name, next_), next_.next

    return listing.show(
        request, "desk/finance/register.html", context, what=f"fund_{name}", title=context["title"], names=NAMES,
        turn=turn,
    )  # fmt: skip


def _read(request: HttpRequest, name: str, state: str, after: str, before: str) -> found.Rows:
    given = {"after": after, "before": before}
    if name == "deferral":
        return found.deferrals(request.user, state=state, **given)
    if name == "old":
        return found.old_money(request.user, time.today(request.at), **given)
    if name == "plans":
        return found.plans(request.user, state=state, **given)
    return found.transfers(request.user, name, state=state, **given)


def _groups(request: HttpRequest, name: str, part: found.Rows) -> list[dict[str, Any]]:
    if name == "deferral":
        return tables.deferral_groups(part, time.today(request.at))
    if name == "old":
        return tables.old_groups(part, request.user.scope.may("receipt", "W"))
    if name == "plans":
        return tables.plan_groups(part)
    return tables.transfer_groups(part)


def _filters(name: str, state: str, chosen: str) -> dict[str, Any]:
    if name == "old":
        return {"fields": [], "kept": []}
    if name in WHOLE:
        choices = [(code, tables.BUCKET_WORDS[code]) for code in ("late", "5", "10", "15", "30", "later")]
        return {"fields": [tables.select("bucket", _("距期限"), _("全部账龄"), choices, chosen)], "kept": []}
    return {
        "fields": [tables.select("state", _("状态"), _("全部状态"), tables.state_choices(name), state)],
        "kept": [],
    }


@require_http_methods(["GET", "POST"])
@staff("receipt", "W")
def old(request: HttpRequest, pk: int) -> HttpResponse:
    """One old receipt: its tracing so far, and the next step."""
    request.at = at = time.now()
    receipt = get_object_or_404(Receipt.objects.visible_to(request.user).select_related("court"), pk=pk)
    form = TraceForm(request.POST or None, initial={"on": time.today(at), "act_key": new_key()})
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("step", "on", "note")}
        key = f"desk:{form.cleaned_data['act_key']}"
        try:
            trace(receipt_id=receipt.pk, actor=request.user, at=at, key=key, **given)
        except DomainError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, f"{refused}{refused.fix}")
        else:
            return redirect("desk:old_money", pk=receipt.pk)
    context = {
        "receipt": receipt,
        "amount": format_yuan(receipt.amount),
        "form": form,
        "traces": [
            {"title": t.get_step_display(), "day": plain_day(t.on), "note": t.note, "who": t.by.full_name}
            for t in receipt.traces.select_related("by").order_by("pk")
        ],
        "back": reverse("desk:fund_register", args=["old"]),
    }
    return render(request, "desk/finance/old.html", context, status=422 if form.errors else 200)


@require_GET
@staff()
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One distribution plan: its shares, who was served when, objections and what became of them."""
    rows = DistributionPlan.objects.filter(case__in=Case.objects.visible_to(request.user).values("pk"))
    made = get_object_or_404(rows.select_related("case"), pk=pk)
    labels = [_("债权人"), _("顺位"), _("债权额"), _("分配额"), _("有争议")]
    shares = [
        [s.party.name, str(RANK_WORDS[s.rank]), *(format_yuan(x) for x in (s.claimed, s.amount, s.disputed))]
        for s in made.shares.select_related("party").order_by("pk")
    ]
    columns, groups = listing.plain(labels, shares)
    context = {
        "plan": made,
        "title": _("分配方案 %(case)s 第 %(n)d 版") % {"case": made.case.number, "n": made.version},
        "amount": format_yuan(made.amount),
        "surplus": format_yuan(made.surplus),
        "columns": columns,
        "groups": groups,
        "parties": [
            {
                "name": p.name,
                "side": p.get_side_display(),
                "served": plain_day(p.served_on) if p.served_on else "",
            }
            for p in made.parties.order_by("pk")
        ],
        "objections": made.objections.select_related("objector", "share__party", "countered_by").order_by(
            "pk"
        ),
        "back": reverse("desk:fund_register", args=["plans"]),
    }
    return render(request, "desk/finance/plan.html", context)
