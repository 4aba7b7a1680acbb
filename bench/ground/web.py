"""The pages as a browser gets them: the web server of scripts/run on the benchmark's database, asked over HTTP."""

from __future__ import annotations

import http.client
import os
import statistics
import subprocess
import sys
import threading
import time as stopwatch
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from courts.models import User

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60
HOST = "127.0.0.1"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Timed:
    """One address as one person: milliseconds of every counted request, its statements, its bytes."""

    milliseconds: Sequence[float]
    statements: int
    size: int

    @property
    def median(self) -> float:
        """p50 in ms."""
        return statistics.median(self.milliseconds)

    @property
    def p95(self) -> float:
        """p95 in ms."""
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]


@contextmanager
def web() -> Iterator[int]:
    """gunicorn as scripts/run starts it: two processes of four threads, on a free port, which it yields.

    Ended with the block.
    """
    url = urlsplit(os.environ["DATABASE_URL"])
    name = settings.DATABASES["default"]["NAME"]
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{name}")),
        "ALLOWED_HOSTS": HOST,
        "KICKS": "0",
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
    }
    sys.path.insert(0, str(ROOT / "scripts"))
    port = import_module("launcher.ports").free_port()
    command = import_module("launcher.foreground").command_of("web", sys.executable, bind=f"{HOST}:{port}")
    with subprocess.Popen(  # noqa: S603  our own command
        [str(word) for word in command],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()


def ask(port: int, user: User, path: str, *, rounds: int, warm: int, clients: int = 1) -> Timed:
    """Time an address over HTTP. clients: how many ask at once, each `rounds` times. Raises RuntimeError unless 200."""
    cookie = _signed_in(user)
    taken: list[float] = []
    failed: list[str] = []
    sizes: list[int] = []

    def go() -> None:
        line = http.client.HTTPConnection(HOST, port, timeout=60)
        for turn in range(warm + rounds):
            began = stopwatch.perf_counter()
            line.request("GET", path, headers={"Cookie": cookie})
            answer = line.getresponse()
            body = answer.read()
            if turn >= warm:
                taken.append((stopwatch.perf_counter() - began) * 1000)
            if answer.status != 200:
                failed.append(f"{path}: {answer.status}")
                return
            sizes.append(len(body))
        line.close()

    threads = [threading.Thread(target=go) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise RuntimeError(failed[0])
    return Timed(taken, _statements(user, path), sizes[-1])


def _statements(user: User, path: str) -> int:
    """How many statements the page asks, in this process."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    with override_settings(ALLOWED_HOSTS=["testserver"]), CaptureQueriesContext(connection) as asked:
        client.get(path)
    return len(asked)


def _signed_in(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    until = stopwatch.monotonic() + READY_SECONDS
    while stopwatch.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError("the web server has ended")
        try:
            line = http.client.HTTPConnection(HOST, port, timeout=2)
            line.request("GET", "/healthz")
            line.getresponse().read()
            return
        except OSError:
            stopwatch.sleep(0.3)
    raise RuntimeError("the web server does not answer")
