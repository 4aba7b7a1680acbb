"""Carry out a job: step after step, each in a transaction that also keeps how far it came.

A worker holds a job by a lease that each step renews; a killed worker's lease runs out and the sweep hands the job to
another, which begins where the last committed step ended.
"""

from __future__ import annotations

import datetime as dt
import gc
import time as stopwatch
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import transaction

from events.kick import kick
from jobs.actions.asking import TASK
from jobs.kinds import step_of
from jobs.models import Job
from kernel import time

LEASE = dt.timedelta(minutes=5)
BUDGET_SECONDS = 60.0
"""Well below the worker's time limit; what is left is a new task, so that other work is not kept waiting."""
BACKOFF = (5, 30, 120, 600)
"""Seconds to wait after a failed step; after the last of them the job has failed."""
log = structlog.get_logger(__name__)


def run(job_id: int, *, budget_seconds: float = BUDGET_SECONDS) -> bool:
    """Work on a job until it is over or the budget is spent. Returns whether it is over.

    Safe to call twice at once: who does not get the lease does nothing.
    """
    if not _take(job_id):
        return Job.objects.filter(pk=job_id, state__in=(Job.State.DONE, Job.State.FAILED)).exists()
    until = stopwatch.monotonic() + budget_seconds
    while _step(job_id):
        if stopwatch.monotonic() > until:
            _put_back(job_id)
            return False
    return Job.objects.get(pk=job_id).is_over


def sweep(*, budget_seconds: float = BUDGET_SECONDS) -> int:
    """Run every job that lies free: new ones whose kick was lost, those of killed workers, those that wait to retry.

    Together they take no longer than the budget and one step; what is left waits for the next beat.
    """
    taken = 0
    until = stopwatch.monotonic() + budget_seconds
    free = Job.objects.free(time.now()).order_by("due_at", "pk").values_list("pk", flat=True)
    for job_id in list(free[:20]):
        left = until - stopwatch.monotonic()
        if left <= 0:
            break
        run(job_id, budget_seconds=left)
        taken += 1
    return taken


def _take(job_id: int) -> bool:
    """Get the lease, by compare and set."""
    at = time.now()
    with transaction.atomic():
        return bool(Job.objects.free(at).filter(pk=job_id).update(state=Job.State.RUNNING, due_at=at + LEASE))


def _put_back(job_id: int) -> None:
    with transaction.atomic():
        Job.objects.unfinished().filter(pk=job_id).update(due_at=time.now())
        kick(TASK, job_id)


def _step(job_id: int) -> bool:
    """One step; whether there is another to be taken now."""
    try:
        with _undisturbed(), transaction.atomic(durable=True):
            job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
            if job.is_over:
                return False
            step = step_of(job.kind)
            if step is None:
                raise LookupError(f"no job kind {job.kind!r}")
            _keep(job, step)
            return not job.is_over
    except Exception as error:  # noqa: BLE001  a bad step must not take the worker down; it stays, visible
        _fail(job_id, error)
        return False


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Nothing looks for cycles while a step works: what it makes lives to its end, and going through it again and
    again took a third of an import's processor time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _keep(job: Job, step: object) -> None:
    stride = step(job)  # type: ignore[operator]
    at = time.now()
    job.started_at = job.started_at or at
    job.done, job.total, job.message = stride.done, stride.total, stride.message[:300]
    job.attempts, job.problem = 0, ""
    job.due_at = at + LEASE
    if stride.cursor is None:
        job.state, job.finished_at, job.result = Job.State.DONE, at, stride.result
    else:
        job.cursor = stride.cursor
    job.save()


def _fail(job_id: int, error: Exception) -> None:
    at = time.now()
    with transaction.atomic():
        job = Job.objects.select_for_update(no_key=True).get(pk=job_id)
        log.warning("job.step_failed", job=job_id, kind=job.kind, error=type(error).__name__)
        job.problem = f"{type(error).__name__}: {error}"[:300]
        if job.attempts >= len(BACKOFF):
            job.state, job.finished_at = Job.State.FAILED, at
        else:
            job.due_at = at + dt.timedelta(seconds=BACKOFF[job.attempts])
            job.attempts += 1
        job.save()
