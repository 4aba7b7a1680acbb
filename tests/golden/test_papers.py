"""The papers as they are printed: every line with its place, and the pages as pictures.

UPDATE_GOLDENS=1 writes them anew; look at the pictures before committing them.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from documents import catalogue, compose
from documents.facts import freeze
from documents.numbers import number_of
from documents.renderer import render_pdf
from tests.documents import pdf_text
from tests.factories import documents as factory

FOLDER = Path(__file__).parent / "papers"
UPDATE = bool(os.environ.get("UPDATE_GOLDENS"))
DAYS = {
    "acceptance_notice": dt.date(2023, 4, 24),
    "execution_notice": dt.date(2023, 4, 26),
    "report_order": dt.date(2023, 4, 26),
    "freeze_ruling": dt.date(2023, 5, 4),
    "interview_record": dt.date(2024, 4, 9),
    "termination_ruling": dt.date(2024, 4, 12),
    "petition_reply": dt.date(2023, 6, 27),
    "escrow_decision": dt.date(2023, 9, 27),
    "distribution_plan": dt.date(2023, 5, 10),
}
MOST_DIFFERENT = 0.004
"""Share of the pixels that may differ: another version of the drawing program smooths edges otherwise."""


def printed(code: str) -> bytes:
    kind = catalogue.kind(code)
    facts = freeze(kind, factory.facts(code), factory.secrets(code), court=factory.COURT, on=DAYS[code])
    ordinal = list(DAYS).index(code) if DAYS[code].year == 2023 else 0
    number = number_of(facts.open["case_number"], ordinal) if kind.is_numbered else ""
    return render_pdf(
        compose.html_of(kind, number=number, facts={**facts.open, **facts.secret}),
        css=compose.style_sheet(),
        title=f"{kind.zh} {number or facts.open['case_number']}",
        author=factory.COURT["name"],
        created_at=dt.datetime(2023, 4, 24, 1, tzinfo=dt.UTC),
    )


@pytest.mark.parametrize("code", list(DAYS))
def test_every_line_stands_where_it_stood(code: str) -> None:
    pages = ["\n".join(page) for page in pdf_text.lines(printed(code))]
    golden = FOLDER / f"{code}.txt"
    now = "\n\n".join(pages) + "\n"
    if UPDATE:
        golden.write_text(now, encoding="utf-8")
    assert now == golden.read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="pictures are drawn by poppler-utils")
@pytest.mark.parametrize("code", list(DAYS))
def test_the_pages_look_as_they_looked(code: str, tmp_path: Path) -> None:
    source = tmp_path / "paper.pdf"
    source.write_bytes(printed(code))
    subprocess.run(["pdftoppm", "-r", "60", "-gray", "-png", source, tmp_path / code], check=True)
    drawn = sorted(tmp_path.glob(f"{code}-*.png"))
    if UPDATE:
        for old in FOLDER.glob(f"{code}-*.png"):
            old.unlink()
        for picture in drawn:
            with Image.open(picture) as image:
                image.convert("L").quantize(16).save(FOLDER / picture.name, optimize=True)
    assert [picture.name for picture in drawn] == sorted(
        golden.name for golden in FOLDER.glob(f"{code}-*.png")
    )
    for picture in drawn:
        assert difference(picture, FOLDER / picture.name) <= MOST_DIFFERENT, picture.name


def test_a_changed_page_is_seen() -> None:
    first, second = FOLDER / "freeze_ruling-1.png", FOLDER / "freeze_ruling-2.png"
    assert difference(first, second) > MOST_DIFFERENT


def difference(one: Path, other: Path) -> float:
    """Share of the pixels whose grey differs by more than a quarter of the scale."""
    with Image.open(one) as a, Image.open(other) as b:
        if a.size != b.size:
            return 1.0
        histogram = ImageChops.difference(a.convert("L"), b.convert("L")).histogram()
    return sum(histogram[64:]) / sum(histogram)


@pytest.mark.parametrize("code", list(DAYS))
def test_every_fact_is_printed(code: str) -> None:
    """What a paper asks for it also says: a fact that nobody reads would not be required."""
    kind = catalogue.kind(code)
    said = pdf_text.text(printed(code)).replace("　", "").replace(" ", "")
    for key, value in {**factory.facts(code), **factory.secrets(code)}.items():
        if kind.facts[key].type == "list":
            assert all(item.replace(" ", "") in said for item in value), key
        elif kind.facts[key].type == "text":
            assert value.replace(" ", "") in said, key
        elif kind.facts[key].type == "rows":
            # Cells stand beside each other, so only their beginnings are in one piece.
            assert all(cell[:4] in said for row in value for cell in row), key
