"""Adjectives of letters and petitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cases.models import Case
from deadlines.models import Deadline
from petitions.states import WAITING, PetitionState

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


class PetitionQuerySet(models.QuerySet):
    """Petitions."""

    def visible_to(self, user: User) -> PetitionQuerySet:
        """Those about the cases the person may see; sealed ones for whom they are not sealed."""
        seen = Q(case__sealed=False) | Q(case__in=Case.objects.filter(sealed=True).visible_to(user))
        return self.filter(user.scope.rows("case__") & seen)

    def waiting(self) -> PetitionQuerySet:
        """The petitioner has no answer yet."""
        return self.filter(state__in=WAITING)

    def unclosed(self) -> PetitionQuerySet:
        """Not settled yet."""
        return self.exclude(state=PetitionState.CLOSED)

    def overdue(self, at: dt.datetime) -> PetitionQuerySet:
        """A clock of theirs runs past its last day."""
        late = (
            Deadline.objects.running()
            .binding()
            .filter(case_id=OuterRef("case_id"), subject_id=OuterRef("subject_id"))
        )
        return self.filter(Exists(late.filter(overdue_at__lte=at)))
