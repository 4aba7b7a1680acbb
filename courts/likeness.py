"""People of one shape: the same roles over as many courts, teams and absent colleagues, only with other numbers.

What the ORM composes for one of them serves all (kernel/statements.py). `likeness_of` gives the stand-in and the way back.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from courts.scope import Scope
from kernel.statements import stand_in

if TYPE_CHECKING:
    from courts.models import User

SHAPES = 500
"""How many shapes of people a process keeps statements for: roles times how many courts, teams, absent colleagues."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """Equal for people of one shape. user: the stand-in, in no table. numbers: of the stand-in -> the person's."""

    shape: Hashable
    user: User = field(compare=False)
    numbers: Mapping[int, int] = field(compare=False)


def likeness_of(user: User) -> Likeness:
    """Somebody with the same roles, whose numbers are stand-ins. No query beyond the person's scope.

    Statements composed for the stand-in may ask for kind, active, pk and scope; the rest of a person is not there.
    """
    scope = user.scope
    free = map(stand_in, count())
    courts = _numbered({*scope.courts, *scope.home, *(court for court, _role in scope.groups)}, free)
    teams = _numbered(scope.teams, free)
    people = _numbered(scope.owners, free)
    cases = _numbered(scope.let_in, free)
    # Equal numbers of different tables must not meet on the way back.
    numbers = {other: own for known in (courts, teams, people, cases) for own, other in known.items()}
    stand = _like(scope, courts, teams, people, cases)
    return Likeness(
        shape=(user.kind, user.is_active, user.is_superuser, _shape(stand)),
        user=_person(user, stand),
        numbers=numbers,
    )


def _numbered(own: Iterable[int], free: Iterator[int]) -> dict[int, int]:
    """In the order of the numbers, so that what was sorted stays so."""
    return {number: next(free) for number in sorted(own)}


def _like(
    scope: Scope,
    courts: Mapping[int, int],
    teams: Mapping[int, int],
    people: Mapping[int, int],
    cases: Mapping[int, int],
) -> Scope:
    def other(known: Scope) -> Scope:
        return replace(
            known,
            user_id=people[known.user_id],
            courts=frozenset(courts[pk] for pk in known.courts),
            teams=frozenset(teams[pk] for pk in known.teams),
            home=frozenset(courts[pk] for pk in known.home),
            groups=frozenset((courts[pk], role) for pk, role in known.groups),
            let_in=frozenset(cases[pk] for pk in known.let_in),
        )

    absent = {people[pk]: other(each) for pk, each in scope.absent.items()}
    return replace(other(scope), absent=absent, own=other(scope.own) if scope.own else None)


def _shape(scope: Scope) -> Hashable:
    """All of a scope as one value; rights follow from the roles."""
    return (
        *(scope.user_id, scope.kind, scope.courts, scope.teams, scope.home),
        *(scope.roles, scope.groups, scope.let_in, tuple(scope.absent)),
        tuple(_shape(each) for each in scope.absent.values()),
        _shape(scope.own) if scope.own else None,
    )


def _person(user: User, scope: Scope) -> User:
    stand = user._meta.model(
        pk=scope.user_id, kind=user.kind, is_active=user.is_active, is_superuser=user.is_superuser
    )
    stand.__dict__["scope"] = scope
    return stand
