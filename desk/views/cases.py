"""The list of cases, and the one search box."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import exporting
from desk.addresses import here, number_in
from desk.selectors.case_list import STATES, Asked, case_list
from desk.selectors.searching import search as search_for
from desk.tables import cases as table
from desk.tables import searching as hits
from kernel import time
from regimes.vocabulary import load_vocabulary

NAMES = ("q", "state", "team", "officer", "since", "until", "overdue", "stage", "flag")
_log = structlog.get_logger(__name__)


@require_GET
@staff()
def cases(request: HttpRequest) -> HttpResponse:
    """案件. Every state of the list is an address."""
    request.at = at = time.now()
    found = case_list(user=request.user, asked=_asked(request), at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    chips = table.chips(found, link)
    if exporting.is_wanted(request):

        def turn(cursor: str) -> exporting.Page:
            asked = replace(_asked(request), after=cursor, before="")
            part = case_list(user=request.user, asked=asked, at=at, size=exporting.TOGETHER)
            return table.columns(found), table.groups(part), part.next

        return exporting.export(request, what="cases", title=_("案件"), chips=chips, names=NAMES, turn=turn)
    context = {
        "actions": [exporting.action(here(request, (*NAMES, exporting.FORMAT), format="xlsx"))],
        "title": _("案件"),
        "note": _("按立案日期，新的在前"),
        "stages": table.stages(found, link),
        "filters": table.filters(found),
        "chips": chips,
        "clear_url": request.path,
        "columns": table.columns(found),
        "groups": table.groups(found),
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


def _asked(request: HttpRequest) -> Asked:
    state = request.GET.get("state", "")
    return Asked(
        text=request.GET.get("q", "").strip()[:60],
        state=state if state in STATES else "",
        team=number_in(request, "team"),
        officer=number_in(request, "officer"),
        since=_day(request, "since"),
        until=_day(request, "until"),
        overdue=request.GET.get("overdue") == "1",
        stage=_one_of(request, "stage", load_vocabulary().stages),
        flag=_one_of(request, "flag", {**load_vocabulary().flags, **load_vocabulary().flag_groups}),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )


def _one_of(request: HttpRequest, name: str, known: Collection[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in known else ""


def _day(request: HttpRequest, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
