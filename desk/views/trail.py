"""案款分录 of a case and the trail of one amount, step by step; each list leaves as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from courts.access import staff
from desk import listing
from desk.selectors import trail as found
from desk.selectors.case_file import CaseFile
from desk.selectors.case_page import case_page, crumbs
from desk.views.doing import open_case

STEPS: Mapping[str, Callable[[CaseFile, int], found.Trail]] = {
    "payout": found.of_payout,
    "receipt": found.of_receipt,
    "line": found.of_line,
}


@staff(second_factor=True)
@require_GET
def journals(request: HttpRequest, pk: int) -> HttpResponse:
    """案款分录: every movement of the case's money with its event, the newest first."""
    file = open_case(request, pk)
    return _show(request, file, found.journals_of(file))


@staff(second_factor=True)
@require_GET
def trail(request: HttpRequest, pk: int, what: str, of: int) -> HttpResponse:
    """One step: a payout, a receipt or a line of the bank."""
    file = open_case(request, pk)
    if what not in STEPS:
        raise Http404
    return _show(request, file, STEPS[what](file, of))


def _show(request: HttpRequest, file: CaseFile, one: found.Trail) -> HttpResponse:
    request.at = file.at
    page = case_page(file, tab="money")
    money = {"label": _("案款"), "url": reverse("desk:money", args=[file.case.pk])}
    where = crumbs(file)
    context = {
        "page": page,
        "trail": one,
        "crumbs": [*where, money, {"label": one.title}],
        "title": _("%(title)s · %(number)s") % {"title": one.title, "number": file.case.number},
        "columns": found.journal_columns(),
        "groups": found.journal_groups(file, one),
        "empty": {
            "title": _("还没有分录"),
            "text": _("认领、付款、提存时记账，分录列在这里。"),
            "icon": "notebook",
        },
    }
    return listing.show(
        request, "desk/finance/trail.html", context, what="fund_journals", title=context["title"]
    )
