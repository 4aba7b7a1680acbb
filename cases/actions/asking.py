"""提请审批: what changes a clock, takes an act back or goes beyond a limit is asked first; the answer comes by event.

Who assents, in how many steps and above which amount, and on which statutory ground, comes from the packs
(`approvals`, `grounds`); where none speaks, the default below, marked as ours.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.actions.requests import ask
from approvals.models import Request
from cases.actions.holding import apply_in_memory
from cases.actions.undoing import check_voidable
from cases.perform import Act, guard, perform
from cases.policy import in_reach
from cases.snapshot import Locked, lock_case
from courts.models import User
from courts.scope import roles
from documents.models import File
from events import log
from kernel.errors import BadInput, NotAllowed
from kernel.time import today
from regimes import flow
from regimes.rules import Approval, Ground
from regimes.vocabulary import load_vocabulary

# Ours: who decides where no document says so.
DEFAULT_CHAINS: Mapping[str, tuple[str, ...]] = {
    "extension": ("team_leader", "bureau_director"),
    "deduction": ("team_leader", "bureau_director"),
    "void": ("team_leader",),
    "cancel_case": ("bureau_director",),
    "over_limit": ("bureau_director",),
    "cannot_dispose": ("bureau_director",),
    "petition_reply": ("bureau_director",),
    "escrow_funds": ("bureau_director", "vice_president"),
    "refund_funds": ("bureau_director",),
    "advance_funds": ("bureau_director", "vice_president"),
    "aid_funds": ("bureau_director",),
}
# Our matter -> as the packs call it; an extension is called after the duty that it extends.
MATTERS: Mapping[str, str] = {"deduction": "deduct_period", "over_limit": "over_limit_control"}
EXTENDS_CASE = "extend_case_limit"
MEASURED_BY: Mapping[str, str] = {"fine": "fine_amount", "detention": "detention_days"}
"""What a measure is measured by: its levels depend on it."""
CASE_LIMIT = "case_close"
"""The duty whose limit is extended only by the chain of `extend_case_limit`."""
CHANGES_A_DATE = ("extension", "deduction")
PRESIDENT = "president"
"""Without whose assent the limit of a case is not extended (BASE-G-09)."""


def ask_approval(
    *,
    case_id: int,
    matter: str,
    facts: Mapping[str, Any],
    ground: str,
    actor: User,
    at: dt.datetime,
    key: str,
    files: Sequence[int] = (),
) -> Request:
    """Put a matter of a case before its approvers. matter: a key of DEFAULT_CHAINS or a matter of the case's packs.

    facts: ids, dates, amounts as text. extension: rule, subject, days. deduction: kind, first, last, rules. void:
    event. over_limit, cannot_dispose: property, subject. Any: code (the statutory ground), subject, and `values`: facts of the
    vocabulary on which the levels depend (an amount, the kind of a measure). files: what proves the ground.
    Raises BadInput, NotAllowed, NotFound, WrongState (guard).
    """
    if not ground.strip():
        raise BadInput(_("没有填写理由。"), field="ground", fix=_("写明事实和依据。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        in_reach(locked, actor)
        if locked.known is not None:
            return Request.objects.get(pk=locked.known[2]["approval"])
        if not actor.scope.holds(locked.case.owner_id) and not actor.scope.may("tasks", "W"):
            raise NotAllowed(_("由承办人提请审批。"), fix=_("请承办人办理。"))
        if matter not in DEFAULT_CHAINS and not locked.book.speaks_of(matter):
            raise BadInput(_("没有“%s”这种审批事项。") % matter, field="matter", fix=_("从列表中选择。"))
        request = put(locked, matter, facts, ground=ground, files=files, actor=actor, at=at, key=key)
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


def put(
    locked: Locked,
    matter: str,
    facts: Mapping[str, Any],
    *,
    ground: str,
    files: Sequence[int],
    actor: User,
    at: dt.datetime,
    key: str,
) -> Request:
    """Check a matter on a locked case and ask its chain. Joins the caller's transaction."""
    _check(locked, matter, facts)
    legal = _ground(locked, matter, facts)
    evidence = _evidence(locked, legal, files)
    rule = rule_for(locked, matter, {**facts, **({"code": legal.code} if legal else {})})
    chain = list(rule.chain) if rule else list(DEFAULT_CHAINS[matter])
    if _name(locked, matter, facts) == EXTENDS_CASE:
        guard(locked, EXTENDS_CASE, {"president_approval_present": PRESIDENT in chain})
    frozen: dict[str, Any] = {**facts, "case": locked.case.pk}
    if legal is not None:
        frozen |= {"code": legal.code, "ground_rule": legal.id, "ground_zh": legal.statement}
    if evidence:
        frozen["files"] = evidence
    if rule is not None:
        frozen |= {"approval_rule": rule.id, "sets": rule.sets, "happens": rule.happens}
    return ask(
        about=locked.case.about,
        court_id=locked.case.court_id,
        kind=matter,
        chain=chain,
        facts=log.plain(frozen),
        ground=ground.strip(),
        actor=actor,
        at=at,
        key=key,
        team_id=locked.case.team_id,
        owner_id=locked.case.owner_id,
        ladder=rule.ladder if rule else "approval",
        joins=True,
    )


