"""The first page of a member of staff."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import exporting, listing, onetime
from desk.addresses import here
from desk.queries import nodes_asked
from desk.selectors.worklist import further
from desk.selectors.worklist import worklist as worklist_of
from desk.tables import worklist as table
from kernel import time

NAMES = ("view", "q", "kind", "officer", "on")


@require_GET
@staff()
def worklist(request: HttpRequest) -> HttpResponse:
    """我的节点. Every state of the list is an address."""
    request.at = at = time.now()
    found = worklist_of(user=request.user, asked=nodes_asked(request.GET), at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    chips = table.chips(found, link)
    if exporting.is_wanted(request):
        return listing.paged(
            request,
            what="worklist",
            title=found.reach.title,
            names=NAMES,
            chips=chips,
            columns=table.columns(found),
            read=lambda cursor: further(found, request.user, after=cursor, size=exporting.TOGETHER),
            groups=table.groups,
        )
    context = {
        "at": found.counted_at,
        "actions": [
            {"label": _("一周到期"), "url": reverse("desk:week"), "icon": "calendar-time"},
            listing.action(request, NAMES),
        ],
        "title": found.reach.title,
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
        "waits": found.counts.overdue,
        "bulk": table.bulk(
            found, request.user.scope.may("task_sheet", "W") or bool(request.user.scope.groups)
        ),
        "query": here(request, NAMES).partition("?")[2],
        "saving": {"page": "worklist", "query": here(request, NAMES).partition("?")[2]} if chips else None,
        "key": onetime.new_key(),
    }
    return render(request, "desk/worklist.html", context)
