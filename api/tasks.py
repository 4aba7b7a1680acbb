"""What beat wakes."""

from celery import shared_task

from api.actions.calls import KEPT, forget_calls
from kernel import time


@shared_task(name="api.forget_calls")
def forget() -> None:
    """Once a day."""
    forget_calls(before=time.now() - KEPT)
