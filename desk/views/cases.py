"""The list of cases, and the one search box."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import exporting, listing, onetime
from desk.addresses import here
from desk.queries import cases_asked
from desk.selectors.case_list import case_list, further
from desk.selectors.searching import search as search_for
from desk.tables import cases as table
from desk.tables import searching as hits
from kernel import time

NAMES = ("q", "state", "team", "officer", "since", "until", "overdue", "stage", "flag")
_log = structlog.get_logger(__name__)


@require_GET
@staff()
def cases(request: HttpRequest) -> HttpResponse:
    """案件. Every state of the list is an address."""
    request.at = at = time.now()
    found = case_list(user=request.user, asked=cases_asked(request.GET), at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    chips = table.chips(found, link)
    if exporting.is_wanted(request):
        return listing.paged(
            request,
            what="cases",
            title=_("案件"),
            names=NAMES,
            chips=chips,
            columns=table.columns(found),
            read=lambda cursor: further(found, request.user, after=cursor, size=exporting.TOGETHER),
            groups=table.groups,
        )
    may_move = request.user.is_superuser or request.user.scope.may("assign", "W")
    context = {
        "actions": [listing.action(request, NAMES)],
        "title": _("案件"),
        "note": _("按立案日期，新的在前"),
        "stages": table.stages(found, link),
        "filters": table.filters(found),
        "chips": chips,
        "clear_url": request.path,
        **(table.ticked(found) if may_move else table.shown(found)),
        "query": here(request, NAMES).partition("?")[2],
        "saving": {"page": "cases", "query": here(request, NAMES).partition("?")[2]} if chips else None,
        "key": onetime.new_key(),
        "empty": table.empty(found, bool(chips), request.path),
        "footing": table.footing(found),
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }
    return render(request, "desk/cases.html", context)


@require_GET
@staff()
def search(request: HttpRequest) -> HttpResponse:
    """全局搜索. What was typed is not logged, only that something was looked for and how much came of it."""
    request.at = time.now()
    found = search_for(user=request.user, text=request.GET.get("q", ""))
    if found.text and not found.too_short:
        _log.info(
            "search.made",
            user=request.user.pk,
            length=len(found.text),
            kinds=found.kinds,
            cases=len(found.cases),
            parties=len(found.parties),
            others=len(found.properties) + len(found.payees) + len(found.orders),
        )
    context = {"found": found, "search_text": found.text, **hits.context(found)}
    return render(request, "desk/search.html", context)
