"""Inspections as rows, tiles and facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from courts.models import User
from kernel.dates import long_date
from kernel.time import today
from supervision.inspections.commentary import score_words
from supervision.inspections.models import (
    Commentary,
    Inspection,
    InspectionDraw,
    InspectionFinding,
    InspectionSection,
)
from supervision.inspections.scoring import Rank
from supervision.inspections.states import FindingState, Result, SectionState

Row = dict[str, Any]
PILLS = {
    "planned": "todo",
    "drawn": "prog",
    "final": "done",
    "open": "prog",
    "handed": "done",
    "noted": "prog",
    "rectified": "soon",
    "verified": "done",
    "withdrawn": "hold",
    "draft": "todo",
    "review": "soon",
    "issued": "done",
    "returned": "over",
}


@dataclass(frozen=True, slots=True)
class Done:
    """Of one section: cases in the sample, points entered, faults, faults not yet settled, and those late."""

    drawn: int = 0
    entered: int = 0
    faults: int = 0
    unsettled: int = 0
    late: int = 0


def progress_of(inspection: Inspection, on: dt.date) -> dict[int, Done]:
    """Section -> how far it is. Two queries."""
    drawn = dict(
        InspectionDraw.objects.filter(section__inspection=inspection)
        .standing()
        .order_by()
        .values_list("section_id")
        .annotate(n=Count("pk"))
    )
    fault = Q(result=Result.FAULT) & ~Q(state=FindingState.WITHDRAWN)
    unsettled = fault & ~Q(state=FindingState.VERIFIED)
    rows = (
        InspectionFinding.objects.filter(draw__section__inspection=inspection, draw__swapped_at__isnull=True)
        .order_by()
        .values("draw__section_id")
        .annotate(
            entered=Count("pk"),
            faults=Count("pk", filter=fault),
            unsettled=Count("pk", filter=unsettled),
            late=Count("pk", filter=unsettled & Q(state=FindingState.NOTED, rectify_on__lt=on)),
        )
    )
    found = {r["draw__section_id"]: (r["entered"], r["faults"], r["unsettled"], r["late"]) for r in rows}
    return {pk: Done(drawn.get(pk, 0), *found.get(pk, ())) for pk in {*drawn, *found}}


def pill(row: Any) -> Row:
    """The state in a word and a colour."""
    return {"state": PILLS[row.state], "text": row.get_state_display()}


def inspection_groups(rows: Sequence[Inspection]) -> list[Row]:
    """The register, newest first."""
    shown = [
        {
            "cells": [
                {
                    "kind": "main",
                    "text": row.name,
                    "url": reverse("supervision:inspection", args=[row.pk]),
                    "open": True,
                    "sub": row.court.name,
                },
                {"label": _("季度"), "text": span(row)},
                {"label": _("抽样种子"), "text": "—" if row.seed is None else str(row.seed)},
                {"label": _("状态"), "pill": pill(row)},
            ]
        }
        for row in rows
    ]
    return [{"rows": shown}] if shown else []


def inspection_columns() -> list[Row]:
    """The head of the register."""
    return [
        {"label": _("检查"), "kind": "main"},
        {"label": _("季度")},
        {"label": _("抽样种子")},
        {"label": _("状态")},
    ]


def span(row: Inspection) -> str:
    """2023年4月1日至6月30日."""
    first, last = (long_date(day).partition("（")[0] for day in (row.first_on, row.last_on))
    if row.first_on.year == row.last_on.year:
        last = last.partition("年")[2]
    return _("%(first)s至%(last)s") % {"first": first, "last": last}


def section_columns() -> list[Row]:
    """The head of the sections of an inspection."""
    return [
        {"label": _("检查内容"), "kind": "main"},
        {"label": _("总体"), "kind": "num"},
        {"label": _("样本"), "kind": "num"},
        {"label": _("检查人")},
        {"label": _("检查点"), "kind": "num"},
        {"label": _("问题"), "kind": "num"},
        {"label": _("待整改"), "kind": "num"},
        {"label": _("状态")},
    ]


def section_groups(
    sections: Sequence[InspectionSection], done: Mapping[int, Done], *, drawn: bool
) -> list[Row]:
    """The six subjects of each court. drawn: whether the sample is, else what is wanted of it."""
    courts: dict[str, list[Row]] = {}
    for section in sections:
        known = done.get(section.pk, Done())
        size = known.drawn if drawn else section.wanted
        courts.setdefault(section.court.name, []).append(_section(section, known, size))
    return [{"title": name, "rows": rows} for name, rows in courts.items()]


def _section(section: InspectionSection, done: Done, size: int) -> Row:
    points = done.drawn * len(section.rule["points"])
    return {
        "cells": [
            {
                "kind": "main",
                "text": section.rule["title"],
                "url": reverse("supervision:section", args=[section.pk]),
                "open": True,
                "sub": f"{section.rule_id}　{section.rule['article']}",
            },
            {"kind": "num", "label": _("总体"), "text": f"{section.counted:,}"},
            {"kind": "num", "label": _("样本"), "text": str(size)},
            {"label": _("检查人"), "text": section.inspector.full_name if section.inspector else "—"},
            {
                "kind": "num",
                "label": _("检查点"),
                "text": f"{done.entered}/{points}" if points else "—",
                "nowrap": True,
            },
            {"kind": "num", "label": _("问题"), "text": str(done.faults)},
            {
                "kind": "num",
                "label": _("待整改"),
                "text": str(done.unsettled),
                **({"sub": _("逾期 %d") % done.late, "sub_tone": "over"} if done.late else {}),
            },
            {"label": _("状态"), "pill": pill(section)},
        ]
    }


def rank_table(ranked: Sequence[Rank], sections: Sequence[InspectionSection]) -> Row:
    """The ranking of the courts by their scores."""
    subjects = {s.subject: s.rule["title"] for s in sections}
    columns = [{"label": _("法院"), "kind": "main"}, {"label": _("名次"), "kind": "num"}]
    columns += [{"label": _("综合得分"), "kind": "num"}]
    columns += [{"label": title, "kind": "num"} for title in subjects.values()]
    rows = [
        {
            "cells": [
                {"kind": "main", "text": rank.name},
                {"kind": "num", "label": _("名次"), "text": str(rank.place or "—")},
                {"kind": "num", "label": _("综合得分"), "text": score_words(rank.total), "strong": True},
                *(
                    {"kind": "num", "label": title, "text": score_words(rank.scores.get(subject))}
                    for subject, title in subjects.items()
                ),
            ]
        }
        for rank in ranked
    ]
    return {"columns": columns, "groups": [{"rows": rows}] if rows else []}


def people_lines(sections: Sequence[InspectionSection], done: Mapping[int, Done]) -> list[Row]:
    """Progress per inspector: points entered of those to enter."""
    tallies: dict[str, list[int]] = {}
    for section in sections:
        name = section.inspector.full_name if section.inspector else str(_("未指定检查人"))
        known = done.get(section.pk, Done())
        tally = tallies.setdefault(name, [0, 0])
        tally[0] += known.entered
        tally[1] += known.drawn * len(section.rule["points"])
    return [
        {
            "label": name,
            "count": f"{entered}/{points}",
            "share": f"{100 * entered / points:.1f}" if points else "0",
            "url": "",
            "tone": "done" if points and entered == points else "prog",
        }
        for name, (entered, points) in sorted(tallies.items())
    ]


def draw_columns() -> list[Row]:
    """The head of a sample."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("层")},
        {"label": _("承办")},
        {"label": _("检查点"), "kind": "num"},
        {"label": _("问题"), "kind": "num"},
        {"label": _("说明")},
    ]


