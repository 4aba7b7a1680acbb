"""Imports of ledgers as the components take them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.ledger_headings import LABELS, TITLES
from cases.models import LedgerImport, LedgerRow
from desk.selectors.ledgers import LedgerPage, Shown, rows_to_put_right
from kernel import time
from kernel.bookwriting import Table

Row = dict[str, Any]
Address = Callable[..., str]
PILLS = {"parsed": "todo", "previewed": "prog", "filing": "prog", "done": "done", "withdrawn": "todo"}
VERDICTS = {
    "good": ("done", "circle-check", _lazy("检查通过")),
    "doubtful": ("soon", "help-circle", _lazy("可以录入，请先看一眼")),
    "bad": ("over", "alert-triangle", _lazy("改好后再传")),
    "differs": ("soon", "git-merge", _lazy("没有改动已立案件")),
    "repeat": ("", "copy", _lazy("表内重复，只录一次")),
    "same": ("", "checks", _lazy("已经在系统里")),
    "passed": ("", "player-skip-forward", _lazy("合计、空行、表尾")),
    "filed": ("done", "folder", _lazy("本次新立")),
}
_TONES = {"good": "done", "filed": "done", "bad": "over", "doubtful": "soon", "differs": "soon"}


def columns() -> list[Row]:
    """The head of the list of imports."""
    return [
        {"label": _("文件"), "kind": "main"},
        {"label": _("状态")},
        {"label": _("录入"), "kind": "num"},
        {"label": _("有错误"), "kind": "num"},
        {"label": _("导入人")},
    ]


def groups(found: Sequence[LedgerImport]) -> list[Row]:
    """One line each."""
    return [{"rows": [_import_row(ledger) for ledger in found]}] if found else []


def _import_row(ledger: LedgerImport) -> Row:
    at = time.local(ledger.made_at)
    return {
        "cells": [
            {
                "kind": "main",
                "text": ledger.name,
                "url": reverse("desk:ledger", args=[ledger.pk]),
                "sub": _("工作表 %s") % ledger.sheet,
            },
            {
                "pill": {"state": PILLS[ledger.state], "text": ledger.get_state_display()},
                "label": _("状态"),
            },
            {"kind": "num", "text": str(ledger.counts.get("filed", 0)), "label": _("录入")},
            {"kind": "num", "text": str(ledger.counts.get("bad", 0)), "label": _("有错误")},
            {
                "text": ledger.asked_by.full_name,
                "sub": f"{at.month}月{at.day}日 {at:%H:%M}",
                "label": _("导入人"),
                "nowrap": True,
            },
        ]
    }


def mapping_columns() -> list[Row]:
    """The head of the columns of a sheet."""
    return [
        {"label": _("表中的列"), "kind": "main"},
        {"label": _("内容举例")},
        {"label": _("录入为")},
    ]


def mapping_groups(page: LedgerPage, chosen: Mapping[str, str]) -> list[Row]:
    """A line a column, with the box that says what it holds."""
    return [
        {
            "rows": [
                {
                    "cells": [
                        {"kind": "main", "text": title},
                        {
                            "text": "；".join(page.samples.get(int(place), [])) or "—",
                            "label": _("内容举例"),
                        },
                        {
                            "label": _("录入为"),
                            "template": "desk/ledgers/_column.html",
                            "name": f"column-{place}",
                            "title": title,
                            "options": _options(chosen.get(place, "")),
                        },
                    ]
                }
                for place, title in sorted(page.ledger.titles.items(), key=lambda pair: int(pair[0]))
            ]
        }
    ]


def _options(chosen: str) -> list[Row]:
    must = _("%s（必须）")
    return [
        {"value": name, "label": must % label if name in TITLES else label, "selected": name == chosen}
        for name, label in LABELS.items()
    ]


def tiles(page: LedgerPage, link: Address) -> list[Row]:
    """How many rows of each verdict; each leads to its rows."""
    names = dict(LedgerRow.Verdict.choices)
    counts = page.ledger.counts
    return [
        {
            "label": names[verdict],
            "value": counts[verdict],
            "icon": icon,
            "tone": tone,
            "note": note,
            "current": verdict == page.show,
            "url": link(show=None if verdict == page.show else verdict),
        }
        for verdict, (tone, icon, note) in VERDICTS.items()
        if counts.get(verdict)
    ]


def row_columns() -> list[Row]:
    """The head of the rows."""
    return [
        {"label": _("行"), "kind": "num"},
        {"label": _("案号"), "kind": "main"},
        {"label": _("结果")},
        {"label": _("列")},
        {"label": _("问题")},
        {"label": _("怎样处理")},
    ]


def row_groups(page: LedgerPage) -> list[Row]:
    """A line for each thing that was found in a row, one for a row without any."""
    lines = [line for found in page.rows for line in _lines(found)]
    return [{"rows": lines}] if lines else []


def _lines(found: Shown) -> Iterator[Row]:
    row = found.row
    number: Row = {"kind": "main", "text": row.number or "—", "label": _("案号")}
    if row.case is not None:
        number |= {"url": reverse("desk:case", args=[row.case_id]), "text": row.case.number}
    pill = {"state": _TONES.get(row.verdict, "todo"), "text": row.get_verdict_display()}
    for note in found.notes or [None]:
        yield {
            "cells": [
                {"kind": "num", "text": str(row.row), "label": _("行")},
                number,
                {"pill": pill, "label": _("结果")},
                {"text": note.column if note and note.column else "—", "label": _("列")},
                {"text": note.what if note else "—", "label": _("问题")},
                {"text": note.fix if note else "—", "label": _("怎样处理")},
            ]
        }


def problem_tables(ledger: LedgerImport) -> list[Table]:
    """The rows to put right as a workbook: what is wrong in front, then the row as it came."""
    titles = [title for _place, title in sorted(ledger.titles.items(), key=lambda pair: int(pair[0]))]
    places = sorted(map(int, ledger.titles))
    heading = [_("行"), _("结果"), _("问题"), _("怎样处理"), *titles]

    def rows() -> Iterator[list[Any]]:
        for row, notes, cells in rows_to_put_right(ledger):
            said = "\n".join(f"{note.column}：{note.what}" if note.column else note.what for note in notes)
            fixes = "\n".join(dict.fromkeys(note.fix for note in notes))
            came = [cells[place] if place < len(cells) else "" for place in places]
            yield [row.row, row.get_verdict_display(), said, fixes, *came]

    about = [
        [_("文件"), ledger.name],
        [_("工作表"), ledger.sheet],
        [_("法院"), ledger.court.name],
        *([str(dict(LedgerRow.Verdict.choices)[verdict]), count] for verdict, count in ledger.counts.items()),
    ]
    return [
        Table(_("需要处理的行"), heading, rows(), (6, 12, 40, 40)),
        Table(_("说明"), [_("项目"), _("内容")], about, (16, 40)),
    ]
