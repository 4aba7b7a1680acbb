"""What an upload really is, by its bytes and not by its name, and whether it can be opened. Pure.

Each check raises BadInput in words for the person who uploads: what is wrong, and what to do.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import pikepdf
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image

from kernel.errors import BadInput

HEAD = 4096
_MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"3gp4",
    b"3gp5",
    b"MSNV",
}
_M4A_BRANDS = {b"M4A ", b"M4B "}
"""Recordings of speech as telephones write them."""
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1"}
"""Photos as telephones write them."""
_DOCX_MOST_BYTES = 200 * 1024 * 1024
_DOCX_MOST_PARTS = 5000


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type of file we take. check: opens it as far as needed to know that it is whole."""

    name: str
    suffix: str
    zh: str
    is_video: bool
    is_shown_inline: bool
    check: Callable[[BinaryIO], None]


def recognise(content: BinaryIO) -> MediaType | None:
    """The type by the first bytes, or None when it is none of ours."""
    content.seek(0)
    head = content.read(HEAD)
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS:
        return MP4
    if head[4:8] == b"ftyp" and head[8:12] in _M4A_BRANDS:
        return M4A
    if head[:3] == b"ID3" or _mp3_frame(head[:4]):
        return MP3
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return HEIC
    if head.startswith(b"PK\x03\x04") and _is_word(content):
        return DOCX
    return None


def _check_pdf(content: BinaryIO) -> None:
    """Encrypted, damaged or endless PDFs are refused; nothing is repaired, since the file may be evidence."""
    content.seek(0)
    try:
        with pikepdf.open(content, attempt_recovery=False) as document:
            is_locked, pages = document.is_encrypted, len(document.pages)
    except pikepdf.PasswordError:
        is_locked, pages = True, 0
    except (pikepdf.PdfError, ValueError, RuntimeError) as error:
        raise _broken(_("PDF"), _("请重新导出或扫描后再上传，或者用打印功能另存为 PDF")) from error
    if is_locked:
        raise BadInput(
            _("这个 PDF 设有密码或限制"), code="FILE-LOCKED", field="file", fix=_("请去掉密码后重新上传")
        )
    if not 0 < pages <= settings.UPLOAD_MAX_PAGES:
        raise BadInput(
            _("这个 PDF 有 %(pages)d 页") % {"pages": pages},
            code="FILE-PAGES",
            field="file",
            fix=_("每个文件应有 1 至 %(most)d 页，请拆分后上传") % {"most": settings.UPLOAD_MAX_PAGES},
        )


def _check_jpeg(content: BinaryIO) -> None:
    _check_image(content, "JPEG")


def _check_png(content: BinaryIO) -> None:
    _check_image(content, "PNG")


def _check_image(content: BinaryIO, form: str) -> None:
    """The stated size is read before a pixel is unpacked; then the picture is opened to its last line."""
    content.seek(0)
    try:
        with Image.open(content, formats=[form]) as image:
            _refuse_too_many_pixels(*image.size)
            # A JPEG is decoded at an eighth of its size: enough to know that it is whole.
            image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
            image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (OSError, SyntaxError, ValueError, struct.error) as error:
        raise _broken(_("图片"), _("请重新拍摄或导出后再上传")) from error


def _refuse_too_many_pixels(width: int, height: int) -> None:
    if width * height > settings.UPLOAD_MAX_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> BadInput:
    most = settings.UPLOAD_MAX_PIXELS // 10_000
    return BadInput(
        _("图片的像素太多"),
        code="FILE-PIXELS",
        field="file",
        fix=_("图片不能超过 %(most)d 万像素，请调低相机或扫描仪的分辨率") % {"most": most},
    )


def _check_mp4(content: BinaryIO) -> None:
    """A recording holds its index, which a broken one lacks."""
    _check_boxes(content, {b"moov", b"mdat"}, _("视频"), _("录像可能没有正常结束，请重新导出后再上传"))


def _check_m4a(content: BinaryIO) -> None:
    """A recording of speech holds its index, which a broken one lacks."""
    _check_boxes(content, {b"moov", b"mdat"}, _("录音"), _("录音可能没有正常结束，请重新导出后再上传"))