def chain_of(locked: Locked, matter: str, facts: Mapping[str, Any]) -> list[str]:
    """Who must assent, lowest first: the chain of the last pack that speaks of the matter, else ours."""
    rule = rule_for(locked, matter, facts)
    return list(rule.chain) if rule else list(DEFAULT_CHAINS[matter])


def rule_for(locked: Locked, matter: str, facts: Mapping[str, Any]) -> Approval | None:
    """The packs' rule of a matter under these facts. None: ours decides. Raises BadInput when no level fits.

    A chain with a role that the court cannot have is not asked.
    """
    name = _name(locked, matter, facts)
    subject = facts.get("subject") or locked.root
    known = flow.View(locked.state()).facts(subject if subject in locked.subjects else locked.root)
    merged = {**known, "statutory_ground_code": facts.get("code") or "none", **_values(facts)}
    rule = locked.book.approval(name, merged)
    if rule is not None and all(role in roles() for role in rule.chain):
        return rule
    if matter in DEFAULT_CHAINS:
        return None
    raise BadInput(
        _("规则没有写明这种情形由谁审批。"),
        field="values",
        fix=_("核对金额和种类，或者请管理员补充审批层级。"),
    )


def _values(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of the vocabulary on which the levels depend. Raises BadInput for one that is unknown."""
    values = dict(facts.get("values") or {})
    if unknown := sorted(set(values) - set(load_vocabulary().facts)):
        raise BadInput(_("词汇表中没有“%s”。") % "、".join(unknown), field="values", fix=_("从列表中选择。"))
    asked = MEASURED_BY.get(str(values.get("measure_kind")))
    if asked and not values.get(asked):
        name = load_vocabulary().facts[asked].zh
        raise BadInput(_("没有填写%s。") % name, field=asked, fix=_("审批层级按它确定。"))
    return values


def _name(locked: Locked, matter: str, facts: Mapping[str, Any]) -> str:
    """As the packs call the matter: extend_case_limit, stay_by_superior_extension, deduct_period."""
    if matter != "extension":
        return MATTERS.get(matter, matter)
    try:
        duty = locked.book.rule(str(facts.get("rule"))).duty
    except KeyError:
        return matter
    return EXTENDS_CASE if duty == CASE_LIMIT else f"{duty}_extension"


def _ground(locked: Locked, matter: str, facts: Mapping[str, Any]) -> Ground | None:
    """The statutory ground of a matter that needs one (SQ 第十六条). Raises BadInput, WrongState (guard)."""
    name = _name(locked, matter, facts)
    grounds = locked.book.grounds(name)
    if not grounds:
        return None
    wanted = facts.get("code")
    found = [g for g in grounds if g.code == wanted or (not wanted and g.interval == facts.get("kind"))]
    if matter in CHANGES_A_DATE:
        brought = {
            "statutory_ground_code": found[0].code if found else "none",
            "approval_chain_complete": True,
        }
        guard(locked, "change_case_due_date", brought)
    if not found:
        raise BadInput(_("没有选择法定事由。"), field="code", fix=_("从法定事由中选择，并附上证明材料。"))
    return found[0]


def _evidence(locked: Locked, ground: Ground | None, files: Sequence[int]) -> list[int]:
    """The files, all of this case; a ground that names its proof needs one at least. Raises BadInput."""
    kept = sorted(
        File.objects.filter(pk__in=files, case_id=locked.case.pk).values_list("pk", flat=True)
        if files
        else ()
    )
    if len(kept) != len(set(files)):
        raise BadInput(_("所附材料不在本案中。"), field="files", fix=_("重新上传。"))
    if ground is not None and ground.evidence and not kept:
        raise BadInput(
            _("没有附证明材料（%s）。") % ground.evidence, field="files", fix=_("上传材料后再提请。")
        )
    return kept


def _check(locked: Locked, matter: str, facts: Mapping[str, Any]) -> None:
    """Try the matter on a copy of the locked state."""
    match matter:
        case "extension":
            _check_extension(locked, facts)
        case "deduction":
            copy = lock_case(case_id=locked.case.pk)
            first, last = (dt.date.fromisoformat(str(facts[name])) for name in ("first", "last"))
            apply_in_memory(copy, {"deduct": [facts["kind"], first, last, facts["rules"]]})
            if not any(c.action == "restart" for c in flow.plan(copy.book, copy.state()).clocks):
                raise BadInput(
                    _("这段期间不影响任何期限。"), field="first", fix=_("核对起止日期和适用的期限。")
                )
        case "void":
            check_voidable(list(log.history(locked.case.about)), int(facts["event"]))
        case "defer_payout":
            subject = locked.subjects.get(int(facts.get("subject") or 0))
            if subject is None or subject.kind != "receipt":
                raise BadInput(_("没有选择要延期发放的款项。"), field="subject", fix=_("从到账款项中选择。"))


def _check_extension(locked: Locked, facts: Mapping[str, Any]) -> None:
    running = {clock.rule_id for clock in locked.clocks.values() if clock.state in ("running", "suspended")}
    if facts.get("rule") not in running:
        raise BadInput(_("这项期限没有在计时。"), field="rule", fix=_("选择正在计时的期限。"))
    if int(facts.get("days") or 0) < 1:
        raise BadInput(_("延长的天数至少一天。"), field="days", fix=_("填写申请延长的天数。"))
