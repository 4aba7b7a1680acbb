"""A web worker does not look through its own code for garbage while people wait."""

from __future__ import annotations

import subprocess
import sys

LOADED = """
import gc
from enforcement import serving
from enforcement.wsgi import application
serving.post_worker_init(None)
frozen = gc.get_freeze_count()
import sys
assert "desk.views.worklist" in sys.modules, "pages are loaded by the first request"
assert frozen > 100_000, frozen
assert len(gc.get_objects()) < frozen / 10, "the collector still looks at the code"
serving.on_exit(None)
"""


def test_a_worker_starts_with_its_pages_loaded_and_out_of_the_collectors_sight() -> None:
    """Given a worker that has started, then its code is there and no full collection goes through it."""
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
