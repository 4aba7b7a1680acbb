"""The papers of the demo, rendered beside the story by a process of their own: on two cores that halves the wait.

A paper is rendered as of two minutes after it was drafted, as the worker would have done on that day.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

import structlog
from django.db import connections

from documents.actions.render import render_paper
from documents.models import Paper
from documents.states import PaperState

AFTER = dt.timedelta(minutes=2)
BATCH = 10
log = structlog.get_logger(__name__)


@contextmanager
def printing() -> Iterator[None]:
    """While the story is told its papers are rendered; at the end this process helps until none is left."""
    # A connection must not be shared across a fork.
    connections.close_all()
    forked = multiprocessing.get_context("fork")
    told = forked.Event()
    printer = forked.Process(target=_print, args=(told,), daemon=True)
    printer.start()
    try:
        yield
        told.set()
        # The other one comes from the oldest.
        while _render("-id", 1):
            pass
        printer.join()
    finally:
        printer.terminate()
        printer.join()


def _print(told: Event) -> None:
    connections.close_all()
    while True:
        is_over = told.is_set()
        if not _render("id", BATCH):
            if is_over:
                break
            told.wait(0.5)
    connections.close_all()


def _render(order: str, size: int) -> int:
    """Render some drafts that nobody has tried yet; returns how many were tried. Two processes may meet at one."""
    drafts = Paper.objects.filter(state=PaperState.DRAFT, attempts=0).order_by(order)[:size]
    tried = list(drafts.values_list("pk", "created_at"))
    for paper_id, created_at in tried:
        try:
            render_paper(paper_id=paper_id, at=created_at + AFTER)
        except Exception as error:  # noqa: BLE001  noted in the paper's row; the worker will try again
            log.warning("demo.paper_failed", paper_id=paper_id, error=type(error).__name__)
    return len(tried)
