"""Officers a person may choose from in a list."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q

from courts.models import Appointment, User


def handlers_seen_by(user: User, on: dt.date) -> list[tuple[int, str]]:
    """(id, name) of the handlers in the courts and teams that a person sees, by name. One query."""
    scope = user.scope
    held = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on), user_id=OuterRef("pk"), since__lte=on
    )
    reached = Q(role="handler") & (Q(court_id__in=scope.courts) | Q(unit_id__in=scope.teams))
    people = User.objects.filter(Exists(held.filter(reached)), is_active=True)
    return list(people.order_by("initials", "pk").values_list("pk", "full_name"))
