"""Steps of an object: what may be done with it as forms on its page, each with its own address, and their carrying out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from courts.models import User
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed
from supervision.forms import OrderForm


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done: its name in the address, the form, who may, the verb with its cleaned form.

    make: the form for an object from (object, data, files). note: a sentence above the button.
    """

    name: str
    title: Any
    submit: Any
    may: Callable[[Any, User], bool]
    run: Callable[..., Any]
    said: Any
    make: Callable[..., OrderForm] | None = None
    note: Any = ""
    primary: bool = False


@dataclass
class Tried:
    """A step that was refused, with its form."""

    step: Step
    form: OrderForm
    status: int = field(default=422)


def shown(
    steps: Sequence[Step], found: Any, user: User, address: Callable[[str], str], tried: Tried | None = None
) -> list[dict[str, Any]]:
    """What this person may do, as the partial _steps.html takes it."""
    key = uuid4().hex
    entries = []
    for step in steps:
        again = tried is not None and tried.step is step
        if not (again or step.may(found, user)):
            continue
        form = tried.form if again and tried else step.make(found) if step.make else None
        entries.append(
            {
                "step": step,
                "form": form,
                "url": address(step.name),
                "key": f"{key}-{step.name}",
                "open": again,
            }
        )
    return entries


def carry_out(request: HttpRequest, steps: Sequence[Step], found: Any, name: str) -> Tried | Any:
    """Run the step of this name; what its verb returned, or Tried when its form or the verb refuses."""
    step = next((each for each in steps if each.name == name), None)
    if step is None:
        raise Http404
    form = step.make(found, request.POST, request.FILES) if step.make else None
    if form is not None and not form.is_valid():
        return Tried(step, form)
    by = {"actor": request.user, "at": request.at, "key": key_of(request)}
    try:
        done = step.run(found, form, **by)
    except DomainError as error:
        if form is None:
            raise
        form.refuse(error)
        return Tried(
            step, form, 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422
        )
    messages.success(request, str(step.said))
    return done


def key_of(request: HttpRequest) -> str:
    """The one-time key of a form. Raises BadInput."""
    key = request.POST.get("act_key", "")
    if not key or len(key) > 80:
        raise BadInput(_("这一页已经失效，本次没有保存。"), field="act_key", fix=_("刷新页面后重新提交。"))
    return f"inspection:{key}"


def response_of(tried: Tried | None) -> int:
    """The status of a page that shows a refusal, or 200."""
    return tried.status if tried else 200


__all__ = ["Step", "Tried", "carry_out", "key_of", "response_of", "shown"]
