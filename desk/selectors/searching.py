"""The one search box: a number in any style, a name, its first letters, a phone, document, account or plate by its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from cases.models import Case, ContactPoint, Party, Transfer
from courts.models import User
from desk.selectors.belongings import OrderHit, PayeeHit, PropertyHit, order_hits, payee_hits, property_hits
from desk.selectors.case_transfers import transfer_hits
from desk.selectors.matching import matching_names, matching_numbers, typed
from desk.selectors.parties import sides_of
from kernel.fields import blind_index, blind_tail
from kernel.identity import check_phone

LIMIT = 20
SHORTEST = 2
TAIL = 4
_TAIL = re.compile(r"[0-9]{3}[0-9Xx]", re.ASCII)
_DOCUMENT = re.compile(r"[0-9A-Za-z]{15,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PartyHit:
    """A party that matches. by: name, phone or document; shown: the masked number that matched."""

    party: Party
    by: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class CaseHit:
    """A case whose number matches."""

    case: Case
    parties: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, no more than LIMIT of each kind; more: kinds of which there are more."""

    text: str
    cases: list[CaseHit] = field(default_factory=list)
    parties: list[PartyHit] = field(default_factory=list)
    properties: list[PropertyHit] = field(default_factory=list)
    payees: list[PayeeHit] = field(default_factory=list)
    orders: list[OrderHit] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    more: frozenset[str] = frozenset()
    too_short: bool = False

    @property
    def kinds(self) -> list[str]:
        """What was found and how, for the log: never what was typed."""
        named = {
            "number": self.cases,
            "property": self.properties,
            "payee": self.payees,
            "order": self.orders,
            "transfer": self.transfers,
        }
        return sorted({hit.by for hit in self.parties} | {name for name, hits in named.items() if hits})

    @property
    def number(self) -> int:
        """How many of all kinds."""
        kinds = (self.cases, self.parties, self.properties, self.payees, self.orders, self.transfers)
        return sum(len(hits) for hits in kinds)


def search(*, user: User, text: str) -> Found:
    """What the person may see that matches. Ten queries at most."""
    plain = typed(text)
    if not plain:
        return Found("")
    if len(plain) < SHORTEST and plain.isascii():
        return Found(plain, too_short=True)
    visible = Case.objects.visible_to(user)
    numbered = visible.filter(matching_numbers(plain)).order_by("-filed_on", "-id").defer("packs")
    cases = list(numbered.select_related("owner")[: LIMIT + 1]) if any(c.isdigit() for c in plain) else []
    hits = _parties(plain, visible)
    sides = sides_of({case.pk for case in cases}) if cases else {}
    belongings = {
        "properties": property_hits(user=user, text=plain, most=LIMIT + 1),
        "payees": payee_hits(user=user, text=plain, most=LIMIT + 1),
        "orders": order_hits(user=user, text=plain, most=LIMIT + 1),
        "transfers": transfer_hits(user=user, text=plain, most=LIMIT + 1),
    }
    kinds = {"cases": cases, "parties": hits, **belongings}
    more = {name for name, rows in kinds.items() if len(rows) > LIMIT}
    return Found(
        plain,
        cases=[CaseHit(case, sides.get(case.pk, "")) for case in cases[:LIMIT]],
        parties=hits[:LIMIT],
        **{name: rows[:LIMIT] for name, rows in belongings.items()},
        more=frozenset(more),
    )


def _parties(text: str, visible: QuerySet[Case]) -> list[PartyHit]:
    """Parties by each way the text can be meant, one party once."""
    seen: dict[int, PartyHit] = {}
    for hit in _hits(text, Party.objects.filter(case__in=visible).select_related("case")):
        seen.setdefault(hit.party.pk, hit)
    return list(seen.values())


def _hits(text: str, parties: QuerySet[Party]) -> Iterator[PartyHit]:
    compact = text.replace(" ", "").replace("-", "")
    phone = check_phone(compact)
    if phone.kind == "mobile":
        yield from _by_phone(parties, {"index": blind_index(phone.value, purpose="mobile")})
    elif _TAIL.fullmatch(compact):
        yield from _by_phone(parties, {"tail": blind_tail(compact, TAIL, purpose="phone_tail")})
        tail = blind_tail(compact, TAIL, purpose="id_tail")
        yield from _by_document(parties.filter(id_tail=tail))
    if _DOCUMENT.fullmatch(compact):
        yield from _by_document(parties.filter(id_index=blind_index(compact.upper(), purpose="id")))
    if not compact.isdecimal():
        for party in _newest(parties.filter(matching_names(text))):
            yield PartyHit(party, "name")


def _by_phone(parties: QuerySet[Party], wanted: dict[str, bytes]) -> Iterator[PartyHit]:
    contacts = ContactPoint.objects.filter(kind=ContactPoint.Kind.MOBILE, **wanted).defer("value")
    found = parties.filter(pk__in=contacts.values("party_id"))
    for party in _newest(found.prefetch_related(Prefetch("contacts", contacts, to_attr="matched"))):
        yield PartyHit(party, "phone", party.matched[0].masked)


def _by_document(parties: QuerySet[Party]) -> Iterator[PartyHit]:
    for party in _newest(parties):
        yield PartyHit(party, "document", party.id_masked)


def _newest(parties: QuerySet[Party]) -> Iterable[Party]:
    return parties.defer("id_number", "address").order_by("-case__filed_on", "-pk")[: LIMIT + 1]
