"""Adjectives of requests for approval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

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

    def in_hands_of(self, user: User, on: dt.date, *, holder: int | None = None) -> RequestQuerySet:
        """Those whose present step asks for a role that the holder (by default the person) holds on that day where
        the request lies. A person who stands in for the holder that day answers in the holder's place.

        The appointment itself is asked, not the sum of all appointments: a team leader of one team who is
        also a clerk of a whole court decides for the team only. Asker and earlier assenters are not taken
        out here.
        """
        if user.kind != User.Kind.STAFF or not user.is_active:
            return self.none()
        pk = user.pk if holder is None else holder
        held = Appointment.objects.filter(
            Q(until__isnull=True) | Q(until__gte=on), user_id=pk, since__lte=on, role=OuterRef("role")
        )
        own = ~Q(role__in=_seeing("own")) | Q(owner_id=pk)
        return self.filter(own, Exists(held.filter(_reach())))

    def decidable_by(self, user: User, on: dt.date) -> RequestQuerySet:
        """Waiting requests that this person may decide on that day, in their own right or standing in for somebody:
        neither of the two asked for it or was asked for, neither has assented yet.
        """
        mine = self.none()
        for holder in deciding_as(user):
            mine |= self.waiting().in_hands_of(user, on, holder=holder).clear_of({user.pk, holder})
        return mine

    def clear_of(self, people: Collection[int]) -> RequestQuerySet:
        """Those in which none of these people asked, was asked for, or has answered."""
        assents = self.model._meta.get_field("assents").related_model.objects
        said = assents.filter(Q(by_id__in=people) | Q(by_for_id__in=people), request_id=OuterRef("pk"))
        asked = Q(asked_by_id__in=people) | Q(asked_for_id__in=people, asked_for_id__isnull=False)
        return self.exclude(asked).exclude(Exists(said))


def deciding_as(user: User) -> tuple[int, ...]:
    """In whose place a person may answer now: their own first, then those they stand in for."""
    return user.scope.owners if user.kind == User.Kind.STAFF else (user.pk,)


def _reach() -> Q:
    """Appointments of a role whose reach covers the request of the outer query."""
    court = Q(court_id=OuterRef("court_id"))
    return (
        Q(role__in=_seeing("below")) & (court | Q(court_id=OuterRef("court__parent_id")))
        | Q(role__in=_seeing("court")) & court
        | Q(role__in=_seeing("team"), unit_id=OuterRef("team_id"))
        | Q(role__in=_seeing("own")) & court
    )


def _seeing(reach: str) -> list[str]:
    """The roles of roles.yaml that see: own, team, court or below."""
    return [role for role, definition in roles().items() if definition["sees"] == reach]