def draw_groups(section: InspectionSection, rows: Sequence[InspectionDraw]) -> list[Row]:
    """A sample, what was swapped out with its reason behind."""
    points = len(section.rule["points"])
    groups = []
    for title, kept in (
        ("", [row for row in rows if row.swapped_at is None]),
        (_("已换出"), [row for row in rows if row.swapped_at is not None]),
    ):
        if kept:
            groups.append({"title": title, "rows": [_draw(row, points) for row in kept]})
    return groups


def _draw(row: Any, points: int) -> Row:
    case = row.case
    said = row.reason or (_("替换换出的案件") if row.instead_id else "")
    return {
        "cells": [
            {
                "kind": "main",
                "text": case.number,
                "url": reverse("supervision:draw", args=[row.pk]),
                "open": True,
                "caseno": True,
            },
            {"label": _("层"), "text": row.stratum},
            {"label": _("承办"), "text": case.owner.full_name if case.owner else _("未分案")},
            {"kind": "num", "label": _("检查点"), "text": f"{row.entered}/{points}", "nowrap": True},
            {"kind": "num", "label": _("问题"), "text": str(row.faulty)},
            {"label": _("说明"), "text": said or "—"},
        ]
    }


def finding_columns() -> list[Row]:
    """The head of the list of faults."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("检查点")},
        {"label": _("问题")},
        {"label": _("承办")},
        {"label": _("整改期限")},
        {"label": _("状态")},
    ]


def finding_groups(rows: Sequence[InspectionFinding], on: dt.date) -> list[Row]:
    """Faults, by their last day."""
    shown = [_finding(row, on) for row in rows]
    return [{"rows": shown}] if shown else []


def finding_pill(row: InspectionFinding, on: dt.date) -> Row:
    """Red when the correction is late."""
    if row.state == FindingState.NOTED and row.rectify_on and row.rectify_on < on:
        return {"state": "over", "text": _("整改逾期 %d 日") % (on - row.rectify_on).days}
    return pill(row)


def _finding(row: InspectionFinding, on: dt.date) -> Row:
    case, section = row.draw.case, row.draw.section
    point = section.point(row.point) or {"title": row.point}
    return {
        "cells": [
            {
                "kind": "main",
                "text": case.number,
                "url": reverse("supervision:finding", args=[row.pk]),
                "open": True,
                "caseno": True,
                "sub": f"{section.inspection.name}　{section.court.short_name}",
            },
            {"label": _("检查点"), "text": point["title"], "sub": section.rule["title"]},
            {"label": _("问题"), "text": row.words[:60]},
            {"label": _("承办"), "text": case.owner.full_name if case.owner else _("未分案")},
            {
                "label": _("整改期限"),
                "text": row.rectify_on.isoformat() if row.rectify_on else "—",
                "nowrap": True,
            },
            {"label": _("状态"), "pill": finding_pill(row, on)},
        ]
    }


def commentary_items(rows: Sequence[Commentary]) -> list[Row]:
    """The versions of the bulletin."""
    return [
        {
            "title": _("通报讲评第%d版") % row.version,
            "text": "　".join(filter(None, [row.drafted_by.full_name, _("匿名") if row.anonymous else ""])),
            "url": reverse("supervision:commentary", args=[row.pk]),
            "pill": pill(row),
        }
        for row in rows
    ]


def tiles(
    sections: Sequence[InspectionSection], done: Mapping[int, Done], inspection: Inspection
) -> list[Row]:
    """The figures of an inspection on top of its page."""
    handed = sum(1 for s in sections if s.state == SectionState.HANDED)
    faults = sum(each.faults for each in done.values())
    late = sum(each.late for each in done.values())
    unsettled = sum(each.unsettled for each in done.values())
    url = f"{reverse('supervision:findings')}?inspection={inspection.pk}"
    return [
        {
            "label": _("检查内容"),
            "value": f"{handed}/{len(sections)}",
            "note": _("项已交出"),
            "icon": "list-check",
        },
        {
            "label": _("抽查案件"),
            "value": f"{sum(each.drawn for each in done.values()):,}",
            "note": _("总体 %s") % f"{sum(s.counted for s in sections):,}",
            "icon": "folder",
        },
        {"label": _("问题"), "value": f"{faults:,}", "note": "", "icon": "alert-octagon", "url": url},
        {
            "label": _("待整改"),
            "value": f"{unsettled:,}",
            "note": _("逾期 %d") % late,
            "tone": "over" if late else "",
            "icon": "clock-exclamation",
            "url": f"{url}&state=unsettled",
        },
    ]


def by(user: User | None, at: dt.datetime | None) -> str:
    """Who and on which day."""
    return f"{user.full_name}，{long_date(today(at)).partition('（')[0]}" if user and at else ""
