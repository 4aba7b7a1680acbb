"""Adjectives of figures and reports: whole courts are in reach, teams and officers by their own ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from courts.models import User


class FigureQuerySet(models.QuerySet):
    """Figures."""

    def visible_to(self, user: User) -> FigureQuerySet:
        """All of the courts seen whole; of others only the person's teams and the person's own."""
        scope = user.scope
        return self.filter(
            Q(court_id__in=scope.courts)
            | Q(level="team", unit_id__in=scope.teams)
            | Q(level="officer", unit_id__in=scope.owners)
        )


class IssuedQuerySet(models.QuerySet):
    """Issued figures."""

    def visible_to(self, user: User) -> IssuedQuerySet:
        """Those about the courts seen whole."""
        return self.filter(court_id__in=user.scope.courts)


class ReportQuerySet(models.QuerySet):
    """Quarterly reports."""

    def visible_to(self, user: User) -> ReportQuerySet:
        """One's own court's; of other courts in reach those that were submitted: a draft is not yet anyone's to read."""
        scope = user.scope
        return self.filter(Q(court_id__in=scope.courts), Q(court_id__in=scope.home) | ~Q(state="draft"))
