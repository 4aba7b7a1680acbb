"""Faces of approvals for the worker."""

from __future__ import annotations

from celery import shared_task

from approvals.actions.remind import remind_due
from kernel import time


@shared_task(name="approvals.remind")
def remind() -> int:
    """Remind of what waits; returns how many requests. Safe to run twice."""
    return remind_due(at=time.now())
