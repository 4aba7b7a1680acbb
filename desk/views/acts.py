"""Pages of acts: a form, where it matters what it would change, then the act."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from closing.checklist import answers, gaps
from courts.access import staff
from desk.forms.act_form import About, ActForm
from desk.forms.rows import asked, next_rows, typed
from desk.selectors.case_file import CaseFile
from desk.selectors.case_page import crumbs, sides
from desk.views.deeds import DEEDS, Check, Deed
from desk.views.doing import Outcome, answer, attempt, case_url, done, keep, open_case
from kernel.errors import DomainError
from kernel.money import format_yuan

CONFIRMED = "confirmed"
CHANGE = "change"


@staff()
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One act on a case: its form, the check before it, the act."""
    file = open_case(request, pk)
    deed = DEEDS.get(name)
    if deed is None:
        raise Http404
    if not deed.allowed(file):
        raise PermissionDenied
    return perform(request, deed, About(file), reverse("desk:act", args=[pk, name]), case_url(file))


def perform(request: HttpRequest, deed: Deed, about: About, action: str, back: str) -> HttpResponse:
    """The three steps of an act's page; `back`: where to go when it is done."""
    if request.method != "POST":
        first = {name: value for name, value in request.GET.items() if name in deed.form.base_fields}
        return page(request, deed, about, action, back, form=deed.form(about=about, initial=first))
    if deed.rows and asked(request.POST, deed.rows):
        return page(request, deed, about, action, back, form=_again(request, deed, about))
    if CHANGE in request.POST:
        return page(request, deed, about, action, back, form=_again(request, deed, about))
    form = deed.form(request.POST, request.FILES, about=about)
    if deed.check is not None and form.is_valid():
        shown = _checked(request, deed, form)
        if shown is not None:
            keep(request, form)
            return confirm(request, deed, form, shown, action)
    outcome = attempt(request, form, deed.run)
    if outcome.is_done:
        return done(request, str(deed.said), back, outcome)
    return page(request, deed, about, action, back, form=form, outcome=outcome)


def _again(request: HttpRequest, deed: Deed, about: About) -> ActForm:
    """The form as it was filled in, unchecked, its rows too."""
    first = typed(deed.form, request.POST)
    if deed.rows:
        first[deed.rows] = next_rows(deed.row_set, request.POST, deed.rows)
    return deed.form(about=about, initial=first)


def _checked(request: HttpRequest, deed: Deed, form: ActForm) -> Check | None:
    """What is to be confirmed first; None when it has been, or when the check itself is refused."""
    try:
        shown = deed.check(form.about, form.cleaned_data)
    except DomainError as error:
        form.refuse(error)
        return None
    is_typed = not shown.typed_word or request.POST.get("typed", "").strip() == shown.typed_word
    return None if CONFIRMED in request.POST and is_typed else shown


def confirm(request: HttpRequest, deed: Deed, form: ActForm, check: Check, action: str) -> HttpResponse:
    """The page that shows what the act would do before it is done. What was filled in travels along, hidden."""
    wrong = CONFIRMED in request.POST
    hidden = [
        (name, _seen_by_now(form, name, value))
        for name in form.fields
        for value in request.POST.getlist(form.add_prefix(name))
    ]
    if deed.rows:
        hidden += [(name, value) for name, value in request.POST.items() if name.startswith(f"{deed.rows}-")]
    hidden += [(f"kept_{form.add_prefix(name)}", row.pk) for name, rows in form.kept.items() for row in rows]
    hidden.append((CONFIRMED, "1"))
    context: dict[str, Any] = {
        "crumbs": crumbs(form.about.file, "", str(deed.title)),
        "title": deed.title,
        "lead": _("请核对，确认后提交。"),
        "rows": check.rows,
        "warning": check.warning,
        "hidden": [{"name": name, "value": value} for name, value in hidden],
        "typed_word": check.typed_word,
        "typed_error": _("请输入“%(word)s”两个字以确认。") % {"word": check.typed_word} if wrong else "",
        "submit_label": deed.submit,
        "action_url": action,
        "danger": bool(check.typed_word),
    }
    return render(request, "desk/confirm.html", context, status=422 if wrong else 200)


def _seen_by_now(form: ActForm, name: str, value: str) -> str:
    """The version and place that the person has seen: each upload that was kept on the way has moved both by one."""
    if name not in ("seen_version", "seen_seq") or not value.isdigit():
        return value
    uploads = sum(1 for each in form.kept if form.cleaned_data.get(each))
    return str(int(value) + uploads)


def page(
    request: HttpRequest,
    deed: Deed,
    about: About,
    action: str,
    back: str,
    *,
    form: ActForm,
    outcome: Outcome | None = None,
) -> HttpResponse:
    """The form of an act, with what was refused."""
    file = about.file
    context: dict[str, Any] = {
        "crumbs": crumbs(file, "", str(deed.title)),
        "about": _concerns(deed, about),
        "title": deed.title,
        "lead": deed.lead,
        "form": form,
        "fields": deed.fields,
        "action": action,
        "back": back,
        "submit": _("下一步：核对") if deed.check else deed.submit,
        "conflict": outcome.conflict if outcome else None,
        "gaps": outcome.gaps if outcome else (),
    }
    if deed.fields == "desk/_termination_fields.html":
        context["checklist"] = checklist(file)
    response = render(request, "desk/act.html", context)
    return answer(request, response, outcome) if outcome else response


def _concerns(deed: Deed, about: About) -> str:
    """What of the case the act is about: a payout, a property item; and the parties."""
    item, parties = about.item, sides(about.file)
    if deed.concerns:
        return f"{deed.concerns} · {parties}"
    if item is None:
        return parties
    goods = _("财产 %(name)s（%(kind)s，%(value)s）") % {
        "name": item.label,
        "kind": item.get_kind_display(),
        "value": format_yuan(item.value),
    }
    return f"{goods} · {parties}"


def checklist(file: CaseFile) -> dict[str, Any]:
    """终本核查 n of n, each gap by name, whom it concerns and its source."""
    found = [item for item in answers(file.state, on=file.today) if item.applies]
    hard = [item for item in found if item.hard]
    open_gaps = gaps(hard)
    soft = [item for item in found if not item.hard and not item.passed]
    return {
        "summary": _("%(done)d / %(all)d 项必备条件已满足")
        % {"done": len(hard) - len(open_gaps), "all": len(hard)},
        "share": round(100 * (len(hard) - len(open_gaps)) / len(hard)) if hard else 100,
        "complete": not open_gaps,
        "groups": [
            {"title": _("还缺"), "state": "over", "lines": [_item(file, item) for item in open_gaps]},
            {
                "title": _("提示（不影响报请）"),
                "state": "soon",
                "lines": [_item(file, item) for item in soft],
            },
            {"title": _("已满足"), "state": "done", "lines": [_item(file, i) for i in hard if i.passed]},
        ],
    }


def _item(file: CaseFile, item: Any) -> dict[str, str]:
    about = f"（{item.about}）" if item.about else ""
    return {"text": f"{item.title}{about}", "source": f"{item.source} · {item.rule_id}"}
