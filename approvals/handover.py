"""Requests move with the case they are about."""

from __future__ import annotations

from collections.abc import Sequence

from approvals.models import Request
from kernel.rows import set_holders


def hand_over(*, about: str, team_id: int | None, owner_id: int | None) -> int:
    """Put every request about one thing into the hands of another team and owner. Returns how many.

    Joins the caller's transaction, which holds the lock of what the requests are about; one statement.
    """
    return Request.objects.filter(about=about).update(team_id=team_id, owner_id=owner_id)


def hand_over_each(holders: Sequence[tuple[str, int | None, int | None]]) -> None:
    """The same for several things: (about, team, owner) each; one statement."""
    set_holders(Request, "about", holders)
