"""当事人留言: those without an answer, and the answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from courts.access import staff
from desk import listing
from desk.forms.letters import AnswerForm
from desk.tables import letters as table
from desk.words import instant_words
from kernel import time
from kernel.errors import DomainError, NotAllowed
from petitions.actions.letters import answer_letter
from petitions.models import Letter
from petitions.selectors import due_times, unanswered, waiting_of


@require_GET
@staff()
def letters(request: HttpRequest) -> HttpResponse:
    """未回复留言, what is due first on top."""
    request.at = at = time.now()
    rows = unanswered(request.user, at)
    context = {
        "note": table.sentence(rows),
        "columns": table.columns(),
        "groups": table.groups(rows, time.today(at)),
        "empty": table.empty(),
    }
    return listing.show(request, "desk/letters.html", context, what="letters", title=_("未回复留言"))


@require_http_methods(["GET", "POST"])
@staff()
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter with its limit, and the form of its answer."""
    request.at = at = time.now()
    today = time.today(at)
    found = Letter.objects.visible_to(request.user).select_related(
        "case__owner", "case__court", "party", "replied_by"
    )
    row = get_object_or_404(found, pk=pk)
    form = AnswerForm(request.POST or None, today=today)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                words = form.cleaned_data["reply"]
                answer_letter(letter_id=pk, words=words, actor=request.user, at=at, key=form.key)
            except DomainError as error:
                form.refuse(error)
                status = 403 if isinstance(error, NotAllowed) else 422
            else:
                messages.success(request, _("已回复，并用短信告诉当事人。"))
                return redirect("desk:letters")
    waiting = waiting_of(row, due_times([row.subject_id]).get(row.subject_id), at)
    context = {
        "letter": row,
        "form": form,
        "at_words": instant_words(row.received_at, today),
        "replied_words": instant_words(row.replied_at, today) if row.replied_at else "",
        "limit": table.limit_words(waiting, today),
    }
    return render(request, "desk/letter.html", context, status=status)
