"""An open petition goes with its case to another court: who has the case has the means to answer it (谁执行、谁答复).

Its number stays that of the court which registered it, and so does everything settled before.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from cases.perform import Act, known, perform
from cases.snapshot import lock_case
from events.models import Event
from kernel import time
from petitions import policy
from petitions.models import Petition


def follow_court(event: Event) -> None:
    """Reaction to case.court_changed: the new handler has the open petitions in hand, and is told. Safe to run twice, and late."""
    case_id, at, key = int(event.stream.partition(":")[2]), time.now(), f"event:{event.pk}:petitions"
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if known(locked, kind="petition.handed_over") is not None:
            return
        to = locked.case.owner
        rows = Petition.objects.unclosed().filter(case_id=case_id)
        moved = [row for row in rows.order_by("pk") if to is not None and row.officer_id != to.pk]
        if not moved:
            return
        before = {row.pk: row.officer_id for row in moved}
        for row in moved:
            row.officer = to
            row.save(update_fields=["officer"])
        reason = _("案件移送另一法院，信访随案办理。")
        data = {"petition": moved[0].pk, "to": to.pk, "reason": reason, "moved": before}
        act = Act(kind="petition.handed_over", key=key, on=time.today(at), rows=moved, data=data)
        perform(locked, act, actor=None, at=at)
        for row in moved:
            policy.tell(locked.case, row, to, _("随案移送，由您继续办理。"), at=at, key=key)
