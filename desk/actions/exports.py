"""导出 of a long list: a job draws it from its own page, a part a step, and keeps the workbook for a day.

What was typed into the filters is kept encrypted, and only who asked may have the file.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve, reverse
from django.utils.translation import gettext as _

from courts.actions.exporting import note_export
from courts.secondfactor import SHOWN
from desk.drawn import Drawn, file_name, tables_of
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from kernel.bookwriting import write_workbook
from kernel.fields import decrypt, encrypt

KIND = "desk.export"
KEPT = dt.timedelta(hours=24)
_CONTEXT = "desk.export.query"


def ask_export(request: HttpRequest, *, title: str, at: dt.datetime) -> Job:
    """Ask for the list of this address as a workbook; the same list in the same minute is the same job."""
    query = request.GET.urlencode()
    asked = f"{request.path}?{query}#{at:%Y%m%d%H%M}".encode()
    with transaction.atomic(durable=True):
        return ask_job(
            kind=KIND,
            title=_("导出：%s") % title,
            params={
                "path": request.path,
                "query": base64.b64encode(encrypt(query, context=_CONTEXT)).decode(),
                "factor": request.session.get(SHOWN),
                "file": uuid4().hex,
            },
            key=f"export:{request.user.pk}:{hashlib.sha256(asked).hexdigest()[:40]}",
            at=at,
            actor=request.user,
        )


def step(job: Job) -> Stride:
    """The next rows go behind those that stand; when none are left they become the workbook."""
    drawn = _drawn(job)
    if drawn is None:
        text = _("您已无权查看这份清单，没有导出。")
        return Stride(job.done, job.done, None, text, {"lines": [text]})
    lines = folder() / f"{job.params['file']}.rows"
    size = _append(lines, job.cursor.get("bytes", 0), drawn.rows)
    done = job.done + len(drawn.rows)
    if drawn.next:
        return Stride(done, 0, {"after": drawn.next, "bytes": size}, _("已取出 %s 行") % f"{done:,}")
    return _finished(job, drawn, lines, done)


def _finished(job: Job, drawn: Drawn, lines: Path, done: int) -> Stride:
    at = time.now()
    with file_of(job).open("wb") as stored:
        tables = tables_of(drawn.title, drawn.columns, _read(lines), drawn.conditions, job.asked_by, at)
        write_workbook(tables, stored)
    lines.unlink()
    note_export(
        what=drawn.what,
        conditions=drawn.names,
        rows=done,
        actor=job.asked_by,
        at=at,
        key=f"export:{job.params['file']}",
    )
    text = _("共 %s 行，24 小时内可以下载。") % f"{done:,}"
    link = {
        "url": reverse("desk:export", args=[job.pk]),
        "label": _("下载 Excel"),
        "icon": "file-spreadsheet",
    }
    result = {
        "lines": [text],
        "link": link,
        "name": file_name(drawn.title, at),
        "until": (at + KEPT).isoformat(),
    }
    return Stride(done, done, None, text, result)


def folder() -> Path:
    """Where workbooks wait to be fetched."""
    found = Path(settings.MEDIA_ROOT) / "exports"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def file_of(job: Job) -> Path:
    """The workbook of a job."""
    return folder() / f"{job.params['file']}.xlsx"


def forget_exports(*, at: dt.datetime) -> int:
    """Delete what was kept long enough; returns how many files. Safe to run twice."""
    old = [path for path in folder().iterdir() if path.stat().st_mtime < (at - KEPT).timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _drawn(job: Job) -> Drawn | None:
    """The next part, drawn by the list's own page for who asked; None where they may not see it any more."""
    request: Any = HttpRequest()
    request.method, request.path, request.path_info = "GET", job.params["path"], job.params["path"]
    request.META = {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    query = decrypt(base64.b64decode(job.params["query"]), context=_CONTEXT)
    request.GET = QueryDict(str(query))
    request.user, request.htmx = job.asked_by, False
    request.session = {SHOWN: job.params["factor"]}
    request.drawn_behind = job.cursor.get("after", "")
    request.resolver_match = match = resolve(request.path)
    try:
        found = match.func(request, *match.args, **match.kwargs)
    except (PermissionDenied, Http404):
        return None
    return found if isinstance(found, Drawn) else None


def _append(path: Path, size: int, rows: list[list[Any]]) -> int:
    """Put rows behind the first `size` bytes: what a killed worker wrote without its commit goes. Returns the size."""
    with path.open("ab") as content:
        content.truncate(size)
        for row in rows:
            content.write(json.dumps(row, default=_amount, ensure_ascii=False).encode() + b"\n")
        return content.tell()


def _amount(value: Decimal) -> list[str]:
    return [str(value)]


def _read(path: Path) -> Iterator[list[Any]]:
    with path.open("rb") as content:
        for line in content:
            yield [Decimal(cell[0]) if isinstance(cell, list) else cell for cell in json.loads(line)]
