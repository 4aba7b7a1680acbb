"""Adjectives of letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from cases.models import Case

if TYPE_CHECKING:
    import datetime as dt

    from courts.models import User


class LetterQuerySet(models.QuerySet):
    """Letters."""

    def visible_to(self, user: User) -> LetterQuerySet:
        """For staff: those of the cases the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def written_in(self, case_id: int, user: User, on: dt.date) -> LetterQuerySet:
        """For a party or its agent: those of the parties that this person reads for in a case."""
        access = Case._meta.get_field("accesses").related_model
        mine = access.objects.in_force(on).filter(user=user, case_id=case_id, case__sealed=False)
        return self.filter(case_id=case_id, party_id__in=mine.values("party_id"))

    def unanswered(self) -> LetterQuerySet:
        """Nobody has answered yet."""
        return self.filter(replied_at__isnull=True)
