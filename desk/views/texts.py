"""短信文本 of a court: the texts in force, a new one with its preview on an invented case and its length."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from courts.access import staff
from courts.models import Court
from desk import listing
from desk.addresses import number_in
from desk.forms.administration import TextForm
from desk.selectors.administration import TextLine, texts
from desk.tables import administration as tables
from kernel import time
from kernel.errors import BadInput, DomainError
from notices.actions.templates import write_template
from notices.policy import kept_courts
from notices.rendering import allowed_places, check_text
from notices.rendering import render as fill
from notices.states import Audience
from notices.topics import samples


@require_GET
@staff("texts", "W")
def listed(request: HttpRequest) -> HttpResponse:
    """Every text of a court, its own or the preset one."""
    court = _court(request)
    context = {
        "title": _("短信文本"),
        "note": _("%s；本院没有核定的，用预置文本") % court.name,
        "courts": _courts(request, court),
        "columns": tables.text_columns(),
        "groups": tables.text_groups(texts(court.pk), court.pk),
    }
    return listing.show(
        request, "desk/administration/list.html", context, what="texts", title=_("短信文本"), names=("court",)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff("texts", "W")
def text(request: HttpRequest, topic: str, audience: str) -> HttpResponse:
    """One text: change it, after a look at what a reader would get."""
    request.at = at = time.now()
    court = _court(request)
    line = _line(court, topic, audience)
    initial = {"text": line.text, "approved_on": time.today(at)}
    form = TextForm(request.POST or None, today=time.today(at), initial=initial)
    back = f"{reverse('desk:texts')}?court={court.pk}"
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            write_template(
                actor=request.user,
                court_id=court.pk,
                topic=topic,
                audience=audience,
                text=cleaned["text"],
                approved_by=cleaned["approved_by"],
                approved_on=cleaned["approved_on"],
                at=at,
                key=form.key,
            )
        except DomainError as refused:
            form.refuse(refused)
        else:
            messages.success(request, _("已启用新的文本，已经发出的短信不变。"))
            return redirect(back)
    context = {
        "title": _("%(topic)s：发给%(who)s") % {"topic": line.topic.label, "who": Audience(audience).label},
        "form": form,
        "court": court,
        "back": back,
        "places": allowed_places(topic),
        "preview_url": f"{reverse('desk:text_preview', args=[topic, audience])}?court={court.pk}",
        "crumbs": [{"label": _("短信文本"), "url": back}, {"label": line.topic.label}],
        **_preview(form["text"].value() or "", topic),
    }
    return render(request, "desk/administration/text.html", context, status=422 if form.errors else 200)


@require_POST
@staff("texts", "W")
def preview(request: HttpRequest, topic: str, audience: str) -> HttpResponse:
    """The preview alone, while the text is typed."""
    _line(_court(request), topic, audience)
    return render(
        request, "desk/administration/_text_preview.html", _preview(request.POST.get("text", "")[:500], topic)
    )


def _preview(written: str, topic: str) -> dict[str, object]:
    try:
        check_text(written, topic=topic)
        filled = fill(written, samples())
    except BadInput as refused:
        return {"wrong": refused.in_full}
    return {"filled": filled, "length": tables.length_words(filled)}


def _line(court: Court, topic: str, audience: str) -> TextLine:
    for line in texts(court.pk):
        if (line.topic.code, line.audience) == (topic, audience):
            return line
    raise Http404


def _court(request: HttpRequest) -> Court:
    courts = kept_courts(request.user)
    wanted = number_in(request, "court")
    if wanted is None:
        own = courts.filter(pk=request.user.court_id).first() or courts.order_by("code").first()
        if own is None:
            raise Http404
        return own
    return get_object_or_404(courts, pk=wanted)


def _courts(request: HttpRequest, court: Court) -> list[dict[str, object]]:
    rows = kept_courts(request.user).order_by("code").values_list("pk", "short_name")
    return [{"label": name, "url": f"?court={pk}", "current": pk == court.pk} for pk, name in rows]
