"""A pack is one document's rules as a file; the library is all packs, checked against each other."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import yaml

from regimes import linedyaml, packfile, vocabulary
from regimes.errors import PackError, PackErrors, RegimeError, did_you_mean
from regimes.inspections import InspectionRule
from regimes.measures import load_measures
from regimes.readers import Fields, Source
from regimes.rings import rings
from regimes.rulekeys import APPLIES_TO, ROLLS, Context, Verification, read_verification
from regimes.rules import (
    AppliesTo,
    Approval,
    Checklist,
    Classification,
    Conversion,
    Criterion,
    DeadlineRule,
    FlagRule,
    Ground,
    GuardRule,
    HoldRule,
    Indicator,
    PushRule,
    Reading,
    RoleDuty,
    Rule,
    Schedule,
    StageRule,
    Suggestion,
)
from regimes.sections import READERS
from regimes.shorter import why_not_shorter
from regimes.vocabulary import Vocabulary, load_vocabulary

__all__ = ["Library", "Pack", "PackError", "PackErrors", "load_library", "load_nodes_ids", "parse_pack"]

FOLDER = vocabulary.FILE.parent
TEMPLATE = FOLDER.parent / "data" / "pack_template.yaml"
"""From which a clerk begins the pack of a new court; docs/packs.md explains each key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One version of one document's rules. digest: SHA-256 of `text`; a released version never changes.

    effective_from/effective_to: first and last day on which a new case takes it. effective_stated: the
    document itself says so. features: the switches of a collection of practices, id -> Chinese.
    """

    code: str
    version: int
    title: str
    document: str
    court: str
    effective_from: dt.date
    effective_to: dt.date | None
    text: str = field(repr=False)
    digest: str
    file: str
    issued: dt.date | None = None
    effective_stated: bool = True
    applies_to: AppliesTo = "new_cases"
    verified: bool = False
    verified_by: str = ""
    verified_on: dt.date | None = None
    scope: str = ""
    note: str = ""
    gaps: tuple[str, ...] = ()
    campaign: tuple[dt.date, dt.date] | None = None
    features: Mapping[str, str] = field(default_factory=dict)
    deadlines: tuple[DeadlineRule, ...] = ()
    guards: tuple[GuardRule, ...] = ()
    pushes: tuple[PushRule, ...] = ()
    checklists: tuple[Checklist, ...] = ()
    classifications: tuple[Classification, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    conversions: tuple[Conversion, ...] = ()
    approvals: tuple[Approval, ...] = ()
    readings: tuple[Reading, ...] = ()
    grounds: tuple[Ground, ...] = ()
    holds: tuple[HoldRule, ...] = ()
    duties_of_roles: tuple[RoleDuty, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    stages: tuple[StageRule, ...] = ()
    flags: tuple[FlagRule, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    inspections: tuple[InspectionRule, ...] = ()
    vocabulary: Vocabulary = field(repr=False, compare=False)
    line: int = field(default=1, compare=False)

    @property
    def name(self) -> str:
        """JZ-2023/1."""
        return f"{self.code}/{self.version}"

    def rules(self) -> Iterator[Rule]:
        """Every rule with an id, checklist items included, section by section."""
        for section in READERS:
            for entry in getattr(self, section):
                if isinstance(entry, Checklist):
                    yield from entry.items
                else:
                    yield entry

    def rule(self, rule_id: str) -> Rule:
        """The rule of this id. Raises RegimeError naming the closest id."""
        for rule in self.rules():
            if rule.id == rule_id:
                return rule
        raise _no_rule(rule_id, [rule.id for rule in self.rules()])

    def is_in_force(self, on: dt.date) -> bool:
        """True if a case filed on this day takes this version."""
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)


class Library:
    """All packs of a folder. Raises PackErrors if two of them cannot stand beside each other."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self.packs: tuple[Pack, ...] = tuple(sorted(packs, key=lambda pack: (pack.code, pack.version)))
        self._by_code: dict[str, list[Pack]] = {}
        self._by_rule: dict[str, list[tuple[Pack, Rule]]] = {}
        for pack in self.packs:
            self._by_code.setdefault(pack.code, []).append(pack)
            for rule in pack.rules():
                self._by_rule.setdefault(rule.id, []).append((pack, rule))
        errors = [
            *self._shared_ids(),
            *self._overlaps(),
            *self._dark_flags(),
            *self._not_shorter(),
            *self._empty_slots(),
            *self._quoted_nowhere(),
        ]
        if errors:
            raise PackErrors(errors)

    def pack(self, code: str, version: int | None = None) -> Pack:
        """A pack by code and version; its newest version if none is named. Raises RegimeError."""
        versions = self._by_code.get(code)
        if not versions:
            known = sorted(self._by_code)
            raise RegimeError(f"没有规则包“{code}”", field="pack", fix=did_you_mean(code, known))
        if version is None:
            return versions[-1]
        for pack in versions:
            if pack.version == version:
                return pack
        numbers = "、".join(str(pack.version) for pack in versions)
        raise RegimeError(f"规则包 {code} 没有第 {version} 版", field="pack", fix=f"现有版本：{numbers}")

    def in_force(self, code: str, on: dt.date) -> Pack | None:
        """The version of a pack that a case filed on this day takes; None outside all versions."""
        return next((pack for pack in reversed(self._by_code.get(code, ())) if pack.is_in_force(on)), None)

    def rule(self, rule_id: str, on: dt.date | None = None) -> tuple[Pack, Rule]:
        """A rule by id: of the version in force on a day, else of the newest. Raises RegimeError."""
        found = self._by_rule.get(rule_id)
        if not found:
            raise _no_rule(rule_id, list(self._by_rule))
        if on is not None:
            for pack, rule in reversed(found):
                if self.in_force(pack.code, on) is pack:
                    return pack, rule
        return found[-1]

    def deadline(self, rule_id: str, on: dt.date | None = None) -> tuple[Pack, DeadlineRule]:
        """A deadline rule by id, as `rule`. Raises RegimeError also for an id of another kind of rule."""
        pack, rule = self.rule(rule_id, on)
        if not isinstance(rule, DeadlineRule):
            raise RegimeError(
                f"{rule_id} 不是期限规则", field="rule", fix="请填写期限规则的编号，例如 JZ-D-01"
            )
        return pack, rule

    def _shared_ids(self) -> Iterator[PackError]:
        """One id in two different packs; versions of one pack keep their ids."""
        for rule_id, found in self._by_rule.items():
            first = found[0][0]
            for pack, rule in found[1:]:
                if pack.code != first.code:
                    message = f"编号“{rule_id}”在 {first.file} 中已经用过"
                    yield PackError(pack.file, rule.line, f"{rule_id}.id", message, "换一个没有用过的编号")

    def _dark_flags(self) -> Iterator[PackError]:
        """A flag on duties for which no pack has a clock would never come up."""
        timed = {rule.duty for pack in self.packs for rule in pack.deadlines}
        for pack in self.packs:
            for flag in pack.flags:
                if timed.isdisjoint(flag.duties):
                    message = "列出的事项没有一条期限规则，这个标记不会出现"
                    fix = "在 deadlines 中写事项的期限，或者改用已有期限的事项"
                    yield PackError(pack.file, flag.line, f"{flag.id}.duties", message, fix)

    def _quoted_nowhere(self) -> Iterator[PackError]:
        """A point of an inspection that quotes a rule which no pack has."""
        for pack in self.packs:
            for subject in pack.inspections:
                for point in subject.points:
                    if point.cites and point.cites not in self._by_rule:
                        fix = did_you_mean(
                            point.cites, sorted(self._by_rule), "写所引规则的编号，例如 JZ-D-17"
                        )
                        message = f"没有编号为“{point.cites}”的规则"
                        yield PackError(pack.file, subject.line, f"{point.id}.cites", message, fix)

    def _not_shorter(self) -> Iterator[PackError]:
        """A limit that a court sets itself beside a rule (`shortens`): of that very duty, and surely shorter."""
        for pack in self.packs:
            for rule in pack.deadlines:
                if not rule.shortens:
                    continue
                found = [other for _p, other in self._by_rule.get(rule.shortens, ())]
                longer = [other for other in found if isinstance(other, DeadlineRule)]
                wrong = why_not_shorter(rule, longer[-1]) if longer else None
                if not longer:
                    known = [each.id for each in pack.deadlines if each.id != rule.id]
                    fix = did_you_mean(rule.shortens, known, "写要缩短的期限规则的编号，例如 SQ-D-01")
                    wrong = (f"没有编号为“{rule.shortens}”的期限规则", fix)
                if wrong is not None:
                    yield PackError(pack.file, rule.line, f"{rule.id}.shortens", *wrong)

    def _empty_slots(self) -> Iterator[PackError]:
        """A slot filled with what is no indicator, or with another slot."""
        known = {rule.id: rule for pack in self.packs for rule in pack.indicators}
        plain = [name for name, rule in known.items() if not any(line.slot for line in rule.calculations)]
        for pack in self.packs:
            for rule in pack.indicators:
                for name in (name for line in rule.calculations for name in line.members):
                    if name not in plain:
                        fix = did_you_mean(name, plain, "写指标的编号，例如 TJ-I-01")
                        message = f"没有编号为“{name}”的指标可以填入"
                        yield PackError(pack.file, rule.line, f"{rule.id}.members", message, fix)

    def _overlaps(self) -> Iterator[PackError]:
        """Two versions of one pack in force on the same day.

        A version without an end ends by itself on the day before the next begins; one that names its end, or begins
        no earlier than the next, contradicts it.
        """
        for versions in self._by_code.values():
            for older, newer in zip(versions, versions[1:], strict=False):
                ends, starts = older.effective_to, newer.effective_from
                last = starts - dt.timedelta(days=1) if starts > dt.date.min else starts
                if starts <= older.effective_from:
                    message = f"第{newer.version}版不晚于第{older.version}版施行（{older.effective_from}）"
                    fix = f"写晚于 {older.effective_from} 的 effective.from"
                elif ends is not None and ends >= starts:
                    message = f"第{newer.version}版与第{older.version}版的施行期间重叠"
                    fix = f"在 {older.file} 写 effective.to: {last}，或改第{newer.version}版的 effective.from"
                else:
                    continue
                yield PackError(newer.file, newer.line, "effective", message, fix)


