"""Adjectives of requests for approval."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, OuterRef, Q

from approvals.states import RequestState
from courts.models import Appointment, User
from courts.scope import roles


class RequestQuerySet(models.QuerySet):
    """Requests."""

    def visible_to(self, user: User) -> RequestQuerySet:
        """Those about what the person may see, and those the person asked."""
        if user.kind != User.Kind.STAFF:
            return self.none()
        return self.filter(user.scope.rows() | Q(asked_by_id=user.pk))

    def waiting(self) -> RequestQuerySet:
        """Not yet decided."""
        return self.filter(state=RequestState.WAITING)

    def in_hands_of(self, user: User, on: dt.date) -> RequestQuerySet:
        """Those whose present step asks for a role that the person holds on that day where the request lies.

        The appointment itself is asked, not the sum of all appointments: a team leader of one team who is
        also a clerk of a whole court decides for the team only. Asker and earlier assenters are not taken
        out here.
        """
        if user.kind != User.Kind.STAFF or not user.is_active:
            return self.none()
        held = Appointment.objects.filter(
            Q(until__isnull=True) | Q(until__gte=on), user=user, since__lte=on, role=OuterRef("role")
        )
        court = Q(court_id=OuterRef("court_id"))
        reach = (
            Q(role__in=_seeing("below")) & (court | Q(court_id=OuterRef("court__parent_id")))
            | Q(role__in=_seeing("court")) & court
            | Q(role__in=_seeing("team"), unit_id=OuterRef("team_id"))
            | Q(role__in=_seeing("own")) & court
        )
        own = ~Q(role__in=_seeing("own")) | Q(owner_id=user.pk)
        return self.filter(own, Exists(held.filter(reach)))

    def decidable_by(self, user: User, on: dt.date) -> RequestQuerySet:
        """Waiting requests that this person may decide on that day: not asked, not yet assented by them."""
        in_hands = self.waiting().in_hands_of(user, on)
        return in_hands.exclude(asked_by_id=user.pk).exclude(assents__by_id=user.pk)


def _seeing(reach: str) -> list[str]:
    """The roles of roles.yaml that see: own, team, court or below."""
    return [role for role, definition in roles().items() if definition["sees"] == reach]
