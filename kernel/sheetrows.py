"""A sheet with known columns: its heading row found among titles, and its rows by field. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.dates import parse_date
from kernel.errors import BadInput
from kernel.money import parse_amount
from kernel.text import normalise_width
from kernel.workbooks import Line, Sheet, Unreadable, Value, refused

LOOK_AT = 30
"""Titles above a heading take fewer rows than this."""
_NOTE = re.compile(r"[(\[][^)\]]*[)\]]|\*|\s")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a row: the row as the spreadsheet program numbers it, its column ("" = the row), what to do."""

    row: int
    column: str
    what: str
    fix: str


@dataclass
class Row:
    """One row below the heading. cells: field -> value as stored; titles: field -> heading as written."""

    number: int
    cells: Mapping[str, Value]
    titles: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str, *, must: bool = False, most: int = 200) -> str:
        """A cell as text, "" for an empty one; a number keeps its digits."""
        value = self.cells.get(name)
        if isinstance(value, Unreadable):
            self.add(name, value.what, value.fix)
            return ""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, dt.datetime):
            value = value.date()
        text = " ".join(str(value if value is not None else "").split())
        if must and not text:
            self.add(name, _("没有填写"), _("填写这一格。"))
        if len(text) > most:
            self.add(name, _("超过 %d 个字") % most, _("写短一些。"))
            return text[:most]
        return text

    def day(self, name: str, *, today: dt.date, must: bool = False) -> dt.date | None:
        """A cell as a day."""
        value = self.cells.get(name)
        if isinstance(value, Unreadable) or value is None:
            self.text(name, must=must)
            return None
        try:
            return parse_date(value, today=today, field=name)
        except BadInput as error:
            self.add(name, str(error), str(error.fix))
            return None

    def amount(self, name: str) -> Decimal | None:
        """A cell as an amount in yuan."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse_amount(text)
        except BadInput as error:
            self.add(name, str(error), str(error.fix))
            return None

    def add(self, name: str, what: str, fix: str) -> None:
        """Note what is wrong with a cell."""
        self.problems.append(Problem(self.number, self.titles.get(name, name), what.rstrip("。"), fix))


def rows_of(sheets: Sequence[Sheet], names: Mapping[str, Sequence[str]], must: Sequence[str]) -> list[Row]:
    """The rows below the heading of the first sheet that has one.

    names: field -> what its heading may be called, the usual name first; must: fields without which nothing is read.
    Raises BadInput (field file) that names the missing columns.
    """
    best: list[str] = list(must)
    for sheet in sheets:
        for place, line in enumerate(sheet.lines[:LOOK_AT]):
            found = _heading(line, names)
            missing = [name for name in must if name not in found]
            if not missing:
                return list(_rows(sheet.lines[place + 1 :], line, found))
            if len(missing) < len(best):
                best = missing
    columns = "、".join(names[name][0] for name in best)
    raise refused(_("表头缺少：%s。") % columns, _("下载模板，按模板的列名填写。"))


def _heading(line: Line, names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    known = {_bare(title): name for name, titles in names.items() for title in titles}
    found: dict[str, int] = {}
    for place, value in enumerate(line.values):
        name = known.get(_bare(value)) if isinstance(value, str) else None
        if name is not None:
            found.setdefault(name, place)
    return found


def _rows(lines: Sequence[Line], heading: Line, found: Mapping[str, int]) -> Iterator[Row]:
    titles = {name: str(heading.values[place]).strip(" *") for name, place in found.items()}
    for line in lines:
        cells = {name: line.values[place] for name, place in found.items() if place < len(line.values)}
        if any(value is not None for value in cells.values()):
            yield Row(line.number, cells, titles)


def _bare(title: str) -> str:
    return _NOTE.sub("", normalise_width(title)).strip()