def parse_pack(
    text: str,
    name: str,
    words: Vocabulary | None = None,
    nodes: Collection[str] | None = None,
) -> Pack:
    """Read and check the text of a pack; words and nodes default to those of the tree.

    Raises PackErrors with every fault of the file, each with line, key, message and what to write instead.
    """
    words = words if words is not None else load_vocabulary()
    nodes = nodes if nodes is not None else load_nodes_ids()
    source = Source(name)
    top = Fields(source, linedyaml.read(text, name, source.errors))
    verification = read_verification(top, Verification())
    context = _context(top, words, nodes, verification)
    sections: dict[str, Any] = {
        section: tuple(read(entry, context) for entry in top.children(section))
        for section, read in READERS.items()
    }
    heading = _heading(top, verification, context)
    top.done()
    pack = Pack(
        **heading,
        **sections,
        text=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        file=name,
        vocabulary=words,
    )
    source.errors.extend(_repeated_ids(pack))
    source.errors.extend(rings(pack.deadlines, pack.file))
    if source.errors:
        raise PackErrors(sorted(source.errors, key=lambda error: error.line))
    return pack


def load_library(folder: Path = FOLDER) -> Library:
    """All packs `<CODE>/<version>.yaml` of a folder with its vocabulary.yaml and nodes.yaml.

    Kept until a file of the folder changes. Raises PackErrors with the faults of all files together.
    """
    files = sorted(folder.glob("*/*.yaml"))
    stamp = tuple(
        (file, file.stat().st_mtime_ns, file.stat().st_size) for file in [*folder.glob("*.yaml"), *files]
    )
    return _load_library(folder, stamp)


