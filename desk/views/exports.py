"""A workbook that a job made, for who asked for it."""

from __future__ import annotations

import datetime as dt

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from courts.access import staff
from desk.actions.exports import KIND, file_of
from desk.spreadsheet import kept_response
from jobs.models import Job
from kernel import time


@require_GET
@staff()
def export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """下载: only who asked, only as long as it is kept."""
    job = get_object_or_404(Job, pk=pk, kind=KIND, asked_by=request.user, state=Job.State.DONE)
    until = job.result.get("until")
    if not until or dt.datetime.fromisoformat(until) <= time.now():
        raise Http404
    try:
        stored = file_of(job).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return kept_response(stored, job.result["name"])
