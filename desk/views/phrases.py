"""常用语 and drafts of forms: what helps a person write."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courts.access import staff
from desk.actions.drafts import drop_draft, save_draft
from desk.actions.phrases import LONGEST, add_phrase, delete_phrase
from desk.selectors.phrases import draft_of, phrases_of
from kernel import time
from kernel.errors import BadInput


@require_http_methods(["GET", "HEAD", "POST"])
@staff()
def phrases(request: HttpRequest) -> HttpResponse:
    """One's own phrases; a new one is added here."""
    request.at = at = time.now()
    error, typed = "", ""
    if request.method == "POST":
        typed = request.POST.get("words", "")
        try:
            add_phrase(words=typed, actor=request.user, at=at)
        except BadInput as refused:
            error = refused.in_full
        else:
            messages.success(request, _("已保存常用语。"))
            return redirect("desk:phrases")
    context = {"phrases": phrases_of(request.user), "error": error, "typed": typed, "longest": LONGEST}
    return render(request, "desk/phrases.html", context, status=422 if error else 200)


@require_POST
@staff()
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's own phrase."""
    delete_phrase(phrase_id=pk, actor=request.user)
    messages.success(request, _("已删除常用语。"))
    return redirect("desk:phrases")


@require_GET
@staff()
def pick(request: HttpRequest) -> HttpResponse:
    """The phrases as buttons, for a form that asks for them."""
    return render(request, "desk/_phrases.html", {"phrases": phrases_of(request.user)})


@require_http_methods(["GET", "POST"])
@staff()
def draft(request: HttpRequest) -> JsonResponse:
    """The draft of ?form=; sent to, it is kept, or with drop=1 given up. Only ever one's own."""
    at = time.now()
    if request.method == "GET":
        found = draft_of(request.user, request.GET.get("form", ""), at)
        kept = {"at": _clock(found.saved_at), "values": json.loads(str(found.values))} if found else {}
        return _answer(kept)
    form = request.POST.get("draft_of", "")
    if request.POST.get("draft_drop"):
        drop_draft(form=form, actor=request.user)
        return _answer({})
    sent = {name: values for name, values in request.POST.lists() if name != "draft_of"}
    try:
        kept = save_draft(form=form, values=sent, actor=request.user, at=at)
    except BadInput as error:
        return _answer({"error": error.in_full}, 422)
    return _answer({"at": _clock(kept.saved_at)})


def _clock(at: object) -> str:
    return (
        f"{time.local(at):%H:%M}" if time.today(at) == time.today() else f"{time.local(at):%-m月%-d日 %H:%M}"
    )


def _answer(data: dict, status: int = 200) -> JsonResponse:
    response = JsonResponse(data, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
