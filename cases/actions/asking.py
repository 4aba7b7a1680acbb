"""提请审批: what changes a clock, takes an act back or goes beyond a limit is asked first; the answer comes by event.

The chain of roles comes from the packs (`approvals`); where none speaks, the default below, marked as ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.actions.requests import ask
from approvals.models import Request
from cases.actions.holding import apply_in_memory
from cases.actions.undoing import check_voidable
from cases.perform import Act, perform
from cases.policy import in_reach
from cases.snapshot import Locked, lock_case
from courts.models import User
from courts.scope import roles
from events import log
from kernel.errors import BadInput, NotAllowed
from kernel.time import today
from regimes import flow

# Ours: who decides where no document says so.
DEFAULT_CHAINS: Mapping[str, tuple[str, ...]] = {
    "extension": ("team_leader", "bureau_director"),
    "deduction": ("team_leader", "bureau_director"),
    "void": ("team_leader",),
    "cancel_case": ("bureau_director",),
    "over_limit": ("bureau_director",),
    "cannot_dispose": ("bureau_director",),
}
CASE_LIMIT_RULES = ("BASE-D-04",)


def ask_approval(
    *,
    case_id: int,
    matter: str,
    facts: Mapping[str, Any],
    ground: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Request:
    """Put a matter of a case before its approvers. matter: a key of DEFAULT_CHAINS. facts: ids, dates, amounts as text.

    extension: rule, subject, days. deduction: kind, first, last, rules. void: event. over_limit, cannot_dispose: property.
    Raises BadInput, NotAllowed, NotFound.
    """
    if matter not in DEFAULT_CHAINS:
        raise BadInput(_("没有“%s”这种审批事项。") % matter, field="matter", fix=_("从列表中选择。"))
    if not ground.strip():
        raise BadInput(_("没有填写理由。"), field="ground", fix=_("写明事实和依据。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        in_reach(locked, actor)
        if locked.known is not None:
            return Request.objects.get(pk=locked.known[2]["approval"])
        if actor.pk != locked.case.owner_id and not actor.scope.may("tasks", "W"):
            raise NotAllowed(_("由承办人提请审批。"), fix=_("请承办人办理。"))
        _check(case_id, matter, facts)
        request = ask(
            about=locked.case.about,
            court_id=locked.case.court_id,
            kind=matter,
            chain=chain_of(locked, matter, facts),
            facts=log.plain({**facts, "case": case_id}),
            ground=ground.strip(),
            actor=actor,
            at=at,
            key=key,
            team_id=locked.case.team_id,
            owner_id=locked.case.owner_id,
            joins=True,
        )
        act = Act(
            kind="approval.asked",
            key=key,
            on=today(at),
            data={
                "approval": request.pk,
                "matter": matter,
                "facts": log.plain(facts),
                "ground": ground.strip(),
            },
        )
        perform(locked, act, actor=actor, at=at)
    return request


def chain_of(locked: Locked, matter: str, facts: Mapping[str, Any]) -> list[str]:
    """Who must assent, lowest first: the chain of the last pack that speaks of the matter, else ours."""
    names = {"extension": ("extend_case_limit", "extension"), "deduction": ("deduct_period", "deduction")}
    if matter == "extension" and facts.get("rule") not in CASE_LIMIT_RULES:
        return list(DEFAULT_CHAINS[matter])
    chain = DEFAULT_CHAINS[matter]
    for pin in locked.book.pinned:
        for rule in pin.pack.approvals:
            known_roles = all(role in roles() for role in rule.chain)
            if rule.matter in names.get(matter, (matter,)) and pin.has(rule.feature) and known_roles:
                chain = rule.chain
    return list(chain)


def _check(case_id: int, matter: str, facts: Mapping[str, Any]) -> None:
    """Try the matter on a copy of the locked state."""
    locked = lock_case(case_id=case_id)
    match matter:
        case "extension":
            _check_extension(locked, facts)
        case "deduction":
            first, last = (dt.date.fromisoformat(str(facts[name])) for name in ("first", "last"))
            apply_in_memory(locked, {"deduct": [facts["kind"], first, last, facts["rules"]]})
            if not any(c.action == "restart" for c in flow.plan(locked.book, locked.state()).clocks):
                raise BadInput(
                    _("这段期间不影响任何期限。"), field="first", fix=_("核对起止日期和适用的期限。")
                )
        case "void":
            check_voidable(list(log.history(locked.case.about)), int(facts["event"]))


def _check_extension(locked: Locked, facts: Mapping[str, Any]) -> None:
    running = {clock.rule_id for clock in locked.clocks.values() if clock.state in ("running", "suspended")}
    if facts.get("rule") not in running:
        raise BadInput(_("这项期限没有在计时。"), field="rule", fix=_("选择正在计时的期限。"))
    if int(facts.get("days") or 0) < 1:
        raise BadInput(_("延长的天数至少一天。"), field="days", fix=_("填写申请延长的天数。"))
