"""What a person may see and do: roles are data (courts/data/roles.yaml), held by appointment."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db.models import Q, Value

from kernel import time

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from courts.models import User

CENTRAL_KINDS = ("group", "window", "office")
"""Kinds of unit (courts.Unit.Kind) that do one kind of work for the whole court."""
ROLES_FILE = Path(__file__).parent / "data" / "roles.yaml"


@dataclass(frozen=True, slots=True)
class Scope:
    """A person's reach on one day.

    courts: courts seen whole. teams: units seen whole. rights: area -> letters of R W A S. roles: role ids.
    groups: (court, role) of the queues the person works in: by appointment, or as a member of a unit with that function.
    Own rows (owner_id) are always in reach of staff.
    """

    user_id: int
    kind: str
    courts: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    home: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    rights: dict[str, frozenset[str]] = field(default_factory=dict)
    groups: frozenset[tuple[int, str]] = frozenset()

    def may(self, area: str, letter: str) -> bool:
        """Whether one of the person's roles grants this letter in this area."""
        return letter in self.rights.get(area, ())

    def has(self, *roles: str) -> bool:
        """Whether the person holds one of the roles."""
        return not self.roles.isdisjoint(roles)

    def rows(self, prefix: str = "") -> Q:
        """The rows with court_id, team_id, owner_id that the person may see."""
        if self.kind != "staff":
            return Q(pk__in=())
        return (
            Q(**{f"{prefix}court_id__in": self.courts})
            | Q(**{f"{prefix}team_id__in": self.teams})
            | Q(**{f"{prefix}owner_id": self.user_id})
        )


@functools.cache
def roles() -> dict[str, dict[str, Any]]:
    """roles.yaml: id -> {zh, sees: own|team|court|below, rights: {area: "RWAS"}}."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load(ROLES_FILE.read_text(encoding="utf-8"))["roles"]
    return loaded


def scope_of(user: User) -> Scope:
    """Add up the person's appointments in force today; a stranger or a party gets an empty scope."""
    if user.kind != user.Kind.STAFF or not user.is_active:
        return Scope(user_id=user.pk, kind=user.kind)
    day = time.today()
    courts, teams, held = set[int](), set[int](), set[str]()
    groups: set[tuple[int, str]] = set()
    rights: dict[str, set[str]] = {}
    for court_id, unit_id, role, appointed in _holdings(user, day):
        definition = roles()[role]
        if definition.get("queue"):
            groups.add((court_id, role))
        match definition["sees"]:
            case "below" if appointed:
                courts |= {court_id, *_courts_below(user, court_id)}
            case "court":
                courts.add(court_id)
            case "team" if appointed and unit_id:
                teams.add(unit_id)
        if appointed:
            held.add(role)
            for area, letters in definition.get("rights", {}).items():
                rights.setdefault(area, set()).update(letters)
    return Scope(
        user_id=user.pk,
        kind=user.kind,
        courts=frozenset(courts),
        teams=frozenset(teams),
        home=frozenset(filter(None, [user.court_id])),
        roles=frozenset(held),
        rights={area: frozenset(letters) for area, letters in rights.items()},
        groups=frozenset(groups),
    )


def _holdings(user: User, day: dt.date) -> Iterator[tuple[int, int | None, str, bool]]:
    """(court, unit, role, appointed) in force on a day. Appointments give rights; who is only a member of a group,
    window or office whose function is a role with a queue works in that queue and sees what it needs. One query.
    """
    in_force = Q(until__isnull=True) | Q(until__gte=day)
    standing = Q(unit__until__isnull=True) | Q(unit__until__gte=day)
    queues = [role for role, definition in roles().items() if definition.get("queue")]
    appointed = user.appointments.filter(in_force, since__lte=day).annotate(appointed=Value(True))
    member = user.memberships.filter(
        in_force, standing, since__lte=day, unit__kind__in=CENTRAL_KINDS, unit__function__in=queues
    ).annotate(appointed=Value(False))
    rows = appointed.values_list("court_id", "unit_id", "role", "appointed").union(
        member.values_list("unit__court_id", "unit_id", "unit__function", "appointed"), all=True
    )
    return (row for row in rows if row[2] in roles())


def group_of(role: str) -> str:
    """The queue that a role's nodes go to: its own, or "" where they stay with the handler."""
    return role if roles().get(role, {}).get("queue") else ""


def group_name(role: str) -> str:
    """What a group is called where the court has no unit of that function."""
    return str(roles().get(role, {}).get("zh", role))


def _courts_below(user: User, court_id: int) -> list[int]:
    court_model = user._meta.get_field("court").related_model
    return list(court_model.objects.filter(parent_id=court_id).values_list("pk", flat=True))
