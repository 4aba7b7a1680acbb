"""gunicorn's hooks: its processes count into one folder, so that /metrics speaks for all of them; none of them pauses.

The folder must be named before the client library is loaded, and is of no use after the server has ended.
"""

import gc
import os
import shutil
import tempfile
from typing import Any

from django.urls import get_resolver

FOLDER = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="zhiheng-metrics-"))

from prometheus_client import multiprocess  # noqa: E402  reads the folder's name as it is loaded


def post_worker_init(_worker: Any) -> None:
    """Load every page's code, then take it out of the collector's sight.

    Two hundred thousand objects of code and rules never become garbage; looking through them for it held up one request
    in a hundred for a tenth of a second.
    """
    get_resolver().url_patterns  # noqa: B018  imports the pages
    gc.collect()
    gc.freeze()


def child_exit(_server: Any, worker: Any) -> None:
    """Drop what an ended process showed as its present state; what it counted stays."""
    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(FOLDER, ignore_errors=True)
