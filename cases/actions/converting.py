"""繁简转换 (商丘 第十七条): a trigger is recorded, the leader reports, the pack's role agrees, the centre gives the case on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from approvals.actions.requests import ask
from approvals.models import Request
from cases import conversions
from cases.actions.assigning import change_holder
from cases.models import Conversion, Hold
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_reach, may, still_open
from cases.snapshot import Locked, lock_case
from cases.states import ConversionState
from courts.models import Unit, User
from courts.scope import roles
from events.models import Event
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from kernel.time import today
from regimes import flow
from regimes.rules import Conversion as ConversionRule
from regimes.triage import CASE_CLASS

MATTER = "convert_class"


def record_trigger(
    *, case_id: int, event: str, words: str, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Event:
    """登记转换情形: something happened on which the rules convert a case. event: one of the conversions' `on`.

    A draft of the conversion follows by itself when the case has the class it starts from. Raises BadInput, NotAllowed.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (done := known(locked, kind="conversion.trigger_recorded", data={"event": event})) is not None:
            return done
        if actor.pk != locked.case.owner_id and not any(actor.scope.may("triage", x) for x in "WA"):
            may(actor, "tasks", "W", _("登记转换情形"))
        in_reach(locked, actor)
        still_open(locked)
        check_day(locked, on, at)
        if event not in {name for rule in locked.book.conversions for name in rule.on}:
            raise BadInput(
                _("本案的规则没有这种转换情形。"), field="event", fix=_("从本院规则列出的情形中选择。")
            )
        if not words.strip():
            raise BadInput(_("没有填写情况。"), field="words", fix=_("写明事由、来文或者文书编号。"))
        warnings = guard(
            locked,
            "record_conversion_trigger",
            {"conversion_proposed": locked.facts[locked.root].get("conversion_proposed") is True},
        )
        act = Act(
            kind="conversion.trigger_recorded",
            key=key,
            on=on,
            happened=[(event, locked.root)],
            data={"event": event, "words": words.strip()},
            warnings=warnings,
        )
        return perform(locked, act, actor=actor, at=at)


