"""催办: those whose turn it is are reminded of what waits, by the rungs of its ladder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from approvals import reminding
from approvals.models import Request
from approvals.selectors import deciders
from courts.calendar import calendar_for
from events import log
from events.log import Draft
from kernel import time
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level
from regimes.vocabulary import Rung

BATCH = 200
ACTOR = "system:sweep"
APPROVER, ASKER = "approver", "handler"


def remind_due(*, at: dt.datetime, batch: int = BATCH) -> int:
    """Tell of every request whose next rung has come, the highest rung that is due; returns how many requests.

    What was asked since the last time only gets its next rung. Safe to run twice and side by side: a request is
    taken under its lock, and each rung has its own notice key.
    """
    count = 0
    while True:
        with transaction.atomic(durable=True):
            due = list(
                Request.objects.waiting()
                .filter(remind_at__lte=at)
                .select_for_update(of=("self",), skip_locked=True, no_key=True)
                .select_related("court")
                .prefetch_related("assents")
                .order_by("remind_at", "id")[:batch]
            )
            if not due:
                return count
            notices = [notice for request in due for notice in _remind(request, at)]
            tell_staff(notices, at=at)
            Request.objects.bulk_update(due, ["reminded", "remind_at"])
            count += len({notice.key.split("/")[0] for notice in notices})


def _remind(request: Request, at: dt.datetime) -> Iterator[StaffNotice]:
    calendar = calendar_for(request.court_id)
    rungs = reminding.rungs_of(request)
    passed = [n for n, rung in enumerate(rungs) if reminding.instant_of(request, rung, calendar) <= at]
    fresh = [n for n in passed if n >= request.reminded]
    if not fresh:
        request.remind_at = reminding.next_rung(request)
        return
    rung = max(fresh)
    request.reminded = rung + 1
    request.remind_at = reminding.next_rung(request)
    data = {
        "step": request.step,
        "role": request.role,
        "rung": rung,
        "days": request.days_waiting(time.today(at)),
    }
    draft = Draft(kind="approval.reminded", data=data, key=f"remind:{request.step}/{rung}")
    log.append_many(stream=request.stream, actor=ACTOR, at=at, court_id=request.court_id, drafts=[draft])
    for reader in _readers(request, rungs[rung], at):
        yield StaffNotice(
            court_id=request.court_id,
            team_id=request.team_id,
            owner_id=request.owner_id,
            about=request.about,
            case_id=None,
            topic=_("审批催办"),
            rule_id="",
            node="",
            level=Level.WARN,
            to_user_id=reader,
            text=_("有一项审批已等待 %(days)d 日，现由%(role)s审批，请到“审批”办理。")
            % {"days": data["days"], "role": request.role_zh},
            key=f"approval:{request.pk}/{request.step}/{rung}/{reader or request.role}",
        )


def _readers(request: Request, rung: Rung, at: dt.datetime) -> list[int | None]:
    """Ids of those to be told; None where nobody holds the role whose turn it is, so that the gap can be seen."""
    on = time.today(at)
    people: list[int | None] = []
    for role in rung.to:
        if role == ASKER:
            people.append(request.asked_by_id)
        else:
            found = deciders([request], on, role="" if role == APPROVER else role)[request.pk]
            people += [d.user_id for d in found] or [None]
    return list(dict.fromkeys(people))
