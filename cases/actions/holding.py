"""中止与恢复, 扣除, 延长, 更正起算日期: what changes a clock is previewed, then done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.book import book_of
from cases.models import Extension, Hold
from cases.perform import Act, check_day, known, perform
from cases.policy import in_reach, may
from cases.snapshot import Locked, lock_case
from cases.states import CaseState
from courts.models import User
from deadlines.due import due_of_rule
from events.models import Event
from kernel.errors import BadInput, NotAllowed, WrongState
from kernel.time import today
from regimes import flow
from regimes.state import Extension as FlowExtension
from regimes.state import Interval

SUSPENSION = "suspension"


@dataclass(frozen=True, slots=True)
class Moved:
    """One clock that a change would move: rule, subject label, old and new last day (None: suspended)."""

    rule_id: str
    statement: str
    subject: str
    old: dt.date | None
    new: dt.date | None
    provisional: bool = False


def suspend_case(*, case_id: int, ground: str, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """中止执行 (民事诉讼法 第263条): from `on` no clock of the case counts until it is resumed."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.suspended")) is not None:
            return event
        may_hold(locked, actor)
        check_day(locked, on, at)
        if not ground.strip():
            raise BadInput(_("没有填写中止事由。"), field="ground", fix=_("写明法定事由和裁定文号。"))
        if locked.case.state not in (CaseState.RUNNING, CaseState.ASSIGNED, CaseState.FILED):
            raise WrongState(
                _("案件%s，不能中止。") % locked.case.get_state_display(), fix=_("核对案件状态。")
            )
        hold = Hold.objects.create(case=locked.case, kind=SUSPENSION, first=on, ground=ground)
        locked.intervals.append(Interval(SUSPENSION, on, None))
        locked.case.suspend()
        act = Act(
            kind="case.suspended", key=key, on=on, rows=[hold], data={"hold": hold.pk, "ground": ground}
        )
        return perform(locked, act, actor=actor, at=at)


