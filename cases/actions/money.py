"""案款: what the books below tell becomes facts of the case; paying out is asked of the rules here and done below.

A receipt is a subject of the case, so that each amount has its own route and its own clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cases.actions.assigning import open_node
from cases.arrivals import tell_officer
from cases.models import Case, Subject
from cases.perform import Act, guard, known, perform
from cases.policy import not_stopped
from cases.snapshot import Locked, lock_case
from courts.models import User
from courts.scope import roles
from events.models import Event
from funds.actions import payouts
from funds.instructing import Through
from funds.models import Payee, Payout, Receipt
from funds.policy import may_check
from funds.routes import Route
from funds.selectors import nothing_waits
from funds.states import ReceiptState
from kernel import time
from kernel.errors import BadInput, NotAllowed, NotFound, WrongState
from kernel.money import format_yuan
from regimes import flow
from regimes.amounts import period_text
from regimes.flow import Subject as FlowSubject
from regimes.guards import Finding
from regimes.rules import Approval

MATTER = "payout"
ASSENTED = "payout.assented"
CONTROL_KINDS = ("control.taken", "fund.deducted")
DISPOSAL_NODES = ("reference_price_start", "reference_price_set", "auction_announcement", "auction_result")


def draft_payout(
    *,
    case_id: int,
    receipt_id: int,
    payee_id: int,
    amount: Decimal,
    communication_record: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Payout:
    """提交发放申请: the guards of the rules are asked (JZ-G-FUND-01), the route they name is frozen in the payout.

    communication_record: when, how and with whom the payout was talked over; needed above 100,000 yuan (JZ).
    Raises BadInput, WrongState (guard), NotAllowed, NotFound.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="payout.requested", data={"receipt": receipt_id})) is not None:
            return Payout.objects.get(pk=event.data["payout"])
        subject = receipt_subject(locked, receipt_id)
        not_stopped(locked, "payout", subject)
        facts = locked.facts[subject]
        brought = {"communication_record_attached": bool(communication_record.strip())}
        warnings = guard(locked, "submit_payout", {**facts, **brought}, subject=subject)
        levels = level_of(locked, subject, amount)
        payout = payouts.draft_payout(
            receipt_id=receipt_id,
            payee_id=payee_id,
            amount=amount,
            route=route_of(locked, subject),
            actor=actor,
            at=at,
            key=f"{key}:draft",
            joins=True,
        )
        payouts.submit_payout(payout_id=payout.pk, actor=actor, at=at, key=f"{key}:submit", joins=True)
        _note(
            locked,
            "payout.requested",
            key,
            at,
            actor,
            subject=subject,
            data={
                "payout": payout.pk,
                "receipt": receipt_id,
                "amount": f"{amount:.2f}",
                "record": communication_record.strip(),
                **({"levels": list(levels.chain), "level_rule": levels.id} if levels else {}),
            },
            facts=[(subject, name, value) for name, value in brought.items()],
            warnings=warnings,
        )
    return Payout.objects.get(pk=payout.pk)


