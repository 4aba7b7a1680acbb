"""指挥中心: the board, the list behind each number, the big screen."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courts.access import staff
from courts.models import User
from kernel import time
from supervision import board_tables as tables
from supervision import screen as wall
from supervision.board import BANDS, WHEN, Asked, names_of
from supervision.board import board as board_of
from supervision.overdue import lines
from supervision.policy import may_order_somewhere
from supervision.views.paging import CURSORS, cursors, turning

ROLL = 8
ROLLING = "roll_"
"""The rolling list stands beside another one on the wall: its cursors have names of their own."""
ROLLED = tuple(f"{ROLLING}{name}" for name in CURSORS)
SCREEN_LINES = 5
REFRESH_SECONDS = 60


@require_safe
@staff("report", "RWS")
def board(request: HttpRequest) -> HttpResponse:
    """What is late in a person's reach, and what will be."""
    request.at = at = time.now()
    found = board_of(request.user, at, roll=ROLL, **cursors(request, ROLLING))
    turned = turning(request, found.rolling, ROLLING)
    context = {
        "title": _("指挥中心"),
        "waits": found.whole.late,
        "note": _("%(place)s · 截至 %(time)s") % {"place": _place(request.user), "time": found.as_of},
        "actions": [
            {"label": _("大屏"), "url": reverse("supervision:screen"), "icon": "device-desktop"},
            {"label": _("到期工作量"), "url": reverse("supervision:workload"), "icon": "calendar-due"},
            {"label": _("长期未结"), "url": reverse("supervision:long_pending"), "icon": "hourglass"},
            {"label": _("超期节点表"), "url": reverse("supervision:overdue"), "icon": "table"},
            {"label": _("周通报"), "url": reverse("supervision:bulletin"), "icon": "report-analytics"},
        ],
        "tiles": tables.tiles(found),
        "flags": tables.flag_lines(found),
        "rolling": tables.rolling(found, may_order_somewhere(request.user)),
        "roll_next": turned["next_url"],
        "roll_prev": turned["prev_url"],
        "groups": tables.group_tables(found),
        "bands": tables.band_lines(found),
        "days": tables.day_lines(found),
        "definitions": tables.DEFINITIONS,
    }
    return render(request, "supervision/board.html", context)


@require_safe
@staff("report", "RWS")
def overdue(request: HttpRequest) -> HttpResponse:
    """超期节点统计表, and every other list behind a number of the board."""
    request.at = at = time.now()
    asked = asked_of(request)
    found = lines(request.user, asked, at, time.today(at), **cursors(request))
    query = request.GET.copy()
    for name in CURSORS:
        query.pop(name, None)
    tail = query.urlencode()
    names = names_of([asked.court], [asked.team], [asked.officer])
    context = {
        "title": _("超期节点统计表") if asked.when in ("", "late") and not asked.on else _("节点列表"),
        "note": tables.table_title(asked, names),
        "actions": [
            {
                "label": "Excel",
                "url": f"{reverse('supervision:overdue_sheet')}?{tail}",
                "icon": "file-spreadsheet",
            },
            {"label": "PDF", "url": f"{reverse('supervision:overdue_paper')}?{tail}", "icon": "printer"},
            {"label": _("已公布"), "url": reverse("supervision:tables"), "icon": "archive"},
        ],
        "key": uuid4().hex,
        "columns": tables.columns(),
        "groups": tables.line_groups(found, time.today(at), may_order_somewhere(request.user)),
        "empty": {
            "title": _("没有这样的节点"),
            "text": _("所选范围内没有符合条件的节点。"),
            "icon": "circle-check",
        },
        **turning(request, found),
    }
    return render(request, "supervision/overdue.html", context)