def load_nodes_ids(path: Path = FOLDER / "nodes.yaml") -> frozenset[str]:
    """The ids of the nodes that a rule may name; none if there is no nodes file."""
    if not path.exists():
        return frozenset()
    return _node_ids(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load_library(folder: Path, stamp: tuple[tuple[Path, int, int], ...]) -> Library:
    words = load_vocabulary(folder / "vocabulary.yaml")
    nodes = load_nodes_ids(folder / "nodes.yaml")
    packs: list[Pack] = []
    errors: list[PackError] = _faults_of_measures(folder / "measures.yaml")
    for file, _mtime, _size in stamp:
        if file.parent == folder:
            continue
        name = file.relative_to(folder).as_posix()
        try:
            pack = parse_pack(packfile.read(file.read_bytes(), name), name, words, nodes)
        except PackErrors as found:
            errors.extend(found.errors)
            continue
        errors.extend(_misplaced(pack, file))
        packs.append(pack)
    if errors:
        raise PackErrors(errors)
    return Library(packs)


def _faults_of_measures(file: Path) -> list[PackError]:
    """The faults of the measures beside the packs; none where the folder has no such file."""
    try:
        if file.exists():
            load_measures(file)
    except PackErrors as found:
        return list(found.errors)
    return []


@lru_cache(maxsize=4)
def _node_ids(path: Path, _mtime: int) -> frozenset[str]:
    content: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return frozenset(content.get("nodes", content))


def _context(top: Fields, words: Vocabulary, nodes: Collection[str], verification: Verification) -> Context:
    """What the rules inherit from the head of the file."""
    ladder = top.name("ladder", words.ladders, "提醒阶梯") or "default"
    return Context(
        vocabulary=words,
        nodes=nodes,
        document=top.text("document") or top.text("title"),
        applies_to=top.choice("applies_to", APPLIES_TO, "new_cases"),
        roll=top.choice("roll", ROLLS, "none"),
        ladder=ladder,
        verification=verification,
        features=top.table("features") if top.has("features") else None,
    )


def _heading(top: Fields, verification: Verification, context: Context) -> dict[str, Any]:
    for key, what in (
        ("pack", "规则包代码"),
        ("version", "版本号"),
        ("title", "标题"),
        ("effective", "施行日期"),
    ):
        top.need(key, what, "在文件开头补写")
    start, end, line = _window(top)
    campaign = top.child("campaign")
    dates = (campaign.date("from"), campaign.date("to")) if campaign else (None, None)
    if campaign is not None:
        campaign.done()
    return {
        "code": top.text("pack"),
        "version": top.integer("version", 0) or 0,
        "title": top.text("title"),
        "document": top.text("document"),
        "court": top.text("court"),
        "issued": top.date("issued"),
        "effective_from": start,
        "effective_to": end,
        "effective_stated": top.boolean("effective_stated", True),
        "applies_to": cast(AppliesTo, context.applies_to),
        "verified": verification.verified,
        "verified_by": verification.by,
        "verified_on": verification.on,
        "scope": top.text("scope"),
        "note": top.text("note"),
        "gaps": top.texts("gaps"),
        "campaign": dates if all(dates) else None,
        "features": MappingProxyType(dict(context.features or {})),
        "line": line,
    }


def _window(top: Fields) -> tuple[dt.date, dt.date | None, int]:
    """effective: {from, to}. A missing start is reported; the value then only lets reading go on."""
    window = top.child("effective")
    line = top.data.line_of("effective")
    if window is None:
        return dt.date.min, None, line
    window.need("from", "施行起始日", "写 effective: {from: 2023-02-22}")
    start, end = window.date("from"), window.date("to")
    if start is not None and end is not None and end < start:
        window.report("to", f"终止日 {end} 早于起始日 {start}", "核对施行期间")
    window.done()
    return start or dt.date.min, end, line


def _repeated_ids(pack: Pack) -> Iterator[PackError]:
    seen: dict[str, int] = {}
    for rule in pack.rules():
        if rule.id and rule.id in seen:
            message = f"编号“{rule.id}”重复，第{seen[rule.id]}行已经用过"
            yield PackError(pack.file, rule.line, f"{rule.id}.id", message, "换一个没有用过的编号")
        seen.setdefault(rule.id, rule.line)


def _misplaced(pack: Pack, file: Path) -> Iterator[PackError]:
    """The folder is the code and the file name is the version, so that a pack is found by name."""
    if file.parent.name != pack.code:
        message = f"代码 {pack.code} 与所在目录 {file.parent.name} 不一致"
        yield PackError(pack.file, 1, "pack", message, "把文件移到同名目录，或改 pack")
    if file.stem != str(pack.version):
        message = f"版本 {pack.version} 与文件名 {file.name} 不一致"
        yield PackError(pack.file, 1, "version", message, f"把文件改名为 {pack.version}.yaml，或改 version")


def _no_rule(rule_id: str, known: Sequence[str]) -> RegimeError:
    return RegimeError(
        f"没有编号为“{rule_id}”的规则",
        field="rule",
        fix=did_you_mean(rule_id, known, "核对编号，例如 JZ-D-01"),
    )
