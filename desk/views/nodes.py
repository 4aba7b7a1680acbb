"""Completing a node from its form in the case page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Node
from courts.access import staff
from desk.forms.property import FoundRows
from desk.forms.rows import asked, next_rows, typed
from desk.queries import nodes_asked
from desk.selectors import timeline
from desk.selectors.case_file import CaseFile
from desk.selectors.position import Position, next_of
from desk.tables.worklist import case_address
from desk.views.case import came_from, position_in, refused, show
from desk.views.doing import Outcome, attempt, done, open_case
from desk.views.panes import about_node, form_pane
from desk.views.works import Work, work_of
from kernel import time


@staff()
def node(request: HttpRequest, pk: int, node_id: int) -> HttpResponse:
    """Complete a node; its address without a form leads to the case with the node open."""
    file = open_case(request, pk)
    row = file.state.nodes.get(node_id)
    if row is None:
        raise Http404
    work = work_of(file.definition(row).form)
    if request.method != "POST" or work is None:
        return redirect(f"{reverse('desk:case', args=[pk])}?node={node_id}#node-{node_id}")
    if asked(request.POST, "found"):
        return _other_rows(request, file, row, work)
    form = work.form(request.POST, request.FILES, about=about_node(file, row))
    place = position_in(request, row)
    outcome = attempt(request, form, work.run)
    if not outcome.is_done:
        return refused(request, file, row, outcome)
    return _go_on(request, file, row, outcome, place)


def _other_rows(request: HttpRequest, file: CaseFile, row: Node, work: Work) -> HttpResponse:
    """The same form with a row more or less; nothing is checked or saved."""
    first = {**typed(work.form, request.POST), "found": next_rows(FoundRows, request.POST, "found")}
    pane = {
        "pane": "desk/_pane.html",
        **form_pane(file, row, work, form=work.form(about=about_node(file, row), initial=first)),
    }
    if request.htmx:
        context = {"node": {"id": row.pk, **pane}, "came_from": came_from(request)}
        return render(request, "desk/_work.html", context)
    return show(request, file, row, pane=pane)


def _go_on(
    request: HttpRequest, file: CaseFile, row: Node, outcome: Outcome, place: Position | None
) -> HttpResponse:
    """下一件: to the next node of the list the person came from, else of the case."""
    text = _("已办结“%(node)s”。") % {"node": file.title(row)}
    origin = came_from(request)
    if not origin:
        return done(request, text, _next_url(file, row), outcome)
    query = origin.partition("?")[2]
    following = next_of(
        user=request.user, asked=nodes_asked(QueryDict(query)), position=place, done=row.pk, at=time.now()
    )
    if following is None:
        return done(request, _("%s这张清单里没有下一件了。") % text, _worklist(query), outcome)
    case_id, node_id = following
    return done(request, _("%s下面是下一件。") % text, case_address(case_id, (node_id,), query), outcome)


def _next_url(file: CaseFile, row: Node) -> str:
    url = reverse("desk:case", args=[file.case.pk])
    order = [node.pk for node in timeline.open_nodes(file)]
    after = order[order.index(row.pk) + 1 :] if row.pk in order else []
    standing = set(Node.objects.filter(pk__in=after, state="open").values_list("pk", flat=True))
    following = next((pk for pk in after if pk in standing), None)
    return f"{url}?node={following}#node-{following}" if following else url


def _worklist(query: str) -> str:
    page = reverse("desk:worklist")
    return f"{page}?{query}" if query else page
