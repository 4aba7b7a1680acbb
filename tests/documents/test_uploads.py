"""An upload is checked, kept and written down; a wrong one leaves nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import transaction

from documents.models import File
from documents.uploads import store_upload
from kernel.errors import BadInput, WrongState
from tests.documents.conftest import stored
from tests.factories import documents as factory
from tests.factories.courts import court

pytestmark = pytest.mark.django_db
AT = dt.datetime(2023, 4, 26, 17, tzinfo=dt.UTC)


def store(content: bytes | SimpleUploadedFile, name: str = "材料.pdf", **changes: object) -> File:
    made = factory.upload(content, name) if isinstance(content, bytes) else content
    with transaction.atomic():
        return store_upload(
            **{
                "upload": made,
                "kind": "upload",
                "about": "case:12",
                "case_id": 12,
                "court_id": court().pk,
                "team_id": 5,
                "owner_id": 9,
                "actor": "user:7",
                "at": AT,
                **changes,
            }
        )


def test_an_upload_is_kept_under_a_name_of_ours(storage: Path) -> None:
    content = factory.pdf(2)
    file = store(content, "../借条.exe", captured_at=AT - dt.timedelta(hours=3))
    file.refresh_from_db()
    assert (file.name, file.media_type, file.kind) == ("借条.pdf", "application/pdf", "upload")
    assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert (file.about, file.case_id, file.team_id, file.owner_id, file.uploaded_by) == (
        "case:12",
        12,
        5,
        9,
        "user:7",
    )
    assert file.captured_at == AT - dt.timedelta(hours=3)
    (path,) = stored(storage)
    assert path.read_bytes() == content
    # the court's day: 17:00 UTC is past midnight there
    assert path.relative_to(storage).parent.as_posix() == "uploads/2023-04-27"
    assert "借条" not in path.name


def test_the_same_content_twice_is_two_files(storage: Path) -> None:
    assert store(factory.jpeg(), "a.jpg").path != store(factory.jpeg(), "a.jpg").path
    assert len(stored(storage)) == 2


def test_a_large_upload_comes_from_a_temporary_file(storage: Path) -> None:
    upload = TemporaryUploadedFile("录像.mp4", "video/mp4", 0, None)
    upload.write(factory.mp4())
    upload.size = upload.tell()
    upload.seek(0)
    assert store(upload).media_type == "video/mp4"
    upload.close()
    assert stored(storage)[0].read_bytes() == factory.mp4()


@pytest.mark.parametrize(
    ("content", "name", "code", "words"),
    [
        (b"", "空.pdf", "FILE-EMPTY", "文件是空的"),
        (b"MZ\x90\0", "判决书.pdf", "FILE-TYPE", "不能接收这种文件"),
        (factory.pdf(password="x"), "判决书.pdf", "FILE-LOCKED", "设有密码"),
        (factory.pdf(5)[:-200], "判决书.pdf", "FILE-BROKEN", "已经损坏或者不完整"),
        (factory.jpeg()[:300], "照片.jpg", "FILE-BROKEN", "图片已经损坏"),
    ],
)
def test_a_wrong_file_is_refused_in_clear_words_and_nothing_is_written(
    storage: Path, content: bytes, name: str, code: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        store(content, name)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert str(refusal.value.fix)
    assert stored(storage) == []
    assert not File.objects.exists()


def test_size_limits_say_how_large_it_was_and_may_be(settings, storage: Path) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    settings.UPLOAD_MAX_VIDEO_BYTES = 3 * 1024 * 1024
    padding = b"\0\x1f\xff\xf8free" + b"\0" * (2 * 1024 * 1024 - 16)
    with pytest.raises(BadInput, match="文件有 2.0 MB，太大了") as refusal:
        store(factory.pdf() + b"\n%" + b"x" * 2 * 1024 * 1024)
    assert str(refusal.value.fix) == "不能超过 1 MB，请压缩或拆分后上传"
    assert store(factory.mp4() + padding, "录像.mp4").size > 2_000_000
    with pytest.raises(BadInput, match="不能超过 3 MB|太大了"):
        store(b"x" * 3 * 1024 * 1024 + b"x")
    assert len(stored(storage)) == 1


def test_a_full_disk_is_said_and_leaves_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("documents.keeping.default_storage.save", full)
    with pytest.raises(WrongState, match="文件没有保存成功") as refusal:
        store(factory.pdf())
    assert "磁盘空间" in str(refusal.value.fix)
    assert not File.objects.exists()


def test_photos_are_pictures_only() -> None:
    assert store(factory.jpeg(), "现场.jpg", kind="photo").kind == "photo"
    with pytest.raises(BadInput) as refusal:
        store(factory.pdf(), kind="photo")
    assert str(refusal.value.fix).startswith("可以上传：JPG、PNG。")


def test_the_caller_may_narrow_the_types() -> None:
    assert store(factory.mp4(), only={"video/mp4"}).media_type == "video/mp4"
    with pytest.raises(BadInput) as refusal:
        store(factory.jpeg(), only={"video/mp4"})
    assert str(refusal.value.fix).startswith("可以上传：MP4。")
