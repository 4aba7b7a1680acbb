"""案款分配: the law's proposal, the officer's decision with a reason where it differs, frozen with its computation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from funds import policy
from funds.checks import receipt_to_pay
from funds.models import Allocation, Book, Receipt
from funds.reckoning.replay import Money, Run, changes, replay
from funds.reckoning.sheets import debts_of, shares_of, sheet_of
from funds.repeats import used_otherwise
from funds.shapes import reason_of
from funds.states import ReceiptState
from kernel.errors import BadInput
from kernel.money import format_yuan, parse_amount

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the law gives of one receipt. law: claim id -> yuan; sheet: its lines; changes: since the decision before."""

    law: dict[str, Decimal]
    surplus: Decimal
    sheet: list[dict[str, Any]]
    changes: list[dict[str, str]]
    run: Run


def propose(receipt: Receipt, claims: Mapping[str, Any]) -> Proposal:
    """依法计算: all receipts of the case in the order of their value days, so that a payment that came to light late
    changes what the later ones pay. Reads only. Raises BadInput (claims).
    """
    try:
        debts, costs = debts_of(claims)
        run = replay(debts, costs, _money(receipt.book, claims))
        before = _before(receipt, claims)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise BadInput(
            _("债权的金额、日期填写不完整，或者相互矛盾。"),
            field="claims",
            fix=_("核对本金、到期日和不计息期间；已付本金不能超过本金。"),
        ) from error
    law, surplus = shares_of(run, str(receipt.pk))
    found = changes(before, run) if before else []
    return Proposal(
        law,
        surplus,
        [line.as_json() for line in sheet_of(run, str(receipt.pk))],
        [
            {"receipt": c.receipt, "claim": c.claim, "before": f"{c.before:.2f}", "after": f"{c.after:.2f}"}
            for c in found
        ],
        run,
    )


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
    reckoning.sheets.debts_of reads them. Writes allocation.decided. No money moves: payouts are drafted from it.
    Raises NotFound, NotAllowed, BadInput, WrongState, Conflict.
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
        last = Allocation.objects.filter(book=book).aggregate(last=Max("version"))["last"] or 0
        made = Allocation.objects.create(
            court_id=book.court_id, team_id=book.team_id, owner_id=book.owner_id, about=book.about, book=book,
            receipt=receipt, version=last + 1, amount=receipt.amount, valued_on=_valued(receipt, claims),
            claims=dict(claims), law=_written(found.law), shares=_written(decided), surplus=surplus,
            sheet=found.sheet, changes=found.changes, reason=why, key=key, made_at=at, made_by=actor,
        )  # fmt: skip
        log.append(
            stream=made.stream, kind="allocation.decided", actor=actor.actor, at=at, court_id=book.court_id, key=key,
            data={
                "allocation": made.pk, "receipt": receipt.pk, "about": book.about, "version": made.version,
                "amount": made.amount, "shares": made.shares, "is_changed": bool(why),
            },
        )  # fmt: skip
    return made


def _decided(
    receipt: Receipt, found: Proposal, shares: Mapping[str, Decimal | str] | None, reason: str
) -> tuple[dict[str, Decimal], Decimal, str]:
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


def _money(book: Book | None, claims: Mapping[str, Any], *, only: set[str] | None = None) -> list[Money]:
    rows = Receipt.objects.filter(book=book, state=ReceiptState.IDENTIFIED).order_by("pk")
    return [
        Money(str(row.pk), row.amount, _valued(row, claims))
        for row in rows
        if only is None or str(row.pk) in only
    ]


def _valued(receipt: Receipt, claims: Mapping[str, Any]) -> dt.date:
    """The day to which interest runs: that of 划拨、成交裁定生效 where given, else the arrival."""
    given = claims.get("valued", {}).get(str(receipt.pk))
    return dt.date.fromisoformat(given) if given else receipt.arrived_on


def _before(receipt: Receipt, claims: Mapping[str, Any]) -> Run | None:
    """The run as the decision before saw it: its claims, and the receipts that it knew. None for the first."""
    last = Allocation.objects.filter(book=receipt.book).order_by("-version").first()
    if last is None:
        return None
    debts, costs = debts_of(last.claims)
    known = {
        str(pk) for pk in Allocation.objects.filter(book=receipt.book).values_list("receipt_id", flat=True)
    }
    return replay(debts, costs, _money(receipt.book, last.claims, only=known))


def _written(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: f"{amount:.2f}" for name, amount in amounts.items()}
