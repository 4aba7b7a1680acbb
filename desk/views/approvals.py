"""待我审批 and what I asked: assent, refuse, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from approvals.actions import requests
from approvals.models import Request
from courts.access import staff
from desk import listing, onetime
from desk.addresses import here
from desk.selectors.approvals import approvals as approvals_of
from desk.tables import approvals as table
from kernel import time
from kernel.errors import BadInput


@require_GET
@staff()
def approvals(request: HttpRequest) -> HttpResponse:
    """The requests that wait for the person, or those they asked."""
    return _page(request)


@require_POST
@staff(second_factor=True)
def assent(request: HttpRequest, request_id: int) -> HttpResponse:
    """同意."""
    return _answered(request, request_id, requests.assent, _("已同意。"), words=request.POST.get("words", ""))


@require_POST
@staff(second_factor=True)
def refuse(request: HttpRequest, request_id: int) -> HttpResponse:
    """不同意, with the reason."""
    return _answered(
        request, request_id, requests.refuse, _("已退回提请人。"), words=request.POST.get("words", "")
    )


@require_POST
@staff()
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    """撤回 what one asked."""
    response = _answered(request, request_id, requests.withdraw, _("已撤回。"))
    return redirect(f"{response.url}?tab=mine") if response.status_code == 302 else response


def _answered(
    request: HttpRequest, request_id: int, verb: Callable[..., Request], done: str, **given: Any
) -> HttpResponse:
    """Call the verb; what it finds wrong with the words comes back beside the request."""
    request.at = at = time.now()
    try:
        verb(request_id=request_id, actor=request.user, at=at, key=onetime.key_of(request), **given)
    except BadInput as error:
        return _page(request, wrong=(request_id, error.in_full))
    messages.success(request, done)
    return redirect("desk:approvals")


def _page(request: HttpRequest, wrong: tuple[int, str] | None = None) -> HttpResponse:
    request.at = at = time.now()
    mine = request.GET.get("tab") == "mine"
    found = approvals_of(
        user=request.user,
        mine=mine,
        at=at,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )

    path = reverse("desk:approvals")

    def link(**changes: object) -> str:
        return here(request, ("tab",), path, **changes)

    context = {
        "mine": mine,
        "tabs": table.tabs(found, mine, path),
        "cards": table.cards(found, mine),
        "empty": table.empty(mine),
        "key": onetime.new_key(),
        "wrong_id": wrong[0] if wrong else None,
        "wrong": wrong[1] if wrong else "",
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }
    columns, groups = table.as_sheet(context["cards"])

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        part = approvals_of(user=request.user, mine=mine, at=at, after=cursor, before="")
        return table.as_sheet(table.cards(part, mine))[1], part.next

    return listing.show(
        request,
        "desk/approvals.html",
        context,
        what="approvals",
        title=_("我提请的审批") if mine else _("待我审批"),
        names=("tab",),
        columns=columns,
        groups=groups,
        turn=turn,
        status=422 if wrong else 200,
    )
