"""Faces of this floor for the worker."""

from __future__ import annotations

from celery import shared_task

from cases.actions.differences import compare_all
from kernel import time


@shared_task(name="cases.compare_national")
def compare_national() -> int:
    """The daily difference report of every court that has given us the national list; returns how many are open."""
    return compare_all(at=time.now())