_MP3_KBITS = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_MP3_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mp3_frame(head: bytes) -> int:
    """The length of the layer III frame that starts here, bytes; 0 where none does (ISO/IEC 11172-3)."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version, rate, hertz = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    kbits = _MP3_KBITS[3 if version == 3 else 2][rate - 1]
    half = 144 if version == 3 else 72
    return half * kbits * 1000 // _MP3_HERTZ[version][hertz] + (head[2] >> 1 & 1)


def _check_mp3(content: BinaryIO) -> None:
    """Behind the tag, if there is one, frame follows frame."""
    size, position = content.seek(0, io.SEEK_END), 0
    content.seek(0)
    tag = content.read(10)
    if tag[:3] == b"ID3" and len(tag) == 10:
        position = 10 + sum(
            (byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True)
        )
    for _frame in range(3):
        content.seek(position)
        length = _mp3_frame(content.read(4))
        if not length or position + length > size:
            raise _broken(_("录音"), _("请重新导出后再上传"))
        position += length


def _check_heic(content: BinaryIO) -> None:
    """A photo of a telephone: whole as a container; what is drawn in it no program here opens."""
    _check_boxes(content, {b"meta"}, _("图片"), _("请重新拍摄，或者存为 JPG 后再上传"))


def _check_boxes(content: BinaryIO, wanted: set[bytes], what: object, fix: object) -> None:
    """The boxes must add up to the file's length and hold those wanted."""
    size = content.seek(0, io.SEEK_END)
    position, kinds = 0, set[bytes]()
    while position < size:
        content.seek(position)
        header = content.read(16)
        length, kind = struct.unpack(">I4s", header[:8]) if len(header) >= 8 else (0, b"")
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack(">Q", header[8:])
        elif length == 0 and kind:
            length = size - position
        if length < 8 or position + length > size:
            raise _broken(what, fix)
        kinds.add(kind)
        position += length
    if not wanted <= kinds:
        raise _broken(what, fix)


def _check_docx(content: BinaryIO) -> None:
    """A Word document without macros, whose parts do not unpack to more than they should."""
    content.seek(0)
    try:
        with zipfile.ZipFile(content) as archive:
            parts = archive.infolist()
            if len(parts) > _DOCX_MOST_PARTS or sum(part.file_size for part in parts) > _DOCX_MOST_BYTES:
                raise BadInput(
                    _("这个 Word 文件解压后过大"),
                    code="FILE-ARCHIVE",
                    field="file",
                    fix=_("请另存为 PDF 后上传"),
                )
            if any("vbaproject" in part.filename.lower() for part in parts):
                raise BadInput(
                    _("这个 Word 文件带有宏"), code="FILE-MACRO", field="file", fix=_("请另存为 PDF 后上传")
                )
            if archive.testzip() is not None:
                raise _broken(_("Word 文件"), _("请另存为 PDF 后上传"))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise _broken(_("Word 文件"), _("请另存为 PDF 后上传")) from error


def _is_word(content: BinaryIO) -> bool:
    try:
        with zipfile.ZipFile(content) as archive:
            return {"[Content_Types].xml", "word/document.xml"} <= set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False


def _broken(what: object, fix: object) -> BadInput:
    return BadInput(
        _("%(what)s已经损坏或者不完整，打不开") % {"what": what}, code="FILE-BROKEN", field="file", fix=fix
    )


PDF = MediaType("application/pdf", ".pdf", "PDF", False, True, _check_pdf)
JPEG = MediaType("image/jpeg", ".jpg", "JPG", False, True, _check_jpeg)
PNG = MediaType("image/png", ".png", "PNG", False, True, _check_png)
MP4 = MediaType("video/mp4", ".mp4", "MP4", True, True, _check_mp4)
HEIC = MediaType("image/heic", ".heic", "HEIC", False, False, _check_heic)
M4A = MediaType("audio/mp4", ".m4a", "M4A", False, True, _check_m4a)
MP3 = MediaType("audio/mpeg", ".mp3", "MP3", False, True, _check_mp3)
DOCX = MediaType(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".docx",
    "DOCX",
    False,
    False,
    _check_docx,
)
TYPES = (PDF, JPEG, PNG, HEIC, MP4, M4A, MP3, DOCX)
PICTURES = (JPEG, PNG)
"""Field evidence: what is shown beside the map and stamped with its time."""
