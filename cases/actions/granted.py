"""Reactions to an answer of the approvers: what was asked for is done, in its own transaction, once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from approvals.models import Request
from cases.actions import converting, holding, undoing
from events.models import Event
from kernel import time


def carry_out(event: Event) -> None:
    """approval.given: extend, deduct, void or cancel as approved. Matters of other floors are left to them."""
    request = Request.objects.get(pk=int(event.stream.partition(":")[2]))
    facts, case_id = request.facts, request.facts.get("case")
    common = {
        "case_id": case_id,
        "approval_id": request.pk,
        "name": event.actor,
        "at": time.now(),
        "key": f"event:{event.pk}",
    }
    match request.kind:
        case "extension":
            holding.extend(
                rule_id=facts["rule"],
                subject_id=facts.get("subject"),
                days=int(facts["days"]),
                ground=request.ground[:200],
                **common,
            )
        case "deduction":
            holding.deduct(
                kind=facts["kind"],
                first=dt.date.fromisoformat(facts["first"]),
                last=dt.date.fromisoformat(facts["last"]),
                rules=facts["rules"],
                ground=request.ground[:200],
                **common,
            )
        case "void":
            undoing.void_act(event_id=int(facts["event"]), reason=request.ground, **common)
        case "cancel_case":
            undoing.cancel_case(reason=request.ground, **common)
        case converting.MATTER:
            converting.carry_out(request, answer="given", **_by(event))


def close_unanswered(event: Event) -> None:
    """approval.refused, approval.withdrawn: a conversion that was asked for does not happen."""
    request = Request.objects.get(pk=int(event.stream.partition(":")[2]))
    converting.carry_out(request, answer=event.kind.partition(".")[2], **_by(event))


def _by(event: Event) -> dict[str, Any]:
    return {"name": event.actor, "at": time.now(), "key": f"event:{event.pk}"}
