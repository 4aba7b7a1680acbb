"""Faces of the line to the bank for the worker. Safe to run twice."""

from __future__ import annotations

from celery import shared_task

from funds import transmitting


@shared_task(name="funds.transmit")
def transmit() -> int:
    """Send and ask what is due; returns how many instructions were looked at."""
    return transmitting.transmit()
