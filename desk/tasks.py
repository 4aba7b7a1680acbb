"""Faces of the desk for the worker."""

from __future__ import annotations

from celery import shared_task

from desk.actions.drafts import forget_drafts
from desk.actions.exports import forget_exports
from kernel import time


@shared_task(name="desk.forget_exports")
def forget() -> int:
    """Delete workbooks that were kept for a day; returns how many files. Safe to run twice."""
    return forget_exports(at=time.now())


@shared_task(name="desk.forget_drafts")
def forget_old_drafts() -> int:
    """Delete drafts of forms that nobody came back to; returns how many. Safe to run twice."""
    return forget_drafts(at=time.now())
