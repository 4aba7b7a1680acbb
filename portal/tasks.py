"""Faces for the worker."""

from __future__ import annotations

from celery import shared_task

from kernel import time
from portal import throttle
from portal.actions.accounts import take_effect
from portal.actions.drafts import forget_clue_drafts
from portal.actions.signing import send_codes as send
from portal.models import AccountChange


@shared_task(name="portal.send_codes")
def send_codes() -> int:
    """Send the codes asked for; returns how many requests were looked at."""
    return send(at=time.now())


@shared_task(name="portal.forget")
def forget() -> int:
    """Drop old counts of the throttle, and drafts of clues that were never sent."""
    at = time.now()
    return throttle.forget(at) + forget_clue_drafts(at=at)


@shared_task(name="portal.change_accounts")
def change_accounts() -> int:
    """Register the accounts whose cooling period is over; returns how many."""
    at = time.now()
    due = AccountChange.objects.filter(ended_at__isnull=True, effective_at__lte=at).order_by("effective_at")
    return sum(take_effect(change_id=pk, at=at) for pk in due.values_list("pk", flat=True)[:200])
