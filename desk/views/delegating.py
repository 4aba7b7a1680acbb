"""外出代理: who stands in for whom, and the form that says so."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from courts.access import staff
from courts.actions.delegating import delegate, visible_to, withdraw
from courts.models import User
from desk import listing, onetime
from desk.forms.delegating import DelegationForm
from desk.selectors.delegations import Delegations
from desk.selectors.delegations import delegations as delegations_of
from desk.tables import delegations as table
from kernel import time
from kernel.errors import BadInput, NotAllowed


@require_http_methods(["GET", "POST"])
@staff()
def delegations(request: HttpRequest) -> HttpResponse:
    """外出代理: the list, and the form."""
    request.at = at = time.now()
    found = delegations_of(request.user)
    given = {"people": found.people, "colleagues": found.colleagues, "today": time.today(at)}
    if request.method != "POST":
        return _page(request, found, DelegationForm(initial={"first": time.today(at)}, **given))
    form = DelegationForm(request.POST, **given)
    if form.is_valid():
        cleaned = form.cleaned_data
        people = User.objects.in_bulk([cleaned["absent"], cleaned["to"]])
        try:
            delegate(
                absent=people[cleaned["absent"]],
                to=people[cleaned["to"]],
                first=cleaned["first"],
                last=cleaned["last"],
                reason=cleaned["reason"],
                actor=request.user,
                at=at,
                key=form.key,
            )
        except (BadInput, NotAllowed) as error:
            form.refuse(error)
        else:
            messages.success(request, _("已登记，代理期间工作、提醒和审批由代理人办理。"))
            return redirect("desk:delegations")
    return _page(request, found, form, status=422)


@require_POST
@staff()
def withdraw_delegation(request: HttpRequest, delegation_id: int) -> HttpResponse:
    """撤回 before its last day."""
    request.at = at = time.now()
    if not visible_to(request.user).filter(pk=delegation_id).exists():
        raise Http404
    withdraw(delegation_id=delegation_id, actor=request.user, at=at, key=onetime.key_of(request))
    messages.success(request, _("已撤回，代理到此为止。"))
    return redirect("desk:delegations")


def _page(request: HttpRequest, found: Delegations, form: DelegationForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "lines": table.lines(found.rows, time.today(request.at)),
        "key": onetime.new_key(),
    }
    columns, groups = table.as_sheet(context["lines"])
    return listing.show(
        request,
        "desk/delegations.html",
        context,
        what="delegations",
        title=_("外出代理"),
        columns=columns,
        groups=groups,
        status=status,
    )
