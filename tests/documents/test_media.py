"""A file is what its bytes say; what is locked, broken or a bomb is refused in plain words."""

from __future__ import annotations

import io
import struct
import zlib

import pytest

from documents import media
from kernel.errors import BadInput
from tests.factories import documents as factory


def check(content: bytes) -> media.MediaType:
    stream = io.BytesIO(content)
    found = media.recognise(stream)
    assert found is not None
    found.check(stream)
    return found


def png_claiming(width: int, height: int, *, pixels: bytes = b"") -> bytes:
    """A PNG whose header claims a size, whatever its data."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = zlib.compress(pixels or b"\0" * 100, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (factory.pdf(), media.PDF),
        (factory.jpeg(), media.JPEG),
        (factory.jpeg(as_format="PNG"), media.PNG),
        (factory.mp4(), media.MP4),
        (factory.mp4(brand=b"mp42"), media.MP4),
        (factory.docx(), media.DOCX),
        (factory.mp4(brand=b"M4A "), media.M4A),
        (factory.mp3(), media.MP3),
        (b"ID3\x04\0\0\0\0\0\x05" + b"title" + factory.mp3(), media.MP3),
        (factory.mp4(brand=b"heic", boxes=(b"meta", b"mdat")), media.HEIC),
    ],
)
def test_what_we_take(content: bytes, expected: media.MediaType) -> None:
    assert check(content) is expected


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0 an executable",
        b"<html><script>alert(1)</script></html>",
        b"GIF89a" + b"\0" * 40,
        b"PK\x03\x04 no archive at all",
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b" %PDF-1.7 after a space",
        b"x",
    ],
)
def test_what_we_do_not_take(content: bytes) -> None:
    assert media.recognise(io.BytesIO(content)) is None


def test_a_zip_that_is_no_word_document_is_not_taken() -> None:
    empty = factory.docx().replace(b"word/document.xml", b"word/documenX.xml")
    assert media.recognise(io.BytesIO(empty)) is None


def test_a_pdf_with_a_password_is_refused() -> None:
    with pytest.raises(BadInput, match="这个 PDF 设有密码或限制") as refusal:
        check(factory.pdf(password="secret"))
    assert str(refusal.value.fix) == "请去掉密码后重新上传"


def test_a_pdf_that_only_restricts_is_refused_too() -> None:
    out = io.BytesIO()
    with media.pikepdf.open(io.BytesIO(factory.pdf())) as document:
        document.save(out, encryption=media.pikepdf.Encryption(owner="owner", user=""))
    with pytest.raises(BadInput, match="密码或限制"):
        check(out.getvalue())


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
def test_a_pdf_that_was_cut_off_is_refused(cut: float) -> None:
    whole = factory.pdf(20)
    with pytest.raises(BadInput, match="PDF已经损坏或者不完整"):
        check(whole[: int(len(whole) * cut)])


def test_a_pdf_without_pages_or_with_too_many_is_refused(settings) -> None:
    with pytest.raises(BadInput, match="有 0 页"):
        check(factory.pdf(0))
    settings.UPLOAD_MAX_PAGES = 3
    check(factory.pdf(3))
    with pytest.raises(BadInput, match="有 4 页") as refusal:
        check(factory.pdf(4))
    assert "1 至 3 页" in str(refusal.value.fix)


def test_a_pixel_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = png_claiming(60_000, 60_000)
    assert len(bomb) < 500
    with pytest.raises(BadInput, match="图片的像素太多") as refusal:
        check(bomb)
    assert "5000 万像素" in str(refusal.value.fix)


@pytest.mark.parametrize(
    ("width", "height"), [(7100, 7100), (10_000, 10_000), (13_000, 13_000), (1, 2**31 - 1)]
)
def test_every_size_above_the_limit_is_refused(width: int, height: int) -> None:
    """Below, between and above the two limits at which Pillow itself warns and refuses."""
    with pytest.raises(BadInput, match="像素太多"):
        check(png_claiming(width, height))


def test_a_png_that_unpacks_to_more_than_it_claims_is_harmless() -> None:
    check(png_claiming(1, 1, pixels=b"\0" * 50_000_000))


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_that_was_cut_off_is_refused(form: str) -> None:
    whole = factory.jpeg(400, 300, as_format=form)
    with pytest.raises(BadInput, match="图片已经损坏或者不完整"):
        check(whole[: len(whole) // 2])


def test_a_picture_of_zero_size_is_refused() -> None:
    with pytest.raises(BadInput, match="图片已经损坏"):
        check(png_claiming(0, 10))


@pytest.mark.parametrize(
    "content",
    [
        factory.mp4()[:-10],
        factory.mp4(boxes=(b"mdat",)),
        factory.mp4() + b"\0\0\0\4",
        factory.mp4() + b"\0\0\0\0",
        factory.mp4() + struct.pack(">I4sQ", 1, b"free", 2**60),
    ],
)
def test_a_recording_that_did_not_end_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match="视频已经损坏或者不完整"):
        check(content)


def test_a_last_box_may_reach_to_the_end_and_a_box_may_be_long() -> None:
    check(factory.mp4(boxes=(b"moov",)) + struct.pack(">I4sQ", 1, b"mdat", 24) + b"\0" * 8)
    check(factory.mp4(boxes=(b"moov",)) + struct.pack(">I4s", 0, b"mdat") + b"\0" * 99)


def test_a_word_document_with_macros_is_refused() -> None:
    with pytest.raises(BadInput, match="带有宏"):
        check(factory.docx(**{"word/vbaProject.bin": b"x"}))


def test_a_word_document_that_is_a_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "_DOCX_MOST_BYTES", 1_000_000)
    with pytest.raises(BadInput, match="解压后过大"):
        check(factory.docx(**{"word/media/a.png": b"\0" * 2_000_000}))


def test_a_damaged_word_document_is_refused() -> None:
    content = bytearray(factory.docx(**{"word/media/a.bin": bytes(range(256)) * 40}))
    content[content.index(b"a.bin") + 40] ^= 0xFF
    with pytest.raises(BadInput, match="Word 文件已经损坏"):
        check(bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"ID3\x04\0\0\0\0\0\x05titleMZ\x90\0 an executable",
        factory.mp3()[:300],
        b"ID3",
        factory.mp4(brand=b"M4A ", boxes=(b"mdat",)),
    ],
)
def test_a_recording_that_is_cut_off_or_only_called_one_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match="录音已经损坏或者不完整"):
        check(content)
