"""Faces of supervision for the worker."""

from __future__ import annotations

from celery import shared_task

from kernel import time
from supervision.actions.remind import remind_due
from supervision.actions.tables import publish_due


@shared_task(name="supervision.remind")
def remind() -> int:
    """Remind of orders that wait for their answer; returns how many. Safe to run twice."""
    return remind_due(at=time.now())


@shared_task(name="supervision.publish")
def publish() -> int:
    """Publish the overdue-node tables of the week; returns how many. Safe to run twice."""
    return publish_due(at=time.now())
