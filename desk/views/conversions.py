"""繁简转换登记."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import listing
from desk.addresses import here
from desk.selectors.conversions import Asked, register
from desk.tables import conversions as table
from kernel import time
from regimes.vocabulary import load_vocabulary

NAMES = ("q", "state", "trigger", "since", "until")


@require_GET
@staff("triage", "RWAS")
def conversions(request: HttpRequest) -> HttpResponse:
    """The conversions a person may see. Every state of the list is an address."""
    request.at = at = time.now()
    found = register(user=request.user, asked=_asked(request), at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    context = {
        "title": _("繁简转换登记"),
        "note": table.sentence(found),
        "average": table.average_note(found.average),
        "filters": table.filters(found),
        "columns": table.columns(),
        "groups": table.groups(found),
        "empty": table.empty(),
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }

    def turn(cursor: str) -> tuple[list[dict[str, Any]], str]:
        asked = replace(found.asked, after=cursor, before="")
        part = register(user=request.user, asked=asked, at=at)
        return table.groups(part), part.next

    return listing.show(
        request,
        "desk/conversions.html",
        context,
        what="conversions",
        title=context["title"],
        names=NAMES,
        turn=turn,
    )


def _asked(request: HttpRequest) -> Asked:
    trigger = request.GET.get("trigger", "")
    return Asked(
        text=request.GET.get("q", "").strip()[:60],
        state=request.GET.get("state", ""),
        trigger=trigger if trigger in load_vocabulary().events else "",
        since=_day(request, "since"),
        until=_day(request, "until"),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )


def _day(request: HttpRequest, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
