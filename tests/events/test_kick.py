"""Kicks go to our broker from every thread of every process."""

from __future__ import annotations

import threading

from celery import current_app
from django.conf import settings


def test_every_thread_of_a_process_kicks_our_broker() -> None:
    """A web process imports no task and serves from threads; without a default application they would ask amqp://."""
    found: list[tuple[str, str]] = []
    look = threading.Thread(target=lambda: found.append((current_app.main, current_app.conf.broker_url)))
    look.start()
    look.join()
    assert found == [("zhiheng", settings.REDIS_URL)]
