"""What becomes of a case's book when the case goes to another court. Joins the caller's transaction, which holds the case.

The money lies in the bank account of the court that leaves: nothing of it is moved here, so nothing may lie there.
"""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from events import log
from funds.accounts import HELD_ACCOUNTS
from funds.books import issue_numbers, open_book
from funds.models import Balance, Book, Journal, Payee, Payout
from kernel.errors import WrongState
from kernel.money import format_yuan


def check_empty(about: str) -> None:
    """No money lies in the book of a case and no payout is under way. Raises WrongState in words that say what to do.

    What was paid or allotted once is only remembered there and holds nobody back.
    """
    held = Balance.objects.filter(book__about=about, account__in=HELD_ACCOUNTS, amount__gt=0)
    if total := sum(held.values_list("amount", flat=True)):
        raise WrongState(
            _("本院案款账户里还有本案案款 %s，不能移送。") % format_yuan(total),
            code="TRANSFER-MONEY",
            fix=_("先发放，或由财务把款项划转受移送法院并记账，余额为零后再移送。"),
        )
    if Payout.objects.filter(about=about).running().exists():
        raise WrongState(
            _("本案还有没有办完的案款发放，不能移送。"),
            code="TRANSFER-PAYOUT",
            fix=_("等付款到账，或取消发放后再移送。"),
        )


def move_book(
    *,
    about: str,
    court_id: int,
    team_id: int | None,
    owner_id: int | None,
    actor: str,
    at: dt.datetime,
    key: str,
) -> Book:
    """A new book of the case in another court, with a number of that court's range. Raises WrongState (see `check_empty`).

    The old book stays, empty and closed, where its money was; its number is given to no other case. Payees go along where
    nothing was ever entered in it; else they register again, for what was paid to them names the old book.
    """
    old = Book.objects.locked().filter(about=about).first()
    check_empty(about)
    if old is not None:
        old.about, old.case_id = f"{about}#{old.pk}", None
        old.save(update_fields=["about", "case_id"])
    new = open_book(court_id=court_id, about=about, at=at)
    Book.objects.filter(pk=new.pk).update(team_id=team_id, owner_id=owner_id)
    if old is not None:
        payees = Payee.objects.filter(book=old)
        if Journal.objects.filter(lines__book=old).exists():
            payees.update(about=old.about)
        else:
            payees.update(book=new, court_id=court_id, team_id=team_id, owner_id=owner_id)
    log.append(
        stream=new.stream,
        kind="book.moved",
        actor=actor,
        at=at,
        key=key,
        data={"about": about, "from": old.pk if old else None, "court": court_id},
        court_id=court_id,
    )
    issue_numbers([new], at=at)
    return new