def hand_to_finance(
    *,
    case_id: int,
    payout_id: int,
    file_ids: Sequence[int],
    on: dt.date,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Payout:
    """发放材料交财务 (JZ 三(一)2): stops the ten-working-day clock; finance receives it next."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if known(locked, kind="payout.handed_over", data={"payout": payout_id}) is not None:
            return Payout.objects.get(pk=payout_id)
        payout = payouts.to_finance(
            payout_id=payout_id, actor=actor, at=at, key=f"{key}:to", on=on, file_ids=file_ids, joins=True
        )
        subject = receipt_subject(locked, payout.receipt_id)
        _note(
            locked,
            "payout.handed_over",
            key,
            at,
            actor,
            on=on,
            subject=subject,
            happened=["submitted_to_finance"],
            data={"payout": payout_id},
        )
    return payout


def finance_received(
    *, case_id: int, payout_id: int, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Payout:
    """财务接到通知: the five-working-day clock starts."""
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if known(locked, kind="payout.at_finance", data={"payout": payout_id}) is not None:
            return Payout.objects.get(pk=payout_id)
        payout = payouts.finance_received(
            payout_id=payout_id, actor=actor, at=at, key=f"{key}:in", on=on, joins=True
        )
        subject = receipt_subject(locked, payout.receipt_id)
        _note(
            locked,
            "payout.at_finance",
            key,
            at,
            actor,
            on=on,
            subject=subject,
            happened=["finance_notice_received"],
            data={"payout": payout_id},
        )
    return payout


def approve_payout(*, case_id: int, payout_id: int, actor: User, at: dt.datetime, key: str) -> Payout:
    """审批发放: another person than the maker; where one person controlled and disposed, that is recorded as a warning.

    Where the packs set levels for the amount, each role assents in turn, and the last approves the payout.
    Raises NotAllowed (not whose turn it is), WrongState (guard, state), NotFound.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if locked.known is not None and locked.known[1] == ASSENTED:
            known(locked, kind=ASSENTED, data={"payout": payout_id})
            return Payout.objects.get(pk=payout_id)
        if known(locked, kind="payout.approved", data={"payout": payout_id}) is not None:
            return Payout.objects.get(pk=payout_id)
        standing = _submitted(locked, payout_id)
        turn = _turn(locked, standing)
        if turn and not actor.scope.has(turn[0]):
            raise NotAllowed(
                _("这笔发放现在由%s审批。") % role_words(turn[0]), fix=_("请%s审批。") % role_words(turn[0])
            )
        done_both = who_did_both(locked.case)
        facts = {
            "same_user_controlled_and_disposed": bool(done_both),
            "approver_is_other_user": actor.actor not in done_both,
        }
        warnings = guard(locked, "approve_payout", facts)
        if len(turn) > 1:
            may_check(standing, actor)
            if not standing.is_checkable:
                raise WrongState(
                    _("这笔发放还没有送到审批这一步。"), fix=_("先提交，或者移送财务并由财务接收。")
                )
            subject = receipt_subject(locked, standing.receipt_id)
            data = {"payout": payout_id, "role": turn[0], "by": actor.pk}
            _note(locked, ASSENTED, key, at, actor, subject=subject, data=data, warnings=warnings)
            return standing
        payout = payouts.approve_payout(payout_id=payout_id, actor=actor, at=at, key=f"{key}:ok", joins=True)
        subject = receipt_subject(locked, payout.receipt_id)
        _note(
            locked,
            "payout.approved",
            key,
            at,
            actor,
            subject=subject,
            data={"payout": payout_id},
            warnings=warnings,
        )
    return payout


def send_payout(
    *,
    case_id: int,
    payout_id: int,
    actor: User,
    at: dt.datetime,
    key: str,
    through: Through | None = None,
) -> Payout:
    """付款: only to a registered account with a signed undertaking (JZ-G-FUND-02). Sent does not meet the clock.

    through: the way by which the system tells the bank; None where a person does it at the counter.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if known(locked, kind="payout.sent", data={"payout": payout_id}) is not None:
            return Payout.objects.get(pk=payout_id)
        payout = Payout.objects.filter(pk=payout_id, about=locked.case.about).first()
        if payout is None:
            raise NotFound(_("没有这笔发放。"), fix=_("从案款页重新进入。"))
        guard(locked, "pay_out", locked.facts.get(locked.root, {}))
        payout = payouts.send_payout(
            payout_id=payout_id, actor=actor, at=at, key=f"{key}:send", joins=True, through=through
        )
        subject = receipt_subject(locked, payout.receipt_id)
        _note(locked, "payout.sent", key, at, actor, subject=subject, data={"payout": payout_id})
    return payout


def note_receipt(event: Event) -> None:
    """receipt.identified: the receipt becomes a subject of the case; payment_arrived starts its clocks."""
    data = event.data
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_of(data["about"]), key=f"event:{event.pk}")
        if locked.known is not None:
            return
        amount = Decimal(data["amount"])
        subject = Subject.objects.create(
            case=locked.case, kind="receipt", parent_id=locked.root, label=_("到账 %s") % format_yuan(amount)
        )
        locked.subjects[subject.pk] = FlowSubject(subject.pk, "receipt", locked.root)
        locked.labels[subject.pk] = subject.label
        arrived_on = dt.date.fromisoformat(data["arrived_on"])
        act = Act(
            kind="receipt.noted",
            key=f"event:{event.pk}",
            on=max(arrived_on, locked.case.filed_on),
            happened=[("payment_arrived", subject.pk), ("payment_arrival_notified", subject.pk)],
            days={
                ("payment_arrived", subject.pk): arrived_on,
                ("payment_arrival_notified", subject.pk): time.today(event.at),
            },
            facts=[
                *_same_day(locked, data, subject.pk, amount),
                (subject.pk, "receipt_id", data["receipt"]),
            ],
            rows=[subject],
            data={"receipt": data["receipt"], "amount": data["amount"]},
        )
        at = time.now()
        perform(locked, act, actor=None, at=at, name=event.actor)
        tell_officer(locked.case, amount=amount, arrived_on=arrived_on, at=at, key=act.key)


def _same_day(
    locked: Locked, data: Mapping[str, Any], subject: int, amount: Decimal
) -> list[tuple[int, str, Any]]:
    """What counts for the route: receipts of one case that arrived on one day are added up (JZ 三(一)2).

    The earlier ones of that day count with the sum too, unless a payout of them was asked for already: its way is frozen.
    """
    of_day = Receipt.objects.filter(about=locked.case.about, arrived_on=data["arrived_on"])
    others = list(of_day.filter(state=ReceiptState.IDENTIFIED).exclude(pk=data["receipt"]))
    known = {facts.get("receipt_id"): number for number, facts in locked.facts.items()}
    earlier = [row for row in others if row.pk in known]
    total = f"{amount + sum(row.amount for row in earlier):.2f}"
    asked = set(Payout.objects.filter(receipt__in=earlier).values_list("receipt_id", flat=True))
    open_ones = [known[row.pk] for row in earlier if row.pk not in asked]
    return [(number, "fund_amount", total) for number in [*open_ones, subject]]


def note_released(event: Event) -> None:
    """receipt.released: the money was not this case's; its duties fall away, what was done about it stays on record."""
    data = event.data
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_of(data["about"]), key=f"event:{event.pk}")
        if locked.known is not None:
            return
        subject = receipt_subject(locked, data["receipt"])
        moments = ("payment_arrived", "payment_arrival_notified")
        for moment in moments:
            locked.moments.setdefault(subject, {})[moment] = []
        act = Act(
            kind="receipt.released_noted",
            key=f"event:{event.pk}",
            on=max(event.effective_on, locked.case.filed_on),
            facts=[
                *((subject, f"@{moment}", []) for moment in moments),
                (subject, "fund_amount", None),
                (subject, "receipt_id", None),
            ],
            data={"receipt": data["receipt"], "amount": data["amount"]},
        )
        perform(locked, act, actor=None, at=time.now(), name=event.actor)


