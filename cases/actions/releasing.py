"""Around the release of a pack: its preview over the open cases, and their move where it applies to them, as jobs."""

from __future__ import annotations

import functools
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.repinning import repin
from cases.actions.reprojecting import NAMED, notices
from cases.models import Case
from cases.snapshot import lock_case
from cases.whatif import Tally, Trial, followers, summary, try_cases
from courts.actions.drafts import keep_preview
from courts.models import PackDraft
from courts.selectors import released_pack
from events.models import Event
from jobs.actions.asking import ask_job
from jobs.kinds import Stride
from jobs.models import Job
from kernel import time
from notices.inapp import tell_staff
from regimes.packs import parse_pack

PREVIEW, MOVE = "cases.whatif", "cases.repin"
TOPIC = "规则改版"
TOGETHER = 20
"""Cases a step."""
SHOWN = 200
"""Clocks that a preview names; the rest it counts."""


def begin_preview(event: Event) -> Job:
    """Reaction to packdraft.uploaded: ask for the what-if. Once an event."""
    draft = PackDraft.objects.get(pk=event.data["draft"])
    return ask_job(
        kind=PREVIEW,
        title=_("预览规则包 %s：在办案件的期限会怎样变") % draft.name,
        params={"draft": draft.pk},
        key=preview_key(draft),
        at=time.now(),
        actor=draft.uploaded_by,
        court_id=draft.court_id,
    )


def preview_key(draft: PackDraft) -> str:
    """By which key the job of a draft's preview is found."""
    return f"{draft.stream}/whatif"


def move_key(draft: PackDraft) -> str:
    """By which key the job that moves the open cases is found."""
    return f"{draft.stream}/repin"


def preview_step(job: Job) -> Stride:
    """The what-if over the next cases; at the end the draft keeps it. Writes nothing else."""
    draft = PackDraft.objects.get(pk=job.params["draft"])
    cursor = job.cursor or {"after": 0, "tally": {}, "lines": []}
    total = job.total or followers(draft.code).count()
    cases = list(followers(draft.code).filter(pk__gt=cursor["after"]).order_by("pk")[:TOGETHER])
    tally = Tally.of(cursor["tally"])
    if not cases:
        return _kept(draft, job, tally, cursor["lines"])
    lines = try_cases(_trial(draft.pk, draft.digest), cases, tally)
    listed = [*cursor["lines"], *(line.as_json() for line in lines)][:SHOWN]
    cursor = {"after": cases[-1].pk, "tally": tally.as_json(), "lines": listed}
    done = job.done + len(cases)
    message = _("已看 %(cases)d 件，会变的期限 %(n)d 项") % {"cases": done, "n": sum(tally.changes.values())}
    return Stride(done, max(total, done), cursor, message)


@functools.lru_cache(maxsize=4)
def _trial(draft_id: int, _digest: str) -> Trial:
    draft = PackDraft.objects.get(pk=draft_id)
    return Trial(parse_pack(draft.text, draft.name))


def _kept(draft: PackDraft, job: Job, tally: Tally, lines: list[Any]) -> Stride:
    places = [
        {"court": place.court, "owner": place.owner, "changes": dict(place.changes)}
        for place in summary(tally)
    ]
    changed = sum(tally.changes.values())
    found = {
        "cases": tally.cases,
        "clocks": tally.clocks,
        "changes": dict(tally.changes),
        "places": places,
        "lines": lines,
        "more": max(0, changed - len(lines)),
    }
    keep_preview(draft_id=draft.pk, found=found, at=time.now())
    words = {"cases": tally.cases, "clocks": tally.clocks, "n": changed}
    text = _("在办 %(cases)d 件、进行中的期限 %(clocks)d 项，会变的 %(n)d 项") % words
    return Stride(job.done, job.done, None, text, {"lines": [text]})


def begin_move(event: Event) -> Job | None:
    """Reaction to packdraft.signed_off: where the pack applies to open cases, ask for their move. Once an event."""
    draft = PackDraft.objects.get(pk=event.data["draft"])
    if draft.applies_to != PackDraft.AppliesTo.OPEN:
        return None
    return ask_job(
        kind=MOVE,
        title=_("在办案件换用规则包 %s") % draft.name,
        params={"draft": draft.pk, "name": event.actor},
        key=move_key(draft),
        at=time.now(),
        actor=draft.decided_by,
        court_id=draft.court_id,
    )


def move_step(job: Job) -> Stride:
    """The next open cases move to the released version; at the end the handlers whose dates moved are told."""
    at = time.now()
    draft = PackDraft.objects.get(pk=job.params["draft"])
    pack = released_pack(draft.code, draft.version)
    cursor = job.cursor or {"after": 0, "moved": 0, "owners": {}}
    total = job.total or followers(draft.code).count()
    ids = list(
        followers(draft.code)
        .filter(pk__gt=cursor["after"])
        .order_by("pk")
        .values_list("pk", flat=True)[:TOGETHER]
    )
    words = _("规则包 %(name)s 自 %(day)s 起施行") % {"name": draft.name, "day": draft.effective_from}
    if not ids:
        tell_staff(notices(job, cursor["owners"], topic=TOPIC, words=words), at=at)
        text = _("换用 %(cases)d 件，%(n)d 项到期日变动，已通知 %(people)d 名承办人。") % {
            "cases": job.done,
            "n": cursor["moved"],
            "people": len(cursor["owners"]),
        }
        return Stride(job.done, job.done, None, text, {"moved": cursor["moved"], "lines": [text]})
    for case_id in ids:
        locked = lock_case(case_id=case_id, key=f"job:{job.pk}")
        case = locked.case
        if not case.is_open or any(
            pin["code"] == pack.code and pin["version"] == pack.version for pin in case.packs
        ):
            continue
        event = repin(
            locked, pack, ground=words, approval_id=None, name=job.params["name"], at=at, key=f"job:{job.pk}"
        )
        cursor = _noted(cursor, case, sum(each[0] == "moved" for each in event.data["shifts"]))
    done = job.done + len(ids)
    message = _("已换用 %(done)d 件，%(n)d 项到期日变动") % {"done": done, "n": cursor["moved"]}
    return Stride(done, max(total, done), {**cursor, "after": ids[-1]}, message)


def _noted(cursor: dict[str, Any], case: Case, days: int) -> dict[str, Any]:
    if not days:
        return cursor
    owners = dict(cursor["owners"])
    if case.owner_id is not None:
        place = f"{case.owner_id}/{case.court_id}"
        known = owners.get(place, [0, 0, []])
        owners[place] = [known[0] + days, known[1] + 1, [*known[2], case.pk][:NAMED]]
    return {**cursor, "moved": cursor["moved"] + days, "owners": owners}
