"""The door of a staff page: signed in, staff, and with the right in the area if one is named."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from courts.secondfactor import has, is_held_back, protected_areas

View = Callable[..., HttpResponse]


def staff(area: str = "", letters: str = "", *, second_factor: bool = False) -> Callable[[View], View]:
    """Guard a view: strangers go to sign-in (an htmx request gets 401 + HX-Redirect), others without the right 403.

    letters: any one of them is enough, e.g. staff("clocks", "RS"). second_factor: the page deals with money or
    administration though no protected area guards it; who must have a second factor shows it first.
    """

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            user = request.user
            if not user.is_authenticated:
                return _to_sign_in(request)
            if user.kind != user.Kind.STAFF:
                raise PermissionDenied
            if user.must_change_password:
                return redirect("password_change")
            if area and not user.is_superuser and not any(user.scope.may(area, letter) for letter in letters):
                raise PermissionDenied
            if (second_factor or area in protected_areas()) and is_held_back(request):
                return to_second_factor(request, request.get_full_path() if request.method == "GET" else "/")
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def to_second_factor(request: HttpRequest, wanted: str) -> HttpResponse:
    """A page that says what is missing and leads there; what was wanted comes after it."""
    context = {"has_one": has(request.user), "next": wanted}
    return render(request, "registration/second_factor_needed.html", context, status=403)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = f"{reverse('login')}?next={request.htmx.current_url_abs_path or '/'}"
        return response
    return redirect_to_login(request.get_full_path(), reverse("login"))
