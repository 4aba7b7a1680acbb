"""外出代理: what the page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from courts.actions.delegating import reachable, visible_to
from courts.models import Delegation, User

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Delegations:
    """rows: the latest first. people: whose absence may be registered; colleagues: who may stand in."""

    rows: Sequence[Delegation]
    people: Sequence[tuple[int, str]]
    colleagues: Sequence[tuple[int, str]]


def delegations(user: User) -> Delegations:
    """Those the person may see, and what the form offers. Three queries beyond the scope."""
    rows = visible_to(user).select_related("absent", "delegate", "set_by").order_by("-first", "-id")[:SHOWN]
    people = reachable(user).order_by("initials", "pk").values_list("pk", "full_name")
    courts = reachable(user).exclude(court=None).values("court_id")
    colleagues = User.objects.filter(kind=User.Kind.STAFF, is_active=True, court_id__in=courts)
    named = colleagues.order_by("initials", "pk").values_list("pk", "full_name")
    return Delegations(list(rows), list(people), list(named))


def state_of(row: Delegation, on: dt.date) -> str:
    """withdrawn, over, coming or now."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.last < on:
        return "over"
    return "coming" if row.first > on else "now"
