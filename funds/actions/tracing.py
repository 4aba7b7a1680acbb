"""历史款项核查: old money is traced item by item through the paying bank; what nobody can be found for is escrowed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from funds import policy
from funds.actions import transfers
from funds.models import Receipt, Trace, Transfer
from funds.shapes import past
from funds.states import TransferKind
from kernel.errors import BadInput, NotFound, WrongState
from kernel.time import today

YEARS = 3
"""三年以上, exactly three years included (荆中法〔2023〕 三(二)7)."""
RESULTS = (Trace.Step.FOUND, Trace.Step.UNKNOWN)


def oldest_arrival(on: dt.date) -> dt.date:
    """Money that arrived on this day or before is three years old or more on the court-local day `on`."""
    try:
        return on.replace(year=on.year - YEARS)
    except ValueError:  # 29 February
        return on.replace(year=on.year - YEARS, day=28)


def trace(
    *, receipt_id: int, step: str, on: dt.date, note: str, actor: User, at: dt.datetime, key: str
) -> Trace:
    """One step of the tracing, in its order; the two results end it. Raises BadInput, NotAllowed, NotFound, WrongState."""
    if step not in Trace.Step.values:
        raise BadInput(_("没有这个核查步骤。"), field="step", fix=_("从列出的步骤中选择。"))
    if not note.strip():
        raise BadInput(_("没有写明经过和结果。"), field="note", fix=_("写明向哪家银行查询、结果如何。"))
    with transaction.atomic(durable=True):
        receipt = _old(receipt_id, actor, today(at))
        standing = Trace.objects.filter(key=key).first()
        if standing is not None:
            return standing
        policy.may(actor, policy.RECORD + policy.PAY, _("核查历史款项"))
        done = set(receipt.traces.values_list("step", flat=True))
        _must_be_next(step, done)
        row = Trace.objects.create(
            receipt=receipt, court_id=receipt.court_id, step=step, by=actor, key=key,
            on=past(on, at, field="on", since=receipt.arrived_on), note=note.strip()[:500],
        )  # fmt: skip
        log.append(
            stream=f"trace:{receipt.pk}", kind="receipt.traced", actor=actor.actor, at=at, key=key,
            data={"receipt": receipt.pk, "step": step}, effective_on=on, court_id=receipt.court_id,
        )  # fmt: skip
    return row


def ask_unknown_escrow(*, receipt_id: int, actor: User, at: dt.datetime, key: str) -> Transfer:
    """提出不明历史款项提存: only after the tracing has ended without a payer. Raises NotAllowed, NotFound, WrongState."""
    with transaction.atomic(durable=True):
        return _ask(_old(receipt_id, actor, today(at)), by=actor, at=at, key=key)


def hold_unknown_escrow(*, receipt_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Transfer:
    """办理不明历史款项提存, by another person than who asked for it. Raises BadInput, NotAllowed, NotFound, WrongState."""
    with transaction.atomic(durable=True):
        receipt = _old(receipt_id, actor, today(at))
        asked = receipt.transfers.filter(kind=TransferKind.COURT_ESCROW).exclude(state="cancelled").last()
        if asked is None:
            raise WrongState(_("还没有人提出提存。"), code="OLD-ASK", fix=_("先提出提存，再由另一人办理。"))
        return transfers.hold(
            transfer_id=asked.pk, body="", on=on, actor=actor, at=at, key=f"{key}:held", joins=True
        )


def escrow_unknown(
    *, receipt_id: int, approver: User, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Transfer:
    """不明历史款项提存 in one act: asked by one person and done by another.

    approver: who asked for it. Raises BadInput, NotAllowed, NotFound, WrongState.
    """
    with transaction.atomic(durable=True):
        asked = _ask(_old(receipt_id, actor, today(at)), by=approver, at=at, key=key)
        return transfers.hold(
            transfer_id=asked.pk, body="", on=on, actor=actor, at=at, key=f"{key}:held", joins=True
        )


def _ask(receipt: Receipt, *, by: User, at: dt.datetime, key: str) -> Transfer:
    """The transfer, asked for; nobody need assent, for another person does it."""
    if not receipt.traces.filter(step=Trace.Step.UNKNOWN).exists():
        raise WrongState(
            _("还没有核查出“无法查明付款人”的结果，不能提存。"),
            code="OLD-TRACE",
            fix=_("先逐步核查并记录结果。"),
        )
    asked = transfers.open_transfer(
        kind=TransferKind.COURT_ESCROW, amount=receipt.amount, receipt=receipt, cause="unknown_payer",
        ground=_("滞留三年以上，经向付款行核查无法查明付款人"), actor=by, at=at, key=key,
    )  # fmt: skip
    if asked.state == "requested":
        transfers.approve(asked, approval_id=None, on=today(at), name=by.actor, at=at, key=f"{key}:ok")
    return asked


def _must_be_next(step: str, done: set[str]) -> None:
    order = [Trace.Step.PAYER_BANK, Trace.Step.ASKED, Trace.Step.RECONCILED]
    if done & set(RESULTS):
        raise WrongState(_("这笔款项已有核查结果。"), code="OLD-DONE", fix=_("刷新页面。"))
    wanted = order[: order.index(step)] if step in order else order
    missing = [Trace.Step(each).label for each in wanted if each not in done]
    if missing or step in done:
        raise WrongState(
            _("核查须逐步进行，这一步还不能记录。"),
            code="OLD-ORDER",
            fix=_("先完成：%s。") % "、".join(str(each) for each in missing)
            if missing
            else _("这一步已经记录。"),
        )


def _old(receipt_id: int, actor: User, on: dt.date) -> Receipt:
    receipt = Receipt.objects.visible_to(actor).filter(pk=receipt_id).locked().first()
    if receipt is None:
        raise NotFound(_("没有这笔到账款项，或您无权办理。"), fix=_("从历史款项台账重新进入。"))
    if receipt.arrived_on > oldest_arrival(on):
        raise WrongState(_("这笔款项到账不满三年。"), code="OLD-YOUNG", fix=_("按不明款认领程序办理。"))
    return receipt
