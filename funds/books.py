"""Open a case's book, lock it, hand it over. Everything here joins the caller's transaction."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from funds.models import BankAccount, Book, Payee, Payout, Receipt, SubAccount
from funds.numbers import sub_account
from kernel.errors import Conflict, WrongState


def open_book(*, court_id: int, about: str, at: dt.datetime) -> Book:
    """一案一账户: the book of `about` ("case:12"), opened when there is none yet. Two statements.

    Raises Conflict when another court has opened it.
    """
    number = about.removeprefix("case:")
    case_id = int(number) if number.isdigit() else None
    opened = Book(court_id=court_id, about=about, case_id=case_id, opened_at=at)
    Book.objects.bulk_create([opened], ignore_conflicts=True)
    book = Book.objects.get(about=about)
    if book.court_id != court_id:
        raise Conflict(_("这一案件的案款账户由另一法院开立。"), code="BOOK-COURT")
    return book


def lock_book(book_id: int) -> Book:
    """The book under its row lock, which guards all its receipts, payees and payouts. Case first, then
    book.
    """
    return Book.objects.locked().get(pk=book_id)


def hand_over(*, about: str, team_id: int | None, owner_id: int | None) -> None:
    """Put the money of a case into the hands of another team and owner: book, receipts, payees, payouts."""
    for model in (Book, Receipt, Payee, Payout):
        model.objects.filter(about=about).update(team_id=team_id, owner_id=owner_id)


def issue_number(book: Book, *, at: dt.datetime) -> SubAccount | None:
    """一案一账号: the book's number from the court's range; None where no bank has given the court a range.

    Given once and never to another book. Raises WrongState when the range is used up.
    """
    standing = SubAccount.objects.filter(book=book).first()
    if standing is not None:
        return standing
    ranges = BankAccount.objects.filter(court_id=book.court_id).exclude(range_prefix="")
    account = ranges.order_by("pk").locked().first()
    if account is None:
        return None
    account.used += 1
    try:
        number = sub_account(account.range_prefix, account.used, account.range_width)
    except ValueError as error:
        raise WrongState(
            _("案款子账号的号段已经用完。"), code="BOOK-RANGE", fix=_("请财务向银行申请新的号段并登记。")
        ) from error
    account.save(update_fields=["used"])
    return SubAccount.objects.create(account=account, book=book, number=number, issued_at=at)
