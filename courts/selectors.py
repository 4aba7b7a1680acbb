"""Reads of the courts that several floors need."""

from __future__ import annotations

import datetime as dt
import functools

from django.db.models import Q

from courts.models import CourtPack, Membership, PackRelease, Unit, User
from regimes.packs import Pack, parse_pack


@functools.lru_cache(maxsize=64)
def _parsed(code: str, version: int, digest: str, text_of: int) -> Pack:
    text = PackRelease.objects.values_list("text", flat=True).get(pk=text_of)
    return parse_pack(text, name=f"{code}/{version}.yaml")


def pack_of(release: PackRelease) -> Pack:
    """The parsed pack of a release; kept per process, since a release never changes."""
    return _parsed(release.code, release.version, release.digest, release.pk)


def released_pack(code: str, version: int) -> Pack:
    """The parsed pack of a code and version. Raises PackRelease.DoesNotExist."""
    return pack_of(PackRelease.objects.defer("text").get(code=code, version=version))


def packs_in_force(court_id: int, on: dt.date) -> list[tuple[PackRelease, list[str]]]:
    """BASE, then the court's packs in their order, each with its feature switches, as in force on a day."""
    wanted = [("BASE", [])] + [
        (row.code, row.features) for row in CourtPack.objects.filter(court_id=court_id)
    ]
    releases = PackRelease.objects.defer("text").filter(
        code__in=[code for code, _ in wanted], effective_from__lte=on
    )
    newest: dict[str, PackRelease] = {}
    for release in releases:
        if release.effective_to is not None and release.effective_to < on:
            continue
        if release.code not in newest or newest[release.code].version < release.version:
            newest[release.code] = release
    return [(newest[code], features) for code, features in wanted if code in newest]


def unit_on(user: User, on: dt.date, *, function: str = "") -> Unit | None:
    """The unit a person belonged to on a day: the one of this function first, then the one joined first."""
    rows = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), user=user, since__lte=on
    ).select_related("unit")
    found = sorted(rows, key=lambda row: (row.unit.function != function, row.since, row.pk))
    return found[0].unit if found else None
