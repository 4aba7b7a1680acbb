"""What the pages of jobs show."""

from __future__ import annotations

from courts.models import User
from jobs.models import Job

SHOWN = 50


def latest_jobs(user: User) -> list[Job]:
    """The newest jobs that the person may see. One query."""
    rows = Job.objects.visible_to(user).select_related("court", "asked_by").defer("result", "cursor")
    return list(rows.order_by("-pk")[:SHOWN])
