"""撤销、重开、撤销立案: undo is an act. What the act recorded is taken back, clocks are computed anew, parties are told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases import handovers, telling
from cases.models import Node
from cases.perform import Act, known, perform
from cases.snapshot import Locked, lock_case
from events import log
from events.models import Event
from kernel.errors import BadInput, Conflict, WrongState
from kernel.time import today
from regimes.nodes import load_nodes

VOIDABLE = frozenset({"node.completed", "case.corrected"})
VOIDABLE_FORMS = frozenset({"declared", "acceptance", "interview", "triage"})


def void_act(
    *, case_id: int, event_id: int, reason: str, approval_id: int, name: str, at: dt.datetime, key: str
) -> Event:
    """撤销一次办理: its facts go back to what stood before, its node opens again, its clocks run again.

    Run by the approval's reaction. Raises WrongState for an act that cannot be undone or was undone already.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (done := known(locked, kind="act.voided", data={"voids": event_id})) is not None:
            return done
        history = list(log.history(locked.case.about))
        voided = check_voidable(history, event_id)
        facts = _take_back(locked, history, voided)
        nodes = _reopen(locked, voided)
        act = Act(
            kind="act.voided",
            key=key,
            on=today(at),
            facts=facts,
            nodes=nodes,
            data={"voids": event_id, "voided_kind": voided.kind, "reason": reason, "approval": approval_id},
        )
        event = perform(locked, act, actor=None, at=at, name=name)
        telling.tell_again(locked, voided, event, at=at)
        return event


def cancel_case(
    *, case_id: int, reason: str, approval_id: int, name: str, at: dt.datetime, key: str
) -> Event:
    """撤销立案: a misfiled case ends; its number is free again. Refused once money or a measure is in it."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (done := known(locked, kind="case.cancelled")) is not None:
            return done
        if not locked.case.is_open:
            raise WrongState(
                _("案件%s，不能撤销立案。") % locked.case.get_state_display(), fix=_("核对案号。")
            )
        if any(s.kind in ("receipt", "property") for s in locked.subjects.values()):
            raise WrongState(_("案件已有财产或案款，不能撤销立案。"), fix=_("按销案办理结案。"))
        for node in locked.nodes.values():
            if node.state == "open":
                node.drop(reason=str(_("撤销立案")))
                node.version += 1
        locked.case.cancel()
        act = Act(
            kind="case.cancelled",
            key=key,
            on=today(at),
            happened=[("case_cancelled", locked.root)],
            data={"reason": reason, "approval": approval_id},
            nodes=[n for n in locked.nodes.values() if n.state == "dropped"],
        )
        return perform(locked, act, actor=None, at=at, name=name)


def check_voidable(history: list[Event], event_id: int) -> Event:
    """The event to undo. Raises BadInput when it is not in the case, WrongState when it cannot be undone."""
    event = next((e for e in history if e.pk == event_id), None)
    if event is None:
        raise BadInput(_("本案没有这次办理记录。"), field="event", fix=_("从操作日志中选择。"))
    if event.kind not in VOIDABLE or wrote_more(event):
        raise WrongState(_("这类操作不能撤销。"), fix=_("用相反的操作更正，例如解除措施、退回款项。"))
    if any(e.kind == "act.voided" and e.data.get("voids") == event_id for e in history):
        raise Conflict(_("这次办理已经撤销。"), fix=_("刷新页面。"))
    return event


def wrote_more(event: Event) -> bool:
    """Whether the act that completed a node also wrote property or prices, which only their own opposite act takes back."""
    kind = event.data.get("kind")
    form = next((node.form for node in load_nodes() if node.kind == kind), "declared")
    return form not in VOIDABLE_FORMS


def voided_ids(history: list[Event]) -> set[int]:
    """The events of a case that later ones undid."""
    return {e.data["voids"] for e in history if e.kind == "act.voided"}


def _take_back(locked: Locked, history: list[Event], voided: Event) -> list[tuple[int, str, Any]]:
    """The facts as they stand without the voided act: moments lose its entry, values go back to the act before.

    A dispute about a hand-over stays settled: its node is in nobody's hands any more.
    """
    gone = voided_ids(history) | {voided.pk}
    facts: list[tuple[int, str, Any]] = []
    for subject, events in locked.moments.items():
        for name, rows in events.items():
            kept = [row for row in rows if row[1] != voided.seq or name == handovers.SETTLED]
            if len(kept) != len(rows):
                events[name] = kept
                facts.append((subject, f"@{name}", [list(row) for row in kept]))
    if voided.kind == "case.corrected":
        facts.append(_move_back(locked, voided))
    for subject, key, _value in voided.data["facts"]:
        if not key.startswith("@"):
            facts.append((subject, key, _before(history, gone, subject, key)))
    return facts


def _move_back(locked: Locked, voided: Event) -> tuple[int, str, Any]:
    """A corrected day as it was before the correction. Raises WrongState when it was corrected again since."""
    subject, event, old = voided.data["subject"], voided.data["event"], voided.data["old"]
    rows = locked.moments.get(subject, {}).get(event, [])
    moved = next((row for row in rows if row[0] == voided.data["new"]), None)
    if moved is None:
        raise WrongState(_("这个日期此后又更正过，不能撤销这一次更正。"), fix=_("先撤销后一次更正。"))
    rows[rows.index(moved)] = (old, moved[1])
    rows.sort()
    if event == "case_filed":
        locked.case.filed_on = dt.date.fromisoformat(old[:10])
    return subject, f"@{event}", [list(row) for row in rows]


def _before(history: list[Event], gone: set[int], subject: int, key: str) -> Any:
    value = None
    for event in history:
        if event.pk not in gone:
            for other, name, given in event.data.get("facts", ()):
                if (other, name) == (subject, key):
                    value = given
    return value


def _reopen(locked: Locked, voided: Event) -> list[Node]:
    node_id = voided.data.get("node")
    node = locked.nodes.get(node_id) if node_id else None
    if node is None:
        return []
    if any(
        n.kind == node.kind and n.subject_id == node.subject_id and n.state == "open" and n is not node
        for n in locked.nodes.values()
    ):
        raise WrongState(_("同一节点已重新开启，不能再撤销。"), fix=_("先办结或撤销新开启的节点。"))
    if node.state != "open":
        node.reopen()
    node.version += 1
    return [node]
