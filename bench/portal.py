"""A party's pages among a million cases, over HTTP: each p95 below 100 ms."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from bench.ground.figures import Figure
from bench.ground.pages import add_arguments, measured
from cases.models import Access
from courts.models import User

__all__ = ["add_arguments", "run"]


def run(options: argparse.Namespace) -> list[Figure]:
    """My case, its money, its papers: who follows one case is led there."""
    return measured(options, _party, _paths)


def _party(_chosen: Mapping[str, int]) -> Iterator[tuple[str, User]]:
    access = Access.objects.filter(case__state="running", case__sealed=False, party__isnull=False)
    yield "party", access.select_related("user").order_by("-pk")[0].user


def _paths(user: User) -> Sequence[str]:
    case = Access.objects.filter(user=user).values_list("case_id", flat=True)[0]
    return [f"/my/cases/{case}/", f"/my/cases/{case}/money/", f"/my/cases/{case}/papers/"]
