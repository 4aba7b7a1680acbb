"""信访: the register, the form that registers one about a case, one petition with what may be done with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case, Party
from courts.access import staff
from courts.models import User
from deadlines.models import Deadline
from desk import exporting
from desk.addresses import here, number_in
from desk.forms import petitions as forms
from desk.forms.act_form import KeyedForm
from desk.selectors.case_file import doers_of, names_of
from desk.selectors.petitions import BANDS, Asked, clocks_of, register
from desk.tables import petitions as table
from documents.models import Paper
from events.models import Event
from kernel import time
from kernel.errors import Conflict, DomainError, NotAllowed
from petitions import policy
from petitions.actions import petitions as verbs
from petitions.actions import replies
from petitions.attaching import attached_now
from petitions.models import Petition
from petitions.states import PetitionState

NAMES = (*("q", "channel", "level", "state", "court", "team", "officer", "since", "until", "overdue", "age"),)
BEFORE_APPROVAL = (PetitionState.OPEN, PetitionState.PANEL)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done with a petition: its name in the address, the form, when it is offered, the verb."""

    name: str
    title: Any
    submit: Any
    form: type[KeyedForm]
    offered: Callable[[Petition, dt.date], bool]
    run: Callable[..., Any]
    said: Any


STEPS = (
    Step(
        "spot",
        _lazy("当场答复"),
        _lazy("登记当场答复"),
        forms.WordsForm,
        lambda p, on: p.state in BEFORE_APPROVAL and p.received_on == on,
        lambda given, **by: verbs.answer_orally(words=given["words"], **by),
        _lazy("已登记当场答复，不再计算书面答复的期限。"),
    ),
    Step(
        "panel",
        _lazy("合议庭研究"),
        _lazy("登记合议"),
        forms.PanelForm,
        lambda p, on: p.state in BEFORE_APPROVAL,
        lambda given, **by: replies.hear_panel(
            on=given["on"], members=given["members"], opinion=given["opinion"], **by
        ),
        _lazy("已登记合议意见。"),
    ),
    Step(
        "ask",
        _lazy("书面答复报批"),
        _lazy("报执行局局长批准"),
        forms.WordsForm,
        lambda p, on: p.state in BEFORE_APPROVAL,
        lambda given, **by: replies.ask_reply(words=given["words"], **by),
        _lazy("已报批，批准后可以发出。"),
    ),
    Step(
        "issue",
        _lazy("发出书面答复"),
        _lazy("发出书面答复"),
        forms.PlainForm,
        lambda p, on: p.state == PetitionState.APPROVED,
        lambda given, **by: replies.issue_reply(**by),
        _lazy("书面答复已编号，正在生成 PDF。"),
    ),
    Step(
        "close",
        _lazy("办结"),
        _lazy("办结"),
        forms.CloseForm,
        lambda p, on: p.state == PetitionState.ANSWERED,
        lambda given, **by: verbs.close_petition(
            words=given["words"], is_resolved=given["is_resolved"], **by
        ),
        _lazy("信访已办结。"),
    ),
    Step(
        "told",
        _lazy("书面告知信访人"),
        _lazy("已书面告知"),
        forms.PlainForm,
        lambda p, on: False,
        lambda given, **by: verbs.tell_petitioner(**by),
        _lazy("已登记书面告知。"),
    ),
    Step(
        "move",
        _lazy("转交经办人"),
        _lazy("转交"),
        forms.MoveForm,
        lambda p, on: p.state != PetitionState.CLOSED,
        lambda given, **by: verbs.hand_over_petition(
            to=User.objects.get(pk=given["to"]), reason=given["reason"], **by
        ),
        _lazy("已转交，并通知对方。"),
    ),
)
DRAFT = "draft"


