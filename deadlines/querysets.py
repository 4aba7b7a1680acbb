"""Adjectives of clocks."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import models

if TYPE_CHECKING:
    from courts.models import User


class DeadlineQuerySet(models.QuerySet):
    """Clocks."""

    def visible_to(self, user: User) -> DeadlineQuerySet:
        """Those of the cases the person may see."""
        return self.filter(user.scope.rows())

    def running(self) -> DeadlineQuerySet:
        """Those that count now."""
        return self.filter(state="running")

    def open(self) -> DeadlineQuerySet:
        """Running or suspended."""
        return self.filter(state__in=("running", "suspended"))

    def overdue(self, at: dt.datetime) -> DeadlineQuerySet:
        """Running and past the last day (`at`: aware instant)."""
        return self.running().filter(overdue_at__lte=at)

    def flagging(self, at: dt.datetime) -> DeadlineQuerySet:
        """Those that mark their case at this instant: a flag is up while its clock is overdue, so nobody sets it."""
        return self.overdue(at).exclude(flag="")

    def binding(self) -> DeadlineQuerySet:
        """Those that can be late: no soft targets, no rights of a party."""
        return self.exclude(kind__in=("soft_target", "right"))
