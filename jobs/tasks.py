"""Faces of the jobs for the worker."""

from __future__ import annotations

from celery import shared_task

from jobs import running


@shared_task(name="jobs.run")
def run_job(job_id: int) -> bool:
    """Work on one job; whether it is over. Safe to run twice."""
    return running.run(job_id)


@shared_task(name="jobs.sweep")
def run_sweep() -> int:
    """Work on the jobs that no worker holds; returns how many."""
    return running.sweep()
