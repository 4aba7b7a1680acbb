"""Searching beside cases and parties: property by account or plate, payees by account, supervision orders by number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import F, Q

from cases.models import Case
from courts.models import User
from funds.models import TAIL as ACCOUNT_TAIL
from funds.models import Payee, PayeeAccount
from kernel.fields import blind_index, blind_tail
from measures.models import Property
from measures.references import TAIL, plain_reference
from supervision.models import Order

_TAIL = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][0-9A-Z]{4,6}[0-9A-Z\u4e00-\u9fff]?")
_WHOLE = re.compile(r"[0-9A-Z]{6,40}", re.ASCII)
_ORDER = re.compile(r"(催)?[〔\[(【]?((?:19|20)[0-9]{2})[〕\])】]?([0-9]{1,6})号", re.ASCII)


@dataclass(frozen=True, slots=True)
class PropertyHit:
    """A property item whose account, plate or certificate matches."""

    item: Property


@dataclass(frozen=True, slots=True)
class PayeeHit:
    """A payee one of whose accounts in force matches, and the case it is registered for."""

    account: PayeeAccount
    case: Case


@dataclass(frozen=True, slots=True)
class OrderHit:
    """A supervision order or reminder of this number."""

    order: Order


def property_hits(*, user: User, text: str, most: int) -> list[PropertyHit]:
    """By the whole reference, or by its last four characters. One query at most, the newest first."""
    plain = plain_reference(text)
    if _TAIL.fullmatch(plain) and any(char.isdigit() for char in plain):
        wanted = Q(reference_tail=blind_tail(plain, TAIL, purpose="reference"))
    elif _PLATE.fullmatch(plain) or _WHOLE.fullmatch(plain):
        wanted = Q(reference_index=blind_index(plain, purpose="reference"))
    else:
        return []
    rows = Property.objects.filter(wanted).visible_to(user).select_related("case", "party")
    return [PropertyHit(row) for row in rows.defer("reference", "case__packs").order_by("-pk")[:most]]


def payee_hits(*, user: User, text: str, most: int) -> list[PayeeHit]:
    """By the whole account in force, or by its last four digits. Two queries at most, the newest first."""
    plain = plain_reference(text)
    if len(plain) == ACCOUNT_TAIL and plain.isdecimal():
        wanted = Q(account_tail=blind_tail(plain, ACCOUNT_TAIL, purpose="account"))
    elif _WHOLE.fullmatch(plain):
        wanted = Q(account_index=blind_index(plain, purpose="account"))
    else:
        return []
    seen = Payee.objects.visible_to(user).values("pk")
    rows = PayeeAccount.objects.filter(wanted, payee__in=seen, version=F("payee__version"))
    accounts = list(rows.select_related("payee").defer("account").order_by("-pk")[:most])
    if not accounts:
        return []
    ids = [int(row.payee.about.removeprefix("case:")) for row in accounts]
    cases = Case.objects.visible_to(user).defer("packs").in_bulk(ids)
    pairs = zip(ids, accounts, strict=True)
    return [PayeeHit(row, cases[case_id]) for case_id, row in pairs if case_id in cases]


def order_hits(*, user: User, text: str, most: int) -> list[OrderHit]:
    """〔2026〕117号 or 催〔2026〕12号, in any brackets. One query at most."""
    found = _ORDER.fullmatch(text.replace(" ", ""))
    if found is None:
        return []
    kind = Order.Kind.REMINDER if found[1] else Order.Kind.ORDER
    rows = Order.objects.visible_to(user).filter(kind=kind, year=int(found[2]), ordinal=int(found[3]))
    return [OrderHit(row) for row in rows.select_related("case", "court").order_by("-pk")[:most]]
