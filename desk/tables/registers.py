"""Registers of money as the components take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.actions.transfers import CAUSES, ESCROWED_FOR, URGENT
from cases.models import Case
from closing.models import DistributionPlan
from deadlines.matters import Matters, matters_in_use
from desk.selectors.ageing import BUCKETS
from desk.selectors.registers import Progress, Rows, Waiting, bucket
from desk.words import plain_day
from funds.models import Transfer, Voucher
from funds.states import TransferState
from kernel.money import format_yuan

Row = dict[str, Any]
PILLS = {
    "requested": "todo", "approved": "soon", "held": "prog", "released": "done", "paid": "done", "cancelled": "todo",
    "draft": "todo", "served": "prog", "done": "done", "superseded": "todo",
}  # fmt: skip
TITLES = {
    "ageing": _lazy("账龄预警"),
    "causes": _lazy("未发放原因"),
    "escrow": _lazy("提存"),
    "deferral": _lazy("缓发"),
    "refund": _lazy("退款与保证金"),
    "advance": _lazy("周转基金"),
    "aid": _lazy("救助与保险"),
    "old": _lazy("历史案款"),
    "plans": _lazy("参与分配"),
    "vouchers": _lazy("票据凭证"),
}
BUCKET_WORDS = {"late": _lazy("已超期"), "later": _lazy("30天以后"), "5": _lazy("5天以内")} | {
    str(last): format_lazy("{}–{}天", first + 1, last) for first, last in pairwise(BUCKETS)
}


def tabs(current: str) -> list[Row]:
    """The registers, each an address."""
    return [
        {
            "label": title,
            "url": reverse("desk:fund_register", args=[name]),
            "current": name == current,
            "count": "",
        }
        for name, title in TITLES.items()
    ]


def select(name: str, label: str, everything: str, choices: Sequence[tuple[str, Any]], chosen: str) -> Row:
    """A choice of the filter row."""
    options = [{"value": value, "label": text, "selected": value == chosen} for value, text in choices]
    return {"kind": "select", "name": name, "label": label, "everything": everything, "options": options}


def state_choices(name: str) -> list[tuple[str, Any]]:
    """The states by which a register is narrowed."""
    if name == "deferral":
        return [("open", _("事由未消失")), ("ended", _("事由已消失"))]
    if name == "plans":
        return list(DistributionPlan.State.choices)
    if name == "vouchers":
        return list(Voucher.Kind.choices)
    return list(TransferState.choices)


def columns(name: str) -> list[Row]:
    """The head of a register."""
    heads: dict[str, list[Any]] = {
        "deferral": [_("缓发金额"), _("事由"), _("批准"), _("事由消失"), _("发放期限")],
        "old": [_("金额"), _("到账"), _("核查经过"), _("结果"), _("处理")],
        "plans": [_("可分配金额"), _("版次"), _("参与人"), _("送达"), _("状态")],
        "vouchers": [_("金额"), _("编号"), _("开具"), _("打印"), _("付款凭证扫描件")],
        "ageing": [_("金额"), _("到账"), _("距期限"), _("承办人"), _("依据")],
        "causes": [_("金额"), _("到账"), _("距期限"), _("承办人"), _("下一步")],
    }
    usual = [_("金额"), _("事由"), _("申请"), _("状态"), _("办理")]
    first = _("付款人") if name == "old" else _("案件")
    rest = heads.get(name, usual)
    return [{"label": first, "kind": "main"}] + [
        {"label": label, "kind": "num" if place == 0 else ""} for place, label in enumerate(rest)
    ]


def transfer_groups(found: Rows) -> list[Row]:
    """One line a transfer."""
    return _one([_transfer(t, found.cases.get(t.book.case_id) if t.book else None) for t in found.rows])


def _transfer(t: Transfer, case: Case | None) -> Row:
    words = CAUSES.get(t.cause) or URGENT.get(t.cause) or ""
    done = t.ended_on or t.held_on
    note = t.body
    if t.kind == "advance" and t.state == "paid":
        note = _("已收回 %(got)s，未收回 %(left)s") % {
            "got": format_yuan(t.recovered),
            "left": format_yuan(t.outstanding),
        }
    return _cells(
        _case_cell(case, _("不明款") if t.book_id is None else "") | {"sub": t.get_kind_display()},
        _amount(_("金额"), t.amount),
        {"label": _("事由"), "text": str(words) or t.ground[:40], "sub": t.ground[:60] if words else ""},
        {"label": _("申请"), "text": plain_day(t.requested_on), "sub": t.requester.full_name},
        {"label": _("状态"), "pill": {"state": PILLS[t.state], "text": t.get_state_display()}},
        {"label": _("办理"), "text": plain_day(done) if done else "—", "sub": note},
    )


def deferral_groups(found: Rows, today: dt.date) -> list[Row]:
    """One line a deferral, with the clock that runs once its ground has ended."""
    return _one([_deferral(row, found.more.get(row.subject_id), today) for row in found.rows])


def _deferral(row: Any, clock: Any, today: dt.date) -> Row:
    limit: Row = {"label": _("发放期限"), "text": _("事由消失后十日内")}
    if clock is not None and clock.due_on is not None:
        limit |= {
            "text": plain_day(clock.due_on),
            "sub": clock.rule_id,
            "pill": _left((clock.due_on - today).days),
        }
        if clock.state == "met":
            limit["pill"] = {"state": "done", "text": _("已发放")}
    return _cells(
        _case_cell(row.case),
        {"kind": "num", "label": _("缓发金额"), "text": row.subject.label if row.subject else "—"},
        {"label": _("事由"), "text": row.ground},
        {"label": _("批准"), "text": plain_day(row.first), "sub": row.document},
        {"label": _("事由消失"), "text": plain_day(row.last) if row.last else _("未消失")},
        limit,
    )


def old_groups(found: Rows, may_trace: bool) -> list[Row]:
    """One line an old receipt, its steps in their order."""
    return _one([_old(row, may_trace) for row in found.rows])


def _old(row: Any, may_trace: bool) -> Row:
    steps = list(row.traces.all())
    last = steps[-1] if steps else None
    held = next((t for t in row.transfers.all() if t.state == "held"), None)
    result = (
        last.get_step_display()
        if last and last.step in ("found", "unknown")
        else _("核查中")
        if last
        else _("未开始")
    )
    main: Row = {"kind": "main", "text": row.payer_name or _("没有付款人"), "sub": row.court.name}
    if may_trace:
        main |= {"url": reverse("desk:old_money", args=[row.pk]), "open": True}
    return _cells(
        main,
        _amount(_("金额"), row.amount),
        {"label": _("到账"), "text": plain_day(row.arrived_on), "sub": row.bank_serial},
        {"label": _("核查经过"), "text": " → ".join(str(s.get_step_display()) for s in steps) or "—"},
        {
            "label": _("结果"),
            "pill": {
                "state": "done" if last and last.step in ("found", "unknown") else "soon",
                "text": str(result),
            },
        },
        {"label": _("处理"), "text": _("已提存 %s") % plain_day(held.held_on) if held else "—"},
    )


def progress_rows(rows: Sequence[Progress], today: dt.date) -> list[Row]:
    """历史案款清理进度: what is left of each court against the rules' day."""
    return [
        {
            "label": row.court.name,
            "value": format_yuan(row.left),
            "note": _progress(row, today),
            "tone": "over" if row.is_late(today) else "",
            "icon": "building",
        }
        for row in rows
    ]


