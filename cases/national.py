"""The national system's node codes and words for states as data (cases/data/national.yaml), checked at start."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from cases.states import CaseState
from regimes.errors import PackError, PackErrors
from regimes.linedyaml import LinedMap, read
from regimes.nodes import load_nodes
from regimes.vocabulary import load_vocabulary

FILE = Path(__file__).parent / "data" / "national.yaml"


@dataclass(frozen=True, slots=True)
class Code:
    """A node code. events: of which one means the node was reached; first: only the first of a case; why: none does."""

    code: str
    zh: str
    events: tuple[str, ...]
    first: bool
    why: str


@dataclass(frozen=True, slots=True)
class Correspondence:
    """The whole file: codes; states: what the system calls a case's state -> states here that mean the same."""

    codes: Mapping[str, Code]
    states: Mapping[str, frozenset[str]]


def codes() -> Mapping[str, Code]:
    """Every node code. Raises PackErrors, each with its line, for what does not hold together."""
    return _read().codes


def states() -> Mapping[str, frozenset[str]]:
    """What the system calls the state of a case -> states of a case here that mean the same."""
    return _read().states


def parse(text: str, file: str = FILE.name) -> Correspondence:
    """The file's text, checked against the vocabulary, the nodes and the states. Raises PackErrors."""
    errors: list[PackError] = []
    loaded = read(text, file, errors)

    def fault(place: LinedMap, key: str, path: str, message: str, fix: str) -> None:
        errors.append(PackError(file, place.line_of(key), path, message, fix))

    if not str(loaded.get("source", "")).strip():
        fault(loaded, "source", "source", _("没有写依据"), _("写明节点代码出自哪份文件"))
    sections = {}
    for name in ("codes", "states"):
        sections[name] = loaded.get(name)
        if not isinstance(sections[name], LinedMap):
            fault(loaded, name, name, _("没有这一部分，或不是键值结构"), _("写成“键: 值”"))
            sections[name] = LinedMap(loaded.line)
    found = {code: _code(code, body, sections["codes"], fault) for code, body in sections["codes"].items()}
    named = {code for node in load_nodes() for code in node.national_codes}
    for code in sorted(named - found.keys()):
        fault(loaded, "codes", f"codes.{code}", _("nodes.yaml 用到这个代码，这里没有"), _("补上这个代码"))
    for word, known in sections["states"].items():
        unknown = set(known or ()) - set(CaseState.values) if isinstance(known, list) else {str(known)}
        if unknown:
            message = _("案件没有这种状态：%s") % "、".join(sorted(unknown))
            fault(sections["states"], word, f"states.{word}", message, "、".join(CaseState.values))
    if errors:
        raise PackErrors(sorted(errors, key=lambda error: error.line))
    return Correspondence(found, {word: frozenset(known) for word, known in sections["states"].items()})


def _code(code: str, body: Any, section: LinedMap, fault: Callable[..., None]) -> Code:
    place = f"codes.{code}"
    if not isinstance(body, LinedMap) or not body.get("zh"):
        fault(section, code, place, _("没有写名称"), _("例如 {zh: 立案审查, events: [case_filed]}"))
        return Code(code, "", (), first=False, why="")
    on = tuple(body.get("events") or ())
    if bool(on) == bool(body.get("why")):
        fault(section, code, place, _("events 和 why 应当只写一个"), _("有对应事件写 events，没有的写 why"))
    for event in on:
        if event not in load_vocabulary().events:
            fault(section, code, place, _("词汇表没有事件“%s”") % event, _("先在词汇表的 events 中登记"))
    return Code(code, body["zh"], on, bool(body.get("first")), body.get("why", ""))


def codes_by_event() -> dict[str, list[Code]]:
    """Event -> the codes that it reaches."""
    found: dict[str, list[Code]] = {}
    for code in codes().values():
        for event in code.events:
            found.setdefault(event, []).append(code)
    return found


@functools.cache
def _read() -> Correspondence:
    return parse(FILE.read_text(encoding="utf-8"))
