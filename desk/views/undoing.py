"""Taking back what was done by mistake."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.actions.asking import ask_approval
from courts.access import staff
from desk.forms.act_form import About
from desk.forms.acts import UndoForm
from desk.selectors.aside import event_words
from desk.selectors.case_file import doer, doers_of, names_of
from desk.selectors.menu import may_ask
from desk.views.acts import perform
from desk.views.deeds import Deed
from desk.views.doing import Doing, case_url, open_case
from desk.words import instant_words
from events.models import Event


@staff()
def undo(request: HttpRequest, pk: int, event_id: int) -> HttpResponse:
    """申请撤销一次办理: asked here, done when it is approved."""
    file = open_case(request, pk)
    event = Event.objects.filter(stream=file.case.about, pk=event_id).first()
    if event is None:
        raise Http404
    if not may_ask(file):
        raise PermissionDenied
    lead = _("%(act)s（%(at)s，%(who)s）。批准后恢复到办理之前，期限重算，已告知的当事人会收到更正。") % {
        "act": event_words(file, event),
        "at": instant_words(event.at, file.today),
        "who": doer(event, names_of(doers_of([event]))),
    }
    said = _("已提请审批，批准后自动撤销。")
    deed = Deed(_("申请撤销"), UndoForm, partial(_ask, event_id), may_ask, said, _("提请审批"), lead)
    return perform(
        request, deed, About(file), reverse("desk:undo", args=[pk, event_id]), case_url(file, "log")
    )


def _ask(event_id: int, doing: Doing) -> Any:
    return ask_approval(
        case_id=doing.about.file.case.pk,
        matter="void",
        facts={"event": event_id},
        ground=doing.cleaned["ground"],
        **doing.by,
    )
