"""Faces of the outbox for the worker. Each re-reads the database and is safe to run twice."""

from __future__ import annotations

from celery import shared_task

from kernel import time
from notices import delivery, numbers, receipts


@shared_task(name="notices.deliver")
def deliver() -> int:
    """Send and ask what is due; returns how many rows were looked at."""
    return delivery.deliver().seen


@shared_task(name="notices.apply_receipts")
def apply_receipts() -> int:
    """Take in receipts until none is left; returns how many."""
    done = 0
    while taken := receipts.apply_receipts(at=time.now()):
        done += taken
    return done


@shared_task(name="notices.forget_days")
def forget_days() -> int:
    """Drop the counts of past days."""
    return numbers.forget_days(at=time.now())
