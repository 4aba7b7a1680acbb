"""For staff: a sign-in code for the paper of a party who has no phone of their own."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case, Party
from courts.access import staff
from kernel import time
from kernel.dates import long_date
from kernel.errors import BadInput
from portal.actions.signing import PAPER_DAYS, issue_paper_code


@never_cache
@require_http_methods(["GET", "POST"])
@staff()
def codes(request: HttpRequest, pk: int) -> HttpResponse:
    """The parties of a case; a code is made for one of them and shown once, to be printed."""
    request.at = at = time.now()
    case = get_object_or_404(Case.objects.visible_to(request.user).select_related("court"), pk=pk)
    parties = list(Party.objects.filter(case=case).order_by("id"))
    context = {"case": case, "parties": parties, "days": PAPER_DAYS, "day": long_date(time.today(at))}
    if request.method == "POST":
        chosen = next((party for party in parties if str(party.pk) == request.POST.get("party")), None)
        if chosen is None:
            raise BadInput(_("没有这个当事人。"), field="party", fix=_("从本案当事人中选择。"))
        key = f"paper-code:{chosen.pk}:{at.isoformat()}"
        plain = issue_paper_code(case_id=pk, party_id=chosen.pk, actor=request.user, at=at, key=key)
        context |= {"chosen": chosen, "code": f"{plain[:4]} {plain[4:8]} {plain[8:]}"}
    return render(request, "portal/codes.html", context)
