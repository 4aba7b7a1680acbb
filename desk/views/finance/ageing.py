"""案款账龄: what waits by the days left to its limit, per court and per officer; each figure opens its list."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import listing
from desk.selectors.ageing import NAMES, Heap, Held, ageing
from desk.tables.registers import BUCKET_WORDS
from kernel import time
from kernel.money import format_yuan

Row = dict[str, Any]
TONES = {"late": "over", "5": "soon"}
ICONS = {"late": "alert-octagon", "5": "hourglass", "later": "calendar"}


@require_GET
@staff("report", "RWS")
def money_ageing(request: HttpRequest) -> HttpResponse:
    """The page for finance and the command centre, and its workbook."""
    request.at = at = time.now()
    found = ageing(request.user, time.today(at))
    context: Row = {
        "title": _("案款账龄"),
        "tiles": _tiles(found),
        "columns": _columns(),
        "groups": [_court(court, officers) for court, officers in found],
        "empty": {
            "title": _("没有待发案款"),
            "text": _("到账后尚未付清的案款按距期限的天数列在这里。"),
            "icon": "circle-check",
        },
    }
    return listing.show(
        request, "desk/finance/ageing.html", context, what="fund_ageing_table", title=context["title"]
    )


def _tiles(found: list[tuple[Held, list[Held]]]) -> list[Row]:
    tiles = []
    for name in NAMES:
        heap = Heap()
        for court, _officers in found:
            heap.add(court.heaps[name].count, court.heaps[name].amount)
        tiles.append(
            {
                "label": BUCKET_WORDS[name],
                "value": heap.count,
                "unit": _("笔"),
                "note": format_yuan(heap.amount),
                "tone": TONES.get(name, "") if heap.count else "",
                "icon": ICONS.get(name, "clock"),
                "url": _list(bucket=name),
            }
        )
    return tiles


def _columns() -> list[Row]:
    words = [BUCKET_WORDS[name] for name in NAMES]
    return [{"label": _("承办人"), "kind": "main"}] + [
        {"label": each, "kind": "num"} for each in (*words, _("合计"))
    ]


def _court(court: Held, officers: list[Held]) -> Row:
    whole = _row(court, _("全院"), court=court.court.pk)
    return {
        "title": court.court.name,
        "rows": [
            whole,
            *(_row(each, _name(each), court=court.court.pk, officer=_pk(each)) for each in officers),
        ],
    }


def _name(held: Held) -> str:
    return held.owner.full_name if held.owner else _("未分案")


def _pk(held: Held) -> int | None:
    return held.owner.pk if held.owner else None


def _row(held: Held, name: str, **whose: int | None) -> Row:
    cells: list[Row] = [{"kind": "main", "text": name, "strong": held.owner is None}]
    for bucket in NAMES:
        cells.append(_cell(BUCKET_WORDS[bucket], held.heaps[bucket], _list(bucket=bucket, **whose)))
    cells.append(_cell(_("合计"), held.whole, _list(**whose)))
    return {"cells": cells}


def _cell(label: Any, heap: Heap, url: str) -> Row:
    if not heap.count:
        return {"kind": "num", "label": label, "text": "—"}
    return {
        "kind": "num",
        "label": label,
        "text": _("%d 笔") % heap.count,
        "url": url,
        "sub": format_yuan(heap.amount),
    }


def _list(**given: Any) -> str:
    """The list behind a figure."""
    asked = {name: value for name, value in given.items() if value is not None}
    url = reverse("desk:fund_register", args=["ageing"])
    return f"{url}?{urlencode(asked)}" if asked else url
