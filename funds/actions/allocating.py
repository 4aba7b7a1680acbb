"""案款分配: the law's proposal, the officer's decision with a reason where it differs, frozen with its computation.

A decision is in the books: what it gives to claims stands on the account `claimed`. A later decision about the same
receipt, and one that money with an earlier value day forces upon the receipts behind it, reverses the journal before it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from funds import policy
from funds.actions.allotting import Decision, decide
from funds.checks import receipt_to_pay
from funds.dues import decisions_of
from funds.models import Allocation, Payout, Receipt
from funds.reckoning.replay import Change, Money, Run, changed_shares, replay
from funds.reckoning.sheets import debts_of, shares_of, sheet_of
from funds.repeats import used_otherwise
from funds.shapes import reason_of
from funds.states import RESERVING, ReceiptState
from kernel.errors import BadInput, WrongState
from kernel.money import format_yuan, parse_amount

NOTHING = Decimal("0.00")
Shares = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the law gives of one receipt. law: claim id -> yuan; sheet: its lines; changes: since the decisions before.

    anew: receipts behind it that were decided and are now given otherwise, with the run that says so.
    """

    law: Shares
    surplus: Decimal
    sheet: list[dict[str, Any]]
    changes: list[dict[str, str]]
    run: Run
    anew: tuple[Allocation, ...] = field(default=())


def propose(receipt: Receipt, claims: Mapping[str, Any], decided: Shares | None = None) -> Proposal:
    """依法计算: all receipts of the case in the order of their value days. What was decided about earlier ones stands; a
    payment that came to light late changes what the later ones pay. Reads only. Raises BadInput (claims).

    decided: the officer's shares of this receipt, from which the later ones are reckoned; None for the law's.
    """
    before = decisions_of(receipt.book) if receipt.book is not None else {}
    try:
        debts, costs = debts_of(claims)
        money = _money(receipt, claims, before)
        stand = _standing(receipt, money, before)
        run = replay(debts, costs, money, stand | ({str(receipt.pk): decided} if decided else {}))
        law, surplus = shares_of(run, str(receipt.pk))
        sheet = [line.as_json() for line in sheet_of(run, str(receipt.pk))]
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise BadInput(
            _("债权的金额、日期填写不完整，或者相互矛盾。"),
            field="claims",
            fix=_("核对本金、到期日和不计息期间；已付本金不能超过本金。"),
        ) from error
    found = _changes(receipt, before, run)
    moved = {each.receipt for each in found}
    anew = tuple(row for pk, row in sorted(before.items()) if pk != receipt.pk and str(pk) in moved)
    return Proposal(law, surplus, sheet, [_change(each) for each in found], run, anew)


def allocate_receipt(
    *,
    receipt_id: int,
    claims: Mapping[str, Any],
    shares: Mapping[str, Decimal | str] | None = None,
    reason: str = "",
    actor: User,
    at: dt.datetime,
    key: str,
    joins: bool = False,
) -> Allocation:
    """决定分配: the law's shares, or others with a reason; frozen with the computation that led to them.

    claims: {"first_day": "next" | "included", "debts": [...], "costs": [...], "valued": {receipt id: day}} as
    reckoning.sheets.debts_of reads them. Writes allocation.decided and its journal; for each decision that it takes the
    place of allocation.reversed and a reversal. Payouts are drafted from what it allots; those not yet sent that would
    pass it are cancelled. Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
    """
    with transaction.atomic(durable=not joins):
        book, receipt = receipt_to_pay(receipt_id, actor)
        standing = Allocation.objects.filter(book=book, key=key).first()
        if standing is not None:
            if (standing.receipt_id, standing.claims) != (receipt_id, dict(claims)):
                raise used_otherwise()
            return standing
        policy.may(actor, policy.REQUEST, _("分配案款"))
        found = propose(receipt, claims)
        decided, surplus, why = _decided(receipt, found, shares, reason)
        if why:
            found = propose(receipt, claims, decided)
        before = decisions_of(book)
        days = {money.id: money.on for money in _money(receipt, claims, before)}
        law = found.law if not why else propose(receipt, claims).law
        decisions = [
            Decision(receipt, claims, days[str(receipt.pk)], law, decided, surplus, found.sheet, found.changes, why, before.get(receipt.pk)),
            *(_anew(row, receipt, claims, days, found) for row in found.anew),
        ]  # fmt: skip
        _nothing_runs_besides([each.receipt for each in decisions])
        return decide(book, decisions, actor=actor, at=at, key=key)