@require_GET
@staff("petition", "RWAS")
def petitions(request: HttpRequest) -> HttpResponse:
    """信访登记簿. Every state of the list is an address."""
    request.at = at = time.now()
    asked = _asked(request)
    found = register(user=request.user, asked=asked, at=at)

    def link(**changes: object) -> str:
        return here(request, NAMES, **changes)

    chips = table.chips(found, link)
    if exporting.is_wanted(request):

        def turn(cursor: str) -> exporting.Page:
            following = replace(asked, after=cursor, before="")
            part = register(user=request.user, asked=following, at=at, size=exporting.TOGETHER)
            return table.columns(), table.groups(part), part.next

        return exporting.export(
            request, what="petitions", title=_("信访登记簿"), chips=chips, names=NAMES, turn=turn
        )
    context = {
        "title": _("信访登记簿"),
        "note": _("按收到日期，新的在前"),
        "actions": [exporting.action(here(request, (*NAMES, exporting.FORMAT), format="xlsx"))],
        "ages": table.tabs(found, link),
        "filters": table.filters(found),
        "chips": chips,
        "clear_url": request.path,
        "columns": table.columns(),
        "groups": table.groups(found),
        "empty": table.empty(),
        "next_url": link(after=found.next) if found.next else "",
        "prev_url": link(before=found.prev) if found.prev else "",
    }
    return render(request, "desk/petitions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff("petition", "W")
def new(request: HttpRequest, case_id: int) -> HttpResponse:
    """登记信访 about a case; beside it what will be attached."""
    request.at = at = time.now()
    on = time.today(at)
    seen = Case.objects.visible_to(request.user).select_related("court", "owner")
    case = get_object_or_404(seen, pk=case_id)
    parties = [(p.pk, f"{p.name}（{p.get_role_display()}）") for p in Party.objects.filter(case=case)]
    form = forms.RegisterForm(request.POST or None, today=on, parties=parties)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = {"given": form.registration(), "case_id": case.pk}
            made, status = _tried(form, verbs.register_petition, request, **given)
            if made is not None:
                messages.success(request, _("已登记%s。") % made.number)
                return redirect("desk:petition", made.pk)
    context = {
        "title": _("登记信访"),
        "case": case,
        "form": form,
        "attached": table.beside(attached_now(case, at), attached_now(case, at), on),
    }
    return render(request, "desk/petition_new.html", context, status=status)


@require_GET
@staff("petition", "RWAS")
def petition(request: HttpRequest, pk: int) -> HttpResponse:
    """One petition: what was asked, its limit, what was attached, what has been done, what comes next."""
    return _page(request, _get(request, pk))


@require_POST
@staff("petition", "W")
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step with a petition."""
    found = _get(request, pk)
    saves = name == "ask" and DRAFT in request.POST
    step = next((each for each in STEPS if each.name == name), None)
    if step is None:
        raise Http404
    form = _form(step, found, request, request.POST)
    if not form.is_valid():
        return _page(request, found, step, form, 422)

    def run(**by: Any) -> Any:
        if saves:
            return replies.save_draft(words=form.cleaned_data["words"], **by)
        return step.run(form.cleaned_data, **by)

    made, status = _tried(form, run, request, petition_id=pk)
    if made is None:
        return _page(request, found, step, form, status)
    messages.success(request, _("草稿已保存。") if saves else str(step.said))
    return redirect("desk:petition", pk)


def _tried(form: KeyedForm, verb: Callable[..., Any], request: HttpRequest, **given: Any) -> tuple[Any, int]:
    """What the verb made, or None with the status of its refusal, which stands in the form."""
    try:
        return verb(actor=request.user, at=request.at, key=form.key, **given), 200
    except DomainError as error:
        form.refuse(error)
        return None, 409 if isinstance(error, Conflict) else 403 if isinstance(error, NotAllowed) else 422


def _page(
    request: HttpRequest,
    found: Petition,
    tried: Step | None = None,
    form: KeyedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    at, on = request.at, time.today(request.at)
    clock = clocks_of([found.subject_id], at).get(found.subject_id)
    events = Event.objects.filter(
        stream=found.case.about, kind__startswith="petition.", data__petition=found.pk
    ).order_by("-seq")[:50]
    papers = Paper.objects.of_case(found.case_id).filter(
        kind=replies.PAPER, facts__petition_number=found.number
    )
    shown = [
        {
            "step": step,
            "form": form if step is tried else _form(step, found, request),
            "url": reverse("desk:petition_act", args=[found.pk, step.name]),
            "drafts": step.name == "ask",
        }
        for step in STEPS
        if step is tried or _is_offered(step, found, request)
    ]
    shown.sort(key=lambda entry: not _is_next(entry["step"], found))
    for entry in shown[:1]:
        entry["is_next"] = _is_next(entry["step"], found)  # stands first and open
    context = {
        "petition": found,
        "title": found.number,
        "pill": table.pill(found),
        "limit": table.limit(found, clock, on),
        "steps": table.steps(found),
        "case_url": reverse("desk:case", args=[found.case_id]),
        "facts": table.facts(found, clock, on),
        "attached": table.beside(found.attached, attached_now(found.case, at), on),
        "papers": [
            {
                "title": f"{paper.zh} {paper.number}",
                "url": reverse("documents:file", args=[paper.file_id]) if paper.file_id else "",
                "text": "" if paper.file_id else _("正在生成"),
                "icon": "file-text",
            }
            for paper in papers
        ],
        "history": table.history(events, names_of(doers_of(events)), on),
        "todo": shown,
    }
    return render(request, "desk/petition.html", context, status=status)


def _is_next(step: Step, found: Petition) -> bool:
    """Whether it takes the petition further: not what is registered already, nor handing it to somebody else."""
    return step.name != "move" and not (step.name == "panel" and found.panel_on is not None)


def _is_offered(step: Step, found: Petition, request: HttpRequest) -> bool:
    if not policy.may_work(request.user):
        return False
    if step.name == "told":
        open_clock = Deadline.objects.open().filter(
            case_id=found.case_id, subject_id=found.subject_id, rule_id="BASE-D-63"
        )
        return found.channel == Petition.Channel.ASSIGNED and open_clock.exists()
    return step.offered(found, time.today(request.at))


def _form(step: Step, found: Petition, request: HttpRequest, data: Any = None) -> KeyedForm:
    on = time.today(request.at)
    more: dict[str, Any] = {}
    if step.form is forms.MoveForm:
        people = policy.takers(found.case, on)
        more["people"] = [pair for pair in people if pair[0] != found.officer_id]
    initial: dict[str, Any] = {}
    if step.name == "ask":
        initial["words"] = found.draft
    if step.form is forms.PanelForm:
        initial["on"] = found.panel_on or on
        initial |= {"members": found.panel_members, "opinion": found.panel_opinion}
    return step.form(data, today=on, prefix=step.name, initial=initial, **more)


def _get(request: HttpRequest, pk: int) -> Petition:
    request.at = time.now()
    rows = Petition.objects.visible_to(request.user)
    found = rows.select_related(
        "case__court", "case__owner", "court", "officer", "party", "answered_by", "closed_by"
    )
    return get_object_or_404(found, pk=pk)


def _asked(request: HttpRequest) -> Asked:
    age = request.GET.get("age", "")
    return Asked(
        text=request.GET.get("q", "").strip()[:60].replace("\x00", ""),
        channel=_one_of(request, "channel", Petition.Channel.values),
        level=_one_of(request, "level", Petition.Level.values),
        state=_one_of(request, "state", [str(value) for value, _words in table.STATES]),
        court=number_in(request, "court"),
        team=number_in(request, "team"),
        officer=number_in(request, "officer"),
        since=_day(request, "since"),
        until=_day(request, "until"),
        overdue=request.GET.get("overdue") == "1",
        age=age if age in BANDS else "",
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )


def _one_of(request: HttpRequest, name: str, known: Any) -> str:
    value = request.GET.get(name, "")
    return value if value in known else ""


def _day(request: HttpRequest, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
