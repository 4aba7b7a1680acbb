"""Who is told: the roles of a rung as people, in few queries for any number of clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Q

from courts.models import Appointment, Court, Delegation, User
from courts.scope import roles

HANDLER = "handler"
SUPERIOR_COURT = "superior_court"
"""In a ladder: the enforcement bureau of the court above; its people hold SUPERIOR_BUREAU there."""
SUPERIOR_BUREAU = "superior_bureau"


class Directory:
    """Who holds which role on one court-local day. Each court and each handler is read once and kept."""

    def __init__(self, on: dt.date) -> None:
        self._on = on
        self._parents: dict[int, int | None] = {}
        self._of_courts: dict[tuple[str, int], list[int]] = {}
        self._of_teams: dict[tuple[str, int], list[int]] = {}
        self._courts_read: set[int] = set()
        self._handlers: dict[int, bool] = {}
        self._instead: dict[int, list[int]] | None = None

    def learn(self, courts: Collection[int], owners: Collection[int]) -> None:
        """Read what is not known yet of these courts, of those above them, and of these handlers.

        No query when all is known, four at most: who stands in for whom is read once.
        """
        if self._instead is None:
            self._instead = {}
            for absent, other in (
                Delegation.objects.in_force(self._on)
                .filter(delegate__is_active=True)
                .values_list("absent_id", "delegate_id")
            ):
                self._instead.setdefault(absent, []).append(other)
        if new := set(courts) - self._parents.keys():
            self._parents.update(Court.objects.filter(pk__in=new).values_list("pk", "parent_id"))
            above = {parent for parent in (self._parents.get(court) for court in new) if parent is not None}
            self._read_appointments((new | above) - self._courts_read)
        if strangers := set(owners) - self._handlers.keys():
            working = User.objects.filter(pk__in=strangers, is_active=True, kind=User.Kind.STAFF)
            known = set(working.values_list("pk", flat=True))
            self._handlers.update({owner: owner in known for owner in strangers})

    def people(self, role: str, *, court_id: int, team_id: int | None, owner_id: int | None) -> list[int]:
        """Ids of the users who hold a role towards the cases of a court, a team and a handler; may be empty.

        A role that sees a team (courts/data/roles.yaml) is held in the case's team, any other in its court. Who
        stands in for one who is away that day comes after them.
        """
        found = self._held(role, court_id, team_id, owner_id)
        others = [other for person in found for other in (self._instead or {}).get(person, ())]
        return list(dict.fromkeys([*found, *others])) if others else found

    def _held(self, role: str, court_id: int, team_id: int | None, owner_id: int | None) -> list[int]:
        if role == HANDLER:
            return [owner_id] if owner_id is not None and self._handlers.get(owner_id) else []
        if role == SUPERIOR_COURT:
            parent = self._parents.get(court_id)
            return [] if parent is None else self._of_courts.get((SUPERIOR_BUREAU, parent), [])
        if roles().get(role, {}).get("sees") == "team":
            return [] if team_id is None else self._of_teams.get((role, team_id), [])
        return self._of_courts.get((role, court_id), [])

    def _read_appointments(self, courts: set[int]) -> None:
        held = Appointment.objects.filter(
            Q(until__isnull=True) | Q(until__gte=self._on),
            court_id__in=courts,
            since__lte=self._on,
            user__is_active=True,
            user__kind=User.Kind.STAFF,
        )
        rows = held.order_by("pk").values_list("role", "court_id", "unit_id", "user_id")
        for role, court, unit, user in rows:
            _add(self._of_courts.setdefault((role, court), []), user)
            if unit is not None:
                _add(self._of_teams.setdefault((role, unit), []), user)
        self._courts_read |= courts


def _add(people: list[int], user: int) -> None:
    """One person may hold a role twice, in two units of a court."""
    if user not in people:
        people.append(user)
