"""A court's own ledger of cases: which of its rows can be filed, and what is wrong with the others. Pure.

Every row is read to its end, so that one run names all that has to be put right.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from cases.ledger_headings import TITLES, Headings, find_headings, has_headings
from cases.ledger_rows import Entry, Place, Problem, Row
from kernel.errors import BadInput
from kernel.workbooks import Sheet


@dataclass(slots=True)
class Ledger:
    """What a sheet holds.

    repeats: rows that say again what another says. passed_over: rows of totals, footers, repeated headings.
    ignored: headings that no field stands for. titles: field -> how the sheet calls it.
    """

    sheet: str
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    repeats: list[Problem] = field(default_factory=list)
    passed_over: list[int] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)

    @property
    def bad_rows(self) -> int:
        """How many rows cannot be filed."""
        return len({problem.row for problem in self.problems})


def choose_sheet(sheets: Sequence[Sheet], name: str) -> Sheet:
    """The sheet of this name, or the only one that looks like a ledger. Raises BadInput naming the sheets."""
    names = "、".join(f"“{sheet.name}”" for sheet in sheets)
    if name:
        for sheet in sheets:
            if sheet.name == name:
                return sheet
        raise BadInput(_("没有名为“%s”的工作表。") % name, field="sheet", fix=_("这个文件里有：%s。") % names)
    fitting = [sheet for sheet in sheets if has_headings(sheet)]
    if len(fitting) > 1:
        raise BadInput(
            _("有 %d 个工作表都像台账，不知道录入哪一个。") % len(fitting),
            field="sheet",
            fix=_("写明其中一个（--sheet）：%s。") % "、".join(f"“{sheet.name}”" for sheet in fitting),
        )
    if not fitting:
        raise BadInput(
            _("没有一个工作表的表头像案件台账（共 %d 个）。") % len(sheets),
            field="sheet",
            fix=_("表头须有这些列：%s。") % "、".join(TITLES.values()),
        )
    return fitting[0]


def read_ledger(sheet: Sheet, *, place: Place, at: dt.datetime) -> Ledger:
    """Every row below the heading of a sheet. Raises BadInput (field sheet) when there is no usable heading."""
    return read_below(find_headings(sheet), name=sheet.name, place=place, at=at)


def read_below(headings: Headings, *, name: str, place: Place, at: dt.datetime) -> Ledger:
    """Every row below these headings. Pure."""
    ledger = Ledger(name, ignored=headings.ignored)
    ledger.titles = {name: column.title for name, column in headings.columns.items()}
    for line in headings.below:
        row = Row(line, headings, place, at)
        if row.is_blank():
            continue
        if row.is_no_case():
            ledger.passed_over.append(line.number)
            continue
        entry = row.read()
        ledger.problems += row.problems
        if entry is not None:
            ledger.entries.append(entry)
    _part_repeats(ledger)
    return ledger


def _part_repeats(ledger: Ledger) -> None:
    """One number, one case: rows that say the same are one; rows that contradict each other are none."""
    by_number: dict[str, list[Entry]] = {}
    for entry in ledger.entries:
        by_number.setdefault(entry.number.loose_key, []).append(entry)
    kept = []
    for group in by_number.values():
        first, *others = group
        title = ledger.titles["number"]
        if len({entry.digest for entry in group}) == 1:
            kept.append(first)
            ledger.repeats += [
                Problem(
                    entry.row, title, _("与第 %d 行完全相同，只录入一次。") % first.row, _("可以删去这一行。")
                )
                for entry in others
            ]
            continue
        rows = "、".join(str(entry.row) for entry in group)
        ledger.problems += [
            Problem(
                entry.row,
                title,
                _("第 %s 行案号相同，内容不同，都没有录入。") % rows,
                _("核对案号；同一案件有几名当事人的，写在同一行，用、隔开。"),
            )
            for entry in group
        ]
    ledger.entries = kept
    ledger.problems.sort(key=lambda problem: problem.row)
