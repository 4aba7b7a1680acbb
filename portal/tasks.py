"""Faces for the worker."""

from __future__ import annotations

from celery import shared_task

from kernel import time
from portal import throttle
from portal.actions.signing import send_codes as send


@shared_task(name="portal.send_codes")
def send_codes() -> int:
    """Send the codes asked for; returns how many requests were looked at."""
    return send(at=time.now())


@shared_task(name="portal.forget")
def forget() -> int:
    """Drop old counts of the throttle."""
    return throttle.forget(time.now())
