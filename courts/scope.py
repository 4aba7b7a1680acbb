"""What a person may see and do: roles are data (courts/data/roles.yaml), held by appointment."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.db.models import BigIntegerField, FilteredRelation, Q, QuerySet, Value

from kernel import time
from kernel.statements import SOME_DAY, Statement, composed, stand_in

if TYPE_CHECKING:
    import datetime as dt

    from courts.models import User

CENTRAL_KINDS = ("group", "window", "office")
"""Kinds of unit (courts.Unit.Kind) that do one kind of work for the whole court."""
ROLES_FILE = Path(__file__).parent / "data" / "roles.yaml"


_COLUMNS = ("pk", "standing__court_id", "standing__unit_id", "standing__role", "appointed")
_LET_IN = "let_in"
"""Stands in a row of holdings for a role, where the row is a sealed case."""
Holding = tuple[int | None, int | None, str, bool]
"""(court, unit, role, whether by appointment)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A person's reach on one day.

    courts: courts seen whole. teams: units seen whole. rights: area -> letters of R W A S. roles: role ids.
    groups: (court, role) of the queues the person works in: by appointment, or as a member of a unit with that function.
    Own rows (owner_id) are always in reach, but of a party. absent: those whom the person stands in for that day
    (外出代理), id -> their own scope; what they may, the person may. own: without them, where there are any.
    let_in: sealed cases into which the person was let by name, few; numbers, so that a list need not look for them.
    """

    user_id: int
    kind: str
    courts: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()
    home: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    rights: dict[str, frozenset[str]] = field(default_factory=dict)
    groups: frozenset[tuple[int, str]] = frozenset()
    absent: dict[int, Scope] = field(default_factory=dict)
    own: Scope | None = None
    let_in: frozenset[int] = frozenset()

    @property
    def owners(self) -> tuple[int, ...]:
        """Whose rows are the person's to work on: the person's own, and those of the absent."""
        return (self.user_id, *self.absent)

    def holds(self, owner_id: int | None) -> bool:
        """Whether what this owner holds is the person's to work on."""
        return owner_id is not None and owner_id in self.owners

    def acts_for(self, *, court_id: int, team_id: int | None, owner_id: int | None) -> int | None:
        """Whom the person acts for (代) on a row: its absent owner, or the absent one whose reach alone opens it."""
        if owner_id in self.absent:
            return owner_id
        if self.own is None or self.own.reaches(court_id, team_id, owner_id):
            return None
        others = (i for i, scope in self.absent.items() if scope.reaches(court_id, team_id, owner_id))
        return next(others, None)

    def reaches(self, court_id: int, team_id: int | None, owner_id: int | None) -> bool:
        """Whether a row lies in the courts, teams or hands of this scope."""
        return court_id in self.courts or team_id in self.teams or owner_id == self.user_id

    def may(self, area: str, letter: str) -> bool:
        """Whether one of the person's roles grants this letter in this area."""
        return letter in self.rights.get(area, ())

    def has(self, *roles: str) -> bool:
        """Whether the person holds one of the roles."""
        return not self.roles.isdisjoint(roles)

    def rows(self, prefix: str = "") -> Q:
        """The rows with court_id, team_id, owner_id that the person may see."""
        if self.kind == "party":
            return Q(pk__in=())
        return (
            Q(**{f"{prefix}court_id__in": self.courts})
            | Q(**{f"{prefix}team_id__in": self.teams})
            | Q(**{f"{prefix}owner_id__in": self.owners})
        )


@functools.cache
def roles() -> dict[str, dict[str, Any]]:
    """roles.yaml, those of people: id -> {zh, sees: own|team|court|below, rights: {area: "RWAS"}}."""
    loaded: dict[str, dict[str, Any]] = _file()["roles"]
    return loaded


@functools.cache
def _file() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(ROLES_FILE.read_text(encoding="utf-8"))
    return loaded


@functools.cache
def _held() -> dict[str, dict[str, Any]]:
    """Every role that a user may hold, a connected system's among them."""
    return {**roles(), **_file()["system_roles"]}


def scope_of(user: User) -> Scope:
    """Add up the person's appointments in force today, and those of whom they stand in for; one query.

    A party gets an empty scope, a connected system what its appointment gives it. A role that is not to be delegated (roles.yaml) stays with its holder.
    """
    if user.kind == user.Kind.PARTY or not user.is_active:
        return Scope(user_id=user.pk, kind=user.kind)
    held: dict[int, list[Holding]] = {user.pk: []}
    let_in = set[int]()
    for holder, *holding in _held_by(user):
        if holding[2] == _LET_IN:
            let_in.add(holding[0])
            continue
        definition = _held().get(holding[2] or "")
        known = held.setdefault(holder, [])
        if definition and (holder == user.pk or definition.get("delegable", True)):
            known.append((holding[0], holding[1], holding[2], holding[3]))
    own = replace(_added(user, user.pk, held[user.pk]), let_in=frozenset(let_in))
    absent = {pk: _added(user, pk, rows) for pk, rows in held.items() if pk != user.pk}
    if not absent:
        return own
    everything = _added(user, user.pk, [row for rows in held.values() for row in rows])
    return replace(everything, own=own, absent=absent, let_in=own.let_in)


