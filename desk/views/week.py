"""一周到期, one's own and, for who leads, everybody's in reach."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import exporting, listing
from desk.addresses import day_of_query
from desk.selectors.week import week as week_of
from desk.tables import week as table
from kernel import time

SHOWN = 50
"""Officers on a page, the heaviest first; everybody's days stand below each."""


@require_GET
@staff()
def week(request: HttpRequest) -> HttpResponse:
    """How many duties end on each day; ?from= is any day of the week wanted."""
    request.at = at = time.now()
    found = week_of(user=request.user, day=day_of_query(request.GET.get("from", "")), at=at)
    skip = _skipped(request)
    step = dt.timedelta(days=7)
    title = _("一周到期")
    context = {
        "title": title,
        "note": table.sentence(found),
        "actions": [
            {"label": _("上一周"), "url": f"?from={found.days[0] - step}", "icon": "chevron-left"},
            {"label": _("本周"), "url": request.path},
            {"label": _("下一周"), "url": f"?from={found.days[0] + step}", "icon": "chevron-right"},
        ],
        "columns": table.columns(found),
        "groups": table.groups(found, slice(skip, skip + SHOWN)),
        "empty": {
            "title": _("这一周没有到期的节点"),
            "text": _("换一周看看，已超期的在“我的节点”里。"),
            "icon": "calendar-time",
        },
        "prev_url": f"?from={found.days[0]}&skip={max(skip - SHOWN, 0)}" if skip else "",
        "next_url": f"?from={found.days[0]}&skip={skip + SHOWN}" if len(found.loads) > skip + SHOWN else "",
    }
    return listing.show(
        request,
        "desk/week.html",
        context,
        what="week",
        title=title,
        names=("from",),
        groups=table.groups(found) if exporting.is_wanted(request) else None,
    )


def _skipped(request: HttpRequest) -> int:
    text = request.GET.get("skip", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0
