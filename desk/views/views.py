"""保存的视图: keep the list one looks at, see those one has, rename, pin, share with the team, delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from courts.access import staff
from desk import listing
from desk.actions.views import change_view, delete_view, save_view
from desk.models import SavedView
from desk.selectors.assigning import teams_of
from desk.selectors.views import address_of, counts_of, views_of
from kernel import time
from kernel.errors import BadInput


@require_GET
@staff()
def listed(request: HttpRequest) -> HttpResponse:
    """One's own views and the team's, each with what it holds now."""
    request.at = at = time.now()
    found = views_of(request.user, time.today(at))
    named = [{"id": view.pk, "page": view.page, "query": view.query} for view in found]
    counts = counts_of(request.user, named, at)
    team = teams_of([request.user.pk], time.today(at)).get(request.user.pk)
    lines = [
        {
            "view": view,
            "own": view.owner_id == request.user.pk,
            "url": address_of(view.page, view.query),
            "count": counts[view.pk] if counts[view.pk] <= 99 else "99+",
        }
        for view in found
    ]
    heads = (_("名称"), _("页面"), _("条数"), _("共享"), _("所有人"))
    columns, groups = listing.plain(heads, [_texts(line) for line in lines])
    context = {"lines": lines, "team": team}
    return listing.show(
        request,
        "desk/views.html",
        context,
        what="views",
        title=_("保存的视图"),
        columns=columns,
        groups=groups,
    )


def _texts(line: dict[str, Any]) -> list[str]:
    view: SavedView = line["view"]
    return [
        view.name,
        str(view.get_page_display()),
        str(line["count"]),
        view.team.name if view.team else "",
        view.owner.full_name,
    ]


@require_POST
@staff()
def save(request: HttpRequest) -> HttpResponse:
    """Keep the list as it stands."""
    page, query = request.POST.get("page", ""), request.POST.get("query", "")
    if page not in SavedView.Page.values:
        raise Http404
    try:
        view = save_view(
            name=request.POST.get("name", ""), page=page, query=query, actor=request.user, at=time.now()
        )
    except BadInput as error:
        messages.error(request, error.in_full)
        return redirect(address_of(page, query))
    messages.success(request, _("已保存视图“%s”。") % view.name)
    return redirect(address_of(view.page, view.query))


@require_POST
@staff()
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename, pin, share or delete one's own view."""
    if not SavedView.objects.filter(pk=pk, owner=request.user).exists():
        raise Http404
    what = request.POST.get("act", "")
    on = time.today(time.now())
    by = {"view_id": pk, "actor": request.user}
    try:
        match what:
            case "delete":
                delete_view(**by)
            case "pin" | "unpin":
                change_view(**by, on=on, pinned=what == "pin")
            case "share" | "unshare":
                team = teams_of([request.user.pk], on).get(request.user.pk)
                change_view(**by, on=on, shared=what == "share", team=team)
            case _:
                change_view(**by, on=on, name=request.POST.get("name", ""))
    except BadInput as error:
        messages.error(request, error.in_full)
    else:
        messages.success(request, _("已删除视图。") if what == "delete" else _("已保存。"))
    return redirect("desk:views")
