"""Adjectives of what courts hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from courts.models import User


class PackDraftQuerySet(models.QuerySet):
    """Drafts of rule packs."""

    def visible_to(self, user: User) -> PackDraftQuerySet:
        """Those of the person's own court and of the courts that they see whole, for who deals with packs."""
        if user.kind != "staff" or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        scope = user.scope
        if not any(scope.may("packs", letter) for letter in "WA"):
            return self.none()
        return self.filter(court_id__in=scope.courts | scope.home)

    def waiting(self) -> PackDraftQuerySet:
        """Not decided yet."""
        return self.filter(state="waiting")
