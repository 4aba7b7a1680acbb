"""Money, letters, petitions, inspections and the tables of a court among a million cases, over HTTP: p95 below 100 ms."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from bench.ground.figures import Figure
from bench.ground.pages import add_arguments, measured, staff
from courts.models import User

__all__ = ["add_arguments", "run"]
FINANCE = (
    "",
    "match/",
    "unclaimed",
    "statements/",
    "payments/",
    "payments/?tab=pay",
    "payments/?tab=batches",
    "close",
    "ageing",
    "fund/",
    "registers/",
    "registers/causes/",
    "registers/escrow/",
    "registers/refund/",
    "registers/advance/",
    "registers/aid/",
    "registers/deferral/",
    "registers/old/",
    "registers/plans/",
    "registers/vouchers/",
)


def run(options: argparse.Namespace) -> list[Figure]:
    """The desk of finance as its officer, the other desks as the four people of the lists."""
    return measured(options, _people, _paths)


def _people(chosen: Mapping[str, int]) -> Iterator[tuple[str, User]]:
    yield "finance", User.objects.get(pk=chosen["fund_officer"])
    yield from staff(chosen)


def _paths(user: User) -> Sequence[str]:
    may = user.scope.may
    if may("receipt", "W"):
        return [f"/finance/{page}" for page in FINANCE]
    paths = ["/letters/", "/petitions/", "/week", "/finance/registers/", "/supervision/inspections/findings"]
    paths += [f"/supervision/{page}" for page in ("bulletin", "workload", "long-pending")]
    return (
        [*paths, "/supervision/inspections"] if any(may("inspection", letter) for letter in "RWS") else paths
    )
