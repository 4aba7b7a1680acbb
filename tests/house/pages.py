"""Readers of templates and style sheets for the house tests: what a rule forbids, with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = (".venv", "node_modules", "static-built")

# Papers are rendered to PDF and never reach a browser.
PAPERS = ROOT / "templates/documents"

INLINE = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*="),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an htmx event attribute": re.compile(r"\s(?:data-)?hx-on[:\-=]"),
    "a javascript address": re.compile(r"(?:javascript|js):", re.IGNORECASE),
    "an outside address": re.compile(r"""(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE),
}

# What Chromium 92 does not know.
MODERN_CSS = re.compile(
    r"color-mix\(|light-dark\(|:has\(|@container|@layer|@scope|okl(?:ch|ab)\(|\bl(?:ch|ab)\(|\d(?:d|s|l)v[hw]\b"
    r"|\(from |&[.:\s]|\bsubgrid\b|(?:^|[;{\s])(?:translate|rotate|scale)\s*:|text-wrap\s*:|field-sizing\s*:"
)

DJANGO_COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}", re.DOTALL)
TRANSLATED = re.compile(r"\{%\s*blocktranslate.*?endblocktranslate\s*%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def templates() -> list[Path]:
    """Every page template of the project, papers left out."""
    found = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    return sorted(
        path
        for path in found
        if PAPERS not in path.parents and path.relative_to(ROOT).parts[0] not in SKIPPED
    )


def style_sheets() -> list[Path]:
    """Our own style sheets."""
    return sorted(ROOT.glob("static/css/*.css"))


def without_comments(text: str) -> str:
    """A template with its Django comments blanked, line numbers kept."""
    return DJANGO_COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def css_text(text: str) -> str:
    """A style sheet with its comments blanked, line numbers kept."""
    return re.sub(r"/\*.*?\*/", lambda found: re.sub(r"[^\n]", " ", found[0]), text, flags=re.DOTALL)


def line_of(text: str, at: int) -> int:
    """The number of the line that holds position `at`."""
    return text.count("\n", 0, at) + 1


def inline_code(text: str) -> Iterator[tuple[int, str]]:
    """(line, what) for what the content security policy would stop, or what is fetched from outside."""
    plain = without_comments(text)
    for what, pattern in INLINE.items():
        for found in pattern.finditer(plain):
            yield line_of(plain, found.start()), what


def untranslated(text: str) -> Iterator[tuple[int, str]]:
    """(line, text) for Chinese words that stand in a template outside a translate tag."""
    plain = TRANSLATED.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), without_comments(text))
    for number, line in enumerate(plain.splitlines(), 1):
        if CHINESE.search(line):
            yield number, line.strip()


def modern_css(text: str) -> Iterator[tuple[int, str]]:
    """(line, function) for what an old browser would drop from a style sheet."""
    plain = css_text(text)
    for found in MODERN_CSS.finditer(plain):
        yield line_of(plain, found.start()), found[0].strip()
