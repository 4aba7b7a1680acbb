"""Which indicators a court has: those of the packs it follows, and what fills its slots."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courts.selectors import pack_of, packs_in_force
from deadlines.library import library_in_use
from kernel.errors import NotFound
from regimes import formulas
from regimes.packs import Pack
from regimes.rules import Calculation, Indicator
from regimes.vocabulary import load_vocabulary
from supervision.indicators.rows import SlotFill


@dataclass(frozen=True, slots=True)
class Declared:
    """One line of an indicator, with the pack it stands in. line: its place, from 0."""

    pack: Pack
    rule: Indicator
    line: int

    @property
    def calc(self) -> Calculation:
        """The formula."""
        return self.rule.calculations[self.line]

    @property
    def key(self) -> tuple[str, int]:
        """(indicator, line)."""
        return self.rule.id, self.line

    @property
    def code(self) -> str:
        """As an address says it: JZ-I-01.1."""
        return f"{self.rule.id}.{self.line + 1}"

    @property
    def title(self) -> str:
        """What it is called."""
        return self.calc.title or self.rule.title

    @property
    def definition(self) -> str:
        """口径: the formula in Chinese, with what is left out and how the period runs."""
        words = load_vocabulary()
        above, below = (_chinese(text) for text in (self.calc.numerator, self.calc.denominator))
        text = f"{above} ÷ {below}" if below else above
        left_out = "；".join(words.exclusions[name] for name in self.calc.exclude)
        since = (
            f"自{self.calc.since.year}年{self.calc.since.month}月{self.calc.since.day}日起算"
            if self.calc.since
            else ""
        )
        return "；".join(filter(None, (text, left_out, since)))

    @property
    def source(self) -> str:
        """Document and article."""
        return self.rule.source


def indicators_of(court_id: int, on: dt.date) -> list[Declared]:
    """The lines of the court's indicators in the order of its packs; slots are no figures. Two queries once known."""
    return [
        Declared(pack, rule, place)
        for pack, rule in _rules(court_id, on)
        for place, calc in enumerate(rule.calculations)
        if not calc.slot
    ]


@dataclass(frozen=True, slots=True)
class Slot:
    """3+1, 3918: a named set of lines. chosen: the court has filled it itself."""

    pack: Pack
    rule: Indicator
    lines: Sequence[Declared]
    chosen: bool


def slots_of(court_id: int, on: dt.date) -> list[Slot]:
    """The slots of the court's packs, filled as it chose, else as the pack proposes. Three queries."""
    filled = dict(SlotFill.objects.filter(court_id=court_id).values_list("slot", "members"))
    found = []
    for pack, rule in _rules(court_id, on):
        slot = next((calc for calc in rule.calculations if calc.slot), None)
        if slot is not None:
            members = filled.get(rule.id, slot.members)
            found.append(Slot(pack, rule, lines_named(members), rule.id in filled))
    return found


def lines_named(names: Iterable[str]) -> list[Declared]:
    """The first line of each of these indicators, of the newest pack in use; what is unknown is left out."""
    library = library_in_use()
    known = {rule.id: (pack, rule) for pack in library.packs for rule in pack.indicators}
    return [Declared(*known[name], 0) for name in names if name in known]


def all_lines() -> list[Declared]:
    """Every line of every pack in use that is no slot."""
    newest = {rule.id: (pack, rule) for pack in library_in_use().packs for rule in pack.indicators}
    return [
        Declared(pack, rule, place)
        for pack, rule in newest.values()
        for place, calc in enumerate(rule.calculations)
        if not calc.slot
    ]


def line_of(code: str) -> Declared:
    """The line of "JZ-I-01.1". Raises NotFound."""
    found = next((line for line in all_lines() if line.code == code), None)
    if found is None:
        raise NotFound("没有这个指标。", fix="请从指标页面进入。")
    return found


def _rules(court_id: int, on: dt.date) -> list[tuple[Pack, Indicator]]:
    found = []
    for release, features in packs_in_force(court_id, on):
        pack = pack_of(release)
        found += [(pack, rule) for rule in pack.indicators if not rule.feature or rule.feature in features]
    return found


def _chinese(text: str) -> str:
    words = load_vocabulary().measures
    parts = []
    for place, term in enumerate(formulas.parse(text)):
        sign = "−" if term.factor < 0 else "+"
        factor = abs(term.factor)
        names = " × ".join(
            [*([f"{factor.normalize():f}"] if factor != 1 else []), *(words[n] for n in term.names)]
        )
        parts.append(names if place == 0 and sign == "+" else f"{sign} {names}")
    return " ".join(parts)
