"""A worker that is killed, a broker that is gone, a request that fails, two at once: one paper, one file."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as configured
from django.db import connections, transaction

from documents import drafts
from documents.actions.render import LEASE, render_due, render_paper
from documents.models import File, Paper
from documents.uploads import store_upload
from events.models import Event
from kernel.errors import Conflict
from tests.conftest import with_name
from tests.documents.conftest import stored
from tests.factories import documents as factory
from tests.factories.courts import court

ROOT = Path(__file__).resolve().parents[2]
AT = dt.datetime(2023, 4, 26, 2, 5, tzinfo=dt.UTC)
WORKER = """
import datetime as dt, os, signal, sys
import django
django.setup()
from django.conf import settings
settings.MEDIA_ROOT, settings.KICKS = sys.argv[1], False
from documents import keeping
from documents.actions import render

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

def write_half_and_die(path, content):
    target = os.path.join(settings.MEDIA_ROOT, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with open(target, "wb") as file:
        file.write(content.read()[:1000])
    die()

at = dt.datetime.fromisoformat(sys.argv[3])
match sys.argv[2]:
    case "with the bytes in hand":
        render.keep_paper = die
    case "half way through the file":
        keeping.default_storage.save = write_half_and_die
    case "before the row":
        render._finish = die
    case "before the event":
        render._announce = die
print(render.render_due(at=at))
"""
pytestmark = pytest.mark.usefixtures("live_db")


@pytest.fixture
def storage(settings, tmp_path: Path) -> Path:
    """Where the files of this test lie."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def worker(storage: Path, live_db: str, dies: str = "", at: dt.datetime = AT) -> subprocess.Popen[str]:
    """Another process that sweeps, and may be killed on the way."""
    env = {**os.environ, "DATABASE_URL": with_name(configured.DATABASE_URL, live_db)}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(storage), dies, at.isoformat()],
        cwd=ROOT,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    )


def rendered_events() -> int:
    return Event.objects.filter(kind="document.rendered").count()


@pytest.mark.parametrize(
    "dies", ["with the bytes in hand", "half way through the file", "before the row", "before the event"]
)
def test_a_worker_killed_anywhere_repeats_cleanly(storage: Path, live_db: str, dies: str) -> None:
    paper = factory.draft(court(), "freeze_ruling")
    killed = worker(storage, live_db, dies)
    assert killed.wait(timeout=60) == -signal.SIGKILL
    killed.stdout.close()
    assert Paper.objects.get().state == "draft"
    assert (File.objects.count(), rendered_events()) == (0, 0)
    left = {path.name for path in stored(storage)}

    assert render_due(at=AT + dt.timedelta(seconds=5)) == 0, "the dead worker's lease still stands"
    assert render_due(at=AT + LEASE) == 1
    file = File.objects.get()
    (kept,) = stored(storage)
    assert left <= {kept.name}
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == file.sha256
    assert (Paper.objects.get(pk=paper.pk).state, rendered_events()) == ("rendered", 1)


def test_another_process_makes_the_same_bytes(storage: Path, live_db: str, tmp_path: Path) -> None:
    factory.draft(court(), "termination_ruling")
    there = worker(tmp_path / "there", live_db, "before the row")
    assert there.wait(timeout=60) == -signal.SIGKILL
    there.stdout.close()
    render_paper(paper_id=Paper.objects.get().pk, at=AT)
    (here,), (other,) = stored(storage), stored(tmp_path / "there")
    assert here.read_bytes() == other.read_bytes()


def test_two_sweeping_workers_make_each_paper_once(storage: Path, live_db: str) -> None:
    here = court()
    for _each in range(6):
        factory.draft(here)
    workers = [worker(storage, live_db) for _each in range(2)]
    done = [int(each.communicate(timeout=90)[0]) for each in workers]
    assert sum(done) == 6
    assert (File.objects.count(), rendered_events(), len(stored(storage))) == (6, 6, 6)


def test_a_lost_broker_delays_and_loses_nothing(
    storage: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, tuple[int, ...]]] = []

    def gone(name: str, args: tuple[int, ...], **_options: object) -> None:
        sent.append((name, args))
        raise OSError("connection refused")

    settings.KICKS = True
    monkeypatch.setattr(current_app, "send_task", gone)
    paper = factory.draft(court())
    assert sent == [("documents.render", (paper.pk,))]
    assert render_due(at=AT) == 1
    assert Paper.objects.get().state == "rendered"


def test_a_request_that_fails_leaves_no_paper_and_its_number_is_free() -> None:
    here = court()

    def fail_after_the_draft() -> None:
        with transaction.atomic():
            factory.draft(here)
            raise LookupError("the verb failed")

    with pytest.raises(LookupError):
        fail_after_the_draft()
    assert not Paper.objects.exists()
    assert factory.draft(here).number == "（2023）鄂9903执12号"


def test_two_drafts_at_once_never_share_a_number() -> None:
    """Whoever forgets the case's lock meets the constraint, in words."""
    here = court()
    drafted, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            factory.draft(here)
            drafted.set()
            go_on.wait(10)
        connections.close_all()

    first = threading.Thread(target=hold)
    first.start()
    drafted.wait(10)
    threading.Timer(0.3, go_on.set).start()
    with pytest.raises(Conflict, match="同一时刻"):
        factory.draft(here)
    first.join()
    assert list(Paper.objects.values_list("number", flat=True)) == ["（2023）鄂9903执12号"]


def test_what_joins_a_transaction_refuses_to_work_without_one(storage: Path) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        drafts.void(paper_id=1, reason="x", actor="user:7", at=AT, key="k")
    with pytest.raises(transaction.TransactionManagementError):
        store_upload(
            upload=factory.upload(factory.pdf()),
            kind="upload",
            about="case:12",
            case_id=12,
            court_id=1,
            team_id=None,
            owner_id=None,
            actor="user:7",
            at=AT,
        )
    assert stored(storage) == []
