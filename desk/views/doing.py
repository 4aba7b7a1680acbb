"""From a filled form to a verb and back: done, refused in words at the field, or too late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from cases.actions.keeping import keep_files
from courts.models import User
from desk.forms.act_form import About, ActForm
from desk.forms.fields import FilesField
from desk.selectors import case_file
from desk.selectors.case_file import CaseFile
from desk.selectors.changes import changes_since
from documents.models import File
from events import log
from events.models import Event
from kernel import time
from kernel.errors import BadInput, Conflict, DomainError, NotAllowed, WrongState

AGAIN = "seen_again"


@dataclass(frozen=True, slots=True)
class Doing:
    """One attempt: the checked form with what a verb needs besides. files: field -> ids of the files kept."""

    about: About
    form: Any
    user: User
    at: Any
    seen: int
    files: dict[str, list[int]]

    @property
    def key(self) -> str:
        """The one-time key of the form."""
        return self.form.key

    @property
    def cleaned(self) -> dict[str, Any]:
        """The checked values."""
        return self.form.cleaned_data

    @property
    def by(self) -> dict[str, Any]:
        """Who, when, under which key: for the verb."""
        return {"actor": self.user, "at": self.at, "key": self.key}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt. status: 200 done, 403, 409, 422. conflict: for components/conflict.html."""

    status: int
    form: ActForm
    result: Any = None
    conflict: dict[str, Any] | None = None
    gaps: tuple[dict[str, Any], ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the act stands."""
        return self.status == 200


def open_case(request: HttpRequest, pk: int) -> CaseFile:
    """The case of the address as this person may see it; 404 for any other."""
    case = get_object_or_404(case_file.cases_to_show(request.user), pk=pk)
    return case_file.read(case, user=request.user, at=time.now())


def attempt(request: HttpRequest, form: ActForm, run: Callable[[Doing], Any]) -> Outcome:
    """Check the form, keep its files, call the verb. A second click of the same form is the same act."""
    about = form.about
    if not form.is_valid():
        if (event := _done_before(form)) is not None:
            return Outcome(200, form, event)
        return Outcome(422, form)
    try:
        seen = _seen(request, form)
        files = keep(request, form)
        doing = Doing(about, form, request.user, about.file.at, seen, files)
        return Outcome(200, form, run(doing))
    except (BadInput, WrongState) as error:
        form.refuse(error)
        return Outcome(422, form, gaps=tuple(error.detail.get("gaps", ())))
    except NotAllowed as error:
        form.refuse(error)
        return Outcome(403, form)
    except Conflict as error:
        return Outcome(409, form, conflict=_conflict(form, error))


def answer(request: HttpRequest, response: HttpResponse, outcome: Outcome) -> HttpResponse:
    """Give a page of an attempt its status. htmx swaps 422 and 409 only: a refusal of the right goes as 422 there."""
    status = 422 if outcome.status == 403 and request.htmx else outcome.status
    response.status_code = status
    return response


def done(request: HttpRequest, text: str, url: str, outcome: Outcome | None = None) -> HttpResponse:
    """Say that it is done and go on; what the rules only warned of is said too."""
    messages.success(request, text)
    if outcome is not None:
        for warning in _warnings(outcome):
            messages.warning(request, warning)
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def case_url(file: CaseFile, tab: str = "case") -> str:
    """The address of a case or of one of its tabs."""
    return reverse(f"desk:{tab}", args=[file.case.pk])


def _seen(request: HttpRequest, form: ActForm) -> int:
    """The version the person saw. Raises Conflict when the row has moved on since, unless they have seen that too."""
    again = request.POST.get(AGAIN, "")
    seen = int(again) if again.isdigit() else form.cleaned_data["seen_version"]
    if seen != form.about.version and _done_before(form) is None:
        raise Conflict(
            _("打开这一页之后，这里已经有人办理过，本次没有保存。"),
            code="DESK-VERSION",
            fix=_("看过下面的变化后，可以仍按填写的内容提交。"),
        )
    return seen


def keep(request: HttpRequest, form: ActForm) -> dict[str, list[int]]:
    """Keep what was uploaded; files kept at an earlier attempt of this form count again."""
    about = form.about
    kept: dict[str, list[int]] = {}
    for name, field in form.fields.items():
        if not isinstance(field, FilesField):
            continue
        ids = [
            int(value) for value in request.POST.getlist(f"kept_{form.add_prefix(name)}") if value.isdigit()
        ]
        if uploads := form.cleaned_data.get(name):
            ids += [row.pk for row in _keep_uploads(form, name, uploads, request.user)]
        rows = list(File.objects.filter(pk__in=ids, case_id=about.file.case.pk)) if ids else []
        form.kept[name] = rows
        kept[name] = [row.pk for row in rows]
    return kept


def _keep_uploads(form: ActForm, name: str, uploads: Any, user: User) -> list[File]:
    file = form.about.file
    try:
        return keep_files(
            case_id=file.case.pk, uploads=uploads, actor=user, at=file.at, key=f"{form.key}:{name}"
        )
    except BadInput as error:
        raise BadInput(error.message, field=name, fix=error.fix, code=error.code) from error


def _done_before(form: ActForm) -> Event | None:
    """The act of this form's key, if it stands in the case's log."""
    key = (getattr(form, "cleaned_data", None) or {}).get("act_key")
    return log.find(form.about.file.case.about, f"desk:{key}") if key else None


def _conflict(form: ActForm, error: DomainError) -> dict[str, Any]:
    about = form.about
    seen = form.cleaned_data.get("seen_seq") or 0
    is_open = about.node is None or about.node.state == "open"
    keep = {"keep_label": _("仍按我填写的提交"), "keep_name": AGAIN, "keep_value": about.version}
    can_keep = is_open and error.code in ("DESK-VERSION", "NODE-VERSION")
    fix = error.fix if can_keep or is_open else _("这里已经办结，请载入最新内容。")
    return {
        "text": f"{error}{fix}",
        "changes": changes_since(about.file, seen, about.node),
        "reload_url": _reload(about),
        **(keep if can_keep else {}),
    }


def _reload(about: About) -> str:
    url = case_url(about.file)
    return f"{url}?node={about.node.pk}#node-{about.node.pk}" if about.node is not None else url


def _warnings(outcome: Outcome) -> list[str]:
    """The words of the guards that warned and did not refuse."""
    ids = outcome.result.data.get("warnings", ()) if isinstance(outcome.result, Event) else ()
    guards = outcome.form.about.file.state.book.guards
    known = {rule.id: rule for rules in guards.values() for rule in rules}
    return [f"{known[rule_id].refusal}（{rule_id}）" for rule_id in ids if rule_id in known]
