"""Register who may be paid for a case, to which account, with which undertaking."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from courts.models import User
from events import log
from events.log import Draft
from funds import policy
from funds.bankcards import clean_account, clean_bank
from funds.books import lock_book, open_book
from funds.models import TAIL, Book, Payee, PayeeAccount
from funds.repeats import used_otherwise
from funds.shapes import past
from kernel.errors import BadInput, NotFound
from kernel.fields import blind_index, blind_tail
from kernel.identity import mask_account

COOLING = dt.timedelta(hours=24)
"""Ours: no document sets it."""
_GIVEN = ("bank", "account", "undertaking_file_id", "signed_on")


def register_payee(
    *,
    about: str,
    court_id: int,
    name: str,
    bank: str,
    account: str,
    undertaking_file_id: int | None,
    signed_on: dt.date | None,
    actor: User,
    at: dt.datetime,
    key: str,
    account_doubt: str = "",
    joins: bool = False,
    by_payee: bool = False,
) -> Payee:
    """领款登记 (JZ 三(一)2): an account to which this payee of the case may be paid, with the 领款承诺书 if
    signed.

    The same name registered again is a new version of its account; another account needs an undertaking
    signed anew, and where staff register it, it is in force after COOLING only. What stands already is returned
    unchanged. account_doubt: why a card number that fails its check is kept. by_payee: the payee itself does it in the
    portal, which has asked whether it may and has waited. Opens the book when there is none. Writes payee.registered
    (payee, about, version, undertaking: bool, file; in_force_at where another account has to wait) to "book:<id>".
    Raises NotFound, NotAllowed, BadInput by field, Conflict.
    """
    account = clean_account(account, doubt=account_doubt)
    fresh = PayeeAccount(
        bank=clean_bank(bank),
        account=account,
        account_index=blind_index(account, purpose="account"),
        account_tail=blind_tail(account, TAIL, purpose="account"),
        account_masked=mask_account(account),
        doubt=account_doubt.strip()[:200],
        undertaking_file_id=undertaking_file_id,
        signed_on=signed_on,
        key=key,
        registered_at=at,
        in_force_at=at,
        registered_by=actor,
    )
    name = _name(name)
    _check_undertaking(fresh, at)
    with transaction.atomic(durable=not joins):
        book = _book(about, court_id, None if by_payee else actor, at)
        known = PayeeAccount.objects.filter(payee__book=book, key=key).select_related("payee").first()
        if known is not None:
            return _same(known, fresh, name)
        if not by_payee:
            policy.may(actor, policy.REGISTER, _("登记领款账户"))
        payee, last = _version(book, name, fresh, waits=not by_payee)
        if fresh.pk:
            _tell(payee, fresh, actor, at, has_to_wait=_is_another(last, fresh) and not by_payee)
    return payee


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 120:
        raise BadInput(_("没有填写户名。"), field="name", fix=_("填写与开户资料一致的户名。"))
    return name


def _check_undertaking(fresh: PayeeAccount, at: dt.datetime) -> None:
    if (fresh.undertaking_file_id is None) != (fresh.signed_on is None):
        raise BadInput(
            _("领款承诺书与签署日期须一并填写。"), field="signed_on", fix=_("上传承诺书并填写签署日期。")
        )
    if fresh.signed_on is not None:
        past(fresh.signed_on, at, field="signed_on")


def _book(about: str, court_id: int, actor: User | None, at: dt.datetime) -> Book:
    """The book under its lock; actor: who must see it, None when that was asked above."""
    book = open_book(court_id=court_id, about=about, at=at)
    if actor is not None and not Book.objects.visible_to(actor).filter(pk=book.pk).exists():
        raise NotFound(_("没有这个案件的案款账户，或您无权办理。"), fix=_("从案件页重新进入。"))
    return lock_book(book.pk)


def _version(book: Book, name: str, fresh: PayeeAccount, *, waits: bool) -> tuple[Payee, PayeeAccount | None]:
    """Write the account as the first or next version of this name, unless it stands; (payee, the version before).

    waits: another account than the one before is in force after COOLING.
    """
    last = None
    payee = Payee.objects.filter(book=book, name=name).first()
    if payee is None:
        payee = Payee.objects.create(
            court_id=book.court_id,
            team_id=book.team_id,
            owner_id=book.owner_id,
            about=book.about,
            book=book,
            name=name,
        )
    else:
        earlier = list(payee.accounts.order_by("version"))
        if all(getattr(earlier[-1], given) == getattr(fresh, given) for given in _GIVEN):
            return payee, earlier[-1]
        _check_signed_anew(earlier, fresh)
        last = earlier[-1]
        fresh.in_force_at = _from_when(last, fresh, waits=waits)
        payee.version += 1
        payee.save(update_fields=["version"])
    fresh.payee, fresh.version = payee, payee.version
    fresh.save(force_insert=True)
    return payee, last


def _from_when(last: PayeeAccount, fresh: PayeeAccount, *, waits: bool) -> dt.datetime:
    """A paper for the same account neither shortens its wait nor begins another one."""
    at = fresh.registered_at
    if _is_another(last, fresh):
        return at + COOLING if waits else at
    return max(at, last.in_force_at)


def _is_another(last: PayeeAccount | None, fresh: PayeeAccount) -> bool:
    return last is not None and (last.bank, last.account) != (fresh.bank, fresh.account)


def _check_signed_anew(earlier: list[PayeeAccount], fresh: PayeeAccount) -> None:
    """An undertaking speaks of one account: with another account the old paper counts for nothing."""
    file_id = fresh.undertaking_file_id
    if any(
        file_id is not None and old.undertaking_file_id == file_id and old.account != fresh.account
        for old in earlier
    ):
        raise BadInput(
            _("账户已变更，原领款承诺书不再适用。"),
            field="undertaking_file_id",
            fix=_("请领款人就新账户重新签署领款承诺书。"),
        )


def _same(known: PayeeAccount, fresh: PayeeAccount, name: str) -> Payee:
    if known.payee.name != name or any(getattr(known, given) != getattr(fresh, given) for given in _GIVEN):
        raise used_otherwise()
    return known.payee


def _tell(payee: Payee, fresh: PayeeAccount, actor: User, at: dt.datetime, *, has_to_wait: bool) -> None:
    """Append to the book's stream; the account itself is in its encrypted column only."""
    data = {
        "payee": payee.pk,
        "about": payee.about,
        "version": payee.version,
        "account": fresh.pk,
        "undertaking": fresh.has_undertaking,
        "file": fresh.undertaking_file_id,
        "signed_on": fresh.signed_on,
        **({"in_force_at": fresh.in_force_at.isoformat()} if has_to_wait else {}),
    }
    log.append_many(
        stream=payee.book.stream,
        actor=actor.actor,
        at=at,
        court_id=payee.court_id,
        drafts=[Draft(kind="payee.registered", data=data, key=fresh.key)],
    )
