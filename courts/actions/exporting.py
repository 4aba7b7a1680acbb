"""导出: who took which list out of the system, with which conditions, how many rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from courts.models import User
from events import log
from events.models import Event


def record_export(
    *, what: str, conditions: Sequence[str], rows: int, actor: User, at: dt.datetime, key: str
) -> Event:
    """Write list.exported to "user:<id>". what: the list; conditions: names of the filters set, never what was typed."""
    with transaction.atomic(durable=True):
        return note_export(what=what, conditions=conditions, rows=rows, actor=actor, at=at, key=key)


def note_export(
    *, what: str, conditions: Sequence[str], rows: int, actor: User, at: dt.datetime, key: str
) -> Event:
    """The same within the caller's transaction: for a job."""
    person = User.objects.select_for_update().get(pk=actor.pk)
    return log.append(
        stream=f"user:{person.pk}",
        kind="list.exported",
        actor=actor.actor,
        at=at,
        key=key,
        data={"list": what, "conditions": list(conditions), "rows": rows},
        court_id=actor.court_id,
    )
