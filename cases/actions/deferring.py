"""延期发放: once approved, the payout clock of one receipt rests until its reason has ended (LY 三(一)2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.holds import stop
from cases.models import Hold
from cases.perform import known, perform
from cases.snapshot import Locked, lock_case
from events.models import Event
from kernel.errors import WrongState
from regimes.rules import HoldRule

DEFERRAL = "payout_deferral_approved"


def defer_payout(
    *,
    case_id: int,
    subject_id: int,
    ground: str,
    sets: Sequence[str],
    happens: Sequence[str],
    files: Sequence[int],
    on: dt.date,
    approval_id: int,
    name: str,
    at: dt.datetime,
    key: str,
) -> Event:
    """延期发放 as approved, from the day of approval. It ends with cases.actions.holds.release_hold.

    Run by the approval's reaction. Raises WrongState where the packs know no deferral.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (event := known(locked, kind="hold.set")) is not None:
            return event
        rule = rule_of_deferral(locked)
        for fact in sets:
            locked.facts.setdefault(subject_id, {})[fact] = True
        row = Hold(
            case=locked.case,
            kind=rule.interval,
            rule_id=rule.id,
            subject_id=subject_id,
            first=on,
            document=_("延期发放审批 %d 号") % approval_id,
            ground=ground,
            files=list(files),
            approval_id=approval_id,
        )
        act = stop(locked, rule, row, key=key)
        act.happened += [(event, subject_id) for event in happens]
        act.facts += [(subject_id, fact, True) for fact in sets]
        act.data["approval"] = approval_id
        return perform(locked, act, actor=None, at=at, name=name)


def rule_of_deferral(locked: Locked) -> HoldRule:
    """The kind of hold that keeps a deferral. Raises WrongState."""
    for rule in locked.book.holds:
        if rule.interval == DEFERRAL:
            return rule
    raise WrongState(_("规则没有规定延期发放。"), fix=_("请管理员核对规则包。"))
