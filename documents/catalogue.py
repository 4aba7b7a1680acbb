"""papers.yaml as values: what each kind of paper needs, rests on and says. Pure; checked when first read."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from documents import law
from kernel.errors import BadInput

PAPERS_FILE = Path(__file__).parent / "papers.yaml"
TYPES = frozenset({"date", "amount", "text", "list", "rows"})
MARK = re.compile(r"\{([a-z_]+)\}|\[([a-z_]+\.[a-z_]+(?:, ?[a-z_]+\.[a-z_]+)*)\]")
"""{fact} or [law.article, law.article] inside a line."""
LAW_MARKS = re.compile(r"[a-z_]+\.[a-z_]+")


@dataclass(frozen=True, slots=True)
class FactKind:
    """A fact a paper asks for.

    type: date, amount, text, list or rows (of `columns`). is_secret: printed but kept encrypted. court: the
    column of the court's row it is read from. beside: the list fact whose entries this list describes one by
    one.
    """

    key: str
    zh: str
    type: str
    is_required: bool
    is_secret: bool
    is_issue_day: bool = False
    court: str = ""
    beside: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One numbered line.

    each: the list fact it is repeated for. when: the optional fact without which it is left out.
    """

    text: str
    each: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class AnnexItem:
    """One row of a form that is sent along: what is asked for, and which particulars."""

    zh: str
    ask: str


@dataclass(frozen=True, slots=True)
class PaperKind:
    """A kind of paper. zh: its name in lists; title: the printed one. is_numbered: false for records."""

    code: str
    zh: str
    title: str
    is_numbered: bool
    facts: Mapping[str, FactKind]
    basis: tuple[str, ...]
    operative: tuple[Line, ...]
    rights: tuple[Line, ...]
    annex_title: str = ""
    annex: tuple[AnnexItem, ...] = field(default=())

    @property
    def template(self) -> str:
        """Name of the Django template that lays it out."""
        return f"documents/{self.code}.html"


def kind(code: str) -> PaperKind:
    """The kind of paper with this code. Raises BadInput when there is none."""
    found = kinds().get(code)
    if found is None:
        known = "、".join(each.zh for each in kinds().values())
        raise BadInput(
            _("没有“%(code)s”这种文书") % {"code": code},
            field="kind",
            fix=_("可以制作的文书：%(known)s") % {"known": known},
        )
    return found


@functools.cache
def kinds() -> dict[str, PaperKind]:
    """Every kind of paper, in the file's order. Raises ValueError for a file that contradicts itself."""
    loaded = yaml.safe_load(PAPERS_FILE.read_text(encoding="utf-8"))
    return read(loaded)


def read(loaded: Mapping[str, Any]) -> dict[str, PaperKind]:
    """Parsed YAML as kinds. Raises ValueError naming the paper and the unknown fact or article."""
    return {code: _kind(code, raw, loaded["common"]) for code, raw in loaded["papers"].items()}


def _kind(code: str, raw: Mapping[str, Any], common: Mapping[str, Any]) -> PaperKind:
    annex = raw.get("annex", {})
    made = PaperKind(
        code=code,
        zh=raw["zh"],
        title=raw["title"],
        is_numbered=raw["numbered"],
        facts={key: _fact(code, key, fact) for key, fact in {**common, **raw["facts"]}.items()},
        basis=tuple(raw["basis"]),
        operative=tuple(_line(line) for line in raw["operative"]),
        rights=tuple(_line(line) for line in raw["rights"]),
        annex_title=annex.get("title", ""),
        annex=tuple(AnnexItem(**item) for item in annex.get("items", ())),
    )
    _check(made)
    return made


def _fact(code: str, key: str, raw: Mapping[str, Any]) -> FactKind:
    unknown = set(raw) - {"zh", "type", "optional", "secret", "default", "court", "beside", "columns"}
    if unknown or raw["type"] not in TYPES or (raw["type"] == "rows") != ("columns" in raw):
        raise ValueError(f"papers.yaml: {code}.{key}: {sorted(unknown) or raw['type']}")
    return FactKind(
        key=key,
        zh=raw["zh"],
        type=raw["type"],
        is_required=not raw.get("optional", False),
        is_secret=raw.get("secret", False),
        is_issue_day=raw.get("default") == "issue_day",
        court=raw.get("court", ""),
        beside=raw.get("beside", ""),
        columns=tuple(raw.get("columns", ())),
    )


def _line(raw: str | Mapping[str, str]) -> Line:
    return Line(text=raw) if isinstance(raw, str) else Line(**raw)


def _check(made: PaperKind) -> None:
    known = (
        set(made.facts)
        | {"item"}
        | {f"{key}_capital" for key, fact in made.facts.items() if fact.type == "amount"}
    )
    named = [fact.beside for fact in made.facts.values() if fact.beside]
    references = list(made.basis)
    for line in made.operative + made.rights:
        named += [name for name in (line.each, line.when) if name]
        for fact, articles in MARK.findall(line.text):
            named += [fact] if fact else []
            references += LAW_MARKS.findall(articles)
    if unknown := [name for name in named if name not in known]:
        raise ValueError(f"papers.yaml: {made.code}: no fact {unknown}")
    documents = law.law()
    for reference in references:
        document, _, key = reference.partition(".")
        if document not in documents or any(
            key not in text["articles"] for text in documents[document]["texts"]
        ):
            raise ValueError(f"papers.yaml: {made.code}: no article {reference}")
