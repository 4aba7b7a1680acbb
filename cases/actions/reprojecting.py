"""日历调整后重算期限: open clocks are counted anew, case by case, as a job; whose dates moved is told.

Each case whose dates moved gets an event with the reason and the images of its clocks, so that replay stays a fold.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from cases.rows import image_of
from courts.calendar import calendar_for, version
from courts.models import Court, User
from deadlines.models import Deadline
from deadlines.reprojection import Moved, reproject
from events import log
from events.log import Draft
from events.models import Event
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from kernel.dates import parse_date
from notices.inapp import StaffNotice, tell_staff
from notices.states import Level

KIND = "cases.reproject"
EVENT = "case.reprojected"
TOPIC = "日历调整"
TOGETHER = 200
"""Cases a step: short enough that an officer who waits for one of them hardly notices."""
NAMED = 3
"""Cases that a notice names before it only counts."""
ACTOR = "system:calendar"


def begin(event: Event) -> Job:
    """Reaction to calendar.day_set, day_removed and year_published: ask for the job that re-projects. Once an event."""
    words = _words(event)
    return ask_job(
        kind=KIND,
        title=_("日历调整后重算期限：%s") % words,
        params={"event": event.pk, "court": event.court_id, "words": words},
        key=f"event:{event.pk}",
        at=time.now(),
        actor=User.objects.filter(pk=event.actor.removeprefix("user:")).first()
        if event.actor.startswith("user:")
        else None,
        court_id=event.court_id,
    )


def step(job: Job) -> Stride:
    """The next cases of the job, in the order of their ids; at the end their handlers are told. Joins the job's step."""
    at = time.now()
    court = job.params["court"]
    total = job.total or _open_clocks(court).count()
    cursor = job.cursor or {"after": 0, "moved": 0, "cases": 0, "owners": {}}
    ids = list(
        _open_clocks(court)
        .filter(case_id__gt=cursor["after"])
        .order_by("case_id")
        .values_list("case_id", flat=True)
        .distinct()[:TOGETHER]
    )
    if not ids:
        return _finish(job, cursor, total, at)
    cases = {
        case.pk: case
        for case in Case.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    }
    current = version()
    counted = reproject(
        list(cases),
        calendar_of=lambda court_id: calendar_for(court_id, current=current),
        words=job.params["words"],
        at=at,
    )
    by_case = _by_case(counted.moved)
    _record(job, cases, by_case, at)
    done = job.done + counted.clocks
    cursor = _noted(cursor, cases, by_case) | {"after": ids[-1]}
    message = _("已重算 %(done)d 项，其中 %(moved)d 项到期日变动") % {"done": done, "moved": cursor["moved"]}
    return Stride(done, max(total, done), cursor, message)


def _open_clocks(court: int | None) -> Any:
    clocks = Deadline.objects.open()
    return clocks.filter(court_id=court) if court else clocks


def _words(event: Event) -> str:
    """2026年2月14日改为工作日（依据：国办发明电〔2025〕7号）."""
    data = event.data
    if event.kind == "calendar.year_published":
        return _("%(year)d年放假安排公布（%(source)s）") % {"year": data["year"], "source": data["source"]}
    day = parse_date(data["on"], today=dt.date.max)
    state = _("工作日") if data.get("is_workday") else _("休息日")
    values = {"day": f"{day.year}年{day.month}月{day.day}日", "state": state, "source": data["source"]}
    text = _("%(day)s定为%(state)s（%(source)s）") % values
    if event.kind == "calendar.day_removed":
        text = _("%(day)s恢复按全国日历（%(source)s）") % values
    court = Court.objects.filter(pk=event.court_id).values_list("short_name", flat=True).first()
    return f"{court}{text}" if court else text


def _by_case(moved: Sequence[Moved]) -> dict[int, list[Moved]]:
    found: dict[int, list[Moved]] = {}
    for each in moved:
        found.setdefault(each.clock.case_id, []).append(each)
    return found


def _record(job: Job, cases: dict[int, Case], by_case: dict[int, list[Moved]], at: dt.datetime) -> None:
    """One event for each case whose clocks changed."""
    drafts = [
        (
            cases[case_id].about,
            cases[case_id].court_id,
            Draft(
                kind=EVENT,
                key=f"job:{job.pk}",
                effective_on=time.today(at),
                data={
                    "job": job.pk,
                    "calendar_event": job.params["event"],
                    "reason": job.params["words"],
                    "moved": [[m.clock.rule_id, m.clock.pk, m.old, m.clock.due_on] for m in moved],
                    "rows": [image_of(m.clock) for m in moved],
                },
            ),
        )
        for case_id, moved in by_case.items()
    ]
    if drafts:
        log.extend_each(drafts, actor=ACTOR, at=at)


def _noted(cursor: dict[str, Any], cases: dict[int, Case], by_case: dict[int, list[Moved]]) -> dict[str, Any]:
    """The cursor with what this step moved: in all, and for each handler."""
    owners: dict[str, Any] = dict(cursor["owners"])
    moved = cursor["moved"]
    for case_id, clocks in by_case.items():
        days = sum(each.is_another_day for each in clocks)
        moved += days
        case = cases[case_id]
        if not days or case.owner_id is None:
            continue
        place = f"{case.owner_id}/{case.court_id}"
        known = owners.get(place, [0, 0, []])
        owners[place] = [known[0] + days, known[1] + 1, [*known[2], case_id][:NAMED]]
    return {**cursor, "moved": moved, "cases": cursor["cases"] + len(by_case), "owners": owners}


def _finish(job: Job, cursor: dict[str, Any], total: int, at: dt.datetime) -> Stride:
    tell_staff(notices(job, cursor["owners"], topic=TOPIC, words=job.params["words"]), at=at)
    words = {"done": job.done, "moved": cursor["moved"], "people": len(cursor["owners"])}
    lines = [
        _("重算 %(done)d 项期限，%(moved)d 项到期日变动，已通知 %(people)d 名承办人。") % words,
        _("原因：%s") % job.params["words"],
    ]
    result = {"moved": cursor["moved"], "cases": cursor["cases"], "lines": lines}
    return Stride(job.done, max(total, job.done), None, lines[0], result)


def notices(job: Job, owners: dict[str, Any], *, topic: str, words: str) -> list[StaffNotice]:
    """One notice to each handler whose dates a job moved. owners: "user/court" -> [dates, cases, first case ids]."""
    named = {case_id for _days, _cases, ids in owners.values() for case_id in ids}
    numbers = dict(Case.objects.filter(pk__in=named).values_list("pk", "number"))
    return [
        StaffNotice(
            court_id=int(place.partition("/")[2]),
            team_id=None,
            owner_id=int(place.partition("/")[0]),
            about=f"job:{job.pk}",
            case_id=ids[0] if cases == 1 else None,
            topic=topic,
            rule_id="",
            node="",
            level=Level.WARN,
            to_user_id=int(place.partition("/")[0]),
            text=_text(words, days, cases, [numbers[case_id] for case_id in ids]),
            key=f"job:{job.pk}/{place}",
        )
        for place, (days, cases, ids) in owners.items()
    ]


def _text(words: str, days: int, cases: int, numbers: Sequence[str]) -> str:
    listed = "、".join(numbers)
    if cases > len(numbers):
        listed = _("%(listed)s等 %(n)d 件") % {"listed": listed, "n": cases}
    return _("%(words)s：您承办的%(listed)s案件有 %(days)d 项期限的到期日已重算，请查看新的到期日。") % {
        "words": words,
        "listed": listed,
        "days": days,
    }
