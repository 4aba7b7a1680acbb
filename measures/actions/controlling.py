"""冻结、查封、扣押, 不予控制, 划拨, 解除: what is done to found property, within the limit of the claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Subquery, Sum
from django.utils.translation import gettext as _

from approvals.models import Request
from cases.perform import Act, check_day, guard, known, perform
from cases.policy import in_reach, not_stopped, still_open
from cases.snapshot import Locked, lock_case
from courts.models import User
from events.models import Event
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from measures.models import CASH, Control, Property
from measures.terms import longest_end
from measures.writing import write_controls
from regimes.guards import Finding

EVENTS = {"freeze": "property_frozen", "seal": "property_sealed", "seize": "property_seized"}


@dataclass(frozen=True, slots=True)
class Taking:
    """One measure. ends_on: the last day that the order or the agency's receipt states; None: the longest term by law."""

    property_id: int
    kind: str
    amount: Decimal
    started_on: dt.date
    ends_on: dt.date | None = None
    waiting: bool = False
    agency: str = ""
    document: str = ""
    files: Sequence[int] = ()
    approval_id: int | None = None


def take_control(*, case_id: int, takings: Sequence[Taking], actor: User, at: dt.datetime, key: str) -> Event:
    """采取控制措施: one act, one or several items; each expiry gets its own clock (查封规定 第27条).

    Refused when the controlled value would exceed claim and costs (JZ-G-OVER-01) unless indivisible and approved.
    Raises BadInput, WrongState (guards), NotAllowed, NotFound.
    """
    if not takings:
        raise BadInput(_("没有选择财产。"), field="takings", fix=_("至少选择一项财产。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="control.taken")) is not None:
            return event
        may_control(locked, actor)
        rows = _properties(locked, [taking.property_id for taking in takings], with_held=True)
        act = Act(kind="control.taken", key=key, on=max(t.started_on for t in takings))
        check_day(locked, act.on, at, field="started_on")
        held: Decimal = next(iter(rows.values())).held or Decimal("0.00")  # type: ignore[attr-defined]
        controls: list[Control] = []
        for taking in takings:
            row = rows[taking.property_id]
            not_stopped(locked, "online_freeze" if row.kind in CASH else "offline_control", row.subject_id)
            act.warnings += _ask(locked, row, taking, held, actor)
            held += taking.amount if not taking.waiting else Decimal(0)
            controls.append(_take(locked, act, row, taking, actor))
        write_controls(controls)
        if any(row.kind in CASH for row in rows.values()):
            act.happened.append(("online_freeze_done", locked.root))
            act.papers = ["freeze_ruling"]
            act.paper_facts = _ruling_facts([c for c in controls if c.property.kind in CASH])
            act.facts += cash_fact(locked)
        return perform(locked, act, actor=actor, at=at)


def leave_uncontrolled(
    *, property_id: int, reason: str, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Event:
    """不予控制: the item stays free for a recorded reason; its control duty ends with it."""
    return _decide(
        property_id, "not_controlled", "not_controlled_reason_recorded", reason, on, actor, at, key
    )


def mark_disposable(
    *, property_id: int, conditions: Sequence[str], on: dt.date, actor: User, at: dt.datetime, key: str
) -> Event:
    """满足处置条件 (JZ-A-05): first rank or consent, clear title, no pending objection, possession checked: all four."""
    if missing := [zh for name, zh in DISPOSAL_CONDITIONS.items() if name not in conditions]:
        raise BadInput(
            _("处置条件尚未全部满足：%s。") % "、".join(missing),
            field="conditions",
            fix=_("逐项核实后再登记。"),
        )
    return _decide(property_id, "disposable", "disposal_conditions_met", "", on, actor, at, key)


def mark_cannot_dispose(
    *, property_id: int, reason: str, approval_id: int, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Event:
    """不能处置: found and controlled, but there is no lawful way to dispose of it; needs a leader's approval."""
    approved(approval_id, "cannot_dispose", property_id)
    return _decide(property_id, "cannot_be_disposed", "", reason, on, actor, at, key)


def deduct(
    *,
    case_id: int,
    amounts: Sequence[tuple[int, Decimal]],
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """划拨: frozen cash is ordered to be transferred to the case account. amounts: (property id, yuan)."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="fund.deducted")) is not None:
            return event
        may_control(locked, actor)
        check_day(locked, on, at)
        rows = _properties(locked, [pk for pk, _amount in amounts])
        for row in rows.values():
            not_stopped(locked, "delivery", row.subject_id, _("划拨"))
        act = Act(kind="fund.deducted", key=key, on=on, data={"amount": f"{sum(a for _p, a in amounts):.2f}"})
        for pk, amount in amounts:
            row = rows[pk]
            if row.kind not in CASH or row.state != Property.State.CONTROLLED:
                raise WrongState(_("“%s”没有冻结，不能划拨。") % row.label, fix=_("先办理冻结。"))
            if amount <= 0 or row.deducted + amount > row.value:
                raise BadInput(
                    _("“%s”的划拨金额超过冻结余额。") % row.label, field="amount", fix=_("核对金额。")
                )
            row.deducted += amount
            if row.deducted == row.value:
                row.state = Property.State.DISPOSED
                act.facts.append((row.subject_id, "property_state", row.state))
                act.happened.append(("property_disposed", row.subject_id))
            act.rows.append(row)
            act.happened.append(("fund_deducted", row.subject_id))
        Property.objects.bulk_update(rows.values(), ["deducted", "state"])
        return perform(locked, act, actor=actor, at=at)


def release(*, control_id: int, reason: str, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """解除查封、扣押、冻结."""
    with transaction.atomic(durable=True):
        found = (
            Control.objects.visible_to(actor).filter(pk=control_id).values_list("case_id", flat=True).first()
        )
        if found is None:
            raise NotFound(_("没有这项措施，或您无权办理。"), fix=_("从案件页重新进入。"))
        locked = lock_case(case_id=found, key=key)
        if (event := known(locked, kind="control.released")) is not None:
            return event
        may_control(locked, actor, closed_too=True)
        check_day(locked, on, at)
        control = Control.objects.select_related("property").get(pk=control_id)
        if control.state != Control.State.ACTIVE:
            raise WrongState(_("这项措施已经%s。") % control.get_state_display(), fix=_("刷新页面。"))
        if not reason.strip():
            raise BadInput(_("没有填写解除理由。"), field="reason", fix=_("写明依据的裁定。"))
        control.state = Control.State.RELEASED
        control.save(update_fields=["state"])
        row = control.property
        row.state = Property.State.RELEASED
        row.save(update_fields=["state"])
        act = Act(
            kind="control.released",
            key=key,
            on=on,
            happened=[("control_released", row.subject_id)],
            facts=[(row.subject_id, "property_state", row.state)],
            rows=[control, row],
            data={"control": control.pk, "reason": reason},
        )
        if row.kind in CASH:
            act.facts += cash_fact(locked)
        return perform(locked, act, actor=actor, at=at)


def renew(
    *,
    control_id: int,
    ends_on: dt.date | None,
    document: str,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    """续行查封、扣押、冻结 (查封规定 第27条): before the end, for no longer than the same longest term, counted from `on`."""
    with transaction.atomic(durable=True):
        found = (
            Control.objects.visible_to(actor).filter(pk=control_id).values_list("case_id", flat=True).first()
        )
        if found is None:
            raise NotFound(_("没有这项措施，或您无权办理。"), fix=_("从案件页重新进入。"))
        locked = lock_case(case_id=found, key=key)
        if (event := known(locked, kind="control.renewed")) is not None:
            return event
        may_control(locked, actor, closed_too=True)
        check_day(locked, on, at)
        control = Control.objects.select_related("property").get(pk=control_id)
        if control.state != Control.State.ACTIVE:
            raise WrongState(_("这项措施已经%s。") % control.get_state_display(), fix=_("刷新页面。"))
        if on > control.ends_on:
            raise WrongState(
                _("措施已于 %s 届满失效，不能续行。") % control.ends_on,
                fix=_("重新采取控制措施，并核查是否有轮候在先。"),
            )
        row = control.property
        fresh = _renewed(control, ends_on, document, on, actor, locked)
        act = Act(
            kind="control.renewed",
            key=key,
            on=on,
            facts=[(row.subject_id, "control_ends_on", fresh.ends_on.isoformat())],
            rows=[control, fresh],
            data={"control": control.pk, "renewed_by": fresh.pk},
        )
        return perform(locked, act, actor=actor, at=at)


DISPOSAL_CONDITIONS = {
    "first_rank": _("首封或已商得首封法院移送处置权"),
    "title_clear": _("权属清楚"),
    "no_objection": _("没有未决异议"),
    "possession_checked": _("占有使用情况已查明"),
}


def controlled_value(case_id: int) -> Decimal:
    """The value under first-rank control of a case, in yuan, money already deducted included."""
    return _held(case_id).aggregate(total=Sum("amount"))["total"] or Decimal("0.00")


def _held(case_id: int) -> QuerySet[Control]:
    return Control.objects.filter(case_id=case_id, waiting=False, state__in=("active", "ended"))


def cash_fact(locked: Locked) -> list[tuple[int, str, Any]]:
    """已冻结现金占标的的比例 (商丘 第十一条(一)5), once the measures are written; nothing where no criterion asks for it."""
    claim = locked.case.claim_amount
    if "frozen_cash_ratio" not in locked.book.asked_by_criteria or not claim:
        return []
    held = Control.objects.filter(case=locked.case, waiting=False, state="active", property__kind__in=CASH)
    frozen = held.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    ratio = (frozen / claim).quantize(Decimal("0.0001"), ROUND_DOWN)
    return [(locked.root, "frozen_cash_ratio", str(ratio))]


def approved(approval_id: int | None, kind: str, property_id: int) -> bool:
    """Whether an approval of this kind was given for this property item. Raises WrongState when one is named and is not."""
    if approval_id is None:
        return False
    request = Request.objects.filter(pk=approval_id, kind=kind).first()
    if request is None or request.state != "given" or request.facts.get("property") != property_id:
        raise WrongState(_("审批没有通过，或不是针对这项财产。"), fix=_("查看审批结果，或重新申请。"))
    return True


def may_control(locked: Locked, actor: User, *, closed_too: bool = False) -> None:
    """The handler, or one of the court whose role writes measures, while the case is open. Raises NotAllowed, WrongState.

    closed_too: also on a closed case: what controls it left are released and renewed.
    """
    if not actor.scope.holds(locked.case.owner_id) and not actor.scope.may("measures", "W"):
        raise NotAllowed(_("您没有采取控制措施的权限。"), fix=_("请承办人办理。"))
    in_reach(locked, actor)
    if not closed_too:
        still_open(locked)


def _ask(locked: Locked, row: Property, taking: Taking, held: Decimal, actor: User) -> list[Finding]:
    limit = locked.case.claim_amount + locked.case.costs_amount
    after = held + (Decimal(0) if taking.waiting else taking.amount)
    party_kind = locked.facts.get(row.party.subject_id, {}).get("party_kind", "")
    facts: dict[str, Any] = {
        "control_ratio_after": after / limit if limit else Decimal(0),
        "property_indivisible": row.indivisible,
        "over_limit_approved": approved(taking.approval_id, "over_limit", row.pk),
        "party_kind": party_kind,
        "property_protected_kind": row.protected_kind,
    }
    return guard(locked, "add_control_measure", facts, subject=row.subject_id)


def _take(locked: Locked, act: Act, row: Property, taking: Taking, actor: User) -> Control:
    """One item taken into the act; the caller writes the rows of all of them at once."""
    if row.state not in ("found", "not_controlled", "released"):
        raise WrongState(
            _("“%s”%s，不能再次控制。") % (row.label, row.get_state_display()), fix=_("续行请用续封续冻。")
        )
    if taking.amount <= 0 or (row.kind in CASH and taking.amount > row.value):
        raise BadInput(
            _("“%s”的控制金额不对。") % row.label, field="amount", fix=_("大于零，且不超过账户余额。")
        )
    longest = longest_end(row.kind, taking.started_on, locked.calendar)
    ends_on = taking.ends_on or longest
    if ends_on <= taking.started_on or ends_on > longest:
        raise BadInput(
            _("“%(name)s”的届满日期应在 %(first)s 之后、不晚于 %(last)s。")
            % {"name": row.label, "first": taking.started_on, "last": longest},
            field="ends_on",
            fix=_("存款一年、动产两年、不动产和其他财产权三年以内。"),
        )
    control = Control(
        case=locked.case,
        property=row,
        kind=taking.kind,
        waiting=taking.waiting,
        amount=taking.amount,
        started_on=taking.started_on,
        ends_on=ends_on,
        end_stated=taking.ends_on is not None,
        agency=taking.agency,
        document=taking.document,
        files=list(taking.files),
        done_by_id=actor.pk,
    )
    row.state, row.reason = Property.State.CONTROLLED, ""
    act.rows += [control, row]
    act.happened.append((EVENTS[taking.kind], row.subject_id))
    act.facts += [
        (row.subject_id, "property_state", row.state),
        (row.subject_id, "control_ends_on", ends_on.isoformat()),
    ]
    return control


def _decide(
    property_id: int,
    state: str,
    happened: str,
    reason: str,
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Event:
    with transaction.atomic(durable=True):
        case_id = (
            Property.objects.visible_to(actor)
            .filter(pk=property_id)
            .values_list("case_id", flat=True)
            .first()
        )
        if case_id is None:
            raise NotFound(_("没有这项财产，或您无权办理。"), fix=_("从案件页重新进入。"))
        locked = lock_case(case_id=case_id, key=key)
        if (event := known(locked, kind="property.decided", data={"property": property_id})) is not None:
            return event
        may_control(locked, actor)
        check_day(locked, on, at)
        row = _properties(locked, [property_id])[property_id]
        if state in ("not_controlled", "cannot_be_disposed") and not reason.strip():
            raise BadInput(_("没有填写理由。"), field="reason", fix=_("写明具体情况。"))
        row.state, row.reason = state, reason.strip()[:300]
        row.save(update_fields=["state", "reason"])
        act = Act(
            kind="property.decided",
            key=key,
            on=on,
            happened=[(happened, row.subject_id)] if happened else [],
            facts=[(row.subject_id, "property_state", state)],
            rows=[row],
            data={"property": property_id, "state": state, "reason": reason},
        )
        return perform(locked, act, actor=actor, at=at)


def _properties(locked: Locked, ids: Sequence[int], *, with_held: bool = False) -> dict[int, Property]:
    """The items of these ids, with their parties. with_held: `held` of each is the controlled value of the case."""
    items = Property.objects.select_related("party").filter(case=locked.case, pk__in=ids)
    if with_held:
        items = items.annotate(held=Subquery(_held(locked.case.pk).values("case_id").values(t=Sum("amount"))))
    rows = {row.pk: row for row in items}
    if missing := set(ids) - set(rows):
        raise NotFound(_("没有这项财产（%s）。") % sorted(missing)[0], fix=_("刷新页面后重新选择。"))
    return rows


def _renewed(
    control: Control, ends_on: dt.date | None, document: str, on: dt.date, actor: User, locked: Locked
) -> Control:
    longest = longest_end(control.property.kind, on, locked.calendar)
    end = ends_on or longest
    if end <= control.ends_on or end > longest:
        raise BadInput(
            _("新的届满日期应在 %(first)s 之后、不晚于 %(last)s。")
            % {"first": control.ends_on, "last": longest},
            field="ends_on",
            fix=_("续行期限不超过同样的最长期限。"),
        )
    control.state = Control.State.RENEWED
    control.save(update_fields=["state"])
    return Control.objects.create(
        case=control.case,
        property=control.property,
        kind=control.kind,
        waiting=control.waiting,
        amount=control.amount,
        started_on=on,
        ends_on=end,
        end_stated=ends_on is not None,
        agency=control.agency,
        document=document.strip(),
        done_by_id=actor.pk,
    )


def _ruling_facts(controls: Sequence[Control]) -> dict[str, Any]:
    """The facts of the freeze ruling over cash items."""
    items = [control.property for control in controls]
    return {
        "property": [f"{row.holder}{row.label}" for row in items],
        "property_accounts": [row.reference or _("见协助执行通知书") for row in items],
        "freeze_amount": sum(control.amount for control in controls),
        "freeze_from": min(control.started_on for control in controls),
        "freeze_until": min(control.ends_on for control in controls),
        "respondents": list(
            dict.fromkeys(row.party.name for row in sorted(items, key=lambda row: row.party_id))
        ),
    }
