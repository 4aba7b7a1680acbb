"""Faces: a file, a paper as PDF. Staff only; parties get theirs from a floor that knows their access to the
case.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from documents.models import File, Paper
from documents.serving import serve
from kernel.errors import WrongState


@login_required
@require_safe
def file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """A file the person may see; 404 for any other."""
    return serve(get_object_or_404(File.objects.visible_to(request.user), pk=file_id), request)


@login_required
@require_safe
def paper_pdf(request: HttpRequest, paper_id: int) -> HttpResponseBase:
    """A paper the person may see; while it is not yet rendered, a page that says so and why."""
    papers = Paper.objects.visible_to(request.user).select_related("file")
    paper = get_object_or_404(papers, pk=paper_id)
    if paper.file is None:
        raise WrongState(
            paper.problem or _("文书正在生成"), code="PAPER-DRAFT", fix=_("生成通常只需几秒，请稍后刷新页面")
        )
    return serve(paper.file, request)
