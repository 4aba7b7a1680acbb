"""A form that was sent has no draft any more: one place for every form of the desk."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from desk.actions.drafts import drop_draft

FIELD = "draft_of"
GOES_ON = ("HX-Redirect", "Location")
"""What an answer carries when the form was taken; a refusal is a page with 403, 409 or 422."""


class DraftsDropped:
    """Middleware: the answer to a form with a draft leads on, so the draft is given up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then look whether a form was taken; what the body says is read only of staff."""
        response = self.get_response(request)
        if request.method != "POST" or not any(response.has_header(name) for name in GOES_ON):
            return response
        user = getattr(request, "user", None)
        form = request.POST.get(FIELD, "") if user is not None and user.is_authenticated else ""
        if form:
            drop_draft(form=form, actor=user)
        return response
