"""The answer that carries a file to a browser. Whether the person may have it is decided before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)
from django.utils.http import content_disposition_header

from documents import media
from documents.models import File

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")
_INLINE = {each.name for each in media.TYPES if each.is_shown_inline}


def serve(file: File, request: HttpRequest) -> HttpResponseBase:
    """The file, shown in the browser where that is safe; If-None-Match and one byte range are answered.

    Never cached by a proxy nor guessed to be another type. The caller has checked that the user may see it.
    """
    tag = f'"{file.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        response: HttpResponseBase = HttpResponseNotModified()
    elif (part := _wanted(request, file.size)) is not None:
        response = _part_of(file, *part)
    else:
        response = FileResponse(file.open(), content_type=file.media_type)
        response["Content-Length"] = str(file.size)
    response["ETag"] = tag
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = (
        content_disposition_header(file.media_type not in _INLINE, file.name) or "attachment"
    )
    return response


def _wanted(request: HttpRequest, size: int) -> tuple[int, int] | None:
    """First and last byte of the one range asked for, None for the whole; last < first cannot be met."""
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or match[0] == "bytes=-":
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size - 1
    return int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)


def _part_of(file: File, first: int, last: int) -> HttpResponseBase:
    if first > last:
        refusal = HttpResponse(status=416)
        refusal["Content-Range"] = f"bytes */{file.size}"
        return refusal
    response = StreamingHttpResponse(
        _bytes(file.open(), first, last - first + 1), status=206, content_type=file.media_type
    )
    response["Content-Range"] = f"bytes {first}-{last}/{file.size}"
    response["Content-Length"] = str(last - first + 1)
    return response


def _bytes(content: BinaryIO, first: int, length: int) -> Iterator[bytes]:
    with content:
        content.seek(first)
        while length > 0 and (chunk := content.read(min(_CHUNK, length))):
            length -= len(chunk)
            yield chunk
