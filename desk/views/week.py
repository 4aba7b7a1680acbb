"""一周到期, one's own and, for who leads, everybody's in reach."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import exporting, listing
from desk.addresses import day_of_query, here
from desk.selectors.week import week as week_of
from desk.tables import week as table
from kernel import time
from kernel.keyset import page_of

NAMES = ("from",)


@require_GET
@staff()
def week(request: HttpRequest) -> HttpResponse:
    """How many duties end on each day; ?from= is any day of the week wanted."""
    request.at = at = time.now()
    found = week_of(user=request.user, day=day_of_query(request.GET.get("from", "")), at=at)
    part = page_of(
        found.loads,
        lambda load: load.place,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    step = dt.timedelta(days=7)
    title = _("一周到期")
    context = {
        "title": title,
        "note": table.sentence(found),
        "actions": [
            {"label": _("上一周"), "url": f"?from={found.days[0] - step}", "icon": "chevron-left"},
            {"label": _("本周"), "url": request.path},
            {"label": _("下一周"), "url": f"?from={found.days[0] + step}", "icon_after": "chevron-right"},
        ],
        "columns": table.columns(found),
        "groups": table.groups(found, [load for _name, load in part.rows]),
        "empty": {
            "title": _("这一周没有到期的节点"),
            "text": _("换一周看看，已超期的在“我的节点”里。"),
            "icon": "calendar-time",
        },
        "next_url": here(request, NAMES, after=part.next) if part.next else "",
        "prev_url": here(request, NAMES, before=part.prev) if part.prev else "",
    }
    return listing.show(
        request,
        "desk/week.html",
        context,
        what="week",
        title=title,
        names=NAMES,
        groups=table.groups(found) if exporting.is_wanted(request) else None,
    )
