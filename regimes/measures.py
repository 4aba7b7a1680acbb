"""What the measures of indicators count: packs/measures.yaml, read and checked. Pure; supervision/ turns it into SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from regimes import linedyaml
from regimes.errors import PackErrors, did_you_mean
from regimes.readers import Fields, Source
from regimes.vocabulary import FILE, Vocabulary, load_vocabulary

MEASURES = FILE.parent / "measures.yaml"


@dataclass(frozen=True, slots=True)
class Counted:
    """What can be counted. dates: which day falls in the period; conditions; sums: what is added up instead of counted."""

    dates: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()


OF_CASE = ("first_time", "terminated", "with_property", "still_open", "closed_by_end", "no_auction_record")
SUMS_OF_CASE = ("claimed", "recovered", "days_to_close", "found_deposits", "found_online_funds")
SOURCES: Mapping[str, Counted] = {
    "cases": Counted(("filed", "closed", "stock", "open"), OF_CASE, SUMS_OF_CASE),
    "clocks": Counted(
        ("due", "overdue", "lapsed", "cleared", "running"),
        (
            *OF_CASE,
            "met",
            "met_in_time",
            "closed_in_time",
            "completed_in_time",
            "binding",
            "flagged",
            "resolved",
            "basic_level",
        ),
        SUMS_OF_CASE,
    ),
    "reviews": Counted(("decided",), (*OF_CASE, "qualified"), SUMS_OF_CASE),
}
PER = ("clock", "case", "subject", "subject_first", "node")


@dataclass(frozen=True, slots=True)
class Measure:
    """One counted set. of: its source; on: the day that must fall in the period (stock, open, overdue: as it stood).

    where: conditions, all of them. sum: what is added up; empty = the rows are counted. duty, per: of clocks, their
    duties and what counts once.
    """

    id: str
    of: str
    on: str
    where: tuple[str, ...] = ()
    sum: str = ""
    duty: tuple[str, ...] = ()
    per: str = "clock"


def load_measures(path: Path = MEASURES) -> Mapping[str, Measure]:
    """The measures that have a source, by name; kept until the file changes. Raises PackErrors with every fault."""
    words = path.parent / FILE.name
    return _load(path, path.stat().st_mtime_ns, words, words.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _load(path: Path, _mtime: int, words: Path, _words_mtime: int) -> Mapping[str, Measure]:
    return parse_measures(path.read_text(encoding="utf-8"), load_vocabulary(words), path.name)


def parse_measures(text: str, words: Vocabulary, file: str = "measures.yaml") -> dict[str, Measure]:
    """Read the text of a measures file. Raises PackErrors with every fault, each with its line and what to write."""
    source = Source(file)
    top = Fields(source, linedyaml.read(text, file, source.errors))
    table = top.child("measures")
    found = {}
    for name, fields in table.entries() if table else ():
        if name not in words.measures and table is not None:
            fix = did_you_mean(name, list(words.measures), "先在词汇表的 measures 中登记")
            table.report(name, f"没有这个统计量“{name}”", fix)
        found[name] = _measure(name, fields, words)
    top.done()
    if source.errors:
        raise PackErrors(sorted(source.errors, key=lambda error: error.line))
    return found


def _measure(name: str, fields: Fields, words: Vocabulary) -> Measure:
    fields.need("of", "统计对象", "写 of: cases")
    of = fields.choice("of", tuple(SOURCES), "cases")
    source = SOURCES[of]
    fields.need("on", "以哪个日期计入统计期", f"写 on: {source.dates[0]}")
    measure = Measure(
        id=name,
        of=of,
        on=fields.choice("on", source.dates, source.dates[0]),
        where=fields.names("where", source.conditions, "统计条件"),
        sum=fields.choice("sum", ("", *source.sums), ""),
        duty=fields.names("duty", words.duties, "事项"),
        per=fields.choice("per", PER, "clock"),
    )
    if of != "clocks" and (measure.duty or measure.per != "clock"):
        fields.report("of", "duty 和 per 只用于期限", "写 of: clocks，或者去掉 duty、per")
    fields.done()
    return measure
