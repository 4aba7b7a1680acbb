"""Drafts, releases and previews as the components take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from courts.models import PackDraft, PackRelease
from desk.selectors.releasing import DraftPage
from desk.words import plain_day
from kernel import time
from regimes.errors import PackError

Row = dict[str, Any]
PILLS = {"waiting": "prog", "released": "done", "refused": "over", "withdrawn": "todo"}
CHANGES = {
    "moved": _lazy("到期日变动"),
    "started": _lazy("新开始"),
    "ended": _lazy("不再适用"),
    "met": _lazy("视为已完成"),
}
SECTIONS = {
    "deadlines": _lazy("期限"),
    "guards": _lazy("关口"),
    "pushes": _lazy("推送"),
    "criteria": _lazy("分类条件"),
    "approvals": _lazy("审批"),
    "readings": _lazy("计算口径"),
    "suggestions": _lazy("建议时限"),
    "stages": _lazy("阶段"),
    "flags": _lazy("标记"),
    "grounds": _lazy("法定事由"),
    "holds": _lazy("停止事由"),
}


def draft_columns() -> list[Row]:
    """The head of the list of drafts."""
    return [
        {"label": _("规则包"), "kind": "main"},
        {"label": _("状态")},
        {"label": _("施行")},
        {"label": _("适用")},
        {"label": _("上传")},
        {"label": _("签发")},
    ]


def draft_groups(drafts: Sequence[PackDraft]) -> list[Row]:
    """One line each."""
    return [{"rows": [_draft_row(draft) for draft in drafts]}] if drafts else []


def release_columns() -> list[Row]:
    """The head of the list of released versions."""
    return [
        {"label": _("规则包"), "kind": "main"},
        {"label": _("文号")},
        {"label": _("施行")},
        {"label": _("终止")},
        {"label": _("发布")},
    ]


def release_groups(releases: Sequence[PackRelease]) -> list[Row]:
    """One line each."""
    return [{"rows": [_release_row(release) for release in releases]}] if releases else []


def fault_columns() -> list[Row]:
    """The head of the faults of an upload."""
    return [
        {"label": _("行"), "kind": "num"},
        {"label": _("问题"), "kind": "main"},
        {"label": _("怎样改")},
    ]


def fault_groups(faults: Sequence[PackError]) -> list[Row]:
    """One line each, in the order of the file."""
    rows = [
        {
            "cells": [
                {"kind": "num", "text": str(fault.line), "label": _("行")},
                {"kind": "main", "text": fault.message, "sub": fault.key},
                {"text": str(fault.fix), "label": _("怎样改")},
            ]
        }
        for fault in faults
    ]
    return [{"rows": rows}] if rows else []


def strip(page: DraftPage) -> list[Row]:
    """The facts below the title."""
    draft = page.draft
    return [
        {"label": _("状态"), "value": draft.get_state_display()},
        {"label": _("施行"), "value": plain_day(draft.effective_from), "note": _ending(page)},
        {"label": _("适用"), "value": draft.get_applies_to_display()},
        {
            "label": _("上传"),
            "value": draft.uploaded_by.full_name,
            "note": plain_day(time.today(draft.uploaded_at)),
        },
        {
            "label": _("签发"),
            "value": draft.decided_by.full_name if draft.decided_by else "—",
            "note": draft.words or (plain_day(time.today(draft.decided_at)) if draft.decided_at else ""),
        },
    ]


def contents(page: DraftPage) -> str:
    """期限 23 条、关口 12 条 …"""
    if page.pack is None:
        return ""
    counted = ((name, len(getattr(page.pack, section))) for section, name in SECTIONS.items())
    return "、".join(_("%(name)s %(n)d 条") % {"name": name, "n": n} for name, n in counted if n)


def sentence(found: Mapping[str, Any]) -> str:
    """在办 12 件、进行中的期限 80 项：到期日变动 3 项，不再适用 1 项."""
    counts = "，".join(
        _("%(name)s %(n)d 项") % {"name": CHANGES[change], "n": n} for change, n in found["changes"].items()
    )
    words = {"cases": found["cases"], "clocks": found["clocks"], "counts": counts or _("没有期限会变")}
    return _("在办 %(cases)d 件、进行中的期限 %(clocks)d 项：%(counts)s。") % words


def place_columns() -> list[Row]:
    """The head of the summary per court and officer."""
    return [
        {"label": _("法院、承办人"), "kind": "main"},
        *({"label": str(name), "kind": "num"} for name in CHANGES.values()),
    ]


def place_groups(found: Mapping[str, Any]) -> list[Row]:
    """A group for each court, a line for each officer."""
    courts: dict[str, list[Row]] = {}
    for place in found.get("places", ()):
        cells: list[Row] = [{"kind": "main", "text": place["owner"] or _("（未分案）")}]
        cells += [
            {"kind": "num", "text": str(place["changes"].get(change, 0) or "—"), "label": str(name)}
            for change, name in CHANGES.items()
        ]
        courts.setdefault(place["court"], []).append({"cells": cells})
    return [{"title": court, "rows": rows} for court, rows in courts.items()]


def line_columns() -> list[Row]:
    """The head of the clocks that would change."""
    return [
        {"label": _("案件"), "kind": "main"},
        {"label": _("期限")},
        {"label": _("变化")},
        {"label": _("现在")},
        {"label": _("改后")},
    ]


def line_groups(found: Mapping[str, Any], numbers: Mapping[int, str]) -> list[Row]:
    """One line each; a case that the reader may not see has no number."""
    rows = [_line_row(line, numbers) for line in found.get("lines", ())]
    return [{"rows": rows}] if rows else []


def _line_row(line: Mapping[str, Any], numbers: Mapping[int, str]) -> Row:
    number = numbers.get(line["case"], "")
    url = reverse("desk:case", args=[line["case"]]) if number else ""
    shown = number or _("（无权查看的案件）")
    about = "" if line["subject"] == line["number"] or not number else line["subject"]
    return {
        "cells": [
            {"kind": "main", "text": shown, "url": url, "caseno": bool(number), "sub": about},
            {"text": line["statement"], "sub": line["rule"], "label": _("期限")},
            {"text": str(CHANGES[line["change"]]), "label": _("变化"), "nowrap": True},
            {"text": _day(line["old"]), "label": _("现在"), "nowrap": True},
            {"text": _day(line["new"]), "label": _("改后"), "nowrap": True, "strong": True},
        ]
    }


def _draft_row(draft: PackDraft) -> Row:
    decided = draft.decided_by.full_name if draft.decided_by else "—"
    return {
        "cells": [
            {
                "kind": "main",
                "text": draft.name,
                "url": reverse("desk:release", args=[draft.pk]),
                "sub": draft.title,
            },
            {"pill": {"state": PILLS[draft.state], "text": draft.get_state_display()}, "label": _("状态")},
            {"text": plain_day(draft.effective_from), "label": _("施行"), "nowrap": True},
            {"text": draft.get_applies_to_display(), "label": _("适用")},
            {
                "text": draft.uploaded_by.full_name,
                "sub": plain_day(time.today(draft.uploaded_at)),
                "label": _("上传"),
            },
            {"text": decided, "label": _("签发")},
        ]
    }


def _release_row(release: PackRelease) -> Row:
    ends = plain_day(release.effective_to) if release.effective_to else "—"
    return {
        "cells": [
            {
                "kind": "main",
                "text": f"{release.code}/{release.version}",
                "sub": release.title,
                "strong": True,
            },
            {"text": release.document, "label": _("文号")},
            {"text": plain_day(release.effective_from), "label": _("施行"), "nowrap": True},
            {"text": ends, "label": _("终止"), "nowrap": True},
            {"text": plain_day(time.today(release.released_at)), "label": _("发布"), "nowrap": True},
        ]
    }


def _ending(page: DraftPage) -> str:
    if page.before is None or page.draft.state != PackDraft.State.WAITING:
        return ""
    last = page.draft.effective_from - dt.timedelta(days=1)
    return _("第 %(old)d 版到 %(day)s 为止") % {"old": page.before.version, "day": plain_day(last)}


def _day(text: str | None) -> str:
    return plain_day(dt.date.fromisoformat(text)) if text else "—"
