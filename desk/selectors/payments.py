"""What the payment pages show: what waits for approval, what may be paid, the batches, one batch with its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from cases.models import Case
from courts.models import User
from funds.models import BankAccount, Instruction, PaymentBatch, Payout, ReturnFile
from funds.querysets import PayoutQuerySet
from funds.states import PayoutState
from kernel.keyset import Page, Segment, page

MOST = 1000
"""As many as stand on one page: a batch is chosen as a whole."""
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """Payouts in one tab, the oldest first. total: yuan of all that are shown; more: whether others stand behind them."""

    rows: list[Payout]
    numbers: dict[int, str]
    total: Decimal
    more: bool = False


def to_check(user: User) -> PayoutQuerySet:
    """Payouts that wait for the second person, whom this one may be: not what he asked for, made or submitted."""
    mine = Q(requester=user) | Q(maker=user) | Q(submitter=user)
    small = Q(state=PayoutState.SUBMITTED, route__via_finance=False)
    large = Q(state=PayoutState.TO_FINANCE, received_on__isnull=False)
    return Payout.objects.visible_to(user).filter(small | large).exclude(mine)


def to_pay(user: User) -> PayoutQuerySet:
    """Approved payouts that the bank does not know of."""
    return Payout.objects.visible_to(user).filter(state=PayoutState.APPROVED)


def waiting(user: User, rows: PayoutQuerySet, chosen: Sequence[int] | None = None) -> Waiting:
    """One tab, or the chosen of it. Two queries."""
    if chosen is not None:
        rows = rows.filter(pk__in=chosen)
    people = ("payee", "account", "maker", "checker", "book", "receipt")
    found = list(rows.select_related(*people).order_by("pk")[: MOST + 1])
    shown = found[:MOST]
    return Waiting(
        shown, numbers_of(user, shown), sum((p.amount for p in shown), Decimal("0.00")), len(found) > MOST
    )


def numbers_of(user: User, payouts: Sequence[Payout]) -> dict[int, str]:
    """Case id -> number. One query."""
    ids = {payout.book.case_id for payout in payouts}
    return dict(Case.objects.visible_to(user).filter(pk__in=ids).values_list("pk", "number"))


def accounts_of(user: User) -> list[BankAccount]:
    """The court's accounts to pay from. One query."""
    return list(BankAccount.objects.visible_to(user).order_by("pk"))


def batches(user: User, *, after: str = "", before: str = "") -> Page:
    """The batches, the newest first. One query."""
    rows = PaymentBatch.objects.visible_to(user).select_related("account", "made_by")
    return page([Segment("batches", rows, ("-pk",))], after=after, before=before, size=SHOWN)


def lines(batch: PaymentBatch) -> list[Instruction]:
    """The lines of a batch in the order of its file. One query."""
    people = ("payout__payee", "payout__account", "payout__book")
    return list(batch.instructions.select_related(*people).order_by("pk"))


def returns(batch: PaymentBatch) -> list[ReturnFile]:
    """What the bank answered. One query."""
    return list(batch.returns.select_related("taken_by").order_by("-pk"))


def paid_of(batch: PaymentBatch) -> Decimal:
    """What of a batch the bank has paid, yuan. One query."""
    paid = batch.instructions.filter(payout__state=PayoutState.PAID).aggregate(sum=Sum("payout__amount"))
    return paid["sum"] or Decimal("0.00")
