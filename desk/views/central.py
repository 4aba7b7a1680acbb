"""集约事项: the queues of groups, and one item's task sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.tasks import (
    accept_node,
    claim_node,
    claim_nodes,
    give_sheet,
    move_node,
    offer_node,
    refuse_node,
    return_node,
    settle_handover,
)
from courts.access import staff
from courts.models import User
from desk import exporting, listing, onetime
from desk.addresses import here
from desk.forms.central import MoveForm, OfferForm, ReasonForm, SettleForm, SheetForm
from desk.selectors.central import VIEWS, Wanted, further
from desk.selectors.central import central as central_of
from desk.selectors.central_task import Sheet, sheet_of
from desk.tables import central as table
from desk.tables import central_task as sheet_table
from kernel import time
from kernel.errors import Conflict, DomainError, NotFound

NAMES = ("view", "q", "group")


@require_GET
@staff()
def central(request: HttpRequest) -> HttpResponse:
    """The queues of one's groups. Every state of the list is an address."""
    request.at = at = time.now()
    found = central_of(user=request.user, asked=_asked(request), at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    chips = table.chips(found, link)
    if exporting.is_wanted(request):
        return listing.paged(
            request,
            what="central",
            title=_("集约事项"),
            names=NAMES,
            chips=chips,
            columns=table.columns(found),
            read=lambda cursor: further(found, after=cursor, size=exporting.TOGETHER),
            groups=table.groups,
        )
    context = {
        "actions": [listing.action(request, NAMES)],
        "note": table.sentence(found),
        "tiles": table.tiles(found, link),
        "filters": table.filters(found),
        "chips": chips,
        "clear_url": request.path,
        "columns": table.columns(found),
        "groups": table.groups(found),
        "empty": table.empty(found, link),
        "footing": table.footing(found),
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
        "bulk": [{"label": _("领办所选"), "primary": True, "small": True}] if table.claimable(found) else [],
        "back": request.get_full_path(),
        "key": onetime.new_key(),
    }
    return render(request, "desk/central.html", context)


@require_POST
@staff()
def claim(request: HttpRequest) -> HttpResponse:
    """Claim one item, or those ticked, each by itself."""
    request.at = at = time.now()
    chosen = [request.POST["one"]] if request.POST.get("one") else request.POST.getlist("selected")
    ids = {int(text) for text in chosen if text.isascii() and text.isdecimal() and len(text) < 18}
    if not ids:
        messages.warning(request, _("没有勾选事项。请先勾选要领办的事项。"))
        return redirect("desk:central")
    taken, refused = claim_nodes(node_ids=sorted(ids), actor=request.user, at=at, key=onetime.key_of(request))
    if taken:
        messages.success(request, _("已领办 %d 项，在“我在办理”里。") % len(taken))
    for _node_id, error in refused:
        messages.error(request, error.in_full)
    return redirect("desk:central")


@require_http_methods(["GET", "POST"])
@staff()
def task(request: HttpRequest, node_id: int) -> HttpResponse:
    """One item: who has it, who had it, and what this person may do with it."""
    request.at = at = time.now()
    sheet = sheet_of(user=request.user, node_id=node_id, at=at)
    if sheet is None:
        raise Http404
    name = request.POST.get("act", "")
    offered = _forms(sheet, request, name)
    if request.method == "POST":
        if name not in sheet.may:
            messages.error(request, _("现在不能这样办，请看最新情况。"))
            return redirect("desk:central_task", node_id)
        form = offered.get(name)
        if form is None or form.is_valid():
            try:
                _run(request, sheet, name, form, at)
            except (Conflict, NotFound) as error:
                messages.error(request, error.in_full)
                return redirect("desk:central_task", node_id)
            except DomainError as error:
                _refuse(request, form, error)
            else:
                messages.success(request, sheet_table.DONE[name])
                return redirect("desk:central_task", node_id)
    wrong = any(form.is_bound and form.errors for form in offered.values())
    context = {
        "sheet": sheet,
        "facts": sheet_table.facts(sheet),
        "columns": table.trail_columns(),
        "trail": [{"rows": table.trail(sheet.tasks, sheet.today)}] if sheet.tasks else [],
        "parts": sheet_table.parts(sheet, offered),
        "key": onetime.new_key(),
    }
    return render(request, "desk/central_task.html", context, status=422 if wrong else 200)


def _forms(sheet: Sheet, request: HttpRequest, name: str) -> dict[str, forms.Form]:
    """The form of each act this person may do; the one that was sent is bound."""
    made: dict[str, Callable[..., forms.Form]] = {
        "return": ReasonForm,
        "refuse": ReasonForm,
        "settle": SettleForm,
        "offer": lambda data, **kw: OfferForm(data, people=sheet.colleagues, **kw),
        "sheet": lambda data, **kw: SheetForm(data, people=sheet.receivers, **kw),
        "move": lambda data, **kw: MoveForm(data, groups=sheet.groups, **kw),
    }
    return {
        each: make(request.POST if each == name else None, auto_id=f"id_{each}_%s")
        for each, make in made.items()
        if each in sheet.may
    }


def _run(request: HttpRequest, sheet: Sheet, name: str, form: forms.Form | None, at: dt.datetime) -> None:
    given: dict[str, Any] = dict(form.cleaned_data) if form is not None else {}
    by = {"node_id": sheet.node.pk, "actor": request.user, "at": at, "key": onetime.key_of(request)}
    doer = User.objects.get(pk=given["doer"]) if "doer" in given else None
    match name:
        case "claim":
            claim_node(**by)
        case "accept":
            accept_node(**by)
        case "refuse":
            refuse_node(reason=given["reason"], **by)
        case "settle":
            settle_handover(words=given["reason"], **by)
        case "return":
            return_node(reason=given["reason"], **by)
        case "offer":
            offer_node(to=doer, reason=given["reason"], **by)
        case "sheet":
            give_sheet(doer=doer, words=given["words"], **by)
        case "move":
            move_node(group=given["group"], reason=given["reason"], **by)


def _refuse(request: HttpRequest, form: forms.Form | None, error: DomainError) -> None:
    if form is None:
        messages.error(request, error.in_full)
        return
    field = getattr(error, "field", "")
    form.add_error(field if field in form.fields else None, error.in_full)


def _asked(request: HttpRequest) -> Wanted:
    view = request.GET.get("view", "")
    return Wanted(
        view=view if view in VIEWS else "",
        group=request.GET.get("group", ""),
        text=request.GET.get("q", "").strip()[:60],
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
