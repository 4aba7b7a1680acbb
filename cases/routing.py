"""What a team is, for the guards before a case is given to it: its kind, and who leads it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from cases.snapshot import Locked
from courts.models import Appointment, Unit

ACTION = "assign_case_to_team"
DEPUTY = "deputy_director"


def team_facts(locked: Locked, team: Unit | None, on: dt.date) -> dict[str, Any]:
    """team_kind, "" without a team; and whether a deputy director leads it, asked only where a guard wants to know."""
    facts: dict[str, Any] = {"team_kind": team.function if team is not None else ""}
    asked = {name for rule in locked.book.guards.get(ACTION, ()) for name in rule.require.names()}
    if "team_led_by_deputy" in asked:
        facts["team_led_by_deputy"] = team is not None and _led_by_deputy(team, on)
    return facts


def _led_by_deputy(team: Unit, on: dt.date) -> bool:
    now = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))
    deputies = Appointment.objects.filter(now, role=DEPUTY, court_id=team.court_id)
    members = team.memberships.filter(now).values("user_id")
    return deputies.filter(Q(unit=team) | Q(user_id__in=members)).exists()
