"""One distribution plan as a page: shares, parties with their days, objections with their next step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from closing.actions.distributing import COUNTER_TOLD, RANK_WORDS, SERVED, TOLD
from closing.models import DistributionPlan, PlanObjection, PlanParty
from courts.models import User
from deadlines.models import Deadline
from desk.words import plain_day
from kernel.capitals import in_capitals
from kernel.money import format_yuan

Row = dict[str, Any]
PILLS = {"draft": "soon", "served": "prog", "done": "done", "superseded": "todo"}
STARTS = (SERVED, TOLD, COUNTER_TOLD)


def plan_page(made: DistributionPlan, user: User, today: dt.date) -> Row:
    """The context of the page. Five queries more, whatever the plan holds."""
    shares = list(made.shares.select_related("party").order_by("pk"))
    parties = list(made.parties.order_by("pk"))
    objections = list(
        made.objections.select_related("objector", "share__party", "countered_by").order_by("pk")
    )
    last = _last_days(parties)
    may = user.scope.holds(made.case.owner_id) and made.state in ("draft", "served")
    return {
        "plan": made,
        "title": _("分配方案 %(case)s 第 %(n)d 版") % {"case": made.case.number, "n": made.version},
        "facts": _facts(made),
        "grounds": made.grounds,
        "columns": _columns(),
        "groups": [{"rows": [_share(share) for share in shares]}] if shares else [],
        "parties": [_party(made, party, last.get(party.subject_id), may, today) for party in parties],
        "objections": [_objection(made, each, may) for each in objections],
        "pill": {"state": PILLS[made.state], "text": made.get_state_display()},
        "steps": _steps(made) if may else [],
        "back": reverse("desk:fund_register", args=["plans"]),
        "money_url": reverse("desk:money", args=[made.case_id]),
    }


def _facts(made: DistributionPlan) -> list[Row]:
    days = plain_day(made.served_on) if made.served_on else _("未送达完毕")
    return [
        {"label": _("可分配金额"), "value": format_yuan(made.amount), "note": in_capitals(made.amount)},
        {"label": _("剩余"), "value": format_yuan(made.surplus)},
        {"label": _("拟定"), "value": plain_day(made.drafted_on)},
        {"label": _("送达完毕"), "value": days},
        {"label": _("执行"), "value": plain_day(made.done_on) if made.done_on else "—"},
    ]


def _columns() -> list[Row]:
    return [
        {"label": _("债权人"), "kind": "main"},
        {"label": _("债权额"), "kind": "num"},
        {"label": _("分配额"), "kind": "num"},
        {"label": _("有争议"), "kind": "num"},
    ]


def _share(share: Any) -> Row:
    return {
        "cells": [
            {"kind": "main", "text": share.party.name, "sub": str(RANK_WORDS[share.rank])},
            _amount(_("债权额"), share.claimed),
            _amount(_("分配额"), share.amount),
            _amount(_("有争议"), share.disputed),
        ]
    }


def _amount(label: str, value: Any) -> Row:
    return {"kind": "num", "label": label, "amount": {"text": format_yuan(value)}}


def _last_days(parties: list[PlanParty]) -> dict[int, dt.date]:
    """The last day of the right that runs for each party, by its subject."""
    clocks = Deadline.objects.filter(
        subject_id__in=[party.subject_id for party in parties], state="running", due_on__isnull=False
    )
    found: dict[int, dt.date] = {}
    for subject, due in clocks.values_list("subject_id", "due_on"):
        found[subject] = max(due, found.get(subject, due))
    return found


def _party(made: DistributionPlan, party: PlanParty, last: dt.date | None, may: bool, today: dt.date) -> Row:
    row: Row = {"name": party.name, "side": party.get_side_display()}
    if party.served_on is None:
        url = f"{reverse('desk:plan_step', args=[made.pk, 'serve'])}?party={party.pk}"
        return row | {
            "pill": {"state": "soon", "text": _("未送达")},
            "url": url if may else "",
            "label": _("登记送达"),
        }
    row["text"] = _("%s 送达") % plain_day(party.served_on)
    if last is not None and last >= today and made.state in ("draft", "served"):
        return row | {"pill": {"state": "prog", "text": _("期间至 %s") % plain_day(last)}}
    return row | {"pill": {"state": "done", "text": _("期间已满")}}


def _objection(made: DistributionPlan, each: PlanObjection, may: bool) -> Row:
    """How far an objection has come, and its next step."""
    days = [
        (_("%s 提出"), each.filed_on),
        (_("%s 通知其他人"), each.notified_on),
        (_("%s 反对"), each.countered_on),
        (_("%s 起诉"), each.sued_on),
    ]
    title = _("%(name)s对%(of)s的份额提出异议，%(amount)s") % {
        "name": each.objector.name,
        "of": each.share.party.name,
        "amount": format_yuan(each.amount),
    }
    row: Row = {
        "title": title,
        "words": each.words,
        "text": "，".join(words % plain_day(day) for words, day in days if day),
    }
    name, label, state = _next(each)
    row["pill"] = {"state": state, "text": label}
    if may and name:
        row["url"] = f"{reverse('desk:plan_step', args=[made.pk, name])}?objection={each.pk}"
        row["label"] = {"notify": _("登记通知"), "counter": _("登记反对"), "sue": _("登记起诉")}[name]
    return row


def _next(each: PlanObjection) -> tuple[str, str, str]:
    if each.sued_on:
        return "", _("已起诉，争议部分提存"), "hold"
    if each.countered_on:
        return "sue", _("等待异议人起诉"), "prog"
    if each.notified_on:
        return "counter", _("等待反对意见"), "prog"
    return "notify", _("尚未通知其他人"), "soon"


def _steps(made: DistributionPlan) -> list[Row]:
    """What may be done with the whole plan."""
    of = f"?receipt={made.receipt_id}"
    found = [
        {"label": _("登记异议"), "url": reverse("desk:plan_step", args=[made.pk, "object"])},
        {"label": _("重新拟定"), "url": reverse("desk:plan_new", args=[made.case_id]) + of},
    ]
    if made.state == "served":
        carry = {
            "label": _("执行方案"),
            "url": reverse("desk:plan_step", args=[made.pk, "carry-out"]),
            "primary": True,
        }
        found.insert(0, carry)
    return found
