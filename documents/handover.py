"""Papers and files follow their case to another team and handler."""

from __future__ import annotations

from documents.models import File, Paper


def hand_over(*, case_id: int, team_id: int | None, owner_id: int | None) -> int:
    """Give the papers and files of a case to another team and handler; returns how many rows moved.

    Joins the caller's transaction, which holds the case's lock and writes the event.
    """
    return sum(
        model.objects.of_case(case_id).update(team_id=team_id, owner_id=owner_id) for model in (Paper, File)
    )