@require_safe
@staff("report", "RWS")
def screen(request: HttpRequest) -> HttpResponse:
    """大屏: the same figures for the wall; htmx asks for its body every minute (?part=1)."""
    request.at = at = time.now()
    nth = _number(request, "page") or 0
    found = board_of(request.user, at, roll=SCREEN_LINES, **cursors(request, ROLLING))
    on = time.today(at)
    latest = lines(request.user, Asked(), at, on, **cursors(request), size=SCREEN_LINES)
    ranked = next((g for g in tables.group_tables(found) if g["id"] in ("by-court", "by-team")), None)
    context = {
        "at": found.at,
        "local": time.local(found.at),
        "stamp": found.at.isoformat(),
        "now": at.isoformat(),
        "clock": time.local(at),
        "refresh": REFRESH_SECONDS,
        "place": _place(request.user),
        "kpis": tables.tiles(found),
        "five": [line for line in tables.flag_lines(found) if line["five"]],
        "rolling": tables.rolling(found),
        "bands": tables.band_lines(found),
        "days": wall.day_labels(found.days, tables.day_lines(found)[:7], on),
        "trend": wall.days_of(request.user, on, found.whole.late),
        "ranks": wall.ranking(request.user, on),
        "ranked": ranked,
        "top": [row for row in _top(found)],
        "lines": latest.lines,
        "may_order": may_order_somewhere(request.user),
        "page": nth,
        "here": urlencode(
            {name: value for name, value in request.GET.items() if name in (*CURSORS, *ROLLED, "page")}
        ),
        "next_url": _wall_page(nth + 1, latest.next, found.rolling.next, "after"),
        "prev_url": _wall_page(nth - 1, latest.prev, found.rolling.prev, "before"),
    }
    part = request.htmx and request.GET.get("part") == "1"
    return render(request, "supervision/_screen.html" if part else "supervision/screen.html", context)


def _wall_page(nth: int, cursor: str, rolling: str, side: str) -> str:
    """Both lists of the wall turn together; the rolling one begins anew at its end."""
    if not cursor:
        return ""
    rolled = {f"{ROLLING}{side}": rolling} if rolling else {}
    return f"?{urlencode({side: cursor, **rolled, 'page': max(nth, 0)})}"


def asked_of(request: HttpRequest) -> Asked:
    """Which rows the address asks for; what is not known is left out."""
    given = request.GET
    when, band, kind = given.get("when", ""), given.get("band", ""), given.get("kind", "")[:40]
    return Asked(
        when=when if when in WHEN else "",
        court=_number(request, "court"),
        team=_number(request, "team"),
        officer=_number(request, "officer"),
        kind=kind if kind.replace("_", "").replace("-", "").isalnum() else "",
        band=band if band in {name for name, _first, _last in BANDS} else "",
        on=_day(given.get("on", "")),
        money=given.get("money") == "1",
        ordered=given.get("ordered", "") if given.get("ordered") in ("yes", "no") else "",
    )


def _top(found: Any) -> list[dict[str, Any]]:
    group = next(g for g in tables.group_tables(found) if g["id"] == "by-kind")
    rows = group["groups"][0]["rows"][:5] if group["groups"] else []
    shown = [{"name": row["cells"][0]["text"], **row["cells"][1]} for row in rows]
    late = [row for row in shown if row["text"] != "0"]
    most = max((int(row["text"].replace(",", "")) for row in late), default=1)
    # Red is kept for the one that stands out.
    return [
        {
            **row,
            "share": f"{100 * int(row['text'].replace(',', '')) / most:.1f}",
            "tone": "" if place else "over",
        }
        for place, row in enumerate(late)
    ]


def _place(user: User) -> str:
    scope, court = user.scope, user.court.name if user.court else ""
    if len(scope.courts) > 1:
        return _("%(court)s · 本院和辖区 %(n)d 家法院") % {"court": court, "n": len(scope.courts)}
    if scope.courts:
        return court
    return _("%s · 本团队和本人承办的案件") % court if scope.teams else _("%s · 本人承办的案件") % court


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
