"""Adjectives of supervision orders."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from cases.models import Case
from supervision.states import OrderState

if TYPE_CHECKING:
    from courts.models import User


class OrderQuerySet(models.QuerySet):
    """Orders."""

    def visible_to(self, user: User) -> OrderQuerySet:
        """Those about the cases the person may see."""
        scope = user.scope
        seen = Q(case__sealed=False) | Q(case__in=Case.objects.filter(sealed=True).visible_to(user))
        return self.filter(scope.rows("case__"), seen)

    def unanswered(self) -> OrderQuerySet:
        """Waiting for an answer or, a reminder, for its receipt."""
        return self.filter(state=OrderState.OPEN)

    def unsettled(self) -> OrderQuerySet:
        """Not closed yet."""
        return self.exclude(state=OrderState.CLOSED)

    def overdue(self, at: dt.datetime) -> OrderQuerySet:
        """Unanswered after the last day."""
        return self.unanswered().filter(overdue_at__lte=at)
