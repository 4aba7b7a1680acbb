"""What the pages of money read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, Sum

from courts.models import User
from funds.accounts import Account, Side
from funds.ledger import NOTHING
from funds.models import Balance, Line, PayeeAccount, Payout, Receipt
from funds.querysets import PayoutQuerySet, ReceiptQuerySet
from funds.states import RESERVING


@dataclass(frozen=True, slots=True)
class ReceiptMoney:
    """A receipt of the case. custody: what of it is not sent; free: what no payout has spoken for either."""

    receipt: Receipt
    custody: Decimal
    free: Decimal


@dataclass(frozen=True, slots=True)
class CaseMoney:
    """The money of one case, yuan. claimed: given by the caller, who knows the case. received: all it was
    credited.

    payees: the account in force of each (its `.payee` is loaded). payouts: newest first, people and payee
    loaded.
    """

    claimed: Decimal
    received: Decimal
    custody: Decimal
    in_transit: Decimal
    paid: Decimal
    escrow: Decimal
    fee: Decimal
    receipts: tuple[ReceiptMoney, ...]
    payouts: tuple[Payout, ...]
    payees: tuple[PayeeAccount, ...]

    @property
    def outstanding(self) -> Decimal:
        """What of the claim has not been received."""
        return max(self.claimed - self.received, NOTHING)

    @property
    def is_settled(self) -> bool:
        """Whether nothing of the case's money waits anywhere."""
        return not (self.custody or self.in_transit)


def money_of(about: str, *, claimed: Decimal = NOTHING) -> CaseMoney:
    """The money of `about` ("case:12") in five queries, however much there is. The caller has checked who
    asks.
    """
    balances = dict(Balance.objects.filter(book__about=about).values_list("account", "amount"))
    receipts = list(Receipt.objects.filter(about=about).order_by("arrived_on", "id"))
    people = ("payee", "account", "requester", "maker", "submitter", "checker", "sender")
    payouts = tuple(Payout.objects.filter(about=about).select_related(*people).order_by("-id"))
    payees = PayeeAccount.objects.filter(payee__about=about, version=F("payee__version"))
    custody = _custody_by_receipt(about)
    return CaseMoney(
        claimed=claimed,
        received=sum((receipt.amount for receipt in receipts), NOTHING),
        receipts=tuple(_receipt_money(receipt, custody, payouts) for receipt in receipts),
        payouts=payouts,
        payees=tuple(payees.select_related("payee").order_by("payee_id")),
        **{
            account.value: balances.get(account, NOTHING)
            for account in (
                Account.CUSTODY,
                Account.IN_TRANSIT,
                Account.PAID,
                Account.ESCROW,
                Account.FEE,
            )
        },
    )


def unidentified(user: User) -> ReceiptQuerySet:
    """待认领款 in the person's scope, oldest first; each row tells its age: `row.days_here(on)`."""
    waiting = Receipt.objects.visible_to(user).unidentified()
    return waiting.select_related("court").order_by("arrived_on", "id")


def running_payouts(user: User) -> PayoutQuerySet:
    """Payouts in the person's scope that are not finished, oldest first, with receipt, payee and people."""
    running = Payout.objects.visible_to(user).running()
    return running.select_related("receipt", "payee", "account", "requester", "maker", "checker").order_by(
        "id"
    )


def _custody_by_receipt(about: str) -> dict[int, Decimal]:
    lines = Line.objects.filter(book__about=about, account=Account.CUSTODY).values("journal__receipt_id")
    sums = lines.annotate(
        credit=Sum("amount", filter=Q(side=Side.CREDIT)), debit=Sum("amount", filter=Q(side=Side.DEBIT))
    )
    return {
        row["journal__receipt_id"]: (row["credit"] or NOTHING) - (row["debit"] or NOTHING) for row in sums
    }


def _receipt_money(
    receipt: Receipt, custody: dict[int, Decimal], payouts: tuple[Payout, ...]
) -> ReceiptMoney:
    there = custody.get(receipt.pk, NOTHING)
    spoken_for = sum(
        (p.amount for p in payouts if p.receipt_id == receipt.pk and p.state in RESERVING), NOTHING
    )
    return ReceiptMoney(receipt, there, there - spoken_for)
