"""分案与移交 as tables and pages to confirm."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from desk.selectors.assigning import Assignment, Handover, Moving, Officer, Unassigned
from desk.tables.cases import next_words
from desk.tables.worklist import case_address
from desk.words import short_day
from kernel.money import format_yuan

Row = dict[str, Any]


def assign_columns() -> list[Row]:
    """The head of the table of cases without a handler."""
    return [
        {"label": _("案号与当事人"), "kind": "main"},
        {"label": _("案由"), "kind": "wide"},
        {"label": _("执行标的"), "kind": "num"},
        {"label": _("立案")},
        {"label": _("承办人（按在办件数建议）")},
        {"label": _("操作"), "kind": "acts"},
    ]


def assign_groups(found: Assignment, today: dt.date) -> list[Row]:
    """The cases, oldest first."""
    return [{"rows": [_assign_row(row, found, today) for row in found.cases]}] if found.cases else []


def assign_summary(chosen: Sequence[tuple[str, Officer]]) -> list[Row]:
    """How many of the cases each would get, and how many they hold then. chosen: (number, officer)."""
    counted = Counter(officer for _number, officer in chosen)
    return [
        {
            "label": officer.name,
            "value": _("%(n)d 件，分后在办 %(all)d 件") % {"n": n, "all": officer.cases + n},
            "note": "、".join(number for number, other in chosen if other == officer),
        }
        for officer, n in sorted(counted.items(), key=lambda pair: pair[0].user_id)
    ]


def giver_rows(found: Handover, path: str) -> list[Row]:
    """Who holds open cases, as links."""
    return [
        {
            "label": officer.name,
            "count": officer.cases,
            "url": f"{path}?from={officer.user_id}",
            "current": officer == found.giver,
        }
        for officer in found.givers
    ]


def handover_columns() -> list[Row]:
    """The head of the table of cases to choose from."""
    return [
        {"label": _("选择"), "kind": "check"},
        {"label": _("案号与当事人"), "kind": "main"},
        {"label": _("执行标的"), "kind": "num"},
        {"label": _("立案")},
        {"label": _("状态")},
        {"label": _("下一个期限")},
    ]


def handover_groups(found: Handover, at: dt.datetime, today: dt.date, ticked: set[int]) -> list[Row]:
    """The cases of the chosen officer, oldest first."""
    rows = [
        {
            "id": line.case.pk,
            "select_label": line.case.number,
            "selected": line.case.pk in ticked,
            "cells": [
                {
                    "kind": "main",
                    "text": line.case.number,
                    "sub": line.parties,
                    "url": case_address(line.case.pk),
                    "open": True,
                    "caseno": True,
                },
                {
                    "kind": "num",
                    "amount": {"text": format_yuan(line.case.claim_amount)},
                    "label": _("执行标的"),
                },
                {"text": short_day(line.case.filed_on, today), "nowrap": True, "label": _("立案")},
                {"text": str(line.case.get_state_display()), "nowrap": True, "label": _("状态")},
                {**next_words(line.figures, at), "nowrap": True, "label": _("下一个期限")},
            ],
        }
        for line in found.lines
    ]
    return [{"rows": rows}] if rows else []


def moving_rows(found: Moving, giver: Officer, receiver: Officer, reason: str, back: str) -> list[Row]:
    """What the hand-over would move, for the page to confirm."""
    number = len(found.cases)
    duties = [_("未办节点 %d 个") % found.nodes]
    if found.overdue:
        duties.append(_("超期 %d 项") % found.overdue)
    if found.soon:
        duties.append(_("3 日内到期 %d 项") % found.soon)
    shown = "、".join(case.number for case in found.cases)
    load = {"before": receiver.cases, "after": receiver.cases + number}
    return [
        {"label": _("案件"), "value": _("%d 件") % number, "note": shown, "change_url": back},
        {"label": _("移交人"), "value": giver.name, "note": _("移交后在办 %d 件") % (giver.cases - number)},
        {
            "label": _("接收人"),
            "value": receiver.words if receiver.team is None else f"{receiver.name}（{receiver.team.name}）",
            "note": _("在办 %(before)d 件，接收后 %(after)d 件") % load,
            "change_url": back,
        },
        {
            "label": _("随案移交"),
            "value": "，".join(duties),
            "note": _("节点、期限、消息、文书和案款账簿一并转到接收人名下"),
        },
        {"label": _("理由"), "value": reason, "change_url": back},
    ]


def _assign_row(row: Unassigned, found: Assignment, today: dt.date) -> Row:
    case = row.case
    officers: Mapping[int, list[Officer]] = found.officers
    options = [
        {"value": o.user_id, "label": o.words, "selected": o.user_id == row.proposed}
        for o in officers[case.court_id]
    ]
    number = {"number": case.number}
    return {
        "id": case.pk,
        "cells": [
            {
                "kind": "main",
                "text": case.number,
                "sub": row.parties,
                "url": case_address(case.pk),
                "open": True,
                "caseno": True,
            },
            {"kind": "wide", "text": case.cause},
            {"kind": "num", "amount": {"text": format_yuan(case.claim_amount)}, "label": _("执行标的")},
            {"text": short_day(case.filed_on, today), "nowrap": True, "label": _("立案")},
            {
                "template": "desk/_officer_choice.html",
                "text": next((str(each["label"]) for each in options if each["selected"]), ""),
                "options": options,
                "name": _("%(number)s 的承办人") % number,
            },
            {
                "kind": "acts",
                "actions": [{"label": _("分案"), "small": True, "name": "one", "value": case.pk}],
            },
        ],
    }
