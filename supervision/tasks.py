"""Faces of supervision for the worker."""

from __future__ import annotations

from celery import shared_task

from kernel import time
from supervision.actions.auditing import audit_all
from supervision.actions.counting import count_all
from supervision.actions.figures import ask_night
from supervision.actions.remind import remind_due
from supervision.actions.reports import remind_reports
from supervision.actions.tables import publish_due


@shared_task(name="supervision.remind")
def remind() -> int:
    """Remind of orders that wait for their answer; returns how many. Safe to run twice."""
    return remind_due(at=time.now())


@shared_task(name="supervision.count_figures")
def count_figures() -> int:
    """Ask for the day's figures of every court; returns the job, 0 without a court. Once a day, however often it runs."""
    job = ask_night(at=time.now())
    return job.pk if job else 0


@shared_task(name="supervision.remind_reports")
def remind_of_reports() -> int:
    """Remind of quarterly reports that are nearly due or late; returns how many notices. Safe to run twice."""
    return remind_reports(at=time.now())


@shared_task(name="supervision.publish")
def publish() -> int:
    """Publish the overdue-node tables of the week; returns how many. Safe to run twice."""
    return publish_due(at=time.now())


@shared_task(name="supervision.count")
def count() -> bool:
    """Count the figures of the board anew. Safe to run twice, and in several workers at once."""
    return count_all(at=time.now())


@shared_task(name="supervision.audit")
def audit() -> bool:
    """Look for what is late or orphaned. Safe to run twice, and in several workers at once."""
    return audit_all(at=time.now())
