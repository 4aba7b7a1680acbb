"""Adjectives of papers and files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models

from documents.states import PaperState

if TYPE_CHECKING:
    from courts.models import User


class OwnedQuerySet(models.QuerySet):
    """Rows that a court owns, with team_id and owner_id."""

    def visible_to(self, user: User) -> Self:
        """What the person may see by appointment; nothing for a party, whose faces stand above the cases."""
        return self.filter(user.scope.rows())

    def of_case(self, case_id: int) -> Self:
        """Those of one case."""
        return self.filter(case_id=case_id)


class PaperQuerySet(OwnedQuerySet):
    """Papers."""

    def due(self, at: dt.datetime) -> Self:
        """Drafts that should be rendered by now, the longest waiting first."""
        return self.filter(state=PaperState.DRAFT, due_at__lte=at).order_by("due_at", "id")

    def issued(self) -> Self:
        """Rendered and not voided."""
        return self.filter(state=PaperState.RENDERED)
