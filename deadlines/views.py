"""Faces: the calculator of time limits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from courts.access import staff
from deadlines import selectors
from deadlines.picking import choices_of
from kernel import time


@staff()
@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """When something is due and why; the question stands in the address. Only the fragment for htmx.

    A question that cannot be answered: the page with the errors, for htmx with 422.
    """
    screen = selectors.calculator(request.GET, user=request.user, today=time.today())
    if request.htmx and not request.htmx.history_restore_request:
        status = 422 if screen.is_faulty else 200
        response = render(request, "deadlines/_calculator.html", {"screen": screen}, status=status)
    else:
        context = {
            "screen": screen,
            "choices": choices_of(screen.form.library),
            "printed_by": request.user.full_name,
        }
        response = render(request, "deadlines/calculator.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
