"""How a transfer of a case stands and what may be done with it next."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from desk.selectors.case_file import CaseFile
from desk.selectors.menu import may_ask
from desk.selectors.payouts import PAYERS, REQUESTERS, allowed
from desk.words import plain_day
from funds.actions.vouchers import kind_of
from funds.models import Transfer
from kernel.money import format_yuan
from kernel.time import local

SETTLERS: tuple[tuple[str, str], ...] = (*PAYERS, ("receipt", "W"))
PILLS = {
    "requested": "todo",
    "approved": "soon",
    "held": "prog",
    "released": "done",
    "paid": "done",
    "cancelled": "todo",
}
STEP_WORDS = {
    "hold": _lazy("转入专门科目"),
    "release": _lazy("转回待发"),
    "pay": _lazy("登记付款"),
    "cancel": _lazy("取消"),
}
DEPOSIT_WORDS = {"release": _lazy("转为拍卖价款"), "pay": _lazy("退还竞买人")}
"""What the steps are called for a deposit: the winner's becomes a part of the price, the others' go back."""
ASKING = {
    "cause": _lazy("记录未发放原因"),
    "escrow": _lazy("提请提存"),
    "refund": _lazy("提请退款"),
    "deposit": _lazy("登记竞买保证金"),
    "advance": _lazy("提请周转基金垫付"),
    "aid": _lazy("登记救助、保险申请"),
}
RETURNED = "losing_deposits_returned"
"""What meets the 24 hours of the losing deposits (法释〔2016〕18号第二十三条)."""
OF_RECEIPT = ("cause", "escrow", "refund", "deposit")


def step_words(transfer: Transfer, name: str) -> Any:
    """What a step is called for this kind of money."""
    return DEPOSIT_WORDS.get(name, STEP_WORDS[name]) if transfer.kind == "deposit" else STEP_WORDS[name]


def next_steps(transfer: Transfer) -> list[str]:
    """Names of STEP_WORDS that fit where the transfer stands."""
    if transfer.state == "approved":
        first = "hold" if transfer.kind in ("escrow", "refund", "deposit", "fee") else "pay"
        return [first] if transfer.kind == "fee" else [first, "cancel"]
    if transfer.state == "held":
        return ["release", "pay"] if transfer.kind in ("refund", "deposit", "fee") else ["release"]
    return []


def may_step(file: CaseFile, transfer: Transfer, name: str) -> bool:
    """Whether this person is offered a step: who asked for the money gives it up, others move it."""
    own = transfer.requester_id == file.user.pk
    if name == "cancel":
        return own or allowed(file, SETTLERS)
    return allowed(file, SETTLERS) and not own


def transfer_shape(file: CaseFile, transfer: Transfer) -> dict[str, Any]:
    """One line of the money tab."""
    note = _("%(day)s %(who)s申请") % {
        "day": plain_day(transfer.requested_on),
        "who": transfer.requester.full_name,
    }
    if transfer.body:
        note = f"{note} · {transfer.body}"
    if transfer.kind == "advance" and transfer.state == "paid":
        note = f"{note} · " + _("未收回 %s") % format_yuan(transfer.outstanding)
    if (clock := _return_clock(file, transfer)) is not None:
        note = f"{note} · " + _("退还期限 %(when)s（%(words)s，%(rule)s）") % clock
    steps = [name for name in next_steps(transfer) if may_step(file, transfer, name)]
    voucher = kind_of("transfer", transfer)
    return {
        "voucher_url": reverse("desk:voucher", args=[file.case.pk, "transfer", transfer.pk])
        if voucher
        else "",
        "title": f"{transfer.get_kind_display()} {format_yuan(transfer.amount)}",
        "note": note,
        "pill": {"state": PILLS[transfer.state], "text": transfer.get_state_display()},
        "steps": [
            {
                "label": step_words(transfer, name),
                "url": reverse("desk:transfer_step", args=[file.case.pk, transfer.pk, name]),
            }
            for name in steps
        ],
    }


def _return_clock(file: CaseFile, transfer: Transfer) -> dict[str, str] | None:
    """The 24 hours of a bidder's deposit that still waits: its last instant, how near it is, its rule."""
    if transfer.kind != "deposit" or transfer.state not in ("approved", "held"):
        return None
    for clock in file.clocks:
        met = clock.rule.met_by
        if clock.is_open and clock.row.subject_id == transfer.subject_id and met and RETURNED in met.events:
            last = clock.row.due_at
            when = f"{local(last):%m-%d %H:%M}" if last else ""
            return {"when": when, "words": clock.words, "rule": clock.rule.id}
    return None


def asking_links(file: CaseFile, *, has_receipts: bool) -> list[dict[str, Any]]:
    """What this person may ask for, on this case."""
    if not (file.is_own or allowed(file, REQUESTERS)):
        return []
    links = [
        {"label": label, "url": reverse("desk:ask_transfer", args=[file.case.pk, name])}
        for name, label in ASKING.items()
        if (has_receipts or name not in OF_RECEIPT) and (name != "deposit" or file.properties)
    ]
    if has_receipts and file.user.scope.holds(file.case.owner_id):
        links.append({"label": _("拟定分配方案"), "url": reverse("desk:plan_new", args=[file.case.pk])})
    if has_receipts and may_ask(file):
        links.append({"label": _("申请延期发放"), "url": reverse("desk:act", args=[file.case.pk, "defer"])})
    return links
