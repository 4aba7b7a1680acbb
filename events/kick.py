"""Wake a worker after commit, by task name, so that verbs import no tasks. A lost kick is made up by beat."""

from __future__ import annotations

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction

log = structlog.get_logger(__name__)


def kick(task: str, *args: int | str) -> None:
    """Ask for `task` once this transaction has committed; a broker that is down delays and loses nothing."""
    if settings.KICKS:
        transaction.on_commit(lambda: _send(task, args))


def _send(task: str, args: tuple[int | str, ...]) -> None:
    try:
        current_app.send_task(task, args=args, retry=False)
    except Exception as error:  # noqa: BLE001  whatever the broker's failure, beat sweeps the row
        log.warning("kick.lost", task=task, error=type(error).__name__)
