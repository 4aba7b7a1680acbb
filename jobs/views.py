"""Faces: the list of long work, one job, and its progress as a partial that asks again until the job is over."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courts.access import staff
from jobs.models import Job
from jobs.selectors import SHOWN, latest_jobs
from jobs.tables import columns, groups, strip

TONES = {"done": "done", "failed": "over", "running": "prog", "queued": "prog"}


@require_safe
@staff()
def jobs(request: HttpRequest) -> HttpResponse:
    """长时任务: the newest that the person may see."""
    found = latest_jobs(request.user)
    context = {
        "columns": columns(),
        "groups": groups(found),
        "note": _("日历重算、改规则预览、案件换版等成批办理的任务，最近 %d 项") % SHOWN,
    }
    return render(request, "jobs/jobs.html", context)


@require_safe
@staff()
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: what was asked, how far it has come, what came out."""
    found = _visible(request, pk)
    context = {"job": found, "strip": strip(found), **progress_of(found)}
    context["crumbs"] = [
        {"label": _("长时任务"), "url": reverse("jobs:jobs")},
        {"label": found.title},
    ]
    return render(request, "jobs/job.html", context)


@require_safe
@staff()
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone. When the job is over the whole page is asked for once more, for its result."""
    found = _visible(request, pk)
    response = render(request, "jobs/_progress.html", {"job": found, **progress_of(found)})
    if found.is_over:
        response["HX-Refresh"] = "true"
    return response


def _visible(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(Job.objects.visible_to(request.user).select_related("court", "asked_by"), pk=pk)


def progress_of(job: Job) -> dict[str, Any]:
    """What jobs/_progress.html needs beside the job."""
    return {
        "share": job.share,
        "tone": TONES[job.state],
        "count": f"{job.done:,} / {job.total:,}" if job.total else job.get_state_display(),
    }