def _held_by(user: User) -> Iterable[Any]:
    """The holdings of a person today: on every page, therefore composed once."""
    values = {stand_in(0): user.pk, SOME_DAY: time.today(time.lately())}
    return _statement(type(user), user.kind).rows(values)


@functools.cache
def _statement(model: type[User], kind: str) -> Statement:
    return composed(_holdings(model(pk=stand_in(0), kind=kind), SOME_DAY))


def _holdings(user: User, day: dt.date) -> QuerySet[Any, Any]:
    """(holder, court, unit, role, appointed) of the person and of those they stand in for; a holder without any once, empty.

    Appointments give rights; who is only a member of a group, window or office whose function is a role with a queue
    works in that queue and sees what it needs. One query.
    """
    model: Any = type(user)
    delegations = model._meta.get_field("delegations_held").related_model.objects.in_force(day)
    absent = delegations.filter(delegate=user).values("absent_id")
    standing = FilteredRelation(
        "appointments",
        condition=Q(appointments__since__lte=day)
        & (Q(appointments__until__isnull=True) | Q(appointments__until__gte=day)),
    )
    queues = [role for role, definition in roles().items() if definition.get("queue")]
    people = model.objects.filter(kind=user.kind, is_active=True).annotate(
        standing=standing, appointed=Value(True)
    )
    member = (
        user.memberships.model.objects.filter(user__is_active=True)
        .filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)
        .filter(Q(unit__until__isnull=True) | Q(unit__until__gte=day))
        .filter(unit__kind__in=CENTRAL_KINDS, unit__function__in=queues)
        .annotate(appointed=Value(False))
    )
    # The person apart from those they stand in for: with an OR between them the database reads every user there is.
    held = [
        rows.values_list(*columns)
        for who, whose in ((Q(pk=user.pk), Q(user=user)), (Q(pk__in=absent), Q(user_id__in=absent)))
        for rows, columns in (
            (people.filter(who), _COLUMNS),
            (member.filter(whose), ("user_id", "unit__court_id", "unit_id", "unit__function", "appointed")),
        )
    ]
    # The floor above has the table of who was let into which case; here it is only numbers of the person's.
    accesses: Any = model._meta.get_field("accesses").related_model.objects
    let_in = (
        accesses.filter(user=user, side="staff", case__sealed=True)
        .annotate(unit=Value(None, BigIntegerField()), role=Value(_LET_IN), appointed=Value(False))
        .values_list("user_id", "case_id", "unit", "role", "appointed")
    )
    found: QuerySet[Any, Any] = held[0].union(*held[1:], let_in, all=True)
    return found


def _added(user: User, holder: int, holdings: Iterable[Holding]) -> Scope:
    courts, teams, held = set[int](), set[int](), set[str]()
    groups: set[tuple[int, str]] = set()
    rights: dict[str, set[str]] = {}
    for court_id, unit_id, role, appointed in holdings:
        definition = _held()[role]
        if definition.get("queue") and court_id:
            groups.add((court_id, role))
        match definition["sees"]:
            case "below" if appointed and court_id:
                courts |= {court_id, *_courts_below(user, court_id)}
            case "court" if court_id:
                courts.add(court_id)
            case "team" if appointed and unit_id:
                teams.add(unit_id)
        if appointed:
            held.add(role)
            for area, letters in definition.get("rights", {}).items():
                rights.setdefault(area, set()).update(letters)
    return Scope(
        user_id=holder,
        kind=user.kind,
        courts=frozenset(courts),
        teams=frozenset(teams),
        home=frozenset(filter(None, [user.court_id])),
        roles=frozenset(held),
        rights={area: frozenset(letters) for area, letters in rights.items()},
        groups=frozenset(groups),
    )


def group_of(role: str) -> str:
    """The queue that a role's nodes go to: its own, or "" where they stay with the handler."""
    return role if roles().get(role, {}).get("queue") else ""


def group_name(role: str) -> str:
    """What a group is called where the court has no unit of that function."""
    return str(roles().get(role, {}).get("zh", role))


def _courts_below(user: User, court_id: int) -> list[int]:
    court_model = user._meta.get_field("court").related_model
    return list(court_model.objects.filter(parent_id=court_id).values_list("pk", flat=True))
