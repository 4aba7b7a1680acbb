"""Reactions to an answer of the approvers: what was asked for is done, in its own transaction, once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction

from approvals.models import Request
from cases.actions import converting, deferring, holding, transfers, undoing
from cases.perform import Act, known, perform
from cases.snapshot import lock_case
from events.models import Event
from kernel import time
from kernel.time import today


def carry_out(event: Event) -> None:
    """approval.given: do as approved. What a rule makes true by the approval itself is noted; matters of other
    floors with nothing to note are left to them.
    """
    request = Request.objects.get(pk=int(event.stream.partition(":")[2]))
    common = {
        "case_id": request.facts.get("case"),
        "approval_id": request.pk,
        "name": event.actor,
        "at": time.now(),
        "key": f"event:{event.pk}",
    }
    doing = DOING.get(request.kind)
    if doing is not None:
        doing(request, common)
    elif request.facts.get("sets") or request.facts.get("happens"):
        _note(request, event, common)


def _extend(request: Request, common: Mapping[str, Any]) -> None:
    facts = request.facts
    holding.extend(
        rule_id=facts["rule"],
        subject_id=facts.get("subject"),
        days=int(facts["days"]),
        ground=request.ground[:200],
        **common,
    )


def _deduct(request: Request, common: Mapping[str, Any]) -> None:
    facts = request.facts
    holding.deduct(
        kind=facts["kind"],
        first=dt.date.fromisoformat(facts["first"]),
        last=dt.date.fromisoformat(facts["last"]),
        rules=facts["rules"],
        ground=request.ground[:200],
        **common,
    )


def _void(request: Request, common: Mapping[str, Any]) -> None:
    undoing.void_act(event_id=int(request.facts["event"]), reason=request.ground, **common)


def _cancel(request: Request, common: Mapping[str, Any]) -> None:
    undoing.cancel_case(reason=request.ground, **common)


def _defer(request: Request, common: Mapping[str, Any]) -> None:
    deferring.defer_payout(
        subject_id=int(request.facts["subject"]),
        ground=request.ground[:200],
        sets=request.facts.get("sets", ()),
        happens=request.facts.get("happens", ()),
        files=request.facts.get("files", ()),
        on=today(request.closed_at),
        **common,
    )


def _convert(request: Request, common: Mapping[str, Any]) -> None:
    converting.carry_out(request, answer="given", **{name: common[name] for name in ("name", "at", "key")})


DOING: Mapping[str, Callable[[Request, Mapping[str, Any]], None]] = {
    "extension": _extend,
    "deduction": _deduct,
    "void": _void,
    "cancel_case": _cancel,
    "defer_payout": _defer,
    converting.MATTER: _convert,
    **dict.fromkeys(transfers.KINDS, transfers.carry_out),
}


def _note(request: Request, event: Event, common: Mapping[str, Any]) -> None:
    """What the pack says becomes true of the subject once this is approved (`sets`, `happens`)."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=common["case_id"], key=common["key"])
        if known(locked, kind="approval.noted") is not None:
            return
        subject = int(request.facts.get("subject") or locked.root)
        act = Act(
            kind="approval.noted",
            key=common["key"],
            on=today(event.at),
            happened=[(name, subject) for name in request.facts.get("happens", ())],
            facts=[(subject, name, True) for name in request.facts.get("sets", ())],
            data={"approval": request.pk, "matter": request.kind},
            quiet=True,
        )
        perform(locked, act, actor=None, at=common["at"], name=common["name"])


def close_unanswered(event: Event) -> None:
    """approval.refused, approval.withdrawn: a conversion that was asked for does not happen."""
    request = Request.objects.get(pk=int(event.stream.partition(":")[2]))
    answer = event.kind.partition(".")[2]
    converting.carry_out(request, answer=answer, name=event.actor, at=time.now(), key=f"event:{event.pk}")
