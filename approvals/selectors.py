"""What the pages of approval read."""

from __future__ import annotations

import datetime as dt

from django.db.models import Prefetch

from approvals.models import Assent, Request
from approvals.querysets import RequestQuerySet
from courts.models import User


def waiting_for(user: User, *, on: dt.date) -> RequestQuerySet:
    """What waits for this person's assent on a court-local day, oldest first; one query with asker and court.

    Each row tells its age: `row.days_waiting(on)`.
    """
    waiting = Request.objects.decidable_by(user, on)
    return waiting.select_related("asked_by", "court").order_by("asked_at", "id")


def requests_of(about: str, *, user: User) -> RequestQuerySet:
    """Every request about one thing that the person may see, newest first, with all answers: two queries."""
    said = Prefetch("assents", Assent.objects.select_related("by").order_by("step"))
    visible = Request.objects.visible_to(user).filter(about=about)
    return visible.select_related("asked_by").prefetch_related(said).order_by("-asked_at", "-id")
