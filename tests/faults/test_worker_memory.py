"""A worker as scripts/run starts it stays below 250 MB in each of its processes: after papers, a sweep, and at rest."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time as stopwatch
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings as configured

from deadlines.models import Timer
from documents.models import Paper
from tests.conftest import ROOT, with_name
from tests.factories import documents as factory
from tests.factories.cases import assigned, filing, house

MEGABYTES = 250
PAPERS = 6
pytestmark = pytest.mark.usefixtures("live_db")


@pytest.fixture
def broker() -> str:
    """A corner of the broker of the tests that nobody else listens to."""
    return f"{configured.REDIS_URL.rsplit('/', 1)[0]}/15"


@pytest.fixture
def worker(broker: str, live_db: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The worker of scripts/run (see scripts/launcher/serve.py) on the database of this test."""
    url = with_name(configured.DATABASE_URL, live_db)
    env = {**os.environ, "DATABASE_URL": url, "REDIS_URL": broker, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "celery", "-A", "enforcement", "worker", "--loglevel", "WARNING"]
    started = subprocess.Popen([*command, "--without-gossip", "--without-mingle"], cwd=ROOT, env=env)
    yield started
    started.send_signal(signal.SIGTERM)
    started.wait(timeout=60)


def test_a_worker_stays_below_250_megabytes(broker: str, worker: subprocess.Popen[bytes]) -> None:
    home = house()
    assigned(home, filing("2023-04-24"))
    papers = [factory.draft(home.court, "termination_ruling").pk for _ in range(PAPERS)]
    tasks = Celery(broker=broker)
    for paper in papers:
        tasks.send_task("documents.render", [paper], queue="papers")
    tasks.send_task("deadlines.sweep", queue="acts")
    until(lambda: Paper.objects.filter(pk__in=papers, state="rendered").count() == PAPERS)
    until(lambda: not Timer.objects.filter(fire_at__lt="2024-01-01T00:00:00Z").exists())
    memory = {pid: resident(pid) for pid in [worker.pid, *children(worker.pid)]}
    print("worker:", ", ".join(f"{size:.0f} MB" for size in memory.values()))  # noqa: T201
    assert len(memory) >= 2, "no process of its own for the tasks"
    assert max(memory.values()) < MEGABYTES, memory


def until(holds: object, seconds: int = 120) -> None:
    """Wait until it holds."""
    end = stopwatch.monotonic() + seconds
    while not holds():  # type: ignore[operator]
        assert stopwatch.monotonic() < end, "the worker did not do its tasks in time"
        stopwatch.sleep(0.5)


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return [int(each) for each in text.split()]


def resident(pid: int) -> float:
    """The resident memory of a process in megabytes (10^6 bytes)."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kilobytes) * 1024 / 1e6
