"""The verb that asks for a job. It joins the caller's transaction: the work is asked for with its cause, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from courts.models import User
from events import log
from events.kick import kick
from jobs.models import Job

TASK = "jobs.run"


def ask_job(
    *,
    kind: str,
    title: str,
    params: Mapping[str, Any],
    key: str,
    at: dt.datetime,
    actor: User | None = None,
    court_id: int | None = None,
) -> Job:
    """Ask for a job, once per key; a worker is woken after commit, and the sweep finds it when the kick is lost.

    params: JSON of ids, dates and counts. Joins the caller's transaction. Returns the job that stands for the key.
    """
    job, is_new = Job.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "title": title[:200],
            "params": log.plain(params),
            "court_id": court_id,
            "asked_by": actor,
            "asked_at": at,
            "due_at": at,
        },
    )
    if is_new:
        kick(TASK, job.pk)
    return job
