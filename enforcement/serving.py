"""gunicorn's hooks: its processes count into one folder, so that /metrics speaks for all of them.

The folder must be named before the client library is loaded, and is of no use after the server has ended.
"""

import os
import shutil
import tempfile
from typing import Any

FOLDER = os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="zhiheng-metrics-"))

from prometheus_client import multiprocess  # noqa: E402  reads the folder's name as it is loaded


def child_exit(_server: Any, worker: Any) -> None:
    """Drop what an ended process showed as its present state; what it counted stays."""
    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(FOLDER, ignore_errors=True)
