"""What a search found, as tables by kind."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cases.states import CaseState
from desk.selectors.searching import LIMIT, CaseHit, Found, PartyHit
from desk.tables.cases import PILLS
from desk.tables.worklist import case_address

Row = dict[str, Any]


def context(found: Found) -> Row:
    """The page's tables, its sentence, and what to say when there is nothing."""
    number = len(found.cases) + len(found.parties)
    return {
        "note": _note(found, number),
        "case_columns": [
            {"label": _("案号与当事人"), "kind": "main"},
            {"label": _("案由"), "kind": "wide"},
            {"label": _("承办人")},
            {"label": _("状态")},
        ],
        "case_groups": [{"rows": [_case_row(hit) for hit in found.cases]}] if found.cases else [],
        "party_columns": [
            {"label": _("当事人"), "kind": "main"},
            {"label": _("案号")},
            {"label": _("符合的内容")},
            {"label": _("状态")},
        ],
        "party_groups": [{"rows": [_party_row(hit) for hit in found.parties]}] if found.parties else [],
        "cases_more": _more("cases", found),
        "parties_more": _more("parties", found),
        "empty": _empty(found),
    }


def _note(found: Found, number: int) -> str:
    if not found.text or found.too_short:
        return ""
    return _("找到 %(n)d 条") % {"n": number} if number else ""


def _more(kind: str, found: Found) -> str:
    return _("只显示最近的 %d 条，请把条件写得更具体。") % LIMIT if kind in found.more else ""


def _empty(found: Found) -> Row:
    ways = _("可以输入：案号（任何写法）、当事人姓名、拼音首字母、手机号或其后四位、证件号码或其后四位。")
    if not found.text:
        return {"title": _("想找什么？"), "text": ways, "icon": "search"}
    if found.too_short:
        return {"title": _("请至少输入两个字符"), "text": ways, "icon": "search"}
    text = _("只在您有权查看的案件里查找。%s") % ways
    return {"title": _("没有找到“%s”") % found.text, "text": text, "icon": "list-search"}


def _case_row(hit: CaseHit) -> Row:
    case = hit.case
    return {
        "id": f"case-{case.pk}",
        "cells": [
            {
                "kind": "main",
                "text": case.number,
                "url": case_address(case.pk),
                "open": True,
                "caseno": True,
                "sub": hit.parties,
            },
            {"kind": "wide", "text": case.cause},
            {"text": case.owner.full_name if case.owner else _("未分案"), "label": _("承办人")},
            {"pill": _pill(case.state, case.get_state_display()), "label": _("状态")},
        ],
    }


def _party_row(hit: PartyHit) -> Row:
    party, case = hit.party, hit.party.case
    return {
        "id": f"party-{party.pk}",
        "cells": [
            {"kind": "main", "text": party.name, "sub": str(party.get_role_display()), "strong": True},
            {"text": case.number, "url": case_address(case.pk), "open": True, "caseno": True},
            {"text": _by(hit), "label": _("符合的内容")},
            {"pill": _pill(case.state, case.get_state_display()), "label": _("状态")},
        ],
    }


def _by(hit: PartyHit) -> str:
    if hit.by == "phone":
        return _("手机 %s") % hit.shown
    return _("证件 %s") % hit.shown if hit.by == "document" else _("姓名")


def _pill(state: str, words: object) -> Row:
    return {"state": PILLS[CaseState(state)], "text": str(words)}
