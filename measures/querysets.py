"""Adjectives of property and controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from cases.models import Case

if TYPE_CHECKING:
    from courts.models import User


class PropertyQuerySet(models.QuerySet):
    """Property items."""

    def visible_to(self, user: User) -> PropertyQuerySet:
        """Those of cases the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))


class ControlQuerySet(models.QuerySet):
    """Controls."""

    def visible_to(self, user: User) -> ControlQuerySet:
        """Those of cases the person may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def active(self) -> ControlQuerySet:
        """In force."""
        return self.filter(state="active")
