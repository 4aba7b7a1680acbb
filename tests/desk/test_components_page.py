"""The /components/ page draws every component, from a context that needs no database."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from desk.components_page import STATES, sample_context

ROOT = Path(__file__).resolve().parents[2]
COMPONENTS = ROOT / "templates/components"
# Pieces of the page itself.
OWN = {"index"}
# Tags of desk/templatetags/drawing.py that draw the component of the same name, or several.
DRAWN = {name: {name} for name in ("icon", "state_icon", "state_word", "pill", "button", "amount", "menu")}
DRAWN["table_rows"] = {"pill", "tags", "amount", "button", "menu", "icon", "state_icon"}


@pytest.fixture(scope="module")
def page() -> str:
    return render_to_string("components/index.html", sample_context())


def reached(name: str, seen: set[str]) -> set[str]:
    """The names of all components that template `name` includes, directly or through others."""
    text = (COMPONENTS / f"{name}.html").read_text(encoding="utf-8")
    drawn = {of for tag in re.findall(r"{% (\w+)", text) for of in DRAWN.get(tag, ())} - {name}
    for inner in {*re.findall(r"components/(\w+)\.html", text), *drawn}:
        if inner not in seen:
            seen.add(inner)
            reached(inner, seen)
    return seen


def test_every_component_is_on_the_page() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "desk").glob("components_*.py"))
    named = set(re.findall(r"components/(\w+)\.html", sources))
    shown = reached("index", set()) | named
    for name in named:
        reached(name, shown)
    assert {path.stem for path in COMPONENTS.glob("*.html")} - shown - OWN == set()


def test_every_state_is_on_the_page(page: str) -> None:
    for state in STATES:
        assert f"c-pill--{state}" in page


def test_nothing_leaks_python_into_the_page(page: str) -> None:
    assert not re.search(r"dict_keys|<built-in|object at 0x|&lt;function|None</", page)


def test_ids_are_unique_and_labels_lead_somewhere(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    targets = set(re.findall(r'<label[^>]* for="([^"]+)"', page)) | set(re.findall(r'href="#([^"]+)"', page))
    assert targets - set(ids) - {"bell"} == set()
    described = {
        target for text in re.findall(r'aria-describedby="([^"]+)"', page) for target in text.split()
    }
    assert described
    assert described - set(ids) == set()


def test_numbers_in_drawings_are_plain(settings: Any) -> None:
    """A thousands separator inside an SVG attribute would break the ring of a long limit."""
    settings.USE_THOUSAND_SEPARATOR = True
    donut = {
        "total": 1200,
        "number": 1,
        "unit": "日",
        "words": "",
        "parts": [{"tone": "prog", "label": "", "value": 1100, "offset": -1000, "text": ""}],
    }
    with translation.override("en"):  # Chinese formats know no separator
        drawn = render_to_string("components/donut.html", {"donut": donut})
    assert 'pathLength="1200"' in drawn
    assert 'stroke-dasharray="1100 1200"' in drawn
    assert 'stroke-dashoffset="-1000"' in drawn
