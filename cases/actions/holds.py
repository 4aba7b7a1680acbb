"""停止事由: what stands in the way stops what it concerns, as the packs say (`holds`), until it is released."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.holding import SUSPENSION, may_hold
from cases.models import Hold
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import still_open
from cases.snapshot import Locked, lock_case
from cases.states import CaseState
from courts.models import User
from documents.models import File
from events.models import Event
from kernel.errors import BadInput, NotFound, WrongState
from regimes.rules import HoldRule
from regimes.state import Interval


def set_hold(
    *,
    case_id: int,
    rule_id: str,
    subject_id: int | None,
    document: str,
    ground: str,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
    expected: dt.date | None = None,
    files: Sequence[int] = (),
) -> Event:
    """登记停止事由: from `on` the nodes and clocks that this kind of hold names stop for this subject, nothing else.

    subject_id: None = the whole case. document: number of the ruling, objection or agreement. expected: the last
    day that the paper states. Raises BadInput, WrongState (guard, state), NotAllowed, NotFound.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        same = {"rule": rule_id, "subject": subject_id}
        if (event := known(locked, kind="hold.set", data=same)) is not None:
            return event
        may_hold(locked, actor)
        check_day(locked, on, at)
        rule = rule_of(locked, rule_id)
        if expected is not None and expected < on:
            raise BadInput(_("预计结束日早于开始日。"), field="expected", fix=_("核对日期。"))
        row = Hold(
            case=locked.case,
            kind=rule.interval,
            rule_id=rule.id,
            subject_id=subject_id,
            first=on,
            expected=expected,
            document=document.strip(),
            ground=ground.strip(),
            files=_files(locked, files),
        )
        act = stop(locked, rule, row, key=key)
        return perform(locked, act, actor=actor, at=at)


def release_hold(
    *, case_id: int, hold_id: int, on: dt.date, outcome: str, actor: User, at: dt.datetime, key: str
) -> Event:
    """解除停止: the day before `on` was the last that did not count; what no other hold stops runs on from `on`.

    outcome: of the kind's outcomes. Released on the day it was set, it has stopped nothing. Raises BadInput,
    WrongState, NotAllowed, NotFound.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="hold.released", data={"hold": hold_id})) is not None:
            return event
        may_hold(locked, actor)
        check_day(locked, on, at)
        row = Hold.objects.select_for_update().filter(pk=hold_id, case=locked.case).first()
        rule = rule_of(locked, row.rule_id) if row is not None and row.rule_id else None
        if row is None or rule is None:
            raise NotFound(_("没有这项停止事由。"), fix=_("刷新页面。"))
        if row.last is not None or row.voided:
            raise WrongState(_("这项停止事由已经解除。"), fix=_("刷新页面。"))
        if rule.outcomes and outcome not in rule.outcomes:
            raise BadInput(_("没有选择解除的结果。"), field="outcome", fix=_("从列表中选择。"))
        row.outcome = outcome
        close(locked, row, on)
        row.save(update_fields=["last", "voided", "outcome"])
        others = Hold.objects.filter(case=locked.case, last=None, voided=False).exclude(pk=row.pk)
        if rule.suspends and locked.case.state == CaseState.SUSPENDED:
            if not any(suspends(locked, other) for other in others):
                locked.case.resume()
        subject = row.subject_id or locked.root
        act = Act(
            kind="hold.released",
            key=key,
            on=on,
            happened=[(event, subject) for event in rule.ends],
            rows=[row],
            data={"hold": row.pk, "rule": rule.id, "outcome": outcome},
        )
        return perform(locked, act, actor=actor, at=at)


def stop(locked: Locked, rule: HoldRule, row: Hold, *, key: str) -> Act:
    """Check a hold, write it, and put it into the locked state. The act is the caller's to perform."""
    still_open(locked)
    _check(locked, rule, row)
    subject = row.subject_id or locked.root
    warnings = guard(locked, rule.guard, {}, subject=subject) if rule.guard else []
    row.stops = list(rule.stops)
    row.save(force_insert=True)
    locked.intervals.append(interval_of(rule, row))
    if rule.suspends and locked.case.state != CaseState.SUSPENDED:
        locked.case.suspend()
    return Act(
        kind="hold.set",
        key=key,
        on=row.first,
        happened=[(event, subject) for event in rule.starts],
        facts=[(locked.root, fact, value) for fact, value in rule.sets.items()],
        rows=[row],
        data={"hold": row.pk, "rule": rule.id, "subject": row.subject_id, "document": row.document},
        warnings=warnings,
    )


