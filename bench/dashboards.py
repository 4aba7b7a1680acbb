"""The boards over a million cases and ten million nodes, over HTTP: each p95 below 100 ms; figures equal to a recount."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bench.ground.figures import Figure
from bench.ground.pages import add_arguments, measured, staff
from courts.models import User

__all__ = ["add_arguments", "run"]


def run(options: argparse.Namespace) -> list[Figure]:
    """Board, big screen, overdue table, orders and clocks as four people."""
    return measured(options, staff, _paths)


def _paths(user: User) -> Sequence[str]:
    paths = ["/supervision/", "/supervision/screen", "/supervision/screen?part=1", "/supervision/overdue"]
    paths += ["/supervision/overdue?when=week", "/supervision/orders"]
    return [*paths, "/supervision/clocks"] if user.scope.may("clocks", "R") else paths
