"""The declared words of the rules: facts, events, duties, roles, ladders (packs/vocabulary.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from regimes import linedyaml
from regimes.amounts import Period, period_chinese
from regimes.errors import PackErrors
from regimes.readers import Fields, Source

FILE = Path(__file__).parent / "packs" / "vocabulary.yaml"

FactType = Literal["boolean", "number", "enum", "date"]
FACT_TYPES = ("boolean", "number", "enum", "date")
TABLES = (
    "duties", "intervals", "roles", "subjects", "actions", "matters", "measures", "stages", "severities",
    "kinds", "schedule_days", "flags", "flag_groups", "exclusions",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """A recorded value a condition may ask for. values: member -> Chinese, for enums. derived: from what."""

    id: str
    zh: str
    type: FactType
    values: Mapping[str, str]
    multiple: bool = False
    derived: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens. implied_by: recording one of these records this one too."""

    id: str
    zh: str
    implied_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """One warning or escalation of a clock: `period` before or after the due date, or on it (no period)."""

    side: Literal["before", "on", "after"]
    period: Period
    to: tuple[str, ...]

    @property
    def chinese(self) -> str:
        """到期前2个工作日 / 到期当日 / 逾期1个工作日."""
        if self.side == "on":
            return "到期当日"
        return f"{'到期前' if self.side == 'before' else '逾期'}{period_chinese(self.period)}"


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs of a clock in order. ours: not from a source document but our proposal."""

    id: str
    zh: str
    rungs: tuple[Rung, ...]
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All declared words. The plain tables map an id to its Chinese name."""

    facts: Mapping[str, Fact]
    events: Mapping[str, Event]
    ladders: Mapping[str, Ladder]
    duties: Mapping[str, str]
    intervals: Mapping[str, str]
    roles: Mapping[str, str]
    subjects: Mapping[str, str]
    actions: Mapping[str, str]
    matters: Mapping[str, str]
    measures: Mapping[str, str]
    stages: Mapping[str, str]
    severities: Mapping[str, str]
    kinds: Mapping[str, str]
    schedule_days: Mapping[str, str]
    flags: Mapping[str, str]
    flag_groups: Mapping[str, str]
    exclusions: Mapping[str, str]


def load_vocabulary(path: Path = FILE) -> Vocabulary:
    """The vocabulary of a file, kept until the file changes. Raises PackErrors with every fault."""
    stat = path.stat()
    return _load(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _load(path: Path, _mtime: int, _size: int) -> Vocabulary:
    return parse_vocabulary(path.read_text(encoding="utf-8"), str(path))


def parse_vocabulary(text: str, file: str = "vocabulary.yaml") -> Vocabulary:
    """Read the text of a vocabulary. Raises PackErrors with every fault."""
    source = Source(file)
    top = Fields(source, linedyaml.read(text, file, source.errors))
    tables = {name: top.table(name) for name in TABLES}
    facts = _keyed(top, "facts")
    events = _keyed(top, "events")
    ladders = _keyed(top, "ladders")
    vocabulary = Vocabulary(
        facts={key: _fact(key, fields) for key, fields in facts.items()},
        events={key: _event(key, fields, events) for key, fields in events.items()},
        ladders={key: _ladder(key, fields, tables["roles"]) for key, fields in ladders.items()},
        **tables,
    )
    top.done()
    if source.errors:
        raise PackErrors(sorted(source.errors, key=lambda error: error.line))
    return vocabulary


def read_rungs(fields: Fields, key: str, roles: Mapping[str, str]) -> tuple[Rung, ...]:
    """A list of rungs: {before|after: period, to: [roles]} or {on: due, to: [roles]}."""
    return tuple(_rung(each, roles) for each in fields.children(key))


def _keyed(top: Fields, key: str) -> dict[str, Fields]:
    child = top.child(key)
    return {} if child is None else dict(child.entries())


def _fact(key: str, fields: Fields) -> Fact:
    type_ = fields.choice("type", FACT_TYPES, "boolean")
    values = fields.table("values")
    if type_ == "enum" and not values:
        fields.report("values", f"枚举“{key}”没有写可选值", "写 values: {值: 中文}")
    fact = Fact(
        id=key,
        zh=_zh(fields, key),
        type=cast(FactType, type_),
        values=values,
        multiple=fields.boolean("multiple"),
        derived=fields.text("derived"),
        unit=fields.text("unit"),
    )
    fields.done()
    return fact


def _event(key: str, fields: Fields, events: Mapping[str, Fields]) -> Event:
    event = Event(key, _zh(fields, key), fields.names("implied_by", events, "事件"))
    fields.done()
    return event


def _ladder(key: str, fields: Fields, roles: Mapping[str, str]) -> Ladder:
    rungs = read_rungs(fields, "rungs", roles)
    ladder = Ladder(key, fields.text("zh", key), rungs, fields.boolean("ours"))
    fields.done()
    return ladder


def _rung(fields: Fields, roles: Mapping[str, str]) -> Rung:
    sides: list[Literal["before", "on", "after"]] = ["before", "on", "after"]
    written = [side for side in sides if fields.has(side)]
    side = written[0] if written else "on"
    if len(written) != 1:
        fields.report("to", "每一级只能写 before、on、after 之一", "例如 before: 2 workdays 或 on: due")
    period = fields.period(side) if side != "on" else ()
    if side == "on":
        fields.choice("on", ("due",), "due")
    rung = Rung(side, period, fields.names("to", roles, "角色"))
    fields.need("to", "提醒对象", "写 to: [handler]")
    fields.done()
    return rung


def _zh(fields: Fields, key: str) -> str:
    fields.need("zh", f"“{key}”的中文名", "写 zh: 中文名称")
    return fields.text("zh", key)
