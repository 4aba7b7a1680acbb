"""当事人留言: those without an answer, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courts.access import staff
from courts.models import User
from desk import listing
from desk.forms.act_form import KeyedForm
from desk.forms.letters import AnswerForm, MoveForm
from desk.tables import letters as table
from desk.words import instant_words
from documents.models import File
from kernel import time
from kernel.errors import DomainError, NotAllowed
from petitions.actions.letters import answer_letter, hand_over_letter, read_letter, save_letter_draft
from petitions.models import Letter
from petitions.policy import colleagues
from petitions.quick import quick_texts
from petitions.selectors import due_times, unanswered, waiting_of


@require_GET
@staff()
def letters(request: HttpRequest) -> HttpResponse:
    """未回复留言, what is due first on top."""
    request.at = at = time.now()
    rows = unanswered(request.user, at)
    context = {
        "waiting": len(rows),
        "note": table.sentence(rows),
        "columns": table.columns(),
        "groups": table.groups(rows, time.today(at)),
        "empty": table.empty(),
    }
    return listing.show(request, "desk/letters.html", context, what="letters", title=_("未回复留言"))


@require_http_methods(["GET", "POST"])
@staff()
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter with its limit, and the form of its answer: sent, kept as a draft, or begun with a quick text."""
    request.at = at = time.now()
    today = time.today(at)
    row = _get(request, pk)
    form = AnswerForm(request.POST or None, request.FILES or None, today=today, initial={"reply": row.draft})
    if request.method == "GET":
        read_letter(letter_id=pk, actor=request.user, at=at)
    if request.method != "POST":
        return _page(request, row, form)
    quick = _quick(request, row)
    if quick:
        begun = "\n".join(filter(None, (request.POST.get("reply", "").strip(), quick)))
        return _page(request, row, AnswerForm(today=today, initial={"reply": begun}))
    saves = "draft" in request.POST
    if form.is_valid():
        verb = save_letter_draft if saves else answer_letter
        given = {"letter_id": pk, "words": form.cleaned_data["reply"]}
        if not saves:
            given["photos"] = form.cleaned_data["photos"] or ()
        status = _tried(form, verb, request, **given)
        if status == 302:
            said = _("草稿已保存，当事人看不到。") if saves else _("已回复，并用短信告诉当事人。")
            messages.success(request, said)
            return redirect("desk:letter", pk) if saves else redirect("desk:letters")
        return _page(request, row, form, status=status)
    return _page(request, row, form, status=422)


@require_POST
@staff()
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """转交 a letter to a colleague."""
    request.at = time.now()
    row = _get(request, pk)
    form = _move_form(request, row, request.POST)
    status = 422
    if form.is_valid():
        to = get_object_or_404(User, pk=form.cleaned_data["to"])
        given = {"letter_id": pk, "to": to, "reason": form.cleaned_data["reason"]}
        status = _tried(form, hand_over_letter, request, **given)
        if status == 302:
            messages.success(request, _("已转交给%s，并通知对方。") % to.full_name)
            return redirect("desk:letter", pk)
    answer = AnswerForm(today=time.today(request.at), initial={"reply": row.draft})
    return _page(request, row, answer, form, status)


def _tried(form: KeyedForm, verb: Callable[..., Any], request: HttpRequest, **given: Any) -> int:
    """302 when it was done, else the status of the refusal, which stands in the form."""
    try:
        verb(actor=request.user, at=request.at, key=form.key, **given)
    except DomainError as error:
        form.refuse(error)
        return 403 if isinstance(error, NotAllowed) else 422
    return 302


def _page(
    request: HttpRequest, row: Letter, form: AnswerForm, moving: MoveForm | None = None, status: int = 200
) -> HttpResponse:
    at = request.at
    today = time.today(at)
    waiting = waiting_of(row, due_times([row.subject_id]).get(row.subject_id), at)
    drafted = ""
    if row.drafted_at and row.drafted_by and not row.replied_at and row.draft:
        names = {"who": row.drafted_by.full_name, "at": instant_words(row.drafted_at, today)}
        drafted = _("%(who)s %(at)s 保存的草稿") % names
    context = {
        "letter": row,
        "form": form,
        "moving": moving or (None if row.replied_at else _move_form(request, row)),
        "quick": list(enumerate(quick_texts(row.topic), 1)),
        "drafted": drafted,
        "at_words": instant_words(row.received_at, today),
        "files": _pictures(row, row.files),
        "reply_files": _pictures(row, row.reply_files),
        "replied_words": instant_words(row.replied_at, today) if row.replied_at else "",
        "limit": table.limit_words(waiting, today),
    }
    return render(request, "desk/letter.html", context, status=status)


def _pictures(row: Letter, ids: list[int]) -> list[dict[str, str]]:
    """The pictures of a letter or its answer, as links."""
    files = File.objects.filter(pk__in=ids, case_id=row.case_id).order_by("pk") if ids else ()
    return [
        {"title": file.name, "url": reverse("documents:file", args=[file.pk]), "icon": "paperclip"}
        for file in files
    ]


def _move_form(request: HttpRequest, row: Letter, data: Any = None) -> MoveForm:
    now = row.handler_id or row.case.owner_id
    today = time.today(request.at)
    people = [pair for pair in colleagues(row.case, today) if pair[0] != now]
    return MoveForm(data, today=today, people=people, prefix="move")


def _quick(request: HttpRequest, row: Letter) -> str:
    """The quick text whose button was pressed, or ""."""
    texts = {str(number): words for number, words in enumerate(quick_texts(row.topic), 1)}
    return texts.get(request.POST.get("quick", ""), "")


def _get(request: HttpRequest, pk: int) -> Letter:
    found = Letter.objects.visible_to(request.user).select_related(
        "case__owner", "case__court", "party", "replied_by", "handler", "drafted_by"
    )
    return get_object_or_404(found, pk=pk)
