"""Where a person arrives after sign-in, and the page of the shared components."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from courts.access import staff
from courts.models import User
from desk.components_page import sample_context

ADMINISTRATOR = "administrator"
LEADERS = ("president", "vice_president", "bureau_director", "deputy_director", "superior_bureau")
"""院庭长: their home page is the command centre, where the five-over cases roll (HD-12)."""

MONEY = ("finance", "fund_officer")
"""Whose day is the money: it begins on the finance desk."""


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Staff to their nodes, leaders to the command centre, finance to its desk, an administrator to the administration, a party to their cases."""
    user = request.user
    if user.kind == User.Kind.PARTY:
        return redirect("portal:home_of_party")
    if user.kind != User.Kind.STAFF:
        raise PermissionDenied
    if user.is_superuser and not user.scope.roles:
        return redirect("admin:index")
    if user.scope.roles == {ADMINISTRATOR}:
        return redirect("desk:people")
    if user.scope.has(*LEADERS) and not user.scope.has("handler"):
        return redirect("supervision:board")
    if user.scope.has(*MONEY) and not user.scope.has("handler"):
        return redirect("desk:finance")
    return redirect("desk:worklist")


@require_GET
@staff()
def components(request: HttpRequest) -> HttpResponse:
    """Every shared component in every state, with made-up data."""
    return render(request, "components/index.html", sample_context())
