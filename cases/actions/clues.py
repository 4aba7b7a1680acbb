"""财产线索: a clue comes in, has its own clock (财产调查规定 第2条), and stands against 终本 until it is verified (JZ-50)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from cases.models import Subject
from cases.perform import Act, check_day, known, perform
from cases.policy import in_reach
from cases.snapshot import lock_case
from courts.models import User
from events.models import Event
from kernel.errors import BadInput
from regimes.flow import Subject as FlowSubject


def receive_clue(
    *,
    case_id: int,
    words: str,
    specific: bool,
    urgent: bool,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """收到财产线索. specific: it names property; only then the seven (urgent: three) days run."""
    if not words.strip():
        raise BadInput(_("没有填写线索内容。"), field="words", fix=_("写明财产是什么、在哪里。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="clue.received")) is not None:
            return event
        in_reach(locked, actor)
        check_day(locked, on, at)
        subject = Subject.objects.create(
            case=locked.case, kind="clue", parent_id=locked.root, label=words.strip()[:60]
        )
        locked.subjects[subject.pk] = FlowSubject(subject.pk, "clue", locked.root)
        locked.labels[subject.pk] = subject.label
        act = Act(
            kind="clue.received",
            key=key,
            on=on,
            happened=[("clue_received", subject.pk)],
            facts=[(subject.pk, "clue_specific", specific), (subject.pk, "clue_urgent", urgent)],
            rows=[subject],
            data={"clue": subject.pk, "words": words.strip()},
        )
        return perform(locked, act, actor=actor, at=at)
