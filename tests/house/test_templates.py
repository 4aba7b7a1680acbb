"""Pages keep to the content security policy, to Chromium 92, and to translatable words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .pages import (
    ROOT,
    css_text,
    inline_code,
    modern_css,
    style_sheets,
    templates,
    untranslated,
    without_comments,
)

PAGES = templates()
SHEETS = style_sheets()


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_inline_code(path: Path) -> None:
    assert list(inline_code(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_word_can_be_translated(path: Path) -> None:
    assert list(untranslated(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_style_sheets_know_chromium_92(path: Path) -> None:
    assert list(modern_css(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_own_classes_are_prefixed(path: Path) -> None:
    """Bootstrap once gave our `.mark` a yellow background; its own names and htmx's are not ours to style."""
    selectors = re.sub(r"\{[^{}]*\}", "{}", css_text(path.read_text(encoding="utf-8")))
    selectors = re.sub(r"@[^{;]*[{;]", " ", selectors)
    foreign = {found for found in re.findall(r"\.([A-Za-z][\w-]*)", selectors) if not found.startswith("c-")}
    assert foreign <= {"htmx-request"}


def test_every_component_says_what_it_needs() -> None:
    for path in sorted((ROOT / "templates/components").glob("*.html")):
        assert path.read_text(encoding="utf-8").startswith("{# "), name(path)


def test_every_named_icon_exists() -> None:
    sprite = (ROOT / "static/icons/sprite.svg").read_text(encoding="utf-8")
    known = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    use = re.compile(r'(?:components/icon\.html" with name=|\{% icon )"([^"]+)"')
    used = {
        icon for path in PAGES for icon in use.findall(without_comments(path.read_text(encoding="utf-8")))
    }
    assert used
    assert used - known == set()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color:red">', "an inline style"),
        ("<style>p{}</style>", "a style element"),
        ("<script>go()</script>", "an inline script"),
        ('<a onclick="go()">', "an event attribute"),
        ('<a hx-on:click="go()">', "an htmx event attribute"),
        ('<a href="javascript:go()">', "a javascript address"),
        ('<img src="//cdn.example/x.png">', "an outside address"),
    ],
)
def test_the_reader_sees_inline_code(text: str, what: str) -> None:
    assert (1, what) in list(inline_code(text))


@pytest.mark.parametrize(
    "text",
    [
        "{# <p style= #}",
        '<script defer src="/static/a.js"></script>',
        '<table class="c-table"><td data-label="{% translate "期限" %}">',
    ],
)
def test_the_reader_leaves_good_code_alone(text: str) -> None:
    assert list(inline_code(text)) == []
    assert list(untranslated(text)) == []


def test_the_reader_sees_bare_words_and_modern_css() -> None:
    assert list(untranslated('<p>{{ x }}\n期限 {% translate "甲" %}')) == [(2, "期限")]
    found = [
        what
        for _, what in modern_css("a { color: color-mix(in srgb, red, blue); height: 100dvh; }\nb:has(i) {}")
    ]
    assert found == ["color-mix(", "0dvh", ":has("]
