"""Adjectives of messages and of number marks."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from courts.models import User
from notices.states import Channel, State


class MessageQuerySet(models.QuerySet):
    """Rows of the outbox."""

    def visible_to(self, user: User) -> MessageQuerySet:
        """About what the person may see, or addressed to the person; a party sees only the latter."""
        return self.filter(user.scope.rows() | Q(to_user_id=user.pk))

    def owed(self, at: dt.datetime, *, urgent: bool) -> MessageQuerySet:
        """What a dispatcher must look at by `at`, oldest first."""
        return self.filter(urgent=urgent, due_at__isnull=False, due_at__lte=at).order_by("due_at", "id")

    def unread_by(self, user: User) -> MessageQuerySet:
        """In-app notices the person has not opened, newest first."""
        return self.filter(
            to_user_id=user.pk, channel=Channel.IN_APP, read_at__isnull=True, state=State.DELIVERED
        ).order_by("-id")

    def undecided(self) -> MessageQuerySet:
        """Messages of unknown outcome that nothing but a person will settle."""
        return self.filter(state=State.UNKNOWN, due_at__isnull=True)


class NumberMarkQuerySet(models.QuerySet):
    """Marks on numbers."""

    def standing(self) -> NumberMarkQuerySet:
        """Marks in force."""
        return self.filter(lifted_at__isnull=True)

    def visible_to(self, user: User) -> NumberMarkQuerySet:
        """Marks of the courts the person sees whole, or works in."""
        if user.kind != user.Kind.STAFF:
            return self.none()
        return self.filter(court_id__in=user.scope.courts | user.scope.home)
