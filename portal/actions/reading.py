"""A party, or its agent, has opened a paper addressed to its side: an event of the case, once for each reader."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from cases.models import Access
from cases.perform import Act, known, perform
from cases.snapshot import lock_followed
from courts.models import User
from events import log
from events.models import Event
from kernel import time


def read_paper(*, case_id: int, paper_id: int, actor: User, at: dt.datetime) -> Event:
    """阅读文书. The face has found the paper among those addressed to this person's side. Raises NotFound.

    Tells nobody, moves no clock: reading in the portal is no service of a paper (送达).
    """
    key = f"paper-read:{paper_id}:{actor.pk}"
    if (event := log.find(f"case:{case_id}", key)) is not None:
        return event
    today = time.today(at)
    with transaction.atomic(durable=True):
        locked = lock_followed(case_id=case_id, user=actor, on=today, key=key)
        if (event := known(locked, kind="paper.read", data={"paper": paper_id})) is not None:
            return event
        standing = Access.objects.in_force(today).filter(user=actor, case_id=case_id, party__isnull=False)
        parties = sorted(standing.values_list("party_id", flat=True))
        act = Act(
            kind="paper.read", key=key, on=today, data={"paper": paper_id, "parties": parties}, quiet=True
        )
        return perform(locked, act, actor=actor, at=at)
