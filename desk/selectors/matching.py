"""How what a person types finds a case: its number in any style, a name, the first letters of a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import GreaterThan

from cases.grams import contains
from cases.models import Case, Party
from kernel.casenumbers import loose_key
from kernel.text import normalise_width

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_LETTERS = re.compile(r"[a-z0-9]+", re.ASCII)
LONGEST = 60
FEW = 500
"""As many cases are named one by one in a statement."""


def matching_cases(text: str) -> Q:
    """Cases whose number or one of whose parties matches. Nothing typed matches everything."""
    plain = typed(text)
    if not plain:
        return Q()
    named = Party.objects.filter(matching_names(plain)).values("case_id")
    if not any(char.isdigit() for char in plain):
        return Q(pk__in=named)
    if _YEAR.fullmatch(loose_key(plain)):
        # A third of all cases: not to be collected first.
        return Q(pk__in=named) | matching_numbers(plain)
    # One list of both, so that each is found by its own index.
    return Q(pk__in=named.union(Case.objects.filter(matching_numbers(plain)).values("pk")))


@dataclass(frozen=True, slots=True)
class Matching:
    """rows: those with a case_id whose case matches. is_common: more than FEW cases match."""

    rows: Q
    is_common: bool = False


def of_matching_cases(text: str) -> Matching:
    """Rows whose case matches: few cases are named, of many each row's own is looked at. Two queries.

    A surname that every tenth case has is not to be collected first.
    """
    plain = typed(text)
    if not plain:
        return Matching(Q())
    names, numbers = matching_names(plain), matching_numbers(plain)
    found = [*Party.objects.filter(names).values_list("case_id", flat=True)[: FEW + 1]]
    if any(char.isdigit() for char in plain):
        found += Case.objects.filter(numbers).values_list("pk", flat=True)[: FEW + 1]
    if len(found) <= FEW:
        return Matching(Q(case_id__in=set(found)))
    party = Party.objects.filter(_plain_names(plain), case_id=OuterRef("case_id"))
    case = Case.objects.filter(numbers, pk=OuterRef("case_id"))
    # As values: a condition would be turned round and begin with all that match.
    named, numbered = (GreaterThan(Subquery(each.values("pk")[:1]), 0) for each in (party, case))
    return Matching(Q(named) | Q(numbered), is_common=True)


def matching_numbers(text: str, column: str = "number_key") -> Q:
    """By number: digits alone are the running number or the year, anything else a part of the number.

    column: of the cases, or another that keeps loose keys.
    """
    key = loose_key(typed(text))
    if not any(char.isdigit() for char in key):
        return Q(pk__in=())
    if not key.isdecimal():
        return Q(**{f"{column}__contains": key})
    found = Q(**{f"{column}__regex": rf"[^0-9]{key}(之.*)?$"})
    return found | Q(**{f"{column}__startswith": key}) if _YEAR.fullmatch(key) else found


def matching_names(text: str) -> Q:
    """Parties by a part of the name, or by the first letters of its pinyin."""
    plain = typed(text)
    return contains("name", plain) | _by_letters(plain)


def _plain_names(plain: str) -> Q:
    """The same for a party at hand, without the index of grams."""
    return Q(name__icontains=plain) | _by_letters(plain)


def _by_letters(plain: str) -> Q:
    letters = plain.lower().replace(" ", "")
    return Q(initials__startswith=letters) if _LETTERS.fullmatch(letters) else Q()


def typed(text: str) -> str:
    """What was typed, in one width, not longer than any name."""
    return normalise_width(text).strip()[:LONGEST]
