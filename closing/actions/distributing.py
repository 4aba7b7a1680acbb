"""参与分配: draft, serve, object, counter, sue; then the undisputed part goes out and the disputed one is escrowed.

The presiding case is locked with the creditors' cases untouched: each gets its money as a receipt of its own book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.models import Case, Party, Subject
from cases.payroutes import receipt_subject
from cases.perform import Act, check_day, known, perform
from cases.policy import in_reach
from cases.snapshot import Locked, lock_case
from closing.distribution import RANKS, Claimed, draft, paid_at_once
from closing.models import DistributionPlan, PlanObjection, PlanParty, PlanShare
from courts.models import User
from deadlines.models import Deadline
from events.models import Event
from funds.actions import sharing, transfers
from funds.books import lock_book
from funds.checks import free_of
from funds.models import Book, Receipt
from funds.states import TransferKind
from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, WrongState
from kernel.money import format_yuan
from kernel.time import today
from regimes.state import Subject as FlowSubject

State = DistributionPlan.State
RANK_WORDS = {
    "costs": _lazy("执行费用"),
    "preferred": _lazy("优先受偿"),
    "debt": _lazy("普通债权"),
    "doubled": _lazy("加倍利息"),
}
SERVED, OBJECTED = "distribution_plan_served", "distribution_objection_filed"
TOLD, COUNTERED = "distribution_objection_notified", "distribution_counter_filed"
COUNTER_TOLD, SUED = "distribution_counter_notified", "distribution_suit_filed"


def draft_plan(
    *,
    case_id: int,
    receipt_id: int,
    claims: Sequence[Claimed],
    grounds: str,
    actor: User,
    at: dt.datetime,
    key: str,
) -> DistributionPlan:
    """拟定分配方案 from the claims; an older live plan of the receipt is superseded. Drafts the paper 分配方案.

    Raises BadInput (a claim of another court's case, nothing owed), NotAllowed, NotFound, WrongState.
    """
    if not grounds.strip():
        raise BadInput(_("没有写明分配理由。"), field="grounds", fix=_("写明可供分配的财产、债权和顺位。"))
    with transaction.atomic(durable=True):
        locked = lock_case(case_id=case_id, key=key, user=actor)
        if (event := known(locked, kind="plan.drafted", data={"receipt": receipt_id})) is not None:
            return DistributionPlan.objects.get(pk=event.data["plan"])
        _may_share(locked, actor)
        _check_claims(locked, claims)
        receipt = _receipt(locked, receipt_id)
        amount = free_of(receipt)
        if amount <= 0:
            raise WrongState(_("这笔款项没有可以分配的余额。"), fix=_("核对案款页。"))
        allocation = draft(amount, claims)
        older = list(
            DistributionPlan.objects.filter(case=locked.case, receipt_id=receipt_id).order_by("version")
        )
        changed = _supersede(older)
        plan = DistributionPlan.objects.create(
            case=locked.case, court_id=locked.case.court_id, receipt_id=receipt_id, version=len(older) + 1,
            amount=amount, surplus=allocation.surplus, grounds=grounds.strip()[:1000], drafted_on=today(at),
            drafted_by_id=actor.pk,
        )  # fmt: skip
        parties = _parties(locked, plan, claims)
        shares = PlanShare.objects.bulk_create(
            PlanShare(
                plan=plan, party=parties[claim.creditor], rank=claim.rank, order=claim.order, claimed=claim.amount,
                amount=share.amount,
            )
            for claim, share in zip(claims, allocation.shares, strict=True)
        )  # fmt: skip
        subjects = [party.subject for party in parties.values()]
        act = Act(
            kind="plan.drafted",
            key=key,
            on=today(at),
            rows=[*changed, *subjects, plan, *parties.values(), *shares],
            papers=["distribution_plan"],
            paper_facts=_paper_facts(plan, receipt, shares),
            data={"plan": plan.pk, "receipt": receipt_id, "version": plan.version, "amount": f"{amount:.2f}"},
        )
        perform(locked, act, actor=actor, at=at)
    return plan


def serve_plan(*, plan_id: int, party_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """送达分配方案 to one creditor or the respondent: his fifteen days run from his own day (第十七条)."""
    with transaction.atomic(durable=True):
        locked, plan = _plan(plan_id, actor, key)
        if (event := known(locked, kind="plan.served", data={"party": party_id})) is not None:
            return event
        _may_share(locked, actor)
        check_day(locked, on, at)
        _must_be(plan, State.DRAFT)
        party = _party(plan, party_id)
        if party.served_on is not None:
            raise Conflict(_("已经送达%s。") % party.name, fix=_("刷新页面。"))
        party.served_on = on
        party.save(update_fields=["served_on"])
        if not plan.parties.filter(served_on=None).exists():
            plan.state, plan.served_on = State.SERVED, on
            plan.save(update_fields=["state", "served_on"])
        return _note(
            locked, "plan.served", plan, key, on, actor, at, [(SERVED, party)], [party, plan], party=party_id
        )


def object_to_plan(
    *, plan_id: int, party_id: int, share_id: int, amount: Decimal, words: str, on: dt.date, actor: User,
    at: dt.datetime, key: str,
) -> Event:  # fmt: skip
    """分配方案异议, within fifteen days of receiving the plan. Raises BadInput, NotFound, WrongState (too late)."""
    if not words.strip():
        raise BadInput(_("没有写明异议理由。"), field="words", fix=_("写明对哪一份额有异议、理由和金额。"))
    with transaction.atomic(durable=True):
        locked, plan = _plan(plan_id, actor, key)
        if (event := known(locked, kind="plan.objected", data={"party": party_id})) is not None:
            return event
        in_reach(locked, actor)
        check_day(locked, on, at)
        if plan.state not in (State.DRAFT, State.SERVED):
            raise WrongState(_("分配方案%s，不能再提异议。") % plan.get_state_display(), fix=_("刷新页面。"))
        party = _party(plan, party_id)
        share = plan.shares.filter(pk=share_id).first()
        if share is None or not Decimal(0) < amount <= share.amount:
            raise BadInput(
                _("异议金额须大于零且不超过该份额。"), field="amount", fix=_("核对方案中的分配额。")
            )
        _within(locked, party, SERVED, on, party.served_on)
        objection = PlanObjection(
            plan=plan, objector=party, share=share, amount=amount, words=words.strip()[:500], filed_on=on
        )
        _save_new(objection)
        return _note(locked, "plan.objected", plan, key, on, actor, at, [(OBJECTED, party)], [objection],
                     party=party_id, objection=objection.pk)  # fmt: skip


def notify_objection(*, objection_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """通知其他债权人和被执行人: each has fifteen days to say whether he opposes the objection (第十八条)."""
    with transaction.atomic(durable=True):
        locked, objection = _objection(objection_id, actor, key)
        if (
            event := known(locked, kind="plan.objection_notified", data={"objection": objection_id})
        ) is not None:
            return event
        _may_share(locked, actor)
        check_day(locked, on, at)
        if objection.notified_on is not None:
            raise Conflict(_("已经通知。"), fix=_("刷新页面。"))
        objection.notified_on = on
        objection.save(update_fields=["notified_on"])
        others = list(objection.plan.parties.exclude(pk=objection.objector_id))
        return _note(locked, "plan.objection_notified", objection.plan, key, on, actor, at,
                     [(TOLD, each) for each in others], [objection], objection=objection_id)  # fmt: skip


def counter_objection(
    *, objection_id: int, party_id: int, on: dt.date, actor: User, at: dt.datetime, key: str
) -> Event:
    """对异议提出反对意见, within fifteen days of the notice; the objector is told and may sue (第十八条)."""
    with transaction.atomic(durable=True):
        locked, objection = _objection(objection_id, actor, key)
        if (event := known(locked, kind="plan.countered", data={"objection": objection_id})) is not None:
            return event
        in_reach(locked, actor)
        check_day(locked, on, at)
        party = _party(objection.plan, party_id)
        if party.pk == objection.objector_id:
            raise BadInput(_("异议人不能反对自己的异议。"), field="party", fix=_("选择其他人。"))
        _within(locked, party, TOLD, on, objection.notified_on)
        objection.countered_by, objection.countered_on, objection.counter_notified_on = party, on, on
        objection.save(update_fields=["countered_by", "countered_on", "counter_notified_on"])
        return _note(locked, "plan.countered", objection.plan, key, on, actor, at,
                     [(COUNTERED, party), (COUNTER_TOLD, objection.objector)], [objection],
                     objection=objection_id, party=party_id)  # fmt: skip


def note_suit(*, objection_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """分配方案异议之诉, within fifteen days of being told of the opposition; what is disputed stays in escrow."""
    with transaction.atomic(durable=True):
        locked, objection = _objection(objection_id, actor, key)
        if (event := known(locked, kind="plan.sued", data={"objection": objection_id})) is not None:
            return event
        in_reach(locked, actor)
        check_day(locked, on, at)
        _within(locked, objection.objector, COUNTER_TOLD, on, objection.counter_notified_on)
        objection.sued_on = on
        objection.save(update_fields=["sued_on"])
        return _note(locked, "plan.sued", objection.plan, key, on, actor, at, [(SUED, objection.objector)],
                     [objection], objection=objection_id)  # fmt: skip


def carry_out_plan(*, plan_id: int, on: dt.date, actor: User, at: dt.datetime, key: str) -> Event:
    """执行分配方案 once no right runs: each creditor's undisputed part to his case's book, the disputed one to escrow.

    Disputed is what an objection in suit names; one that nobody opposed needs a corrected plan; one not brought to
    court falls (第十八条). Raises WrongState while days run.
    """
    with transaction.atomic(durable=True):
        locked, plan = _plan(plan_id, actor, key)
        if (event := known(locked, kind="plan.carried_out", data={"plan": plan_id})) is not None:
            return event
        _may_share(locked, actor)
        check_day(locked, on, at)
        _must_be(plan, State.SERVED)
        shares = _with_disputes(locked, plan, on)
        pay, aside = paid_at_once((share.amount, share.disputed) for share in shares)
        _move(locked, plan, shares, aside, on=on, actor=actor, at=at, key=key)
        plan.state, plan.done_on = State.DONE, on
        plan.save(update_fields=["state", "done_on"])
        PlanShare.objects.bulk_update(shares, ["disputed"])
        return _note(locked, "plan.carried_out", plan, key, on, actor, at, [], [plan, *shares],
                     paid=f"{pay:.2f}", escrowed=f"{aside:.2f}")  # fmt: skip


def _move(
    locked: Locked, plan: DistributionPlan, shares: list[PlanShare], aside: Decimal, *, on: dt.date, actor: User,
    at: dt.datetime, key: str,
) -> None:  # fmt: skip
    """Books in the order of their ids; the presiding case's own share stays in its custody."""
    due: dict[int, Decimal] = {}
    for share in shares:
        if (part := share.amount - share.disputed) and share.party.case_id != locked.case.pk:
            due[share.party.case_id] = due.get(share.party.case_id, Decimal(0)) + part
    books = {
        book.case_id: book
        for book in Book.objects.filter(case_id__in=[locked.case.pk, *due]).order_by("pk").locked()
    }
    receipt = Receipt.objects.get(pk=plan.receipt_id)
    if aside:
        transfer = transfers.open_transfer(
            kind=TransferKind.ESCROW, amount=aside, book=books[locked.case.pk], receipt=receipt, cause="disputed",
            ground=_("分配方案第 %d 版有争议的部分") % plan.version, actor=actor, at=at, key=f"plan:{plan.pk}:disputed",
            body=_("本院案款提存账户"),
        )  # fmt: skip
        transfers.approve(transfer, approval_id=None, on=on, name=actor.actor, at=at, key=f"{key}:escrow")
    for case_id, part in sorted(due.items()):
        sharing.share_out(
            receipt=receipt,
            to=books[case_id],
            amount=part,
            on=on,
            actor=actor,
            at=at,
            key=f"plan:{plan.pk}:{case_id}",
        )


def _with_disputes(locked: Locked, plan: DistributionPlan, on: dt.date) -> list[PlanShare]:
    """The shares with what objections keep back. Raises WrongState where a right still runs or a plan must be corrected."""
    _no_right_runs(locked, plan, on)
    shares = list(plan.shares.select_related("party").order_by("pk"))
    for objection in plan.objections.all():
        if objection.countered_on is None:
            raise WrongState(
                _("没有人反对%s的异议，须按异议修正方案。") % objection.objector.name,
                code="PLAN-CORRECT",
                fix=_("重新拟定一版方案并送达。"),
            )
        if objection.sued_on is not None:
            share = next(each for each in shares if each.pk == objection.share_id)
            share.disputed = min(share.amount, share.disputed + objection.amount)
    return shares


def _no_right_runs(locked: Locked, plan: DistributionPlan, on: dt.date) -> None:
    if plan.objections.filter(notified_on=None).exists():
        raise WrongState(
            _("有异议还没有通知其他债权人和被执行人。"), code="PLAN-NOTICE", fix=_("先发出异议通知。")
        )
    subjects = set(plan.parties.values_list("subject_id", flat=True))
    running = [
        clock
        for clock in locked.clocks.values()
        if clock.subject_id in subjects and clock.state == "running" and clock.due_on and clock.due_on >= on
    ]
    if running:
        last = max(clock.due_on for clock in running)
        raise WrongState(
            _("异议、反对或者起诉的期间到%s才届满。") % last.isoformat(),
            code="PLAN-RUNNING",
            fix=_("期满后再执行分配方案。"),
        )


def _within(locked: Locked, party: PlanParty, start: str, on: dt.date, began: dt.date | None) -> None:
    """The day lies within the right's days, by its own clock. Raises WrongState."""
    if began is None or on < began:
        raise WrongState(_("期间还没有开始。"), code="PLAN-EARLY", fix=_("先登记送达或者通知。"))
    rules = {rule.id for rule in locked.book.deadlines if rule.start == start}
    clocks: list[Deadline] = [
        clock
        for clock in locked.clocks.values()
        if clock.subject_id == party.subject_id and clock.rule_id in rules
    ]
    last = max((clock.due_on for clock in clocks if clock.due_on), default=None)
    if last is not None and on > last:
        raise WrongState(
            _("十五日的期间已于%s届满。") % last.isoformat(),
            code="PLAN-LATE",
            fix=_("逾期的，按原方案分配。"),
        )


def _parties(locked: Locked, plan: DistributionPlan, claims: Sequence[Claimed]) -> dict[int, PlanParty]:
    """A subject and a row for each creditor's case, and for each respondent of the presiding case (negative keys)."""
    wanted = {claim.creditor: (PlanParty.Side.CREDITOR, claim.name) for claim in claims}
    names = (
        Party.objects.filter(case=locked.case, role="respondent")
        .order_by("pk")
        .values_list("name", flat=True)
    )
    wanted |= {-place: (PlanParty.Side.RESPONDENT, name) for place, name in enumerate(names, 1)}
    made = {}
    for creditor, (side, name) in wanted.items():
        subject = Subject.objects.create(
            case=locked.case, kind="party", parent_id=locked.root, label=name[:120]
        )
        locked.subjects[subject.pk] = FlowSubject(subject.pk, "party", locked.root)
        locked.labels[subject.pk] = subject.label
        made[creditor] = PlanParty.objects.create(
            plan=plan, subject=subject, side=side, name=name[:120], case_id=creditor if creditor > 0 else None
        )
    return made


def _check_claims(locked: Locked, claims: Sequence[Claimed]) -> None:
    if not claims or not any(claim.amount > 0 for claim in claims):
        raise BadInput(_("没有参与分配的债权。"), field="claims", fix=_("至少填写一个债权人和债权额。"))
    if any(claim.rank not in RANKS or claim.amount < 0 or not claim.name.strip() for claim in claims):
        raise BadInput(_("债权的顺位、金额或者名称有误。"), field="claims", fix=_("逐项核对。"))
    ids = {claim.creditor for claim in claims}
    here = Case.objects.filter(pk__in=ids, court_id=locked.case.court_id).count()
    if here != len(ids):
        raise BadInput(
            _("有债权人的案件不在本院。"), field="claims", fix=_("由其执行法院转交申请后，在本院立案登记。")
        )
    if Book.objects.filter(case_id__in=ids).count() != len(ids):
        raise BadInput(_("有案件没有案款账户。"), field="claims", fix=_("先为该案开立案款账户。"))


def _supersede(older: list[DistributionPlan]) -> list[DistributionPlan]:
    live = [plan for plan in older if plan.state in (State.DRAFT, State.SERVED)]
    if any(plan.state == State.DONE for plan in older):
        raise WrongState(_("这笔款项的分配方案已经执行。"), fix=_("对另一笔到账拟定方案。"))
    for plan in live:
        plan.state = State.SUPERSEDED
        plan.save(update_fields=["state"])
    return live


def _receipt(locked: Locked, receipt_id: int) -> Receipt:
    receipt_subject(locked, receipt_id)
    book_id = Book.objects.values_list("pk", flat=True).get(about=locked.case.about)
    lock_book(book_id)
    return Receipt.objects.get(pk=receipt_id, book_id=book_id)


def _plan(plan_id: int, actor: User, key: str) -> tuple[Locked, DistributionPlan]:
    case_id = DistributionPlan.objects.filter(pk=plan_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotFound(_("没有这份分配方案。"), fix=_("从登记簿重新进入。"))
    locked = lock_case(case_id=case_id, key=key, user=actor)
    return locked, DistributionPlan.objects.get(pk=plan_id)


def _objection(objection_id: int, actor: User, key: str) -> tuple[Locked, PlanObjection]:
    plan_id = PlanObjection.objects.filter(pk=objection_id).values_list("plan_id", flat=True).first()
    if plan_id is None:
        raise NotFound(_("没有这项异议。"), fix=_("从登记簿重新进入。"))
    locked, _plan_row = _plan(plan_id, actor, key)
    return locked, PlanObjection.objects.select_related("plan", "objector").get(pk=objection_id)


def _party(plan: DistributionPlan, party_id: int) -> PlanParty:
    party = plan.parties.filter(pk=party_id).first()
    if party is None:
        raise NotFound(_("方案中没有这个人。"), fix=_("从方案列出的人中选择。"))
    return party


def _must_be(plan: DistributionPlan, state: str) -> None:
    if plan.state != state:
        raise WrongState(
            _("分配方案%s，不能办理这一步。") % plan.get_state_display(),
            code="PLAN-STATE",
            fix=_("刷新页面。"),
        )


def _may_share(locked: Locked, actor: User) -> None:
    if not actor.scope.holds(locked.case.owner_id):
        raise NotAllowed(_("分配方案由主持分配案件的承办人办理。"), fix=_("请承办人办理。"))


def _save_new(objection: PlanObjection) -> None:
    try:
        with transaction.atomic():
            objection.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("对这一份额已经提出过异议。"), fix=_("刷新页面。")) from error


def _note(
    locked: Locked, kind: str, plan: DistributionPlan, key: str, on: dt.date, actor: User, at: dt.datetime,
    happened: list[tuple[str, PlanParty]], rows: list[Any], **data: Any,
) -> Event:  # fmt: skip
    act = Act(
        kind=kind, key=key, on=on, rows=rows, data={"plan": plan.pk, **data},
        happened=[(event, party.subject_id) for event, party in happened],
    )  # fmt: skip
    return perform(locked, act, actor=actor, at=at)


def _paper_facts(plan: DistributionPlan, receipt: Receipt, shares: list[PlanShare]) -> dict[str, Any]:
    return {
        "amount": plan.amount,
        "arrived_on": receipt.arrived_on,
        "version_words": _("第 %d 版") % plan.version,
        "shares": [
            [
                share.party.name,
                str(RANK_WORDS[share.rank]),
                format_yuan(share.claimed),
                format_yuan(share.amount),
            ]
            for share in shares
        ],
        "surplus": plan.surplus,
        "grounds": plan.grounds,
    }
