"""规则发布: upload, preview, sign-off of rule packs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.models import Case
from courts.access import staff
from courts.actions.drafts import refuse_draft, sign_off, upload_draft, withdraw_draft
from courts.models import PackDraft
from courts.packcheck import LARGEST
from desk import listing
from desk.forms.releasing import DecisionForm, UploadForm
from desk.onetime import key_of
from desk.selectors.releasing import draft_page, releases
from desk.tables import releasing as tables
from jobs.views import progress_of
from kernel import time
from kernel.errors import DomainError
from regimes import packfile
from regimes.errors import PackError, PackErrors
from regimes.packs import TEMPLATE

MOST_FAULTS = 100


@require_GET
@staff("packs", "WA")
def listed(request: HttpRequest) -> HttpResponse:
    """Drafts and released versions."""
    found = releases(request.user)
    actions = [{"label": _("下载模板"), "url": reverse("desk:release_template"), "icon": "download"}]
    if request.user.is_superuser or request.user.scope.may("packs", "W"):
        new = {
            "label": _("上传规则包"),
            "url": reverse("desk:release_new"),
            "icon": "upload",
            "primary": True,
        }
        actions.append(new)
    context = {
        "note": _("上传后逐行检查，预览在办案件的期限会怎样变，由第二人签发后才施行"),
        "actions": actions,
        "draft_columns": tables.draft_columns(),
        "draft_groups": tables.draft_groups(found.drafts),
        "release_columns": tables.release_columns(),
        "release_groups": tables.release_groups(found.released),
    }
    return listing.show(
        request,
        "desk/releases/list.html",
        context,
        what="releases",
        title=_("规则发布"),
        columns=context["release_columns"],
        groups=context["release_groups"],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff("packs", "W")
def upload(request: HttpRequest) -> HttpResponse:
    """The upload. Faults are listed by line; a file without a fault becomes a draft and its preview begins."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method != "POST" or not form.is_valid():
        return _upload_page(request, form, status=422 if form.errors else 200)
    given = form.cleaned_data["file"]
    try:
        draft = upload_draft(
            data=given.read(LARGEST + 1),
            name=given.name[:80],
            applies_to=form.cleaned_data["applies_to"],
            actor=request.user,
            at=time.now(),
            key=key_of(request),
        )
    except PackErrors as found:
        return _upload_page(request, UploadForm(initial=form.cleaned_data), found.errors, status=422)
    except DomainError as refused:
        form.add_error(None, refused.in_full)
        return _upload_page(request, form, status=422)
    messages.success(request, _("%s 检查通过，正在预览在办案件的期限会怎样变。") % draft.name)
    return redirect("desk:release", draft.pk)


@require_GET
@staff("packs", "WA")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """One draft: what is in it, what it would change, and the decision."""
    return _draft_page(request, _visible(request, pk))


@require_POST
@staff("packs", "WA")
def decide(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Sign off, refuse, withdraw."""
    found = _visible(request, pk)
    verb = _VERBS.get(name)
    if verb is None:
        raise Http404
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, found, form, status=422)
    try:
        done = verb(request, found, form.cleaned_data)
    except PackErrors as faults:
        form.add_error(None, "；".join(f"{fault.message}，{fault.fix}" for fault in faults.errors[:5]))
        return _draft_page(request, found, form, status=422)
    except DomainError as refused:
        form.add_error(None, refused.in_full)
        return _draft_page(request, found, form, status=422)
    messages.success(request, f"{done.name} {done.get_state_display()}")
    return redirect("desk:release", pk)


@require_GET
@staff("packs", "WA")
def text(request: HttpRequest, pk: int) -> HttpResponse:
    """The text of a draft as it was uploaded."""
    found = _visible(request, pk)
    response = HttpResponse(packfile.written(found.text), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.code}-{found.version}.yaml"'
    return response


@require_GET
@staff("packs", "WA")
def template(request: HttpRequest) -> FileResponse:
    """The file from which a clerk begins the pack of a new court."""
    return FileResponse(
        TEMPLATE.open("rb"), as_attachment=True, filename="pack-template.yaml", content_type="text/yaml"
    )


def _sign(request: HttpRequest, found: PackDraft, given: dict[str, Any]) -> PackDraft:
    return sign_off(draft_id=found.pk, digest=given["digest"], words=given["words"], **_by(request))


def _refuse(request: HttpRequest, found: PackDraft, given: dict[str, Any]) -> PackDraft:
    return refuse_draft(draft_id=found.pk, words=given["words"], **_by(request))


def _withdraw(request: HttpRequest, found: PackDraft, _given: dict[str, Any]) -> PackDraft:
    return withdraw_draft(draft_id=found.pk, **_by(request))


_VERBS: dict[str, Callable[[HttpRequest, PackDraft, dict[str, Any]], PackDraft]] = {
    "sign": _sign,
    "refuse": _refuse,
    "withdraw": _withdraw,
}


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.user, "at": time.now(), "key": key_of(request)}


def _visible(request: HttpRequest, pk: int) -> PackDraft:
    drafts = PackDraft.objects.visible_to(request.user).select_related("uploaded_by", "decided_by")
    return get_object_or_404(drafts, pk=pk)


def _upload_page(
    request: HttpRequest, form: UploadForm, faults: Sequence[PackError] = (), *, status: int
) -> HttpResponse:
    if not request.user.is_superuser and not request.user.scope.may("packs", "W"):
        raise PermissionDenied
    context = {
        "crumbs": _crumbs(_("上传规则包")),
        "form": form,
        "fault_columns": tables.fault_columns(),
        "fault_groups": tables.fault_groups(faults[:MOST_FAULTS]),
        "fault_note": _("共 %d 处错误，没有保存任何内容。改好以后重新选择文件上传。") % len(faults)
        if faults
        else "",
        "back": reverse("desk:releases"),
    }
    return render(request, "desk/releases/upload.html", context, status=status)


def _draft_page(
    request: HttpRequest, found: PackDraft, form: DecisionForm | None = None, *, status: int = 200
) -> HttpResponse:
    page = draft_page(found, request.user)
    ids = {line["case"] for line in page.found.get("lines", ())}
    numbers = dict(Case.objects.visible_to(request.user).filter(pk__in=ids).values_list("pk", "number"))
    running = next((job for job in (page.move, page.preview) if job is not None and not job.is_over), None)
    context = {
        "page": page,
        "title": f"{found.name} {found.title}",
        "crumbs": _crumbs(found.name),
        "strip": tables.strip(page),
        "contents": tables.contents(page),
        "text_url": reverse("desk:release_text", args=[found.pk]),
        "jobs": [job for job in (page.preview, page.move) if job is not None],
        "job": running,
        **(progress_of(running) if running else {}),
        "sentence": tables.sentence(page.found) if page.found else "",
        "place_columns": tables.place_columns(),
        "place_groups": tables.place_groups(page.found),
        "line_columns": tables.line_columns(),
        "line_groups": tables.line_groups(page.found, numbers),
        "form": form or DecisionForm(initial={"digest": found.digest}),
        "decide": {name: reverse("desk:release_decide", args=[found.pk, name]) for name in _VERBS},
    }
    return render(request, "desk/releases/draft.html", context, status=status)


def _crumbs(here: str) -> list[dict[str, str]]:
    return [{"label": _("规则发布"), "url": reverse("desk:releases")}, {"label": here}]
