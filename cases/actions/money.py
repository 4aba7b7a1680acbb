"""案款发放: paying out is asked of the rules here and done in the books below."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from cases.actions.assigning import reopened
from cases.actions.offsystem import check_leaving, refused_leaving
from cases.arrivals import REGISTRATION, tell_missing
from cases.payroutes import level_of, receipt_subject, role_words, route_of, who_did_both
from cases.perform import Act, guard, known, perform
from cases.policy import in_reach, not_stopped
from cases.snapshot import Locked, lock_case
from courts.models import User
from events.models import Event
from funds.actions import payouts
from funds.actions.payoutpapers import Talk, keep_talk
from funds.instructing import Through
from funds.models import Allotment, Payee, PayeeAccount, Payout
from funds.policy import REQUEST, may, may_check
from kernel import time
from kernel.errors import NotAllowed, NotFound, WrongState
from regimes.guards import Finding

ASSENTED = "payout.assented"


def draft_payout(
    *,
    case_id: int,
    receipt_id: int,
    payee_id: int,
    amount: Decimal,
    communication_record: Talk | None,
    actor: User,
    at: dt.datetime,
    key: str,
) -> Payout:
    """提交发放申请: the guards of the rules are asked (JZ-G-FUND-01, JZ-G-FUND-02), the route they name is frozen in it.

    An account without undertaking is refused, and 领款登记 is a duty again, which stays when the rest is refused (JZ-10).

    communication_record: when, how and with whom the payout was talked over, with the recording or picture of it; needed
    above 100,000 yuan (JZ).
    Raises BadInput, WrongState (guard), NotAllowed, NotFound.
    """
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="payout.requested", data={"receipt": receipt_id})) is not None:
            return Payout.objects.get(pk=event.data["payout"])
        refused = refused_leaving(locked, receipt_id, actor=actor, at=at, key=key)
        account = _account_of(locked, payee_id)
        if refused is None and (refused := _account_refused(locked, account)) is not None:
            _want_registration(locked, payee_id, actor=actor, at=at, key=key)
        if refused is None:
            payout = request_payout(
                locked, receipt_id, payee_id, amount, communication_record, actor=actor, at=at, key=key,
                account=account,
            )  # fmt: skip
    if refused is not None:
        raise refused
    return Payout.objects.get(pk=payout.pk)


def request_payout(
    locked: Locked,
    receipt_id: int,
    payee_id: int,
    amount: Decimal,
    record: Talk | None,
    *,
    actor: User,
    at: dt.datetime,
    key: str,
    allotment: Allotment | None = None,
    account: PayeeAccount | None = None,
) -> Payout:
    """Ask the rules, draft and submit one payout of a case that is locked. Joins the transaction; raises as draft_payout."""
    subject = receipt_subject(locked, receipt_id)
    not_stopped(locked, "payout", subject)
    facts = locked.facts[subject]
    brought = {"communication_record_attached": record is not None}
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
        allotment=allotment,
        joins=True,
    )
    payouts.submit_payout(
        payout_id=payout.pk, actor=actor, at=at, key=f"{key}:submit", joins=True, account=account
    )
    if record is not None:
        keep_talk(payout, record, actor=actor, at=at)
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
            **({"talk": payout.talk.pk, "channel": record.channel} if record is not None else {}),
            **({"levels": list(levels.chain), "level_rule": levels.id} if levels else {}),
        },
        facts=[(subject, name, value) for name, value in brought.items()],
        warnings=warnings,
    )
    return payout


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
        payout = _submitted(locked, payout_id)
        guard(locked, "pay_out", _of_account(payout.account))
        check_leaving(locked, payout.receipt_id)
        payout = payouts.send_payout(
            payout_id=payout_id, actor=actor, at=at, key=f"{key}:send", joins=True, through=through
        )
        subject = receipt_subject(locked, payout.receipt_id)
        _note(locked, "payout.sent", key, at, actor, subject=subject, data={"payout": payout_id})
    return payout


def _of_account(account: PayeeAccount | None) -> dict[str, bool]:
    """What the rules ask of the account that is to be paid (JZ-G-FUND-02)."""
    return {
        "payee_account_registered": account is not None,
        "payee_undertaking_signed": account is not None and account.has_undertaking,
    }


def _account_of(locked: Locked, payee_id: int) -> PayeeAccount | None:
    """The account in force of a payee of this case."""
    of_case = PayeeAccount.objects.filter(payee=payee_id, payee__about=locked.case.about)
    return of_case.filter(version=F("payee__version")).first()


def _account_refused(locked: Locked, account: PayeeAccount | None) -> WrongState | None:
    """Why the rules let nothing be paid to this account; None where they do, or the payee is none of this case."""
    if account is None:
        return None
    try:
        guard(locked, "pay_out", _of_account(account))
    except WrongState as refused:
        return refused
    return None


def _want_registration(locked: Locked, payee_id: int, *, actor: User, at: dt.datetime, key: str) -> None:
    """领款登记 opens again and its officer is told; asked for a second time it is open already."""
    may(actor, REQUEST, _("申请发放案款"))
    in_reach(locked, actor)
    nodes = reopened(locked, REGISTRATION)
    if not nodes:
        return
    act = Act(
        kind="payee.wanted", key=f"{key}:wanted", on=time.today(at), nodes=nodes, data={"payee": payee_id}
    )
    perform(locked, act, actor=actor, at=at)
    name = Payee.objects.values_list("name", flat=True).get(pk=payee_id)
    tell_missing(locked.case, [name], at=at, key=key)


def _submitted(locked: Locked, payout_id: int) -> Payout:
    """The payout of this case. Raises NotFound."""
    payout = Payout.objects.filter(pk=payout_id, about=locked.case.about).select_related("account").first()
    if payout is None:
        raise NotFound(_("没有这笔发放。"), fix=_("从案款页重新进入。"))
    return payout


def _turn(locked: Locked, payout: Payout) -> list[str]:
    """The roles that have still to assent, in turn, as set when it was asked for; [] where no levels were set."""
    mine = Event.objects.filter(stream=locked.case.about, data__payout=payout.pk)
    asked = mine.filter(kind="payout.requested").first()
    levels: list[str] = asked.data.get("levels", []) if asked else []
    return levels[mine.filter(kind=ASSENTED).count() :] if levels else []


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
