"""提存、退款、保证金、周转基金垫付、救助: asked of the rules and the approvers here, done in the books below.

Who assents comes from the packs where they speak of it, else from ours (`asking.DEFAULT_CHAINS`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from approvals.models import Request
from cases.actions import asking
from cases.actions.assigning import open_node, reopened
from cases.actions.offsystem import check_leaving, refused_leaving
from cases.models import Case, Node
from cases.payroutes import old_money_gone, receipt_subject
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_reach
from cases.snapshot import Locked, lock_case
from courts.models import User
from events.models import Event
from funds.actions import transfers
from funds.books import lock_book
from funds.models import Book, Payee, Receipt, Transfer
from funds.selectors import nothing_waits
from funds.states import TransferKind, TransferState
from kernel import time
from kernel.errors import BadInput, NotFound, WrongState
from kernel.money import format_yuan

Kind = TransferKind
MATTERS: Mapping[str, str] = {
    Kind.ESCROW: "escrow_funds",
    Kind.REFUND: "refund_funds",
    Kind.ADVANCE: "advance_funds",
    Kind.RELIEF: "aid_funds",
    Kind.INSURANCE: "aid_funds",
}
"""What each kind is called before its approvers; a deposit is set aside without them."""
KINDS = {matter: None for matter in MATTERS.values()}
ADVANCING = "advance_from_revolving_fund"
CAUSES: Mapping[str, Any] = {
    "papers_incomplete": _lazy("领款材料手续不全"),
    "payee_refuses": _lazy("领款人拒不领取"),
    "payee_unreachable": _lazy("领款人下落不明"),
    "disputed": _lazy("权属或者分配有争议"),
    "other": _lazy("其他"),
}
"""Why money was not paid (荆中法〔2023〕 三(一)2 names the first two)."""
ESCROWED_FOR = ("payee_refuses", "payee_unreachable", "disputed")
"""Causes that are a ground of escrow (民法典第五百七十条)."""
URGENT: Mapping[str, Any] = {
    "medical_fees": _lazy("医疗费"),
    "support": _lazy("赡养费、扶养费、抚养费"),
    "other_urgent": _lazy("其他急需款项"),
}


def note_cause(
    *, case_id: int, receipt_id: int, cause: str, steps: str, actor: User, at: dt.datetime, key: str
) -> Event:
    """案款未发放的原因 (JZ 三(一)2): kept with the receipt. Raises BadInput, NotFound."""
    if cause not in CAUSES:
        raise BadInput(_("请选择未发放的原因。"), field="cause", fix=_("从列出的原因中选择。"))
    if not steps.strip():
        raise BadInput(_("没有写明已做的工作。"), field="steps", fix=_("写明何时如何联系领款人、结果如何。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="receipt.cause_noted", data={"receipt": receipt_id})) is not None:
            return event
        in_reach(locked, actor)
        subject = receipt_subject(locked, receipt_id)
        act = Act(
            kind="receipt.cause_noted",
            key=key,
            on=time.today(at),
            facts=[(subject, "unpaid_cause", cause)],
            data={"receipt": receipt_id, "cause": cause, "steps": steps.strip()[:500]},
        )
        return perform(locked, act, actor=actor, at=at)


def ask_transfer(
    *,
    case_id: int,
    kind: str,
    amount: Decimal,
    ground: str,
    actor: User,
    at: dt.datetime,
    key: str,
    receipt_id: int | None = None,
    payee_id: int | None = None,
    cause: str = "",
    body: str = "",
    files: Sequence[int] = (),
) -> Transfer:
    """提请提存、退款、垫付、救助. escrow: `escrow_condition_met` starts its ten days (JZ-D-14). advance: LY-G-AID-01 is asked.

    cause: of escrow one of CAUSES, of an advance one of URGENT. Raises BadInput, NotAllowed, NotFound, WrongState.
    """
    matter = MATTERS.get(kind)
    if matter is None:
        raise BadInput(_("没有这种专项款项。"), field="kind", fix=_("从列表中选择。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (
            event := known(locked, kind="transfer.asked", data={"kind": kind, "receipt": receipt_id})
        ) is not None:
            return Transfer.objects.get(pk=event.data["transfer"])
        in_reach(locked, actor)
        subject = receipt_subject(locked, receipt_id) if receipt_id else locked.root
        warnings = _rules_of(locked, kind, amount, cause)
        refused = refused_leaving(locked, receipt_id, actor=actor, at=at, key=key)
        if refused is None:
            transfer = _open(
                locked, kind, amount, ground, receipt_id, actor=actor, at=at, key=f"case:{case_id}:{key}",
                cause=cause, body=body.strip()[:120], payee=_payee(locked, payee_id),
            )  # fmt: skip
            facts = {
                "transfer": transfer.pk, "kind": kind, "subject": subject, "values": {"fund_amount": f"{amount:.2f}"}
            }  # fmt: skip
            request = asking.put(
                locked, matter, facts, ground=ground, files=files, actor=actor, at=at, key=f"{key}:ask"
            )
            act = Act(
                kind="transfer.asked",
                key=key,
                on=time.today(at),
                happened=[("escrow_condition_met", subject)] if kind == Kind.ESCROW else [],
                facts=_facts(kind, subject, cause),
                data={
                    "transfer": transfer.pk,
                    "kind": kind,
                    "receipt": receipt_id,
                    "amount": f"{amount:.2f}",
                    "approval": request.pk,
                },  # fmt: skip
                warnings=warnings,
            )
            perform(locked, act, actor=actor, at=at)
    if refused is not None:
        raise refused
    return transfer


def carry_out(request: Request, common: Mapping[str, Any]) -> None:
    """approval.given: the transfer may be done; an escrow gets its paper 提存决定书."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=common["case_id"], key=common["key"])
        if known(locked, kind="transfer.granted") is not None:
            return
        transfer = _of(locked, request.facts["transfer"])
        transfers.approve(
            transfer, approval_id=request.pk, on=time.today(request.closed_at), name=common["name"],
            at=common["at"], key=common["key"],
        )  # fmt: skip
        act = Act(
            kind="transfer.granted",
            key=common["key"],
            on=time.today(request.closed_at),
            papers=["escrow_decision"] if transfer.kind == Kind.ESCROW else [],
            paper_facts=_paper_facts(transfer) if transfer.kind == Kind.ESCROW else {},
            data={"transfer": transfer.pk, "kind": transfer.kind, "approval": request.pk},
        )
        perform(locked, act, actor=None, at=common["at"], name=common["name"])