def _anew(
    row: Allocation, late: Receipt, claims: Mapping[str, Any], days: Mapping[str, dt.date], found: Proposal
) -> Decision:
    """重新计算: the law's shares of a receipt behind the late one, whatever was decided before."""
    law, surplus = shares_of(found.run, str(row.receipt_id))
    sheet = [line.as_json() for line in sheet_of(found.run, str(row.receipt_id))]
    own = [change for change in found.changes if change["receipt"] == str(row.receipt_id)]
    why = _("%(day)s的款项 %(amount)s 补入，依价值日重新计算") % {
        "day": days[str(late.pk)].isoformat(),
        "amount": format_yuan(late.amount),
    }
    if row.reason:
        why = _("%(why)s；原调整不再适用：%(reason)s") % {"why": why, "reason": row.reason}
    return Decision(
        row.receipt, claims, days[str(row.receipt_id)], law, law, surplus, sheet, own, why[:200], row, late
    )


def _decided(
    receipt: Receipt, found: Proposal, shares: Mapping[str, Decimal | str] | None, reason: str
) -> tuple[Shares, Decimal, str]:
    """The shares as decided, what is left over, and why they differ. Raises BadInput."""
    if shares is None:
        return found.law, found.surplus, ""
    decided = {name: parse_amount(value, field=name) for name, value in shares.items()}
    if decided.keys() != found.law.keys() or any(value < 0 for value in decided.values()):
        raise BadInput(
            _("分配项目与债权不一致。"), field="shares", fix=_("每一项债权填写一个金额，不分的填零。")
        )
    if decided == found.law:
        return found.law, found.surplus, ""
    surplus = receipt.amount - sum(decided.values(), NOTHING)
    if surplus < 0:
        raise BadInput(
            _("各项合计超过到账金额 %s。") % format_yuan(receipt.amount),
            field="shares",
            fix=_("减少其中的金额。"),
        )
    for name, value in decided.items():
        owed = found.law[name] + found.run.left[name] if receipt_is_last(receipt, found.run) else None
        if owed is not None and value > owed:
            raise BadInput(
                _("有一项超过尚欠的 %s。") % format_yuan(owed), field=name, fix=_("填写不超过尚欠的金额。")
            )
    return decided, surplus, reason_of(reason)


def receipt_is_last(receipt: Receipt, run: Run) -> bool:
    """Whether nothing was paid behind this receipt, so that the run's rest is what it leaves."""
    return run.steps[-1].money.id == str(receipt.pk)


def _nothing_runs_besides(receipts: list[Receipt]) -> None:
    """No payout that names no decision waits to be sent from one of them. Raises WrongState."""
    running = Payout.objects.filter(receipt__in=receipts, state__in=RESERVING, allotment=None)
    found = running.select_related("receipt").order_by("pk").first()
    if found is not None:
        raise WrongState(
            _("%(day)s到账的 %(amount)s 有没有经过分配的发放正在办理。")
            % {"day": found.receipt.arrived_on.isoformat(), "amount": format_yuan(found.receipt.amount)},
            code="ALLOCATION-RUNNING",
            fix=_("先办完或者取消那笔发放，再分配。"),
        )


def _money(receipt: Receipt, claims: Mapping[str, Any], before: Mapping[int, Allocation]) -> list[Money]:
    rows = Receipt.objects.filter(book=receipt.book, state=ReceiptState.IDENTIFIED).order_by("pk")
    return [Money(str(row.pk), row.amount, _valued(row, claims, before.get(row.pk))) for row in rows]


def _valued(receipt: Receipt, claims: Mapping[str, Any], before: Allocation | None) -> dt.date:
    """The day to which interest runs: that of 划拨、成交裁定生效 where given, as decided before, else the arrival."""
    given = claims.get("valued", {}).get(str(receipt.pk))
    if given:
        return dt.date.fromisoformat(given)
    return before.valued_on if before is not None else receipt.arrived_on


def _standing(receipt: Receipt, money: list[Money], before: Mapping[int, Allocation]) -> dict[str, Shares]:
    """What was decided about the receipts that count before this one: facts, from which it is reckoned."""
    place = next(each.turn for each in money if each.id == str(receipt.pk))
    return {
        each.id: {name: Decimal(value) for name, value in before[int(each.id)].shares.items()}
        for each in money
        if each.turn < place and int(each.id) in before
    }


def _changes(receipt: Receipt, before: Mapping[int, Allocation], run: Run) -> list[Change]:
    """What each receipt pays otherwise than was decided; nothing while nothing was. This one only where it was decided."""
    if not before:
        return []
    old = {
        str(pk): {name: Decimal(value) for name, value in row.shares.items() if Decimal(value)}
        for pk, row in before.items()
    }
    new = run.shares()
    if receipt.pk not in before:
        new.pop(str(receipt.pk), None)
    return changed_shares(old, new)


def _change(each: Change) -> dict[str, str]:
    return {
        "receipt": each.receipt,
        "claim": each.claim,
        "before": f"{each.before:.2f}",
        "after": f"{each.after:.2f}",
    }
