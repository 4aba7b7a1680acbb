"""The three steps in which a file comes in: taken, previewed, confirmed or given up; what every import of the desk shares."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from desk.onetime import key_of
from kernel import time
from kernel.errors import DomainError

Verb = Callable[..., Any]
"""Called with what every verb takes: actor, at, key; the one that takes a file also with path and name."""


def take(request: HttpRequest, form: forms.Form, verb: Verb) -> Any:
    """第一步: what the verb makes of the file; None when none was sent or it is refused, and then the form says why."""
    if request.method != "POST" or not form.is_valid():
        return None
    given = form.cleaned_data["file"]
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "file"
            with path.open("wb") as stored:
                for chunk in given.chunks():
                    stored.write(chunk)
            return verb(path=path, name=given.name, **_by(request))
    except DomainError as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.in_full)
    return None


def decide(
    request: HttpRequest, verb: Verb, pk: int, *, page: str, words: Callable[[Any], str], then: str = ""
) -> HttpResponse:
    """第三步, or the import given up. page: its own, where a refusal is said; then: the page afterwards if that is another."""
    try:
        made = verb(**_by(request))
    except DomainError as refused:
        messages.error(request, refused.in_full)
        return redirect(page, pk)
    if said := words(made):
        messages.success(request, said)
    return redirect(then) if then else redirect(page, pk)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.user, "at": time.now(), "key": key_of(request)}
