"""Frozen facts to the HTML of a paper. Pure but for Django's templates: the same facts give the same text."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import segno
from django.template.loader import get_template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from documents import fonts, law, wording
from documents.catalogue import LAW_MARKS, MARK, FactKind, Line, PaperKind

SHEET = Path(__file__).parent / "print" / "paper.css"


@dataclass(frozen=True, slots=True)
class Signer:
    """A line of the signature: 审　判　员  王　平. Both spread to an even width."""

    post: str
    name: str


def html_of(kind: PaperKind, *, number: str, facts: Mapping[str, Any]) -> str:
    """The body of the paper. facts: open and secret facts together, in frozen form."""
    on = dt.date.fromisoformat(facts["issued_on"])
    printed = {key: _printed(kind.facts[key], value) for key, value in facts.items()}
    values = {**printed, **_capitals(kind, facts)}
    context = {
        "kind": kind,
        "number": number,
        "f": printed,
        "raw": facts,
        "parties": list(_parties(facts)),
        "basis": _marked(law.clause(kind.basis, on)),
        "operative": _numbered(kind, kind.operative, values, facts, on),
        "rights": _numbered(kind, kind.rights, values, facts, on),
        "issued": wording.day_in_numerals(on),
        "judges": list(_judges(facts.get("judges", ()))),
        "picture": _picture(facts),
        "clerk": Signer(wording.spread("书记员", 5), wording.spread(facts.get("clerk", ""), 3)),
    }
    return get_template(kind.template).render(context)


def style_sheet() -> str:
    """The style sheet of all papers."""
    return SHEET.read_text(encoding="utf-8")


def template_digest(kind: PaperKind) -> str:
    """SHA-256 over all that decides how the paper looks, but the facts: layout, wording, articles, fonts."""
    return hashlib.sha256((_layout_digest() + repr(kind) + fonts.digest()).encode()).hexdigest()


@functools.cache
def _layout_digest() -> str:
    layout: Any = get_template("documents/paper.html")
    folder = Path(layout.origin.name).parent
    files = [*sorted(folder.glob("*.html")), SHEET, law.LAW_FILE]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def _printed(fact: FactKind, value: Any) -> Any:
    match fact.type:
        case "date":
            return wording.day(dt.date.fromisoformat(value))
        case "amount":
            return wording.yuan(Decimal(value))
    return value


def _capitals(kind: PaperKind, facts: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{key}_capital": wording.capitals(Decimal(value))
        for key, value in facts.items()
        if kind.facts[key].type == "amount"
    }


def _parties(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(role, name, details or "") of each applicant and respondent, in order."""
    for role, names, details in (
        ("申请执行人", facts["applicants"], facts.get("applicant_details")),
        ("被执行人", facts["respondents"], facts.get("respondent_details")),
    ):
        for index, name in enumerate(names):
            yield role, name, details[index] if details else ""


def _judges(names: Sequence[str]) -> Iterator[Signer]:
    """One judge signs as 审判员; of a panel the first is its presiding judge."""
    for index, name in enumerate(names):
        post = "审判长" if index == 0 and len(names) > 1 else "审判员"
        yield Signer(wording.spread(post, 5), wording.spread(name, 3))


def _picture(facts: Mapping[str, Any]) -> SafeString:
    """The QR picture that leads to the sign-in with the code of the paper, as SVG; empty without one.

    It holds the address and a random code, nothing of a person. The code stands behind #: no server log ever has it.
    """
    if not facts.get("login_code") or not facts.get("login_url"):
        return mark_safe("")
    code = segno.make_qr(f"{facts['login_url']}#{facts['login_code']}", error="m")
    return mark_safe(code.svg_inline(scale=1, border=2, omitsize=True))  # noqa: S308  drawn from squares only


def _numbered(
    kind: PaperKind,
    lines: Sequence[Line],
    values: Mapping[str, Any],
    facts: Mapping[str, Any],
    on: dt.date,
) -> list[tuple[str, SafeString]]:
    """(一, text) of every line that is printed."""
    texts = [
        _filled(line.text, {**values, "item": item}, on)
        for line in lines
        if not line.when or line.when in facts
        for item in (_items(kind, line.each, facts) if line.each else [""])
    ]
    return [(wording.ordinal(index), text) for index, text in enumerate(texts, 1)]


def _items(kind: PaperKind, key: str, facts: Mapping[str, Any]) -> list[str]:
    """The entries of a list fact, each with the entry of the list that describes it in brackets behind."""
    beside = next((fact for fact in kind.facts.values() if fact.beside == key and fact.key in facts), None)
    if beside is None:
        return list(facts[key])
    pairs = zip(facts[key], facts[beside.key], strict=True)
    return [f"{item}（{beside.zh}：{detail}）" if detail else item for item, detail in pairs]


def _filled(text: str, values: Mapping[str, Any], on: dt.date) -> SafeString:
    def replace(match: Any) -> str:
        fact, articles = match.groups()
        if articles:
            return law.clause(LAW_MARKS.findall(articles), on)
        value = values[fact]
        return wording.listed(value) if isinstance(value, list) else str(value)

    return _marked(MARK.sub(replace, text))


def _marked(text: str) -> SafeString:
    """Escaped text in which the mark of an unverified article is set small."""
    small = f'<span class="unverified">{law.UNVERIFIED}</span>'
    return mark_safe(str(escape(text)).replace(law.UNVERIFIED, small))  # noqa: S308  escaped in the same line