def propose_conversion(*, case_id: int, ground: str, actor: User, at: dt.datetime, key: str) -> Event:
    """提出转换: the role that the rules name reports; the pack's approvers are asked. Raises NotAllowed, WrongState, BadInput."""
    if not ground.strip():
        raise BadInput(_("没有填写理由。"), field="ground", fix=_("写明转换情形和依据。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="conversion.proposed")) is not None:
            return event
        in_reach(locked, actor)
        still_open(locked)
        row = standing(locked, ConversionState.DRAFT)
        rule = _rule(locked, row)
        if rule.proposed_by and not actor.scope.has(rule.proposed_by):
            raise NotAllowed(
                _("繁简转换由%(who)s提出（%(id)s，%(article)s）。")
                % {"who": _role(rule.proposed_by), "id": rule.id, "article": rule.article},
                fix=_("请%s提出。") % _role(rule.proposed_by),
            )
        if conversions.class_of(locked) != row.from_class:
            raise WrongState(_("案件现在的类别与转换草稿不一致。"), fix=_("刷新页面，核对案件类别。"))
        request = ask(
            about=locked.case.about,
            court_id=locked.case.court_id,
            kind=MATTER,
            chain=chain_of(locked, rule),
            facts={
                "case": case_id,
                "conversion": row.pk,
                "from": row.from_class,
                "to": row.to_class,
                "trigger": row.trigger,
            },
            ground=ground.strip(),
            actor=actor,
            at=at,
            key=key,
            team_id=locked.case.team_id,
            owner_id=locked.case.owner_id,
            joins=True,
        )
        row.ask(by=actor, on=today(at), ground=ground.strip()[:500], approval_id=request.pk)
        row.save()
        act = Act(
            kind="conversion.proposed",
            key=key,
            on=today(at),
            facts=[(locked.root, "conversion_proposed", True)],
            rows=[row],
            data={"conversion": row.pk, "approval": request.pk, "ground": ground.strip()},
        )
        return perform(locked, act, actor=actor, at=at)


def approve_conversion(
    *, case_id: int, conversion_id: int, approval_id: int, name: str, at: dt.datetime, key: str
) -> Event:
    """转换批准: the case has its new class from today; its limits are set anew. Run by the approval's reaction."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (event := known(locked, kind="conversion.approved")) is not None:
            return event
        row = _asked_row(locked, conversion_id)
        row.approve(on=today(at))
        row.save()
        deducted = _carry_over(locked)
        act = Act(
            kind="conversion.approved",
            key=key,
            on=today(at),
            happened=[("conversion_approved", locked.root)],
            facts=[
                (locked.root, "conversion_direction", f"{row.from_class}_to_{row.to_class}"),
                (locked.root, CASE_CLASS, row.to_class),
            ],
            rows=[row, *deducted],
            data={"conversion": row.pk, "approval": approval_id},
        )
        return perform(locked, act, actor=None, at=at, name=name)


def close_request(
    *, case_id: int, conversion_id: int, withdrawn: bool, name: str, at: dt.datetime, key: str
) -> Event:
    """不予批准, or 撤回: refused, the class stays; withdrawn, the draft stands again. Run by the approval's reaction."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key)
        if (event := known(locked, kind="conversion.not_approved")) is not None:
            return event
        row = _asked_row(locked, conversion_id)
        if withdrawn:
            row.take_back()
        else:
            row.refuse()
        row.save()
        act = Act(
            kind="conversion.not_approved",
            key=key,
            on=today(at),
            facts=[(locked.root, "conversion_proposed", False)] if withdrawn else [],
            rows=[row],
            data={"conversion": row.pk, "withdrawn": withdrawn},
            quiet=True,
        )
        return perform(locked, act, actor=None, at=at, name=name)


def assign_converted(
    *, case_id: int, owner: User, team: Unit, files: str, actor: User, at: dt.datetime, key: str
) -> Event:
    """转换后分派: the command centre gives the case to a team of the right kind and registers what went with it.

    files: the list of what was handed over. The parties hear of the new handler by the rules' push.
    Raises NotAllowed, WrongState (not approved; guards: kind of the team), BadInput.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="case.handed_over", data={"to": owner.pk})) is not None:
            return event
        may(actor, "assign", "W", _("转换后分派"))
        in_reach(locked, actor)
        row = standing(locked, ConversionState.APPROVED)
        if not files.strip():
            raise BadInput(
                _("没有填写移交清单。"), field="files", fix=_("例如 正卷一册、查控反馈、送达回证。")
            )
        reason = _("繁简转换（%s）") % row.rule_id
        return change_holder(locked, owner, team, reason, actor, at, key, files=files.strip()[:500])


def standing(locked: Locked, state: str) -> Conversion:
    """The conversion of the case that stands at this step. Raises WrongState."""
    row = Conversion.objects.filter(case=locked.case, state=state).first()
    if row is None:
        raise WrongState(
            _("本案没有%s的繁简转换。") % ConversionState(state).label, fix=_("刷新页面查看转换的进度。")
        )
    return row


def chain_of(locked: Locked, rule: ConversionRule) -> list[str]:
    """Who must agree: the chain of the pack's `convert_class`, else the approver of the conversion itself."""
    approval = locked.book.approval(MATTER, flow.View(locked.state()).facts(locked.root))
    chain = approval.chain if approval and all(role in roles() for role in approval.chain) else ()
    return list(chain or filter(None, [rule.approver]))


def carry_out(request: Request, *, name: str, at: dt.datetime, key: str, answer: str) -> None:
    """What follows from the answer to a request: given, refused or withdrawn. Other matters are left alone."""
    if request.kind != MATTER:
        return
    given = {
        "case_id": request.facts["case"],
        "conversion_id": request.facts["conversion"],
        "name": name,
        "at": at,
        "key": key,
    }
    if answer == "given":
        approve_conversion(approval_id=request.pk, **given)
    else:
        close_request(withdrawn=answer == "withdrawn", **given)


def _carry_over(locked: Locked) -> list[Hold]:
    """Days deducted from the limit of one class do not count for the limit of the other either (商丘 第十六条).

    An approved extension stays with the limit it was given for: the six months are the president's to extend.
    """
    changed = []
    for hold in Hold.objects.filter(case=locked.case, voided=False).exclude(rules=[]):
        more = sorted({other for rule in hold.rules for other in _same_limit(locked, rule)} - {*hold.rules})
        if more:
            hold.rules = [*hold.rules, *more]
            hold.save(update_fields=["rules"])
            changed.append(hold)
    if changed:
        locked.intervals = [
            replace(
                i, rules=(*i.rules, *(o for r in i.rules for o in _same_limit(locked, r) if o not in i.rules))
            )
            for i in locked.intervals
        ]
    return changed


def _same_limit(locked: Locked, rule_id: str) -> list[str]:
    """The rules of the same pack and duty that bind another class."""
    known = {rule.id: rule for rule in locked.book.deadlines}
    rule = known.get(rule_id)
    if rule is None or CASE_CLASS not in rule.when.names():
        return []
    pack = locked.book.pack_of(rule_id)
    return [
        other.id
        for other in locked.book.deadlines
        if other.id != rule_id
        and other.duty == rule.duty
        and CASE_CLASS in other.when.names()
        and locked.book.pack_of(other.id) == pack
    ]


def _asked_row(locked: Locked, conversion_id: int) -> Conversion:
    row = Conversion.objects.filter(case=locked.case, pk=conversion_id).first()
    if row is None:
        raise NotFound(_("没有这项繁简转换。"), fix=_("刷新页面。"))
    if row.state != ConversionState.ASKED:
        raise Conflict(_("这项转换已经%s。") % row.get_state_display(), fix=_("刷新页面。"))
    return row


def _rule(locked: Locked, row: Conversion) -> ConversionRule:
    rule = conversions.rule_of(locked, row)
    if rule is None:
        raise WrongState(_("本案适用的规则已没有这项转换。"), fix=_("由指挥中心核对规则。"))
    return rule


def _role(name: str) -> str:
    words: str = roles().get(name, {}).get("zh", name)
    return words
