"""A case as another court would have it: its rules there and what they do to every clock. The verbs and the preview share it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _

from approvals.models import Request
from cases.book import pin
from cases.models import Conversion, Node, Task
from cases.repinning import Shift, rebook, shifts
from cases.snapshot import Locked
from cases.states import ConversionState
from courts.calendar import calendar_for
from courts.models import Court
from courts.scope import group_of
from deadlines.models import Deadline
from documents.models import File, Paper
from funds.transfers import check_empty
from kernel.errors import WrongState
from notices.models import Message


def pins_in(court_id: int, on: dt.date) -> list[dict[str, object]]:
    """What the case pins in a court that takes it on a day: that court's rules in force, which reach it as a whole."""
    return [{**each, "whole": True} for each in pin(court_id, on)]


def shifts_in(locked: Locked, court_id: int, on: dt.date) -> list[Shift]:
    """What the rules and the calendar of a court do to the clocks of a case, old -> new. Writes nothing."""
    here = locked.calendar
    book = rebook(locked.case, pins_in(court_id, on))
    locked.calendar = calendar_for(court_id)
    try:
        return shifts(locked, book, every=True)
    finally:
        locked.calendar = here


def check_free(locked: Locked) -> None:
    """Nothing is under way that only the court that gives the case away can end. Raises WrongState."""
    case = locked.case
    check_empty(case.about)
    waiting = Request.objects.filter(about=case.about, state="waiting").count()
    if waiting:
        raise WrongState(
            _("本案还有 %d 项审批没有办完，不能移送。") % waiting,
            code="TRANSFER-APPROVAL",
            fix=_("等审批办完，或请提请人撤回后再移送。"),
        )
    halfway = (ConversionState.ASKED, ConversionState.APPROVED)
    if Conversion.objects.filter(case=case, state__in=halfway).exists():
        raise WrongState(
            _("本案的繁简转换还没有办完，不能移送。"), code="TRANSFER-CONVERSION", fix=_("先办完转换。")
        )


def take_along(locked: Locked, court: Court) -> None:
    """Give every row on the floors below that carries the case's court the one it has now, with its team and owner."""
    case = locked.case
    held = {"court_id": court.pk, "team_id": case.team_id, "owner_id": case.owner_id}
    for model in (Node, Deadline, Message, Paper, File):
        model.objects.filter(case_id=case.pk).update(**held)
    Request.objects.filter(about=case.about).update(**held)
    for row in (*locked.nodes.values(), *locked.clocks.values()):
        row.court_id, row.team_id, row.owner_id = court.pk, case.team_id, case.owner_id


def regroup(locked: Locked) -> list[Node]:
    """Open nodes lie in the queues of the new court, by its own sharing out of the work; nobody has one in hand."""
    changed = []
    for node in locked.nodes.values():
        group = group_of(locked.book.owner(node.kind))
        if node.state == "open" and node.group != group:
            node.group = group
            node.version += 1
            changed.append(node)
    return changed


def end_tasks(locked: Locked, on: dt.date) -> Sequence[Task]:
    """What people of the old court had in hand, or were offered, is no longer theirs."""
    ended = [task for task in locked.tasks if task.is_live]
    for task in ended:
        task.lapse(on=max(on, task.since))
    if ended:
        Task.objects.bulk_update(ended, ["state", "until"])
    locked.tasks = [task for task in locked.tasks if task not in ended]
    return ended