def _progress(row: Progress, today: dt.date) -> str:
    if row.due is None:
        return _("规则没有规定清理期限")
    rule = matters_in_use().source(row.rule)
    given = {"due": plain_day(row.due), "rule": rule, "left": format_yuan(row.left)}
    if row.is_late(today):
        return _("已超期，剩余 %(left)s（%(due)s，%(rule)s）") % given
    return _("期限 %(due)s（%(rule)s）") % given if row.left else _("已清零（%(rule)s）") % given


def waiting_groups(found: Rows, *, by_cause: bool) -> list[Row]:
    """Money that waits: by the time left to its limit, or by the cause for which it was not paid.

    A heading tells of all that is under it, also on other pages.
    """
    kinds: list[tuple[str, Any]] = (
        [*CAUSES.items(), ("", _("没有记录原因"))]
        if by_cause
        else [(name, BUCKET_WORDS[name]) for name in ("late", "5", "10", "15", "30", "later")]
    )
    groups, matters = [], matters_in_use()
    for code, words in kinds:
        mine = [row for row in found.rows if (row.cause if by_cause else bucket(row.left)) == code]
        if not mine:
            continue
        heap = found.more[code]
        given = {"words": words, "n": heap.count, "total": format_yuan(heap.amount)}
        rows = [_waiting(row, by_cause, matters) for row in mine]
        groups.append({"title": _("%(words)s：%(n)d 笔，%(total)s") % given, "rows": rows})
    return groups


