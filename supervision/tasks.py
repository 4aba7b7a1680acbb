"""Faces of supervision for the worker."""

from __future__ import annotations

from celery import shared_task

from kernel import time
from supervision.actions.counting import count_all
from supervision.actions.remind import remind_due


@shared_task(name="supervision.remind")
def remind() -> int:
    """Remind of orders that wait for their answer; returns how many. Safe to run twice."""
    return remind_due(at=time.now())


@shared_task(name="supervision.count")
def count() -> bool:
    """Count the figures of the board anew. Safe to run twice, and in several workers at once."""
    return count_all(at=time.now())
