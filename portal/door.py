"""The door of the party's pages: signed in as a party; a stranger goes to sign-in, staff find nothing here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from cases.models import Case
from kernel import time
from portal import unsent

View = Callable[..., HttpResponse]


def parties_only(view: View) -> View:
    """Guard a view. Reads the time into request.at; what is shown is for this reader alone and not kept by proxies."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.method == "POST" and unsent.keep(request):
                messages.info(
                    request, _("时间太久，为保护您的信息已退出。您写的内容还在，登录后可以接着提交。")
                )
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
