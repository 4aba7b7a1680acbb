"""What a list says as a workbook: its heads and widths, its rows, what it was chosen by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from courts.models import User
from kernel import time
from kernel.bookwriting import Table

LEFT_OUT = ("check", "acts")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A part of a list as a job takes it instead of a response. next: the cursor behind it, "" at the end."""

    what: str
    title: str
    conditions: list[str]
    names: list[str]
    columns: Sequence[Row]
    rows: list[list[Any]]
    next: str


def file_name(title: str, at: dt.datetime) -> str:
    """What the workbook is called, without ending."""
    return f"{title}{time.today(at):%Y%m%d}"


def tables_of(
    title: str,
    columns: Sequence[Row],
    rows: Iterable[Sequence[Any]],
    conditions: Sequence[str],
    user: User,
    at: dt.datetime,
) -> Iterator[Table]:
    """The sheet of the rows, then the sheet of what they were chosen by and how many they are."""
    counted = 0

    def each() -> Iterator[Sequence[Any]]:
        nonlocal counted
        for row in rows:
            counted += 1
            yield row

    yield Table(title, heading_of(columns), each(), _widths(columns))
    about = [
        [_("清单"), title],
        [_("导出人"), user.full_name],
        [_("导出时间"), f"{time.local(at):%Y-%m-%d %H:%M}"],
        [_("条数"), counted],
        *([_("条件"), words] for words in conditions or [_("没有")]),
    ]
    yield Table(_("筛选条件"), [_("项目"), _("内容")], about, (12, 40))


def heading_of(columns: Sequence[Row]) -> list[str]:
    """The heads of the columns that say something."""
    return [str(column["label"]) for column in columns if column.get("kind") not in LEFT_OUT]


def _widths(columns: Sequence[Row]) -> list[int]:
    kinds = [column.get("kind") for column in columns if column.get("kind") not in LEFT_OUT]
    return [36 if kind == "main" else 18 for kind in kinds]
