"""What the pages of money read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, Sum

from courts.models import User
from events.models import Event
from funds.accounts import Account, Side
from funds.ledger import NOTHING
from funds.models import Balance, Claim, Line, PayeeAccount, Payout, Receipt, Transfer
from funds.querysets import PayoutQuerySet, ReceiptQuerySet
from funds.states import RESERVING

PAPERS = ("talk__files", "slips__file")
"""What stands behind a payout on paper, to be fetched with it."""


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
    deposit: Decimal
    refund: Decimal
    fee: Decimal
    receipts: tuple[ReceiptMoney, ...]
    payouts: tuple[Payout, ...]
    payees: tuple[PayeeAccount, ...]
    transfers: tuple[Transfer, ...] = ()

    @property
    def aid(self) -> Decimal:
        """救助、保险 that was paid: aid to the applicant, never a part of what was received."""
        return sum((t.amount for t in self.transfers if t.is_aid and t.state == "paid"), NOTHING)

    @property
    def outstanding(self) -> Decimal:
        """What of the claim has not been received."""
        return max(self.claimed - self.received, NOTHING)

    @property
    def is_settled(self) -> bool:
        """Whether nothing of the case's money waits anywhere."""
        return not (self.custody or self.in_transit)


def money_of(about: str, *, claimed: Decimal = NOTHING) -> CaseMoney:
    """The money of `about` ("case:12") in eight queries, however much there is. The caller has checked who
    asks.
    """
    balances = dict(Balance.objects.filter(book__about=about).values_list("account", "amount"))
    receipts = list(Receipt.objects.filter(about=about).order_by("arrived_on", "id"))
    people = ("payee", "account", "requester", "maker", "submitter", "checker", "sender", "talk")
    rows = Payout.objects.filter(about=about).select_related(*people)
    payouts = tuple(rows.prefetch_related(*PAPERS).order_by("-id"))
    payees = PayeeAccount.objects.filter(payee__about=about, version=F("payee__version"))
    custody = _custody_by_receipt(about)
    transfers = tuple(
        Transfer.objects.filter(about=about).select_related("requester", "doer").order_by("-id")
    )
    return CaseMoney(
        claimed=claimed,
        received=_received(balances, transfers),
        receipts=tuple(_receipt_money(receipt, custody, payouts) for receipt in receipts),
        payouts=payouts,
        payees=tuple(payees.select_related("payee").order_by("payee_id")),
        transfers=transfers,
        **{
            account.value: balances.get(account, NOTHING)
            for account in (
                Account.CUSTODY,
                Account.IN_TRANSIT,
                Account.PAID,
                Account.ESCROW,
                Account.DEPOSIT,
                Account.REFUND,
                Account.FEE,
            )
        },
    )


def nothing_waits(receipt_id: int) -> bool:
    """Whether nothing of a receipt is in custody or in transit: paid, set aside, recovered or shared out."""
    waiting = Line.objects.filter(
        journal__receipt_id=receipt_id, account__in=(Account.CUSTODY, Account.IN_TRANSIT)
    )
    sums = waiting.aggregate(
        credit=Sum("amount", filter=Q(side=Side.CREDIT)), debit=Sum("amount", filter=Q(side=Side.DEBIT))
    )
    return (sums["credit"] or NOTHING) == (sums["debit"] or NOTHING)


LYING = (Account.CUSTODY, Account.IN_TRANSIT, Account.REFUND, Account.DEPOSIT, Account.FEE)
"""Where money of a case still lies on the court's account; in escrow its matter is settled."""


def lying(receipts: ReceiptQuerySet) -> dict[int, Decimal]:
    """Court -> what of these receipts of cases still lies on its account, neither paid, given back nor in escrow. One query."""
    lines = Line.objects.filter(journal__receipt__in=receipts, account__in=LYING)
    left: dict[int, Decimal] = {}
    for court_id, side, amount in lines.values_list("court_id", "side").annotate(all=Sum("amount")):
        left[court_id] = left.get(court_id, NOTHING) + (amount if side == Side.CREDIT else -amount)
    return {court_id: amount for court_id, amount in left.items() if amount}


def unidentified(user: User) -> ReceiptQuerySet:
    """待认领款 in the person's scope, oldest first; each row tells its age: `row.days_here(on)`."""
    waiting = Receipt.objects.visible_to(user).unidentified()
    return waiting.select_related("court").order_by("arrived_on", "id")


def came_by_bank(receipt_id: int) -> bool:
    """Whether a receipt is a line of the bank's statement, or a share of one that is."""
    if Claim.objects.filter(receipt=receipt_id).exists():
        return True
    shared = Event.objects.filter(
        stream=f"receipt:{receipt_id}", kind="receipt.identified", data__has_key="of"
    )
    source = shared.values_list("data__of", flat=True).first()
    return source is not None and came_by_bank(source)


def running_payouts(user: User) -> PayoutQuerySet:
    """Payouts in the person's scope that are not finished, oldest first, with receipt, payee and people."""
    running = Payout.objects.visible_to(user).running()
    return running.select_related("receipt", "payee", "account", "requester", "maker", "checker").order_by(
        "id"
    )


def _received(balances: dict[str, Decimal], transfers: tuple[Transfer, ...]) -> Decimal:
    """What the respondent's money brought: all that stands in the book or left it to payees and to the revolving fund,
    without deposits, without what went back to its payer, without what was shared out to other cases.
    """
    there = (Account.CUSTODY, Account.IN_TRANSIT, Account.PAID, Account.ESCROW, Account.FEE)
    whole = sum((balances.get(account, NOTHING) for account in there), NOTHING)
    back = sum(
        (t.amount for t in transfers if t.kind in ("refund", "deposit") and t.state == "paid"), NOTHING
    )
    return whole - back + sum((t.recovered for t in transfers), NOTHING)


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
