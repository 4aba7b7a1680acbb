"""Take a file from a person: check what it is, keep it, write its row."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from documents import filenames, media
from documents.keeping import keep_upload
from documents.models import File
from documents.states import FileKind
from kernel.errors import BadInput

_MEGABYTE = 1024 * 1024


def store_upload(
    *,
    upload: UploadedFile,
    kind: str,
    about: str,
    case_id: int | None,
    court_id: int,
    team_id: int | None,
    owner_id: int | None,
    actor: str,
    at: dt.datetime,
    captured_at: dt.datetime | None = None,
    only: Collection[str] = (),
) -> File:
    """Check an upload and keep it. Joins the caller's transaction, whose event names the file's id.

    kind: "upload", or "photo" (then only pictures are taken). only: media types to restrict it further, such
    as {"video/mp4"}. captured_at: when the device says it was taken. The type is decided by the bytes; the
    row's name is a cleaned one. Storage is written after all checks; if the caller's transaction fails, the
    sweep removes the file. Raises BadInput (field "file") for a type, size or content we do not take, with
    the limit and what to do.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("uploads are stored inside the caller's transaction")
    size = upload.size or 0
    found = _recognised(upload, size, kind, only)
    _check_size(size, found)
    found.check(cast(BinaryIO, upload.file))
    return File.objects.create(
        court_id=court_id,
        team_id=team_id,
        owner_id=owner_id,
        about=about,
        case_id=case_id,
        kind=FileKind(kind),
        name=filenames.clean(upload.name or "", suffix=found.suffix, fallback=str(_("未命名"))),
        media_type=found.name,
        size=size,
        sha256=_sha256(upload),
        path=keep_upload(upload, suffix=found.suffix, at=at),
        uploaded_by=actor,
        created_at=at,
        captured_at=captured_at,
    )


def _recognised(upload: UploadedFile, size: int, kind: str, only: Collection[str]) -> media.MediaType:
    taken = media.PICTURES if kind == FileKind.PHOTO else media.TYPES
    allowed = [each for each in taken if not only or each.name in only]
    if not size:
        raise BadInput(_("文件是空的"), code="FILE-EMPTY", field="file", fix=_("请重新选择文件"))
    if size > settings.UPLOAD_MAX_VIDEO_BYTES:
        raise _too_large(size, settings.UPLOAD_MAX_VIDEO_BYTES)
    found = media.recognise(cast(BinaryIO, upload.file))
    if found is None or found not in allowed:
        kinds = "、".join(each.zh for each in allowed)
        raise BadInput(
            _("不能接收这种文件"),
            code="FILE-TYPE",
            field="file",
            fix=_("可以上传：%(kinds)s。改文件扩展名不起作用，请用相应软件另存") % {"kinds": kinds},
        )
    return found


def _check_size(size: int, found: media.MediaType) -> None:
    most = settings.UPLOAD_MAX_VIDEO_BYTES if found.is_video else settings.UPLOAD_MAX_BYTES
    if size > most:
        raise _too_large(size, most)


def _too_large(size: int, most: int) -> BadInput:
    return BadInput(
        _("文件有 %(size).1f MB，太大了") % {"size": size / _MEGABYTE},
        code="FILE-SIZE",
        field="file",
        fix=_("不能超过 %(most)d MB，请压缩或拆分后上传") % {"most": most // _MEGABYTE},
    )


def _sha256(upload: UploadedFile) -> str:
    digest = hashlib.sha256()
    upload.seek(0)
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()
