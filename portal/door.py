"""The door of the party's pages: signed in as a party; a stranger goes to sign-in, staff find nothing here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from cases.models import Case
from kernel import time

View = Callable[..., HttpResponse]


def parties_only(view: View) -> View:
    """Guard a view. Reads the time into request.at; what is shown is for this reader alone and not kept by proxies."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect("portal:sign_in")
        if request.user.kind != request.user.Kind.PARTY:
            raise Http404
        request.at = time.now()
        response = view(request, *args, **kwargs)
        response.setdefault("Cache-Control", "private, no-cache")
        return response

    return guarded


def followed(request: HttpRequest, pk: int) -> Case:
    """The case as one that this person follows today; 404 for any other."""
    cases = Case.objects.followed_by(request.user, time.today(request.at)).select_related("court", "owner")
    return get_object_or_404(cases, pk=pk)
