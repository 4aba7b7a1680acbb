"""Faces of the relay for the worker."""

from celery import shared_task

from events import relay


@shared_task(name="events.relay")
def run_relay() -> int:
    """Run the reactions that are due."""
    return relay.run()