def resume_case(*, case_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """恢复执行 after a suspension: the day before `on` was the last that did not count; every clock is set anew."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.resumed")) is not None:
            return event
        may_hold(locked, actor)
        check_day(locked, on, at)
        hold = (
            Hold.objects.select_for_update()
            .filter(case=locked.case, kind=SUSPENSION, subject=None, last=None, voided=False)
            .order_by("first", "pk")
            .first()
        )
        if hold is None or locked.case.state != CaseState.SUSPENDED:
            raise WrongState(_("案件没有中止，无需恢复。"), fix=_("刷新页面查看案件状态。"))
        last = on - dt.timedelta(days=1)
        if last < hold.first:
            raise BadInput(_("恢复日期须晚于中止日期（%s）。") % hold.first, field="on", fix=_("核对日期。"))
        hold.last = last
        hold.save(update_fields=["last"])
        locked.intervals = [
            Interval(SUSPENSION, i.first, last) if i == Interval(SUSPENSION, hold.first, None) else i
            for i in locked.intervals
        ]
        if not any(i.last is None and i.subject is None and not i.stops for i in locked.intervals):
            locked.case.resume()
        act = Act(kind="case.resumed", key=key, on=on, rows=[hold], data={"hold": hold.pk})
        return perform(locked, act, actor=actor, at=at)


def deduct(
    *,
    case_id: int,
    kind: str,
    first: dt.date,
    last: dt.date,
    rules: Sequence[str],
    ground: str,
    approval_id: int,
    name: str,
    at: dt.datetime,
    key: str,
) -> Event:
    """扣除审限: days first..last do not count for these rules, as approved. Run by the approval's reaction."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (event := known(locked, kind="case.deducted")) is not None:
            return event
        hold = Hold.objects.create(
            case=locked.case,
            kind=kind,
            first=first,
            last=last,
            rules=list(rules),
            ground=ground,
            approval_id=approval_id,
        )
        locked.intervals.append(Interval(kind, first, last, rules=tuple(rules)))
        act = Act(
            kind="case.deducted",
            key=key,
            on=today(at),
            rows=[hold],
            data={"hold": hold.pk, "approval": approval_id},
        )
        return perform(locked, act, actor=None, at=at, name=name)


def extend(
    *,
    case_id: int,
    rule_id: str,
    subject_id: int | None,
    days: int,
    ground: str,
    approval_id: int,
    name: str,
    at: dt.datetime,
    key: str,
) -> Event:
    """延长期限: approved days are added to the raw end of one rule's clock. Run by the approval's reaction."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (event := known(locked, kind="case.extended")) is not None:
            return event
        row = Extension.objects.create(
            case=locked.case,
            rule_id=rule_id,
            subject_id=subject_id,
            days=days,
            ground=ground,
            approval_id=approval_id,
        )
        locked.extensions.append(FlowExtension(rule_id, subject_id, days))
        act = Act(
            kind="case.extended",
            key=key,
            on=today(at),
            rows=[row],
            data={"rule": rule_id, "days": days, "approval": approval_id},
        )
        return perform(locked, act, actor=None, at=at, name=name)


def correct_start(
    *,
    case_id: int,
    event: str,
    subject_id: int | None,
    on: dt.date,
    reason: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """更正起算日期: the day on which something happened was wrongly recorded; every clock that starts from it moves."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (known_event := known(locked, kind="case.corrected", data={"event": event})) is not None:
            return known_event
        may_hold(locked, actor)
        may(actor, "extension", "A", _("更正起算日期"))
        if not reason.strip():
            raise BadInput(_("没有填写更正理由。"), field="reason", fix=_("写明依据的材料。"))
        if on > today(at):
            raise BadInput(_("日期不能晚于今天。"), field="on", fix=_("填写实际日期。"))
        subject = subject_id or locked.root
        if event == "case_filed":
            old = locked.moments[locked.root][event][0][0]
            facts = move_filing_day(locked, on, at, alone=True)
        else:
            old = _move_moment(locked, event, subject, on)
            facts = [_moments(locked, subject, event)]
        act = Act(
            kind="case.corrected",
            key=key,
            on=today(at),
            facts=facts,
            data={"event": event, "subject": subject, "old": old, "new": on, "reason": reason},
            quiet=True,
        )
        return perform(locked, act, actor=actor, at=at)


def preview(
    *,
    case_id: int,
    actor: User,
    change: dict[str, Any],
    try_out: Callable[[Locked, dict[str, Any]], None] | None = None,
) -> list[Moved]:
    """What a change would do to every open clock, old -> new; writes nothing.

    change: {"suspend": date} | {"resume": date} | {"deduct": [kind, first, last, rules]} |
    {"extend": [rule, subject, days]} | {"correct": [event, subject, date]}.
    try_out: how changes that are not of this list are tried (cases.actions.holds.try_out).
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, user=actor)
        (try_out or apply_in_memory)(locked, change)
        moved = moved_clocks(locked)
        transaction.set_rollback(True)
    return moved


def apply_in_memory(locked: Locked, change: dict[str, Any]) -> None:
    """Put a change into a locked state without writing it."""
    match change:
        case {"suspend": on}:
            locked.intervals.append(Interval(SUSPENSION, on, None))
        case {"resume": on}:
            last = on - dt.timedelta(days=1)
            locked.intervals = [
                Interval(i.kind, i.first, last) if i.kind == SUSPENSION and i.last is None else i
                for i in locked.intervals
            ]
        case {"deduct": [kind, first, last, rules]}:
            locked.intervals.append(Interval(kind, first, last, rules=tuple(rules)))
        case {"extend": [rule, subject, days]}:
            locked.extensions.append(FlowExtension(rule, subject, days))
        case {"correct": [event, subject, on]}:
            _move_moment(locked, event, subject or locked.root, on)


def moved_clocks(locked: Locked) -> list[Moved]:
    """The open clocks that the state as it now stands would move."""
    moved = []
    for change in flow.plan(locked.book, locked.state()).clocks:
        if change.action != "restart" or change.clock is None:
            continue
        row = locked.clocks[change.clock]
        due = due_of_rule(change, locked.calendar)
        moved.append(
            Moved(
                change.rule.id,
                change.rule.statement,
                locked.labels[change.subject],
                row.due_on,
                due.on,
                due.provisional,
            )
        )
    return moved


def move_filing_day(
    locked: Locked, on: dt.date, at: dt.datetime, *, alone: bool = False
) -> list[tuple[int, str, Any]]:
    """更正立案日期 in the locked state; returns the facts to record. What was received on the day of filing moves with it,
    unless the day of filing is moved `alone`.

    Raises BadInput (after today, after the first act, before the application), WrongState where another year's number
    or other rules would apply.
    """
    case, root = locked.case, locked.root
    _check_filing_day(locked, on, at)
    before = [pin.whole for pin in locked.book.pinned]
    moved = ["case_filed"]
    if case.received_on == case.filed_on and not alone:
        moved.append("case_received")
        case.received_on = on
    case.filed_on = on
    if [pin.whole for pin in book_of(case).pinned] != before:
        raise WrongState(
            _("按更正后的立案日期，适用的规则不同。"), fix=_("撤销立案后重新立案，或者先申请换用规则。")
        )
    for event in moved:
        _move_moment(locked, event, root, on)
    return [_moments(locked, root, event) for event in moved]


def _check_filing_day(locked: Locked, on: dt.date, at: dt.datetime) -> None:
    case = locked.case
    if on > today(at):
        raise BadInput(_("日期不能晚于今天。"), field="filed_on", fix=_("填写实际日期。"))
    if case.application_on and on < case.application_on:
        raise BadInput(
            _("立案日期早于收到申请的日期（%s）。") % case.application_on.isoformat(),
            field="filed_on",
            fix=_("核对两个日期。"),
        )
    if on.year != case.filed_on.year:
        raise WrongState(_("立案日期不能改到另一年，案号按年编排。"), fix=_("申请撤销立案后重新立案。"))
    done = min(
        (node.done_on for node in locked.nodes.values() if node.done_by_id and node.done_on), default=on
    )
    if on > done:
        raise BadInput(
            _("本案 %s 已有办理记录，立案日期不能晚于这一天。") % done.isoformat(),
            field="filed_on",
            fix=_("核对日期；办理日期有误的，先撤销那次办理。"),
        )


def _moments(locked: Locked, subject: int, event: str) -> tuple[int, str, Any]:
    return subject, f"@{event}", [list(row) for row in locked.moments[subject][event]]


def _move_moment(locked: Locked, event: str, subject: int, on: dt.date) -> str:
    rows = locked.moments.get(subject, {}).get(event)
    if not rows:
        raise BadInput(_("没有记录过这一事实。"), field="event", fix=_("从已记录的起算事实中选择。"))
    old, seq = rows[0]
    rows[0] = (on.isoformat(), seq)
    rows.sort()
    return old


def may_hold(locked: Locked, actor: User) -> None:
    """The handler, or who approves extensions, in reach of the case. Raises NotAllowed."""
    if actor.scope.holds(locked.case.owner_id) or actor.scope.may("extension", "A"):
        in_reach(locked, actor)
        return
    raise NotAllowed(_("只有承办人或有审批权的领导可以办理。"), fix=_("请承办人办理。"))
