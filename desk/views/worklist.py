"""The first page of a member of staff."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import exporting
from desk.addresses import here, number_in
from desk.selectors.worklist import VIEWS, Asked
from desk.selectors.worklist import worklist as worklist_of
from desk.tables import worklist as table
from kernel import time

NAMES = ("view", "q", "kind", "officer")


@require_GET
@staff()
def worklist(request: HttpRequest) -> HttpResponse:
    """我的节点. Every state of the list is an address."""
    request.at = at = time.now()
    found = worklist_of(user=request.user, asked=_asked(request), at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    if exporting.is_wanted(request):

        def turn(cursor: str) -> exporting.Page:
            asked = replace(_asked(request), after=cursor, before="")
            part = worklist_of(user=request.user, asked=asked, at=at, size=exporting.TOGETHER)
            return table.columns(found), table.groups(part), part.next

        chips = table.chips(found, link)
        return exporting.export(
            request, what="worklist", title=found.reach.title, chips=chips, names=NAMES, turn=turn
        )
    context = {
        "actions": [exporting.action(here(request, (*NAMES, exporting.FORMAT), format="xlsx"))],
        "title": found.reach.title,
        "note": table.sentence(found),
        "tiles": table.tiles(found, link),
        "filters": table.filters(found),
        "chips": table.chips(found, link),
        "clear_url": request.path,
        "columns": table.columns(found),
        "groups": table.groups(found),
        "empty": table.empty(found, link),
        "footing": table.footing(found),
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
        "overdue": found.counts.overdue,
    }
    return render(request, "desk/worklist.html", context)


def _asked(request: HttpRequest) -> Asked:
    view = request.GET.get("view", "")
    return Asked(
        view=view if view in VIEWS else "",
        text=request.GET.get("q", "").strip()[:60],
        kind=request.GET.get("kind", ""),
        officer=number_in(request, "officer"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