def note_payee(event: Event) -> None:
    """payee.registered: 领款登记 is done once an account is registered with its undertaking (JZ-10)."""
    data = event.data
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_of(data["about"]), key=f"event:{event.pk}")
        if locked.known is not None:
            return
        signed = bool(data["undertaking"])
        act = Act(
            kind="payee.noted",
            key=f"event:{event.pk}",
            on=event.effective_on,
            facts=[
                (locked.root, "payee_account_registered", True),
                (locked.root, "payee_undertaking_signed", signed),
            ],
            node=open_node(locked, "payee_registration") if signed else None,
            data={"payee": data["payee"]},
        )
        perform(locked, act, actor=None, at=time.now(), name=event.actor)


def note_paid(event: Event) -> None:
    """payout.paid: the bank has confirmed; once nothing of the receipt is left the payout duty is met."""
    data = event.data
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_of(data["about"]), key=f"event:{event.pk}")
        if locked.known is not None:
            return
        subject = receipt_subject(locked, data["receipt"])
        paid_on = dt.date.fromisoformat(data["paid_on"])
        paid = sum(p.amount for p in Payout.objects.filter(receipt_id=data["receipt"], state="paid"))
        whole = paid >= Receipt.objects.get(pk=data["receipt"]).amount or nothing_waits(data["receipt"])
        act = Act(
            kind="payout.noted",
            key=f"event:{event.pk}",
            on=paid_on,
            happened=[("payout_done", subject)] if whole else [],
            node=open_node(locked, "payout", subject) if whole else None,
            data={"payout": data["payout"], "amount": data["amount"], "whole": whole},
        )
        perform(locked, act, actor=None, at=time.now(), name=event.actor)


def note_returned(event: Event) -> None:
    """payout.returned: the money is back; the duty runs anew from the day of the return, its old run stays on record."""
    data = event.data
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_of(data["about"]), key=f"event:{event.pk}")
        if locked.known is not None:
            return
        subject = receipt_subject(locked, data["receipt"])
        seq = locked.seq + 1
        locked.moments.setdefault(subject, {})["payout_done"] = []
        locked.moments[subject]["payment_arrived"] = [(data["on"], seq)]
        nodes = [
            n
            for n in locked.nodes.values()
            if n.kind == "payout" and n.subject_id == subject and n.state == "done"
        ]
        for node in nodes:
            node.reopen()
            node.version += 1
        act = Act(
            kind="payout.returned_noted",
            key=f"event:{event.pk}",
            on=dt.date.fromisoformat(data["on"]),
            facts=[(subject, "@payout_done", []), (subject, "@payment_arrived", [[data["on"], seq]])],
            nodes=nodes,
            data={"payout": data["payout"]},
        )
        perform(locked, act, actor=None, at=time.now(), name=event.actor)


