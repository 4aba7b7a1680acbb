"""Whom and what an administrator looks after: the courts of the appointment and those directly below. Never a case."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from courts.models import Appointment, Court, User
from courts.scope import roles
from kernel import time


def administered(actor: User) -> QuerySet[Court]:
    """The courts whose people, units and settings are the person's to keep; all of them for the system's administrator."""
    if actor.kind != User.Kind.STAFF or not actor.is_active:
        return Court.objects.none()
    if actor.is_superuser:
        return Court.objects.all()
    keeping = [role for role, entry in roles().items() if "W" in entry.get("rights", {}).get("users", "")]
    day = time.today()
    own = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=day), user=actor, role__in=keeping, since__lte=day
    ).values("court_id")
    return Court.objects.filter(Q(pk__in=own) | Q(parent__in=own))


def people_of(actor: User) -> QuerySet[User]:
    """The staff of the administered courts. The system's administrators answer only to one another."""
    people = User.objects.filter(kind=User.Kind.STAFF)
    if actor.is_superuser:
        return people
    return people.filter(court__in=administered(actor), is_superuser=False)


def administers(actor: User, person: User) -> bool:
    """Whether a person is the actor's to look after."""
    return people_of(actor).filter(pk=person.pk).exists()
