"""HTML to PDF: the same bytes in every process, our fonts only, plain words when something is missing."""

from __future__ import annotations

import builtins
import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import ImageFile

from documents import fonts, renderer
from kernel.errors import BadInput, WrongState

AT = dt.datetime(2023, 4, 26, 2, tzinfo=dt.UTC)
CSS = '@page { size: A4; margin: 30mm } p { font-family: "Noto Serif CJK SC", serif }'
ROOT = Path(__file__).resolve().parents[2]
IN_ANOTHER_PROCESS = """
import datetime, hashlib, django
django.setup()
from documents.renderer import render_pdf
pdf = render_pdf({body!r}, css={css!r}, title="执行通知书", author="云州法院",
                 created_at=datetime.datetime(2023, 4, 26, 2, tzinfo=datetime.UTC))
print(hashlib.sha256(pdf).hexdigest())
"""


def render(body: str = "<p>执行通知书</p>", **changes: object) -> bytes:
    return renderer.render_pdf(
        body, **{"css": CSS, "title": "执行通知书", "author": "云州法院", "created_at": AT, **changes}
    )


def test_the_same_input_gives_the_same_bytes_in_another_process() -> None:
    body = "<p>申请执行人张三与被执行人李四一案，依照《民事诉讼法》执行。</p>" * 30
    here = hashlib.sha256(render(body)).hexdigest()
    script = IN_ANOTHER_PROCESS.format(body=body, css=CSS)
    for seed, zone in (("1", "UTC"), ("2", "America/New_York")):
        run = subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == here


def test_another_text_gives_other_bytes() -> None:
    assert render() != render("<p>报告财产令</p>")
    assert render() != render(created_at=AT + dt.timedelta(seconds=1))


def test_the_pdf_is_for_archiving_and_dated_by_the_draft() -> None:
    with pikepdf.open(io.BytesIO(render())) as document:
        assert str(document.docinfo["/CreationDate"]).startswith("D:20230426020000")
        assert str(document.docinfo["/ModDate"]).startswith("D:20230426020000")
        assert str(document.docinfo["/Title"]) == "执行通知书"
        assert len(document.trailer.ID) == 2
        with document.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "U")
        fonts_used = [str(font.BaseFont) for page in document.pages for font in page.resources.Font.values()]
    assert fonts_used
    assert all("Noto-Serif-CJK-SC" in font for font in fonts_used)


def test_only_our_fonts_are_known(settings) -> None:
    text = fonts.write_config().read_text(encoding="utf-8")
    assert str(fonts.VENDORED) in text
    assert "/usr/share" not in text
    assert {path.suffix for path in fonts.font_files()} == {".otf"}


def test_the_licence_stands_beside_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE Version 1.1" in (fonts.VENDORED / "OFL.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "http://127.0.0.1:9/x.png", "data:image/png;base64,AAAA"]
)
def test_nothing_is_loaded_from_outside(address: str) -> None:
    with pytest.raises(ValueError, match="load nothing from outside"):
        render(f'<p>文书</p><img src="{address}">')
    with pytest.raises(ValueError, match="load nothing from outside"):
        render(css=f'p {{ background: url("{address}") }}')


def test_a_character_no_font_has_is_named() -> None:
    with pytest.raises(BadInput, match="字体里没有这些字：𠮷、𠀋") as refusal:
        render("<p>被执行人𠮷田𠮷、𠀋</p>")
    assert "COURT_FONTS_DIR" in str(refusal.value.fix)


def test_a_font_of_the_court_is_used_at_once(settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        render("<p>𠮷</p>")
    settings.COURT_FONTS_DIR = tmp_path
    make_font(tmp_path / "rare.ttf", "𠮷")
    pdf = render("<p>𠮷</p>")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        names = [str(font.BaseFont) for page in document.pages for font in page.resources.Font.values()]
    assert any("Rare" in name for name in names)


def test_a_font_folder_that_is_not_there_is_said(settings, tmp_path: Path) -> None:
    settings.COURT_FONTS_DIR = tmp_path / "nowhere"
    with pytest.raises(WrongState, match="字体文件夹 .*nowhere 不存在"):
        render()


def test_without_pango_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_pango(name: str, *args: object, **kwargs: object) -> object:
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *args, **kwargs)

    renderer._weasyprint.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(WrongState, match="缺少系统库 pango") as refusal:
        render()
    assert str(refusal.value.fix).endswith(
        "apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
    )
    monkeypatch.undo()
    assert render().startswith(b"%PDF-")


def test_loading_it_does_not_make_the_process_accept_broken_pictures() -> None:
    renderer._weasyprint()
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_the_library_is_not_loaded_before_the_first_paper() -> None:
    script = (
        "import django, sys; django.setup(); import documents.views, documents.tasks;"
        "print('weasyprint' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


def make_font(path: Path, characters: str) -> None:
    """A font that draws a box for each of a few characters."""
    pen = TTGlyphPen(None)
    for index, point in enumerate([(100, 0), (100, 800), (900, 800), (900, 0)]):
        (pen.lineTo if index else pen.moveTo)(point)
    pen.closePath()
    box = pen.glyph()
    names = [".notdef", *(f"u{ord(char):X}" for char in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(char): f"u{ord(char):X}" for char in characters})
    builder.setupGlyf(dict.fromkeys(names, box))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "Rare", "styleName": "Regular", "psName": "Rare-Regular"})
    builder.setupOS2(sTypoAscender=900, usWinAscent=900, usWinDescent=100)
    builder.setupPost()
    builder.save(str(path))