def close_refused(event: Event) -> None:
    """approval.refused, approval.withdrawn: the transfer is not done; escrow's duty falls away with its ground."""
    request = Request.objects.get(pk=int(event.stream.partition(":")[2]))
    if request.kind not in KINDS:
        return
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=request.facts["case"], key=f"event:{event.pk}")
        if locked.known is not None:
            return
        transfer = _of(locked, request.facts["transfer"])
        if transfer.state == TransferState.REQUESTED:
            transfers.cancel(
                transfer, reason=_("审批未通过"), name=event.actor, at=time.now(), key=f"event:{event.pk}"
            )
        act = Act(
            kind="transfer.refused", key=f"event:{event.pk}", on=time.today(event.at),
            facts=_ground_gone(locked, transfer),
            data={"transfer": transfer.pk, "kind": transfer.kind, "approval": request.pk},
        )  # fmt: skip
        perform(locked, act, actor=None, at=time.now(), name=event.actor)


def cancel_transfer(
    *, case_id: int, transfer_id: int, reason: str, actor: User, at: dt.datetime, key: str
) -> Transfer:
    """取消: what was approved is given up before any money moved; escrow's duty falls away with its ground.

    By who asked for it or who settles. Raises BadInput, NotAllowed, NotFound, WrongState (not approved, moved already).
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if known(locked, kind="transfer.cancelled_noted", data={"transfer": transfer_id}) is not None:
            return Transfer.objects.get(pk=transfer_id)
        transfer = _of(locked, transfer_id)
        transfers.give_up(transfer, reason=reason, actor=actor, at=at, key=f"{key}:cancel")
        act = _noted("transfer.cancelled_noted", transfer, key, time.today(at))
        act.facts = _ground_gone(locked, transfer)
        perform(locked, act, actor=actor, at=at)
    return transfer


def hold_transfer(
    *, case_id: int, transfer_id: int, body: str, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Transfer:
    """办理提存、转入待退款: the money is set aside; an escrow needs its body and meets its clock (`escrow_done`)."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if known(locked, kind="transfer.held_noted", data={"transfer": transfer_id}) is not None:
            return Transfer.objects.get(pk=transfer_id)
        check_day(locked, on, at)
        standing = _of(locked, transfer_id)
        is_escrow = standing.kind == Kind.ESCROW
        if is_escrow and not (body.strip() or standing.body):
            raise BadInput(
                _("没有填写提存机构。"), field="body", fix=_("填写办理提存的公证机构或者法院提存账户。")
            )
        transfer = transfers.hold(
            transfer_id=transfer_id, body=body, on=on, actor=actor, at=at, key=f"{key}:hold", joins=True
        )
        subject = _subject(locked, transfer)
        act = _noted("transfer.held_noted", transfer, key, on)
        if is_escrow:
            act.node = open_node(locked, "escrow", subject)
            act.values = {"on": on.isoformat(), "body": transfer.body, "ground": transfer.ground}
            act.happened = [("escrow_done", subject)]
        if transfer.receipt_id and nothing_waits(transfer.receipt_id):
            act.happened.append(("receipt_set_aside", subject))
            if is_escrow:
                act.happened += old_money_gone(locked, transfer.receipt_id, on)
            act.nodes = _settled(locked, subject, on, actor)
        perform(locked, act, actor=actor, at=at)
    return transfer


