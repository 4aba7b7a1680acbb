"""Faces of the books for the worker. Each re-reads the database and is safe to run twice, also in two workers at once."""

from __future__ import annotations

from celery import shared_task

from funds import transmitting
from funds.actions.monthends import count_month_ends
from funds.actions.reminding import remind_unclaimed
from kernel import time


@shared_task(name="funds.remind_unclaimed")
def remind() -> int:
    """Remind of money that nobody has claimed; returns how many reminders."""
    return remind_unclaimed(at=time.now())


@shared_task(name="funds.count_month_ends")
def count() -> int:
    """Count what stood unclaimed when a month ended; returns how many months."""
    return count_month_ends(at=time.now())


@shared_task(name="funds.transmit")
def transmit() -> int:
    """Send and ask what is due; returns how many instructions were looked at."""
    return transmitting.transmit()