def _waiting(row: Waiting, by_cause: bool, matters: Matters) -> Row:
    rule = row.clock.rule_id
    last: Row = {"label": _("依据"), "text": matters.words(rule), "sub": matters.source(rule)}
    if by_cause:
        last = {"label": _("下一步"), "text": _next(row)}
        if row.cause in ESCROWED_FOR and not row.has_escrow:
            last |= {
                "url": f"{reverse('desk:ask_transfer', args=[row.case.pk, 'escrow'])}?receipt={row.receipt.pk}&cause={row.cause}"
            }
    return _cells(
        _case_cell(row.case),
        _amount(_("金额"), row.receipt.amount),
        {"label": _("到账"), "text": plain_day(row.receipt.arrived_on)},
        {"label": _("距期限"), "text": plain_day(row.clock.due_on), "pill": _left(row.left)},
        {"label": _("承办人"), "text": row.case.owner.full_name if row.case.owner else "—"},
        last,
    )


def _next(row: Waiting) -> str:
    if row.has_escrow:
        return str(_("提存办理中"))
    if row.cause in ESCROWED_FOR:
        return str(_("建议提存"))
    if row.cause == "papers_incomplete":
        return str(_("通知补正后发放"))
    return str(_("记录原因")) if not row.cause else str(_("继续办理发放"))


def plan_groups(found: Rows) -> list[Row]:
    """One line a plan."""
    return _one([_plan(plan) for plan in found.rows])


def _plan(plan: DistributionPlan) -> Row:
    parties = list(plan.parties.all())
    served = sum(1 for party in parties if party.served_on)
    return _cells(
        {**_case_cell(plan.case), "url": reverse("desk:plan", args=[plan.pk])},
        _amount(_("可分配金额"), plan.amount),
        {"label": _("版次"), "text": _("第 %d 版") % plan.version, "sub": plain_day(plan.drafted_on)},
        {"label": _("参与人"), "text": "、".join(party.name for party in parties[:4])},
        {"label": _("送达"), "text": _("%(n)d / %(all)d 人") % {"n": served, "all": len(parties)}},
        {"label": _("状态"), "pill": {"state": PILLS[plan.state], "text": plan.get_state_display()}},
    )


def voucher_groups(found: Rows) -> list[Row]:
    """One line a voucher, with how often it was printed."""
    return _one([_voucher(each, found.cases.get(each.case_id)) for each in found.rows])


def _voucher(each: Voucher, case: Case | None) -> Row:
    what = next(name for name in ("receipt", "payout", "transfer") if getattr(each, f"{name}_id"))
    number: Row = {"label": _("编号"), "text": each.number, "sub": each.get_kind_display()}
    if case is not None:
        number["url"] = reverse("desk:voucher", args=[case.pk, what, getattr(each, f"{what}_id")])
    copies = len(each.prints.all())
    return _cells(
        _case_cell(case, each.facts["case"]),
        _amount(_("金额"), Decimal(each.facts["amount"])),
        number,
        {"label": _("开具"), "text": plain_day(each.issued_on), "sub": each.issued_by.full_name},
        {"label": _("打印"), "text": _("%d 次") % copies if copies else _("未打印")},
        _slip(each),
    )


def _slip(each: Voucher) -> Row:
    """The newest scan of the bank's slip of the payout."""
    slips = sorted(each.payout.slips.all(), key=lambda slip: slip.pk) if each.payout else []
    if not slips:
        return {"label": _("付款凭证扫描件"), "text": "—"}
    more = _("共 %d 份") % len(slips) if len(slips) > 1 else ""
    url = reverse("documents:file", args=[slips[-1].file_id])
    return {"label": _("付款凭证扫描件"), "text": slips[-1].file.name, "url": url, "sub": more}


def _left(days: int) -> Row:
    if days < 0:
        return {"state": "over", "text": _("超期 %d 天") % -days}
    return {"state": "soon" if days <= 5 else "prog", "text": _("还有 %d 天") % days}


def _case_cell(case: Case | None, instead: str = "") -> Row:
    cell: Row = {"kind": "main", "text": case.number if case else instead or "—"}
    if case is not None:
        cell |= {"url": reverse("desk:money", args=[case.pk]), "open": True, "caseno": True}
    return cell


def _amount(label: str, value: Decimal) -> Row:
    """An amount stands alone in its cell: in the workbook it is a number."""
    return {"kind": "num", "label": label, "amount": {"text": format_yuan(value), "tone": ""}}


def _cells(*cells: Row) -> Row:
    return {"cells": list(cells)}


def _one(rows: list[Row]) -> list[Row]:
    return [{"rows": rows}] if rows else []
