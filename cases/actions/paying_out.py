"""按分配提请发放: one payout per creditor and judgment of what was allocated, each to the account he registered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.assigning import reopened
from cases.actions.money import request_payout
from cases.actions.offsystem import refused_leaving
from cases.arrivals import REGISTRATION, tell_missing
from cases.payroutes import receipt_subject, route_of
from cases.perform import Act, known, perform
from cases.policy import in_reach
from cases.snapshot import Locked, lock_case
from courts.models import User
from funds.actions import transfers
from funds.actions.payoutpapers import Talk
from funds.books import lock_book
from funds.models import Book, PayeeAccount, Receipt, Transfer
from funds.states import TransferKind
from funds.unpaid import Part, accounts_by_name, unpaid_parts
from kernel.errors import NotFound, WrongState
from kernel.time import today

DRAFTED = "payout.allocated"


@dataclass(frozen=True, slots=True)
class Drafted:
    """What came of the allocation. fees: the court's own costs on their way out; missing: creditors who cannot be paid yet."""

    payouts: tuple[int, ...]
    fees: tuple[int, ...]
    missing: tuple[str, ...]


def draft_allocated(
    *, case_id: int, communication_record: Talk | None, actor: User, at: dt.datetime, key: str
) -> Drafted:
    """Everything that the standing decisions leave unpaid is asked for; the court's own costs go to `fee`.

    communication_record: needed where one of the receipts goes by the way above 100,000 yuan (JZ-G-FUND-01). A creditor
    without a registered account is no error: 领款登记 opens again and the officer is told whose account is wanted.
    Raises NotAllowed, NotFound, WrongState (nothing to pay, a guard), BadInput.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind=DRAFTED)) is not None:
            return Drafted(tuple(event.data["payouts"]), tuple(event.data["fees"]), ())
        in_reach(locked, actor)
        book = _book(locked)
        accounts = accounts_by_name(book)
        parts, missing = [], []
        for part in unpaid_parts(book):
            account = accounts.get(part.allotment.creditor)
            if not part.allotment.to_court and not _may_be_paid(locked, part, account):
                missing.append(part.allotment.creditor)
            else:
                parts.append(part)
        if not parts and not missing:
            raise WrongState(
                _("没有已经分配而尚未发放的款项。"), code="PAYOUT-NOTHING", fix=_("先分配到账款项。")
            )
        receipts = dict.fromkeys(part.receipt_id for part in parts)
        refusals = [
            refused_leaving(locked, each, actor=actor, at=at, key=f"{key}:{each}") for each in receipts
        ]
        if not any(refusals):
            return _draft(
                locked,
                book,
                parts,
                accounts,
                tuple(dict.fromkeys(missing)),
                communication_record,
                actor=actor,
                at=at,
                key=key,
            )
    raise next(filter(None, refusals))


def _draft(
    locked: Locked,
    book: Book,
    parts: list[Part],
    accounts: dict[str, PayeeAccount],
    names: tuple[str, ...],
    record: Talk | None,
    *,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Drafted:
    """Ask for each part, and for the accounts that are wanted. Joins the transaction."""
    fees, made = [], []
    for number, part in enumerate(parts, 1):
        own = {"actor": actor, "at": at, "key": f"{key}:{number}"}
        if part.allotment.to_court:
            fees.append(_fee(book, part, **own).pk)
        else:
            payee = accounts[part.allotment.creditor].payee_id
            given = (locked, part.receipt_id, payee, part.amount, record)
            made.append(request_payout(*given, allotment=part.allotment, **own).pk)
    again = reopened(locked, REGISTRATION) if names else []
    act = Act(
        kind=DRAFTED, key=key, on=today(at), nodes=again,
        data={"payouts": made, "fees": fees, "missing": len(names)},
    )  # fmt: skip
    perform(locked, act, actor=actor, at=at)
    if names:
        tell_missing(locked.case, names, at=at, key=key)
    return Drafted(tuple(made), tuple(fees), names)


def _book(locked: Locked) -> Book:
    book_id = Book.objects.filter(about=locked.case.about).values_list("pk", flat=True).first()
    if book_id is None:
        raise NotFound(_("本案没有案款账户。"), fix=_("先为本案开立案款账户。"))
    return lock_book(book_id)


def _may_be_paid(locked: Locked, part: Part, account: PayeeAccount | None) -> bool:
    """An account in force, with its undertaking where the route asks for one (JZ-G-FUND-02)."""
    if account is None:
        return False
    way = route_of(locked, receipt_subject(locked, part.receipt_id))
    return account.has_undertaking or not way.needs_undertaking


def _fee(book: Book, part: Part, *, actor: User, at: dt.datetime, key: str) -> Transfer:
    """执行费: the court's own costs, which finance moves to `fee` and pays over to the treasury."""
    made = transfers.open_transfer(
        kind=TransferKind.FEE, amount=part.amount, ground=_("按分配收取执行费等费用"), book=book,
        receipt=Receipt.objects.get(pk=part.receipt_id), actor=actor, at=at, key=f"{book.about}:{key}",
    )  # fmt: skip
    transfers.approve(made, approval_id=None, on=today(at), name=actor.actor, at=at, key=f"{key}:ok")
    return made
