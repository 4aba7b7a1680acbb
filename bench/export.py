"""导出 of 100,000 cases as a job, part by part as a worker does it: its memory below 200 MB, its seconds.

The export runs in a process of its own, so that nothing of the laying of the ground counts.
"""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import tempfile
import time as stopwatch
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.test import Client, override_settings

from bench.ground import city
from bench.ground.database import own_database
from bench.ground.figures import Figure
from courts.models import Appointment, Court, User
from desk.actions.exports import KIND, file_of
from jobs import running
from jobs.models import Job

GOAL_MB = 200.0
ADDRESS = "/cases/?state=all&format=xlsx"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many rows."""
    parser.add_argument("--rows", type=int, default=100_000, help="cases of the list (default: 100,000)")
    parser.add_argument("--keep", default="", help="keep the database under this name, or use it again")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> list[Figure]:
    """All cases of all courts, as somebody who sees every court takes them."""
    logging.disable(logging.INFO)
    if options.inside:
        sys.stdout.write(json.dumps(_exported(options.inside)))
        sys.exit(0)
    with own_database(options.keep) as staging:
        # A few more than wanted: sealed cases are nobody's but their own court's.
        user = User.objects.get(
            pk=city.standing(staging, options.rows + options.rows // 500).people["superior_bureau"]
        )
        for court in Court.objects.filter(parent=None):
            Appointment.objects.get_or_create(
                user=user, role="superior_bureau", court=court, since="2020-01-01"
            )
        inside = f"{settings.DATABASES['default']['NAME']}:{user.pk}"
        done = subprocess.run(  # noqa: S603  ourselves
            [sys.executable, "-m", "bench", "export", "--inside", inside],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return _figures(json.loads(done.stdout), options.rows)


def _exported(inside: str) -> dict[str, Any]:
    """Ask for the list as a browser does, work on the job as a worker does; what it took. inside: database:user."""
    database, _mark, user = inside.partition(":")
    connections["default"].close()
    connections["default"].settings_dict["NAME"] = settings.DATABASES["default"]["NAME"] = database
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder, ALLOWED_HOSTS=["*"]):
        browser = Client()
        browser.force_login(User.objects.get(pk=user))
        began = stopwatch.perf_counter()
        browser.get(ADDRESS)
        asked = stopwatch.perf_counter()
        job = Job.objects.filter(kind=KIND).latest("pk")
        while not running.run(job.pk):
            job.refresh_from_db()
            if job.problem:
                raise RuntimeError(job.problem)
        ended = stopwatch.perf_counter()
        job.refresh_from_db()
        with zipfile.ZipFile(file_of(job)) as book:
            written = sum(part.count(b"<row ") for part in _chunks(book, "xl/worksheets/sheet1.xml")) - 1
        return {
            "asked": asked - began,
            "seconds": ended - asked,
            "peak": _peak(),
            "rows": job.done,
            "written": written,
            "bytes": file_of(job).stat().st_size,
        }


def _chunks(book: zipfile.ZipFile, name: str) -> Any:
    """A part of a workbook by its rows."""
    rest = b""
    with book.open(name) as content:
        while chunk := content.read(1 << 20):
            whole, mark, rest = (rest + chunk).rpartition(b"</row>")
            yield whole + mark
    yield rest


def _peak() -> float:
    """Megabytes: the most that this process has held; ru_maxrss would count its parent's as well."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _figures(found: dict[str, Any], rows: int) -> list[Figure]:
    whole = found["rows"] == found["written"] >= rows
    per_second = found["rows"] / found["seconds"]
    return [
        Figure(
            name=f"export of {found['rows']} rows in {found['seconds']:.0f} s, {per_second:.0f} a second, asked in"
            f" {found['asked']:.1f} s, {found['bytes'] / 1e6:.1f} MB",
            ours=found["peak"],
            limit=GOAL_MB,
            ratio=found["peak"] / GOAL_MB,
            unit="MB at most held",
            rows=found["rows"],
            spread=(found["peak"] / GOAL_MB, found["peak"] / GOAL_MB),
            goal=f"all {rows} rows written, below {GOAL_MB:g} MB",
            is_reached=whole and found["peak"] < GOAL_MB,
        )
    ]
