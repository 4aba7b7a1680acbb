"""The case page and its tabs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from cases.models import Node
from courts.access import staff
from desk.queries import nodes_asked, query_of
from desk.selectors import money_tab, tabs, timeline
from desk.selectors.case_file import CaseFile
from desk.selectors.case_page import case_page
from desk.selectors.menu import may_complete
from desk.selectors.position import Position, position_of
from desk.tables.worklist import case_address
from desk.views.cases import NAMES as CASES_ASKED
from desk.views.doing import Outcome, answer, open_case
from desk.views.panes import pane_of
from kernel import time

CAME_FROM = ("worklist",)
LONGEST_QUERY = 300


@staff()
@require_safe
@vary_on_headers("HX-Request")
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """节点时间轴, with the node of ?node= open, else the first that is due. htmx gets only the time line."""
    file = open_case(request, pk)
    node = chosen(file, request.GET.get("node", ""))
    return show(request, file, node)


def show(
    request: HttpRequest, file: CaseFile, node: Node | None, *, pane: dict[str, Any] | None = None
) -> HttpResponse:
    """The page with one node open. pane: what it shows when not what the node's state calls for."""
    if node is not None and pane is None:
        pane = pane_of(file, node)
    page = case_page(file, opened=node, pane=pane, came_from=list_before(request))
    part = request.htmx and not request.htmx.history_restore_request
    template = "desk/_timeline.html" if part else "desk/case.html"
    context = {"page": page, "opened": node, "came_from": came_from(request), "part": part}
    if not part and node is not None and (place := position_in(request, node)) is not None:
        context["place"] = _place(place, came_from(request))
    return render(request, template, context)


def position_in(request: HttpRequest, node: Node) -> Position | None:
    """Where the node stands in the list that this page was opened from; None where it was opened from none."""
    origin = came_from(request)
    if not origin:
        return None
    asked = nodes_asked(QueryDict(origin.partition("?")[2]))
    return position_of(user=request.user, asked=asked, node_id=node.pk, at=time.now())


def _place(place: Position, origin: str) -> dict[str, Any]:
    """第 3 / 12 件, with the way to the one before and the one after."""
    query = origin.partition("?")[2]
    total = f"{place.total}+" if place.more else str(place.total)
    return {
        "text": _("第 %(number)d / %(total)s 件") % {"number": place.number, "total": total},
        "before": case_address(place.before[0][0], place.before[0][1:], query) if place.before else "",
        "after": case_address(place.after[0][0], place.after[0][1:], query) if place.after else "",
    }


def refused(request: HttpRequest, file: CaseFile, node: Node, outcome: Outcome) -> HttpResponse:
    """The node's form again, with what is wrong at each field. htmx gets only the form."""
    pane = pane_of(file, node, outcome=outcome)
    if request.htmx:
        context = {"node": {"id": node.pk, **pane}, "came_from": came_from(request)}
        return answer(request, render(request, "desk/_work.html", context), outcome)
    return answer(request, show(request, file, node, pane=pane), outcome)


def chosen(file: CaseFile, wanted: str) -> Node | None:
    """The node of the address; else the first to be done that this person may do; else the first."""
    if wanted.isdigit() and int(wanted) in file.state.nodes:
        return file.state.nodes[int(wanted)]
    standing = timeline.open_nodes(file)
    own = (node for node in standing if not may_complete(file, node))
    return next(own, standing[0] if standing else None)


def came_from(request: HttpRequest) -> str:
    """The list this page was opened from, if it is one we know, with its conditions: worklist?view=overdue."""
    name, _mark, query = (request.POST.get("from") or request.GET.get("from") or "").partition("?")
    if name not in CAME_FROM:
        return ""
    kept = query_of(nodes_asked(QueryDict(query[:LONGEST_QUERY])))
    return f"{name}?{kept}" if kept else name


def list_before(request: HttpRequest) -> str:
    """The list the way back leads to: the worklist it was opened from, else the cases as they were filtered."""
    if origin := came_from(request):
        return origin
    name, _mark, query = request.GET.get("from", "").partition("?")
    came = urlsplit(request.headers.get("referer", ""))
    if name != "cases" and came.netloc == request.get_host() and came.path == reverse("desk:cases"):
        name, query = "cases", came.query
    given = QueryDict(query[:LONGEST_QUERY]) if name == "cases" else QueryDict()
    kept = urlencode({name: given[name] for name in CASES_ASKED if given.get(name)})
    return f"cases?{kept}" if kept else ""


@staff()
@require_safe
def parties(request: HttpRequest, pk: int) -> HttpResponse:
    """当事人, their agents and how they can be reached, and what they were told."""
    return _tab(request, pk, "parties", tabs.parties)


@staff()
@require_safe
def property_tab(request: HttpRequest, pk: int) -> HttpResponse:
    """财产与措施."""
    return _tab(request, pk, "property", tabs.property_items)


@staff(second_factor=True)
@require_safe
def money(request: HttpRequest, pk: int) -> HttpResponse:
    """案款."""
    return _tab(request, pk, "money", money_tab.money)


@staff()
@require_safe
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """文书 and other files."""
    return _tab(request, pk, "papers", tabs.papers)


@staff()
@require_safe
def log(request: HttpRequest, pk: int) -> HttpResponse:
    """操作日志, newest first; ?before= goes on."""
    before = request.GET.get("before", "")
    return _tab(
        request, pk, "log", lambda file: tabs.log(file, before=int(before) if before.isdigit() else None)
    )


def _tab(request: HttpRequest, pk: int, name: str, read: Any) -> HttpResponse:
    file = open_case(request, pk)
    page = case_page(file, tab=name, came_from=list_before(request))
    title = next(item["label"] for item in page.tabs if item["current"])
    context = {
        "page": page,
        "tab": read(file),
        "title": _("%(tab)s · %(number)s") % {"tab": title, "number": file.case.number},
    }
    return render(request, f"desk/{name}.html", context)
