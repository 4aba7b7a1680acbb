"""分配入账: decisions become journals and allotments; what they take the place of is reversed, never rewritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from funds.accounts import Account, JournalKind
from funds.actions.payouts import cancel_payout
from funds.dues import dues_of, groups_of, spent_behind
from funds.ledger import NOTHING, credit, debit, post, reverse
from funds.models import Allocation, Allotment, Book, Journal, Payout, Receipt
from funds.states import RESERVING
from kernel.time import today

Shares = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Decision:
    """One receipt's decision before it is written. replaces: the one in force; late: whose value day made it anew."""

    receipt: Receipt
    claims: Mapping[str, Any]
    valued_on: dt.date
    law: Shares
    shares: Shares
    surplus: Decimal
    sheet: list[dict[str, Any]]
    changes: list[dict[str, str]]
    reason: str
    replaces: Allocation | None = None
    late: Receipt | None = None


def decide(
    book: Book, decisions: Sequence[Decision], *, actor: User, at: dt.datetime, key: str
) -> Allocation:
    """Write decisions of one act, the officer's own first, and return it. Joins the transaction, which holds the book.

    All old journals are reversed before any is posted. Payouts that were not sent are cancelled where their creditor
    would get more than is allotted now; what was sent or paid stays, and what is too much is kept as `overpaid`.
    """
    for each in decisions:
        if each.replaces is not None:
            take_back(each.replaces, actor=actor.actor, at=at, key=f"{key}:{each.receipt.pk}")
    allotted = _allotted(book, decisions)
    _cancel_beyond(book, decisions, allotted, actor=actor, at=at, key=key)
    over = {
        who: f"{spent - allotted.get((who, court), NOTHING):.2f}"
        for (who, court), spent in _spent(book, decisions).items()
        if spent > allotted.get((who, court), NOTHING)
    }
    last = Allocation.objects.filter(book=book).aggregate(last=Max("version"))["last"] or 0
    made = [
        _write(
            book, each, last + number, over, actor=actor, at=at, key=key if number == 1 else f"{key}:{number}"
        )
        for number, each in enumerate(decisions, 1)
    ]
    return made[0]


def take_back(made: Allocation, *, actor: str, at: dt.datetime, key: str) -> None:
    """冲销分配: the journal of a decision is reversed; its allotments no longer stand. Joins the transaction."""
    journal = Journal.objects.filter(key=f"{made.stream}/allotted", reversed_by=None).first()
    if journal is None:
        return
    event = log.append(
        stream=made.stream, kind="allocation.reversed", actor=actor, at=at, key=f"reversed:{key}", court_id=made.court_id,
        data={
            "allocation": made.pk, "receipt": made.receipt_id, "about": made.about, "version": made.version,
            "amount": journal.amount,
        },
    )  # fmt: skip
    reverse(journal=journal, event=event, key=f"{made.stream}/reversed", on=today(at))


def _write(
    book: Book, each: Decision, version: int, over: dict[str, str], *, actor: User, at: dt.datetime, key: str
) -> Allocation:
    made = Allocation.objects.create(
        court_id=book.court_id, team_id=book.team_id, owner_id=book.owner_id, about=book.about, book=book,
        receipt=each.receipt, version=version, amount=each.receipt.amount, valued_on=each.valued_on,
        claims=dict(each.claims), law=written(each.law), shares=written(each.shares), surplus=each.surplus,
        sheet=each.sheet, changes=each.changes, reason=each.reason, replaces=each.replaces, late=each.late,
        overpaid=over, key=key, made_at=at, made_by=actor,
    )  # fmt: skip
    parts = groups_of(each.claims, dict(each.shares))
    total = sum((amount for *_names, amount in parts), NOTHING)
    event = log.append(
        stream=made.stream, kind="allocation.decided", actor=actor.actor, at=at, court_id=book.court_id, key=key,
        data={
            "allocation": made.pk, "receipt": each.receipt.pk, "about": book.about, "version": version, "amount": total,
            "received": each.receipt.amount, "shares": made.shares, "is_changed": each.shares != each.law,
            "replaces": each.replaces.pk if each.replaces else None, "late": each.late.pk if each.late else None,
        },
    )  # fmt: skip
    if not total:
        return made
    journal = post(
        event=event, court_id=book.court_id, kind=JournalKind.ALLOCATION, key=f"{made.stream}/allotted", on=today(at),
        receipt_id=each.receipt.pk,
        legs=[debit(Account.ALLOTTED, total), credit(Account.CLAIMED, total, book)],
    )  # fmt: skip
    Allotment.objects.bulk_create(
        [
            Allotment(
                allocation=made, book=book, receipt=each.receipt, journal=journal, creditor=who[:120], group=group[:40],
                title=title[:120], to_court=court, amount=amount,
            )
            for who, group, title, court, amount in parts
        ]
    )  # fmt: skip
    return made


def _allotted(book: Book, decisions: Sequence[Decision]) -> dict[tuple[str, bool], Decimal]:
    """(creditor, to the court) -> yuan as the books will allot: what stands, and what is being decided."""
    found: dict[tuple[str, bool], Decimal] = {}
    rows = Allotment.objects.filter(book=book).standing().values_list("creditor", "to_court", "amount")
    new = [
        (who, court, amount)
        for each in decisions
        for who, _group, _title, court, amount in groups_of(each.claims, dict(each.shares))
    ]
    for who, court, amount in [*rows, *new]:
        found[who, court] = found.get((who, court), NOTHING) + amount
    return found


def _spent(book: Book, decisions: Sequence[Decision]) -> dict[tuple[str, bool], Decimal]:
    """(creditor, to the court) -> yuan spent, as it will count when these decisions are written."""
    giving = [each.receipt.pk for each in decisions if any(each.shares.values())]
    court = {(due.creditor, True): due.spent for due in dues_of(book.pk) if due.to_court}
    return court | {(who, False): amount for who, amount in spent_behind(book.pk, giving).items()}


def _cancel_beyond(
    book: Book,
    decisions: Sequence[Decision],
    allotted: Mapping[tuple[str, bool], Decimal],
    *,
    actor: User,
    at: dt.datetime,
    key: str,
) -> None:
    """Payouts not sent yet, the newest first, as long as their creditor would get too much."""
    for (who, court), spent in _spent(book, decisions).items():
        beyond = spent - allotted.get((who, court), NOTHING)
        waiting = Payout.objects.filter(
            book=book, state__in=RESERVING, allotment__creditor=who, allotment__to_court=court
        )
        for payout in waiting.order_by("-pk"):
            if beyond <= 0:
                break
            cancel_payout(
                payout_id=payout.pk, reason=_("分配已重新计算"), actor=actor, at=at,
                key=f"{key}:cancel:{payout.pk}", joins=True,
            )  # fmt: skip
            beyond -= payout.amount


def written(amounts: Shares) -> dict[str, str]:
    """Amounts as they are kept."""
    return {name: f"{amount:.2f}" for name, amount in amounts.items()}
