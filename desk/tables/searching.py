"""What a search found, as tables by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case, Transfer
from cases.states import CaseState
from desk.selectors.belongings import OrderHit, PayeeHit, PropertyHit
from desk.selectors.searching import LIMIT, CaseHit, Found, PartyHit
from desk.tables.cases import PILLS
from desk.tables.worklist import case_address
from desk.words import plain_day

Row = dict[str, Any]


def context(found: Found) -> Row:
    """The page's tables, its sentence, and what to say when there is nothing."""
    return {
        "note": _note(found),
        "parts": [part for part in _parts(found) if part["groups"]],
        "empty": _empty(found),
    }


def _parts(found: Found) -> list[Row]:
    """One table a kind, in the order in which people look."""
    case, party, state = _("案号"), _("当事人"), _("状态")
    return [
        _part(
            found, "cases", _("案件"), "folder", (_("案号与当事人"), _("案由"), _("承办人"), state), _case_row
        ),
        _part(found, "parties", party, "users", (party, case, _("符合的内容"), state), _party_row),
        _part(
            found,
            "properties",
            _("财产"),
            "building-bank",
            (_("财产"), case, _("所有人"), state),
            _property_row,
        ),
        _part(found, "payees", _("领款账户"), "cash", (_("户名"), case, _("账户"), state), _payee_row),
        _part(
            found,
            "orders",
            _("督办单"),
            "speakerphone",
            (_("编号与事项"), case, _("反馈期限"), state),
            _order_row,
        ),
        _part(
            found,
            "transfers",
            _("已移送其他法院的案件"),
            "replace",
            (_("原案号"), _("新案号"), _("受移送法院"), state),
            _transfer_row,
        ),
    ]


def _part(
    found: Found, name: str, title: str, icon: str, labels: tuple[str, ...], row: Callable[[Any], Row]
) -> Row:
    hits = getattr(found, name)
    kinds = ["main", *(["wide"] if name == "cases" else [""]), *[""] * (len(labels) - 2)]
    return {
        "name": name,
        "title": title,
        "icon": icon,
        "number": len(hits),
        "caption": _("符合的%s") % title,
        "columns": [{"label": label, "kind": kind} for label, kind in zip(labels, kinds, strict=True)],
        "groups": [{"rows": [row(hit) for hit in hits]}] if hits else [],
        "more": _more(name, found),
    }


def _note(found: Found) -> str:
    if not found.text or found.too_short:
        return ""
    return _("找到 %(n)d 条") % {"n": found.number} if found.number else ""


def _more(kind: str, found: Found) -> str:
    return _("只显示最近的 %d 条，请把条件写得更具体。") % LIMIT if kind in found.more else ""


def _empty(found: Found) -> Row:
    ways = _(
        "可以输入：案号（任何写法）、当事人姓名、拼音首字母、手机号或其后四位、证件号码或其后四位、账号或其后四位、车牌、督办编号。"
    )
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


def _property_row(hit: PropertyHit) -> Row:
    item, case = hit.item, hit.item.case
    sub = " ".join(filter(None, (str(item.get_kind_display()), item.holder, item.reference_masked)))
    return {
        "id": f"property-{item.pk}",
        "cells": [
            {"kind": "main", "text": item.label, "sub": sub, "strong": True},
            _case_cell(case, reverse("desk:property", args=[case.pk])),
            {"text": item.party.name, "label": _("所有人")},
            {"text": str(item.get_state_display()), "label": _("状态")},
        ],
    }


def _payee_row(hit: PayeeHit) -> Row:
    account, case = hit.account, hit.case
    return {
        "id": f"payee-{account.payee_id}",
        "cells": [
            {"kind": "main", "text": account.payee.name, "strong": True},
            _case_cell(case, reverse("desk:money", args=[case.pk])),
            {"text": account.account_masked, "sub": account.bank, "label": _("账户")},
            {"pill": _pill(case.state, case.get_state_display()), "label": _("状态")},
        ],
    }


def _order_row(hit: OrderHit) -> Row:
    order = hit.order
    return {
        "id": f"order-{order.pk}",
        "cells": [
            {
                "kind": "main",
                "text": f"{order.court.short_name}{order.number}",
                "sub": order.matter,
                "url": reverse("supervision:order", args=[order.pk]),
                "open": True,
            },
            {"text": order.case.number, "url": case_address(order.case_id), "caseno": True},
            {"text": plain_day(order.due_on), "nowrap": True, "label": _("反馈期限")},
            {"text": str(order.get_state_display()), "label": _("状态")},
        ],
    }


def _case_cell(case: Case, url: str) -> Row:
    return {"text": case.number, "url": url, "open": True, "caseno": True}


def _by(hit: PartyHit) -> str:
    if hit.by == "phone":
        return _("手机 %s") % hit.shown
    return _("证件 %s") % hit.shown if hit.by == "document" else _("姓名")


def _pill(state: str, words: object) -> Row:
    return {"state": PILLS[CaseState(state)], "text": str(words)}


def _transfer_row(hit: Transfer) -> Row:
    address = reverse("desk:case_transfer", args=[hit.pk])
    return {
        "id": f"transfer-{hit.pk}",
        "cells": [
            {"kind": "main", "text": hit.old_number, "url": address, "open": True, "caseno": True},
            {"text": hit.new_number, "label": _("新案号")},
            {"text": hit.to_court.short_name, "label": _("受移送法院")},
            {"pill": _pill(hit.case.state, hit.case.get_state_display()), "label": _("状态")},
        ],
    }