def release_transfer(
    *, case_id: int, transfer_id: int, reason: str, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Transfer:
    """转回待发: the payee collects, or the money goes back to its payer by a refund. The payout duty runs anew."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if known(locked, kind="transfer.released_noted", data={"transfer": transfer_id}) is not None:
            return Transfer.objects.get(pk=transfer_id)
        check_day(locked, on, at)
        _of(locked, transfer_id)
        transfer = transfers.release(
            transfer_id=transfer_id,
            reason=reason,
            on=on,
            actor=actor,
            at=at,
            key=f"{key}:release",
            joins=True,
        )
        act = _noted("transfer.released_noted", transfer, key, on)
        subject = _subject(locked, transfer)
        is_escrow = transfer.kind == Kind.ESCROW
        if is_escrow or locked.moments.get(subject, {}).get("receipt_set_aside"):
            seq = locked.seq + 1
            locked.moments.setdefault(subject, {})["payment_arrived"] = [(on.isoformat(), seq)]
            gone = ("escrow_done", "receipt_set_aside") if is_escrow else ("receipt_set_aside",)
            for moment in gone:
                locked.moments[subject][moment] = []
            act.facts = [
                (subject, "@payment_arrived", [[on.isoformat(), seq]]),
                *((subject, f"@{moment}", []) for moment in gone),
            ]
            act.nodes = reopened(locked, "payout", subject)
        perform(locked, act, actor=actor, at=at)
    return transfer


def pay_transfer(
    *, case_id: int, transfer_id: int, bank_ref: str, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Transfer:
    """退款、退保证金、垫付、救助款的付出. The last losing deposit of an item meets its 24 hours (BASE)."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if known(locked, kind="transfer.paid_noted", data={"transfer": transfer_id}) is not None:
            return Transfer.objects.get(pk=transfer_id)
        check_day(locked, on, at)
        check_leaving(locked, _of(locked, transfer_id).receipt_id)
        transfer = transfers.pay(
            transfer_id=transfer_id,
            bank_ref=bank_ref,
            on=on,
            actor=actor,
            at=at,
            key=f"{key}:pay",
            joins=True,
        )
        act = _noted("transfer.paid_noted", transfer, key, on)
        if transfer.kind == Kind.DEPOSIT and transfer.subject_id in locked.subjects and _is_last(transfer):
            act.instant = at
            act.happened = [("losing_deposits_returned", transfer.subject_id)]
        if transfer.receipt_id:
            act.happened += old_money_gone(locked, transfer.receipt_id, on)
        perform(locked, act, actor=actor, at=at)
    return transfer


def set_deposit_aside(
    *,
    case_id: int,
    receipt_id: int,
    subject_id: int,
    bidder: str,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Transfer:
    """竞买保证金: all of a receipt is one bidder's deposit for one property item. Raises BadInput, NotFound, WrongState."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="deposit.set_aside", data={"receipt": receipt_id})) is not None:
            return Transfer.objects.get(pk=event.data["transfer"])
        in_reach(locked, actor)
        check_day(locked, on, at)
        item = locked.subjects.get(subject_id)
        if item is None or item.kind != "property":
            raise BadInput(_("请选择拍卖的财产。"), field="subject", fix=_("从本案财产中选择。"))
        if not bidder.strip():
            raise BadInput(_("没有填写竞买人。"), field="bidder", fix=_("按拍卖平台的记录填写。"))
        check_leaving(locked, receipt_id)
        amount = Receipt.objects.values_list("amount", flat=True).get(pk=receipt_id)
        transfer = _open(
            locked, Kind.DEPOSIT, amount, _("竞买保证金"), receipt_id, actor=actor, at=at,
            key=f"case:{case_id}:{key}", body=bidder.strip()[:120], subject_id=subject_id,
        )  # fmt: skip
        transfers.approve(
            transfer, approval_id=None, on=time.today(at), name=actor.actor, at=at, key=f"{key}:ok"
        )
        data = {
            "transfer": transfer.pk,
            "receipt": receipt_id,
            "amount": f"{amount:.2f}",
            "subject": subject_id,
        }
        perform(locked, Act(kind="deposit.set_aside", key=key, on=on, data=data), actor=actor, at=at)
    return transfer


def _rules_of(locked: Locked, kind: str, amount: Decimal, cause: str) -> list[Any]:
    """What the packs demand of this kind. Raises BadInput, WrongState (guard)."""
    if kind == Kind.ESCROW and cause not in ESCROWED_FOR:
        raise BadInput(
            _("这个原因不是法定的提存事由。"),
            field="cause",
            fix=_("领款人拒不领取、下落不明或者款项有争议的，才能提存；材料不全的，通知补正。"),
        )
    if kind != Kind.ADVANCE:
        return []
    if not locked.book.guards.get(ADVANCING):
        raise WrongState(_("本院适用的规则没有规定周转基金。"), fix=_("可以申请司法救助。"))
    if cause not in URGENT:
        raise BadInput(
            _("请选择急需款项的种类。"), field="cause", fix=_("医疗费、赡养费等急需款项才能垫付。")
        )
    if amount > locked.case.claim_amount:
        raise BadInput(
            _("垫付不能超过执行标的（%s）。") % format_yuan(locked.case.claim_amount),
            field="amount",
            fix=_("核对金额。"),
        )
    return guard(locked, ADVANCING, {"claim_urgent_kind": cause, "claim_amount": locked.case.claim_amount})


def _ground_gone(locked: Locked, transfer: Transfer) -> list[tuple[int, str, Any]]:
    """The ten days of an escrow that is not done any more end."""
    if transfer.kind != Kind.ESCROW:
        return []
    subject = _subject(locked, transfer)
    locked.moments.setdefault(subject, {})["escrow_condition_met"] = []
    return [(subject, "@escrow_condition_met", [])]


def _facts(kind: str, subject: int, cause: str) -> list[tuple[int, str, Any]]:
    if kind == Kind.ADVANCE:
        return [(subject, "claim_urgent_kind", cause)]
    return [(subject, "unpaid_cause", cause)] if kind == Kind.ESCROW else []


def _open(
    locked: Locked, kind: str, amount: Decimal, ground: str, receipt_id: int | None, **more: Any
) -> Transfer:
    """The books' side under the book's lock. Raises NotFound."""
    book = lock_book(Book.objects.values_list("pk", flat=True).get(about=locked.case.about))
    receipt = Receipt.objects.filter(pk=receipt_id, book=book).first() if receipt_id else None
    if receipt is None and kind in (Kind.ESCROW, Kind.REFUND, Kind.DEPOSIT):
        raise NotFound(_("没有选择本案的到账款项。"), fix=_("从案款页选择一笔到账。"))
    return transfers.open_transfer(
        kind=kind, amount=amount, ground=ground, book=book, receipt=receipt, **more
    )


def _of(locked: Locked, transfer_id: int) -> Transfer:
    """The transfer of this case, under the book's lock. Raises NotFound."""
    book_id = (
        Transfer.objects.filter(pk=transfer_id, about=locked.case.about)
        .values_list("book_id", flat=True)
        .first()
    )
    if book_id is None:
        raise NotFound(_("本案没有这项专项款项。"), fix=_("从案款页重新进入。"))
    lock_book(book_id)
    return Transfer.objects.get(pk=transfer_id)


def _subject(locked: Locked, transfer: Transfer) -> int:
    return receipt_subject(locked, transfer.receipt_id) if transfer.receipt_id else locked.root


def _payee(locked: Locked, payee_id: int | None) -> Payee | None:
    if payee_id is None:
        return None
    payee = Payee.objects.filter(pk=payee_id, about=locked.case.about).first()
    if payee is None:
        raise BadInput(_("收款人不是本案登记的领款人。"), field="payee", fix=_("先登记领款账户。"))
    return payee


def _noted(kind: str, transfer: Transfer, key: str, on: dt.date) -> Act:
    data = {"transfer": transfer.pk, "kind": transfer.kind, "amount": f"{transfer.amount:.2f}"}
    return Act(kind=kind, key=key, on=on, data=data)


def _settled(locked: Locked, subject: int, on: dt.date, actor: User) -> list[Node]:
    """案款发放 of a receipt of which nothing waits any more: all of it is set aside."""
    node = open_node(locked, "payout", subject)
    if node is None:
        return []
    node.finish(on=on, by=actor, outcome="", values={})
    node.version += 1
    return [node]


def _is_last(transfer: Transfer) -> bool:
    """Whether no deposit for the item waits any more."""
    same = Transfer.objects.filter(about=transfer.about, kind=Kind.DEPOSIT, subject_id=transfer.subject_id)
    return not same.filter(state__in=(TransferState.APPROVED, TransferState.HELD)).exists()


def _paper_facts(transfer: Transfer) -> dict[str, Any]:
    return {
        "amount": transfer.amount,
        "arrived_on": transfer.receipt.arrived_on,
        "cause_words": str(CAUSES.get(transfer.cause, transfer.cause)),
        "ground": transfer.ground,
        "escrow_body": transfer.body or _("本院案款提存账户"),
        "decided_on": transfer.approved_on,
    }


def transfers_of(case: Case) -> list[Transfer]:
    """Every transfer of a case, the newest first. One query."""
    rows = Transfer.objects.filter(about=case.about).select_related("requester", "doer", "payee")
    return list(rows.order_by("-pk"))
