"""What the pages of approval read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from approvals.models import Assent, Request
from approvals.querysets import RequestQuerySet
from approvals.states import RequestState
from courts.models import Appointment, Delegation, User
from courts.scope import roles


def waiting_for(user: User, *, on: dt.date) -> RequestQuerySet:
    """What waits for this person's assent on a court-local day, oldest first; one query with asker and court.

    Each row tells its age: `row.days_waiting(on)`.
    """
    waiting = Request.objects.decidable_by(user, on)
    return waiting.select_related("asked_by", "asked_for", "court").order_by("asked_at", "id")


@dataclass(frozen=True, slots=True)
class Decider:
    """One who may answer now; stands_in_for: whose place they take that day, or ""."""

    user_id: int
    name: str
    stands_in_for: str = ""


def deciders(requests: Sequence[Request], on: dt.date, *, role: str = "") -> dict[int, list[Decider]]:
    """Who may answer each waiting request at its present step on a day: request id -> people, two queries for any number.

    Those who asked or have answered are left out; who is away is replaced by who stands in. role: another role
    than the one whose turn it is.
    """
    waiting = [request for request in requests if request.state == RequestState.WAITING]
    found: dict[int, list[Decider]] = {request.pk: [] for request in requests}
    if not waiting:
        return found
    held = _held({role or request.role for request in waiting}, on)
    standing = Delegation.objects.in_force(on).filter(absent__in={row["user_id"] for row in held})
    instead = {row.absent_id: row.delegate for row in standing.select_related("delegate")}
    for request in waiting:
        barred = {request.asked_by_id, request.asked_for_id}
        barred |= {pk for assent in request.assents.all() for pk in (assent.by_id, assent.by_for_id)}
        for row in held:
            if not _covers(row, request, role or request.role) or row["user_id"] in barred:
                continue
            other = instead.get(row["user_id"])
            if other is None:
                decider = Decider(row["user_id"], row["user__full_name"])
            elif other.pk in barred:
                continue
            else:
                decider = Decider(other.pk, other.full_name, row["user__full_name"])
            if decider.user_id not in {known.user_id for known in found[request.pk]}:
                found[request.pk].append(decider)
    return found


def _held(names: set[str], on: dt.date) -> list[dict[str, Any]]:
    """The appointments to these roles in force on the day, with the court above each one's."""
    in_force = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=on),
        role__in=names,
        since__lte=on,
        user__is_active=True,
        user__kind=User.Kind.STAFF,
    )
    columns = ("role", "user_id", "user__full_name", "court_id", "unit_id")
    return list(in_force.order_by("pk").values(*columns))


def _covers(row: Mapping[str, Any], request: Request, role: str) -> bool:
    """As RequestQuerySet.in_hands_of, for rows that were read."""
    if row["role"] != role:
        return False
    match roles()[role]["sees"]:
        case "below":
            return row["court_id"] in (request.court_id, request.court.parent_id)
        case "court":
            return bool(row["court_id"] == request.court_id)
        case "team":
            return row["unit_id"] is not None and row["unit_id"] == request.team_id
        case _:
            return bool(row["court_id"] == request.court_id and row["user_id"] == request.owner_id)


def requests_of(about: str, *, user: User) -> RequestQuerySet:
    """Every request about one thing that the person may see, newest first, with all answers: two queries."""
    said = Prefetch("assents", Assent.objects.select_related("by", "by_for").order_by("step"))
    visible = Request.objects.visible_to(user).filter(about=about)
    return visible.select_related("asked_by").prefetch_related(said).order_by("-asked_at", "-id")
