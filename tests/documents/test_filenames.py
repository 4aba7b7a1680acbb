"""Names are for people: clean, honest about the type, without personal numbers."""

import pytest

from documents.filenames import LONGEST, clean


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("判决书.pdf", "判决书.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\材料\\借条.doc", "借条.pdf"),
        ("invoice.pdf.exe", "invoice.pdf.pdf"),
        ('a"b<c>d|e?.pdf', "abcde.pdf"),
        ("行1\r\nSet-Cookie: x.pdf", "行1Set-Cookie x.pdf"),
        ("借条\u202efdp.exe", "借条fdp.pdf"),
        ("  .  ", "未命名.pdf"),
        ("", "未命名.pdf"),
        (".pdf", "pdf.pdf"),
        ("2023.4.24约谈", "2023.4.24约谈.pdf"),
        ("张三身份证429900198001020018.jpg", "张三身份证429900********0018.pdf"),
        ("聊天记录13800001234.png", "聊天记录138****1234.pdf"),
        ("mmexport1682302500123.jpg", "mmexport1682302500123.pdf"),
    ],
)
def test_names(given: str, kept: str) -> None:
    assert clean(given, suffix=".pdf", fallback="未命名") == kept


def test_a_long_name_is_cut() -> None:
    name = clean("长" * 300 + ".pdf", suffix=".pdf", fallback="未命名")
    assert len(name) == LONGEST
    assert name.endswith("长.pdf")