def route_of(locked: Locked, subject: int) -> Route:
    """The way the rules name for this receipt: which payout rules hold, whether finance stands between."""
    facts = flow.View(locked.state()).facts(subject)
    rules = [
        rule
        for rule in locked.book.deadlines
        if rule.node == "payout"
        and rule.kind == "due"
        and rule.per == "receipt"
        and rule.when.evaluate(facts) is True
    ]
    via_finance = any(rule.met_by and "submitted_to_finance" in rule.met_by.events for rule in rules)
    pack = locked.book.pack_of(rules[0].id) if rules else None
    return Route(
        code="large" if via_finance else "small",
        via_finance=via_finance,
        needs_undertaking=any(g.on == "pay_out" for gs in locked.book.guards.values() for g in gs),
        steps=tuple((rule.duty, period_text(rule.period)) for rule in rules),
        rules=tuple(rule.id for rule in rules),
        pack=f"{pack.code}/{pack.version}@{pack.digest[:12]}" if pack else "",
    )


def level_of(locked: Locked, subject: int, amount: Decimal) -> Approval | None:
    """Who must assent to a payout of this amount from this receipt, by the packs; None where none sets levels.

    Raises BadInput where the packs speak of payouts and no level fits the amount.
    """
    facts = {**flow.View(locked.state()).facts(subject), "fund_amount": amount}
    rule = locked.book.approval(MATTER, facts)
    if rule is None and locked.book.speaks_of(MATTER):
        raise BadInput(
            _("规则没有写明 %s 的发放由谁审批。") % format_yuan(amount),
            field="amount",
            fix=_("核对金额，或者请管理员补充审批层级。"),
        )
    return rule


def _submitted(locked: Locked, payout_id: int) -> Payout:
    """The payout of this case. Raises NotFound."""
    payout = Payout.objects.filter(pk=payout_id, about=locked.case.about).first()
    if payout is None:
        raise NotFound(_("没有这笔发放。"), fix=_("从案款页重新进入。"))
    return payout


def _turn(locked: Locked, payout: Payout) -> list[str]:
    """The roles that have still to assent, in turn, as set when it was asked for; [] where no levels were set."""
    mine = Event.objects.filter(stream=locked.case.about, data__payout=payout.pk)
    asked = mine.filter(kind="payout.requested").first()
    levels: list[str] = asked.data.get("levels", []) if asked else []
    return levels[mine.filter(kind=ASSENTED).count() :] if levels else []


def role_words(role: str) -> str:
    """The Chinese name of a role."""
    words: str = roles().get(role, {}).get("zh", role)
    return words


def receipt_subject(locked: Locked, receipt_id: int) -> int:
    """The subject of a receipt in this case; the oldest, when it was taken back and found again. Raises NotFound."""
    for subject, facts in sorted(locked.facts.items()):
        if facts.get("receipt_id") == receipt_id:
            return subject
    raise NotFound(_("这笔款还没有认领到本案。"), fix=_("先认领，或刷新页面。"))


def who_did_both(case: Case) -> set[str]:
    """Actors who controlled property of the case and also disposed of it (JZ-71)."""
    acts = Event.objects.filter(stream=case.about, kind__in=(*CONTROL_KINDS, "node.completed")).values_list(
        "kind", "actor", "data__kind"
    )
    controlled = {actor for kind, actor, _node in acts if kind in CONTROL_KINDS}
    disposed = {actor for kind, actor, node in acts if node in DISPOSAL_NODES or kind == "fund.deducted"}
    return controlled & disposed


def case_of(about: str) -> int:
    """The id in "case:12". Raises BadInput for anything else."""
    kind, _sep, number = about.partition(":")
    if kind != "case" or not number.isdigit():
        raise BadInput(_("“%s”不是案件。") % about, field="about", fix=_("核对认领的案件。"))
    return int(number)


def payees_of(case: Case) -> list[Payee]:
    """The registered payees of a case."""
    return list(Payee.objects.filter(book__about=case.about).order_by("id"))


def _note(
    locked: Locked,
    kind: str,
    key: str,
    at: dt.datetime,
    actor: User,
    *,
    subject: int,
    on: dt.date | None = None,
    happened: Sequence[str] = (),
    data: dict[str, Any] | None = None,
    facts: list[tuple[int, str, Any]] | None = None,
    warnings: list[Finding] | None = None,
) -> None:
    """The case's own record of a step of the money, in the same transaction as the books."""
    act = Act(
        kind=kind,
        key=key,
        on=on or time.today(at),
        happened=[(event, subject) for event in happened],
        facts=facts or [],
        data=data or {},
        warnings=warnings or [],
    )
    perform(locked, act, actor=actor, at=at)
