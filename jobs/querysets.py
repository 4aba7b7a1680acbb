"""Adjectives of jobs."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from courts.models import User


class JobQuerySet(models.QuerySet):
    """Jobs."""

    def visible_to(self, user: User) -> JobQuerySet:
        """Those that the person asked for, and those of the courts that the person sees whole."""
        if user.kind != "staff" or not user.is_active:
            return self.none()
        if user.is_superuser:
            return self
        return self.filter(Q(asked_by=user) | Q(court_id__in=user.scope.courts))

    def unfinished(self) -> JobQuerySet:
        """Waiting or at work."""
        return self.filter(state__in=("queued", "running"))

    def free(self, at: dt.datetime) -> JobQuerySet:
        """Unfinished, and in no worker's hands at this instant."""
        return self.unfinished().filter(due_at__lte=at)
