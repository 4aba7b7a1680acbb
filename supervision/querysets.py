"""Adjectives of supervision orders."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cases.models import Case
from supervision.states import OrderState

if TYPE_CHECKING:
    from courts.models import User


class OrderQuerySet(models.QuerySet):
    """Orders."""

    def visible_to(self, user: User) -> OrderQuerySet:
        """Those about the cases the person may see.

        Asked order by order: joined, the database would rather read all cases of twenty courts than a thousand of them.
        """
        return self.filter(Exists(Case.objects.visible_to(user).filter(pk=OuterRef("case_id"))))

    def about(self, case_id: int, clock_id: int | None, matter: str) -> OrderQuerySet:
        """Those about the same: this clock or, where a node got a new one, the node; None: the whole case."""
        rows = self.filter(case_id=case_id)
        if clock_id is None:
            return rows.filter(clock_id=None)
        return rows.filter(Q(clock_id=clock_id) | Q(matter=matter), clock_id__isnull=False)

    def unanswered(self) -> OrderQuerySet:
        """Waiting for an answer or, a reminder, for its receipt."""
        return self.filter(state=OrderState.OPEN)

    def unsettled(self) -> OrderQuerySet:
        """Not closed yet."""
        return self.exclude(state=OrderState.CLOSED)

    def overdue(self, at: dt.datetime) -> OrderQuerySet:
        """Unanswered after the last day."""
        return self.unanswered().filter(overdue_at__lte=at)
