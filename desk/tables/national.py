"""The pages 国家系统 as the components take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Difference, NationalExport, NationalList
from desk.selectors.national import Differences
from desk.tables import importing
from kernel import time

Row = dict[str, Any]
PILLS = {"open": "soon", "agreed": "done", "explained": "todo"}
VERDICTS = {
    "known": ("done", "circle-check", _lazy("按编号或案号对上")),
    "unknown": ("soon", "help-circle", _lazy("导入后列为差异")),
    "bad": ("over", "alert-triangle", _lazy("改好后再传")),
}
ROWS_SHOWN = 200


def sentence(found: Differences) -> str:
    """待处理 5 条：状态不同 3，本系统没有 2."""
    total = sum(found.counts.values())
    if not total:
        return _("两个系统一致；每天早上自动比对")
    names = dict(Difference.Kind.choices)
    parts = "，".join(f"{names[kind]} {count}" for kind, count in found.counts.most_common())
    return _("待处理 %(total)d 条：%(parts)s") % {"total": total, "parts": parts}


def filters(found: Differences) -> Row:
    """The filter row."""
    asked = found.asked
    return {
        "fields": [
            _select("kind", _("差异"), _("全部差异"), Difference.Kind.choices, asked.kind),
            _select("state", _("状态"), "", [*Difference.State.choices, ("all", _("全部状态"))], asked.state),
            {"kind": "check", "name": "mine", "label": _("交给我的"), "checked": asked.mine},
        ],
        "kept": [],
    }


def _select(name: str, label: str, everything: str, choices: Any, chosen: str) -> Row:
    options = [{"value": value, "label": words, "selected": value == chosen} for value, words in choices]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": options}


def columns() -> list[Row]:
    """The head of the differences."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("差异")},
        {"label": _("本系统")},
        {"label": _("国家系统")},
        {"label": _("处理")},
        {"label": _("办理"), "kind": "acts"},
    ]


def groups(found: Differences) -> list[Row]:
    """One line each."""
    rows = [_difference(row) for row in found.rows]
    return [{"rows": rows}] if rows else []


def _difference(row: Difference) -> Row:
    main: Row = {"kind": "main", "text": row.about, "sub": f"{row.court.short_name} · {row.found_on} 发现"}
    actions: list[Row] = []
    if row.case_id:
        main |= {"url": reverse("desk:case", args=[row.case_id]), "open": True, "caseno": True}
    if row.state == Difference.State.OPEN:
        if row.kind == Difference.Kind.MISSING_THERE:
            url = reverse("desk:national_number", args=[row.case_id])
            actions.append({"label": _("登记编号"), "url": url, "small": True})
        for name, label in (("assign", _("交办")), ("explain", _("说明"))):
            url = reverse("desk:national_difference", args=[row.pk, name])
            actions.append({"label": label, "url": url, "small": True})
    who = row.assigned_to.full_name if row.assigned_to else ""
    return {
        "cells": [
            main,
            {"label": _("差异"), "text": row.get_kind_display()},
            {"label": _("本系统"), "text": row.ours or "—"},
            {"label": _("国家系统"), "text": row.theirs or "—"},
            {
                "label": _("处理"),
                "pill": {"state": PILLS[row.state], "text": row.get_state_display()},
                "sub": row.words or who,
            },
            {"kind": "acts", "actions": actions},
        ]
    }


def empty(found: Differences) -> Row:
    """Nothing differs."""
    return {
        "title": _("没有差异"),
        "text": _("导入国家系统的清单后，每天早上自动比对，不一致的列在这里。"),
        "icon": "checks",
    }


def list_columns() -> list[Row]:
    """The head of the lists."""
    return [
        {"label": _("文件"), "kind": "main"},
        {"label": _("状态")},
        {"label": _("对上案件"), "kind": "num"},
        {"label": _("本系统没有"), "kind": "num"},
        {"label": _("有错误"), "kind": "num"},
        {"label": _("导入人")},
    ]


def list_groups(found: Sequence[NationalList]) -> list[Row]:
    """One line each."""
    rows = [
        {
            "cells": [
                {
                    "kind": "main",
                    "text": row.name,
                    "url": reverse("desk:national_list", args=[row.pk]),
                    "sub": row.court.name,
                },
                {
                    "label": _("状态"),
                    "pill": {
                        "state": {"previewed": "prog", "done": "done", "withdrawn": "todo"}[row.state],
                        "text": row.get_state_display(),
                    },
                },
                *(
                    {"kind": "num", "label": label, "text": str(row.counts.get(verdict, 0))}
                    for verdict, label in NationalList.Verdict.choices
                ),
                {"label": _("导入人"), "text": row.asked_by.full_name, "sub": _instant(row.made_at)},
            ]
        }
        for row in found
    ]
    return [{"rows": rows}] if rows else []


def list_tiles(found: NationalList, show: str) -> list[Row]:
    """How many rows of each verdict; each leads to its rows."""
    return importing.tiles(dict(NationalList.Verdict.choices), found.counts, VERDICTS, show)


def row_columns() -> list[Row]:
    """The head of the rows of a list."""
    return importing.columns(_("案号"), _("问题"))


def row_groups(found: NationalList, show: str) -> list[Row]:
    """A line for each problem, the rows to put right first; the first two hundred rows."""
    return importing.groups(found.rows, show, _lines, first=("bad", "unknown"), most=ROWS_SHOWN)


def _lines(row: Mapping[str, Any]) -> list[Row]:
    names = dict(NationalList.Verdict.choices)
    main: Row = {"kind": "main", "text": row["number"] or "—", "sub": row["national"]}
    if row["case"]:
        main["url"] = reverse("desk:case", args=[row["case"]])
    return [
        {
            "cells": [
                {"kind": "num", "label": _("行"), "text": str(row["row"])},
                main,
                {
                    "label": _("结果"),
                    "pill": {"state": VERDICTS[row["verdict"]][0], "text": names[row["verdict"]]},
                },
                {"label": _("列"), "text": column or "—"},
                {"label": _("问题"), "text": what or "—"},
                {"label": _("怎样处理"), "text": fix or "—"},
            ]
        }
        for column, what, fix in row["notes"] or [("", "", "")]
    ]


def export_columns() -> list[Row]:
    """The head of the exports."""
    return [
        {"label": _("期间"), "kind": "main"},
        {"label": _("条数"), "kind": "num"},
        {"label": _("导出人")},
        {"label": _("下载"), "kind": "acts"},
    ]


def export_groups(found: Sequence[NationalExport]) -> list[Row]:
    """One line each."""
    rows = [
        {
            "cells": [
                {
                    "kind": "main",
                    "text": _("%(since)s 至 %(until)s") % {"since": row.since, "until": row.until},
                    "sub": row.court.name,
                },
                {"kind": "num", "label": _("条数"), "text": str(row.lines_count)},
                {"label": _("导出人"), "text": row.made_by.full_name, "sub": _instant(row.made_at)},
                {
                    "kind": "acts",
                    "actions": [
                        {
                            "label": ending.upper(),
                            "url": reverse("desk:national_file", args=[row.pk, ending]),
                            "small": True,
                        }
                        for ending in ("xlsx", "csv")
                    ],
                },
            ]
        }
        for row in found
    ]
    return [{"rows": rows}] if rows else []


def _instant(at: Any) -> str:
    local = time.local(at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
