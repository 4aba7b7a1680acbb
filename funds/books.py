"""Open a case's book, lock it, hand it over. Everything here joins the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from funds.models import Allocation, BankAccount, Book, Payee, Payout, Receipt, SubAccount, Transfer, Voucher
from funds.numbers import sub_account
from kernel.errors import Conflict, WrongState
from kernel.rows import set_holders


def open_book(*, court_id: int, about: str, at: dt.datetime) -> Book:
    """一案一账户: the book of `about` ("case:12"), opened when there is none yet. Two statements.

    Raises Conflict when another court has opened it.
    """
    return open_books(court_id=court_id, about=[about], at=at)[0]


def open_books(*, court_id: int, about: Sequence[str], at: dt.datetime) -> list[Book]:
    """The same for several cases of a court, in as many statements; the books in no order, each with its number."""
    Book.objects.bulk_create(
        [Book(court_id=court_id, about=each, case_id=_case_of(each), opened_at=at) for each in about],
        ignore_conflicts=True,
    )
    books = list(Book.objects.filter(about__in=about).select_related("sub_account"))
    if any(book.court_id != court_id for book in books):
        raise Conflict(_("这一案件的案款账户由另一法院开立。"), code="BOOK-COURT")
    return books


def _case_of(about: str) -> int | None:
    number = about.removeprefix("case:")
    return int(number) if number.isdigit() else None


def lock_book(book_id: int) -> Book:
    """The book under its row lock, which guards all its receipts, payees and payouts. Case first, then
    book.
    """
    return Book.objects.locked().get(pk=book_id)


def hand_over(*, about: str, team_id: int | None, owner_id: int | None) -> None:
    """Put the money of a case into the hands of another team and owner: book, receipts, payees, payouts, allocations."""
    hand_over_each([(about, team_id, owner_id)])


def hand_over_each(holders: Sequence[tuple[str, int | None, int | None]]) -> None:
    """The same for several cases: (about, team, owner) each; as many statements."""
    for model in (Book, Receipt, Payee, Payout, Transfer, Allocation, Voucher):
        set_holders(model, "about", holders)


def issue_number(book: Book, *, at: dt.datetime) -> SubAccount | None:
    """一案一账号: the book's number from the court's range; None where no bank has given the court a range.

    Given once and never to another book. Raises WrongState when the range is used up.
    """
    return issue_numbers([book], at=at).get(book.pk)


def issue_numbers(books: Sequence[Book], *, at: dt.datetime) -> dict[int, SubAccount]:
    """The same for books of one court, by book: at most three statements however many `open_books` gave."""
    numbers = {book.pk: book.sub_account for book in books if hasattr(book, "sub_account")}
    wanting = [book for book in books if book.pk not in numbers]
    if not wanting:
        return numbers
    ranges = BankAccount.objects.filter(court_id=wanting[0].court_id).exclude(range_prefix="")
    account = ranges.order_by("pk").locked().first()
    if account is None:
        return numbers
    given = range(account.used + 1, account.used + 1 + len(wanting))
    try:
        new = [
            SubAccount(
                account=account,
                book=book,
                number=sub_account(account.range_prefix, number, account.range_width),
                issued_at=at,
            )
            for book, number in zip(wanting, given, strict=True)
        ]
    except ValueError as error:
        raise WrongState(
            _("案款子账号的号段已经用完。"), code="BOOK-RANGE", fix=_("请财务向银行申请新的号段并登记。")
        ) from error
    account.used += len(wanting)
    account.save(update_fields=["used"])
    return numbers | {row.book_id: row for row in SubAccount.objects.bulk_create(new)}
