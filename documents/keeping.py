"""Where files lie in storage, and the removal of those that no row names.

A file is written before its row commits, so a request that fails leaves one behind. Files lie in a folder per
court-local day, so that looking for them does not mean listing the whole storage.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator

import structlog
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.base import File as Content
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from documents.models import File, Paper
from documents.states import PaperState
from kernel import time
from kernel.errors import WrongState

LOOK_BACK_DAYS = 14
log = structlog.get_logger(__name__)


def keep_paper(paper: Paper, pdf: bytes) -> str:
    """Store a rendered paper under its content hash and return its path; the same bytes are stored once."""
    digest = hashlib.sha256(pdf).hexdigest()
    path = f"papers/{_day(paper.created_at)}/{paper.pk}-{digest}.pdf"
    if default_storage.exists(path):
        with default_storage.open(path, "rb") as kept:
            if hashlib.sha256(kept.read()).hexdigest() == digest:
                return path
        # A machine that died while writing leaves a part of the file.
        default_storage.delete(path)
    return default_storage.save(path, ContentFile(pdf))


def keep_upload(content: Content, *, suffix: str, at: dt.datetime) -> str:
    """Store an upload under a name of ours and return its path. Raises WrongState when storage fails."""
    content.seek(0)
    try:
        return default_storage.save(f"uploads/{_day(at)}/{uuid.uuid4().hex}{suffix}", content)
    except OSError as error:
        log.error("file.not_stored", error=type(error).__name__, errno=error.errno)
        raise WrongState(
            _("文件没有保存成功：文件存储暂时不可用"),
            code="FILE-STORAGE",
            fix=_("请稍后重试；仍不成功请联系系统管理员检查磁盘空间"),
        ) from error


def remove_orphans(*, at: dt.datetime) -> int:
    """Delete files that no row has named for FILE_ORPHAN_HOURS, of the last two weeks; returns how many.

    A draft's file is no orphan: its row is about to be written. Safe to run twice and beside anything else.
    """
    removed = 0
    for path in _old_paths(at):
        # In this order: a paper's state and file row commit together, so one that is no draft has its row.
        if not _is_being_rendered(path) and not File.objects.filter(path=path).exists():
            default_storage.delete(path)
            log.info("file.orphan_removed", path=path)
            removed += 1
    return removed


def _old_paths(at: dt.datetime) -> Iterator[str]:
    """Files in the folders of whole days before the limit."""
    limit = time.today(at - dt.timedelta(hours=settings.FILE_ORPHAN_HOURS))
    for back in range(1, LOOK_BACK_DAYS + 1):
        for area in ("papers", "uploads"):
            folder = f"{area}/{(limit - dt.timedelta(days=back)).isoformat()}"
            try:
                names = default_storage.listdir(folder)[1]
            except FileNotFoundError:
                continue
            yield from (f"{folder}/{name}" for name in sorted(names))


def _is_being_rendered(path: str) -> bool:
    area, _folder, name = path.split("/")
    if area != "papers":
        return False
    number = name.partition("-")[0]
    return number.isdigit() and Paper.objects.filter(pk=int(number), state=PaperState.DRAFT).exists()


def _day(at: dt.datetime) -> str:
    return time.today(at).isoformat()
