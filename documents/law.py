"""The articles that papers cite, in the text that was in force on the day of the paper. Pure; data in
law.yaml.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

LAW_FILE = Path(__file__).parent / "law.yaml"
UNVERIFIED = "〔待核实〕"


@dataclass(frozen=True, slots=True)
class Citation:
    """One or several articles of one document. verified: somebody has read the wording in that text."""

    document: str
    articles: tuple[str, ...]
    verified: bool

    def __str__(self) -> str:
        """《民事诉讼法》第二百五十一条、第二百六十四条, with 〔待核实〕 behind it when unverified."""
        return f"《{self.document}》{'、'.join(self.articles)}{'' if self.verified else UNVERIFIED}"


def cite(references: Iterable[str], on: dt.date) -> list[Citation]:
    """The citations of "cpl.notice" and the like on a court-local day, by document, in the order given.

    Raises LookupError for a reference that law.yaml does not hold.
    """
    articles: dict[str, list[str]] = {}
    verified: dict[str, bool] = {}
    for reference in references:
        document, _, key = reference.partition(".")
        text, is_certain = _text_on(document, on)
        if key not in text["articles"]:
            raise LookupError(f"law.yaml: no article {reference!r} in the text from {text['from']}")
        articles.setdefault(document, []).append(text["articles"][key])
        verified[document] = is_certain
    return [
        Citation(document=law()[document]["name"], articles=tuple(found), verified=verified[document])
        for document, found in articles.items()
    ]


def clause(references: Iterable[str], on: dt.date) -> str:
    """The citations in one sentence part: 《甲》第一条、第二条，《乙》第三条."""
    return "，".join(str(citation) for citation in cite(references, on))


def unverified(references: Iterable[str], on: dt.date) -> list[str]:
    """The citations nobody has checked yet, for the warning on the screen."""
    return [str(citation) for citation in cite(references, on) if not citation.verified]


@functools.cache
def law() -> dict[str, Any]:
    """law.yaml as it stands: id -> {name, texts: [{from, verified, articles}]}, texts in order of time."""
    loaded: dict[str, Any] = yaml.safe_load(LAW_FILE.read_text(encoding="utf-8"))
    for document in loaded.values():
        document["texts"].sort(key=lambda text: text["from"])
    return loaded


def _text_on(document: str, on: dt.date) -> tuple[dict[str, Any], bool]:
    """The text in force and whether its citation is certain; before the first text: that one, uncertain."""
    if document not in law():
        raise LookupError(f"law.yaml: no document {document!r}")
    texts = law()[document]["texts"]
    in_force = [text for text in texts if text["from"] <= on]
    text = in_force[-1] if in_force else texts[0]
    return text, bool(in_force and text["verified"])