def close(locked: Locked, row: Hold, on: dt.date) -> None:
    """End a hold on the day before `on`, in the row and in the locked state. Raises BadInput."""
    if on < row.first:
        raise BadInput(
            _("解除日期早于开始日期（%s）。") % row.first.isoformat(), field="on", fix=_("核对日期。")
        )
    standing = Interval(row.kind, row.first, None, row.subject_id, tuple(row.stops), tuple(row.rules))
    locked.intervals.remove(standing)
    if on == row.first:
        row.voided = True
        return
    row.last = on - dt.timedelta(days=1)
    locked.intervals.append(
        Interval(row.kind, row.first, row.last, row.subject_id, tuple(row.stops), tuple(row.rules))
    )


def interval_of(rule: HoldRule, row: Hold) -> Interval:
    """What a hold that has just begun stops."""
    return Interval(rule.interval, row.first, None, row.subject_id, rule.stops)


def suspends(locked: Locked, row: Hold) -> bool:
    """Whether the case itself is suspended while this hold stands."""
    if not row.rule_id:
        return bool(row.kind == SUSPENSION)
    return rule_of(locked, row.rule_id).suspends


def rule_of(locked: Locked, rule_id: str) -> HoldRule:
    """The kind of hold. Raises BadInput."""
    try:
        return locked.book.hold(rule_id)
    except KeyError:
        raise BadInput(_("没有这种停止事由。"), field="rule", fix=_("从列表中选择。")) from None


def _check(locked: Locked, rule: HoldRule, row: Hold) -> None:
    subject = locked.subjects.get(row.subject_id or locked.root)
    if subject is None or subject.kind not in rule.per:
        raise BadInput(
            _("“%s”不能针对所选的对象。") % rule.title,
            field="subject",
            fix=_("按事由选择全案、被执行人或者财产。"),
        )
    if rule.document_needed and not row.document:
        raise BadInput(
            _("没有填写依据（%s）。") % rule.document_needed, field="document", fix=_("写明文书名称和文号。")
        )
    if not row.ground:
        raise BadInput(_("没有填写事实。"), field="ground", fix=_("写明谁在哪一天提出、什么理由。"))
    same = Hold.objects.filter(
        case=locked.case,
        rule_id=rule.id,
        subject_id=row.subject_id,
        document=row.document,
        last=None,
        voided=False,
    )
    if same.exists():
        raise WrongState(
            _("同一文书的“%s”已经登记，尚未解除。") % rule.title, fix=_("核对文号，或者先解除原来的登记。")
        )


def _files(locked: Locked, files: Sequence[int]) -> list[int]:
    """The files, all of this case. Raises BadInput."""
    known_files = set(File.objects.filter(pk__in=files, case_id=locked.case.pk).values_list("pk", flat=True))
    if known_files != set(files):
        raise BadInput(_("所附材料不在本案中。"), field="files", fix=_("重新上传。"))
    return sorted(known_files)


def try_out(locked: Locked, change: Mapping[str, Any]) -> None:
    """Put a hold or a release into a locked state without writing it.

    change: {"hold": [rule, subject, date]} | {"release": [hold, date]}.
    """
    match change:
        case {"hold": [rule_id, subject, on]}:
            rule = rule_of(locked, rule_id)
            locked.intervals.append(Interval(rule.interval, on, None, subject, rule.stops))
        case {"release": [hold_id, on]}:
            row = Hold.objects.filter(pk=hold_id, case=locked.case, last=None, voided=False).first()
            if row is None:
                raise NotFound(_("没有这项停止事由。"), fix=_("刷新页面。"))
            close(locked, row, on)
