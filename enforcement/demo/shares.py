"""Money of the demo that several have a claim to: an allocation by two judgments, bidders' deposits, a deferral, an objection."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.asking import ask_approval
from cases.actions.paying_out import draft_allocated
from cases.actions.transfers import hold_transfer, pay_transfer, release_transfer, set_deposit_aside
from cases.models import Subject
from closing.actions.distributing import object_to_plan
from closing.models import DistributionPlan
from documents.models import File
from enforcement.demo import aside, names
from enforcement.demo.case import DemoCase
from enforcement.demo.money import arrive, receipt_of, serial_of, told
from enforcement.demo.property import item_of, sell
from enforcement.demo.stories import CAR, announced, settle_by_account
from funds.actions.allocating import allocate_receipt
from funds.actions.payees import register_payee
from funds.actions.receipts import identify_receipt
from funds.models import Transfer
from kernel import time

DEPOSIT = Decimal("0.06")
"""Of the claim; a bidder's deposit is 5 to 20 per cent of the starting price (法释〔2016〕18号第十七条)."""
AGREED = "电话告知各申请执行人分配数额和账户，均无异议。"


def allotted(case: DemoCase) -> None:
    """What arrived does not pay two judgments: shared by the law, and each creditor's payout asked for."""
    settle_by_account(case)
    other = names.person(case.rng)
    _second_payee(case, other)
    _allocate(case.wait(1), other)
    case.do(
        lambda key, day: draft_allocated(
            case_id=case.case_id, communication_record=told(case, key, AGREED), actor=case.handler, at=time.now(),
            key=key,
        )
    )  # fmt: skip


def deposits(case: DemoCase) -> None:
    """The car is sold: the loser's deposit went back the same day, the winner's is a part of the price."""
    announced(case)
    amount = (case.amount * DEPOSIT).quantize(Decimal("0.01"))
    bidders = [names.person(case.rng) for _ in range(2)]
    case.wait(14)
    sell(case, CAR, (case.amount * Decimal("0.7")).quantize(Decimal("0.01")))
    for place, bidder in enumerate(bidders, start=1):
        _deposit(case, place, bidder, amount)
    _held(case, 1, "release")
    _held(case, 2, "pay")


def deferred(case: DemoCase) -> None:
    """An objection is being examined: the payout of what arrived may wait."""
    settle_by_account(case)
    case.wait(1).keep("异议申请书.png")
    case.do(
        lambda key, _day: ask_approval(
            case_id=case.case_id, matter="defer_payout", ground="案外人对案款提出执行异议，正在审查。",
            facts={
                "subject": Subject.objects.filter(case_id=case.case_id, kind="receipt").earliest("pk").pk,
                "code": "other_statutory",
            },
            files=[File.objects.filter(case_id=case.case_id, name="异议申请书.png").earliest("pk").pk],
            actor=case.handler, at=time.now(), key=key,
        ),
        tells=True,
    )  # fmt: skip
    case.wait(1).do(lambda key, _day: _assent(case, key), tells=True)


def objected(case: DemoCase) -> None:
    """The first creditor objects to what a plan gives the other."""
    settle_by_account(case)
    aside.share(case.wait(1))

    def verb(key: str, day: dt.date) -> object:
        plan = DistributionPlan.objects.get(case_id=case.case_id)
        mine = plan.parties.earliest("pk")
        share = plan.shares.exclude(party=mine).earliest("pk")
        return object_to_plan(
            plan_id=plan.pk, party_id=mine.pk, share_id=share.pk, amount=share.amount, on=day,
            words="该债权的利息计算至裁定之后，超出部分不应参与分配。", actor=case.handler, at=time.now(), key=key,
        )  # fmt: skip

    case.wait(2).do(verb)


def _second_payee(case: DemoCase, name: str) -> None:
    clerk, account, bank = case.who("filing_clerk"), names.card(case.rng), case.rng.choice(names.BANKS)
    case.do(
        lambda key, day: register_payee(
            about=case.about, court_id=case.bench.court.pk, name=name, bank=f"{bank}营业部", account=account,
            undertaking_file_id=File.objects.filter(case_id=case.case_id, name="领款承诺书.png").earliest("pk").pk,
            signed_on=day, actor=clerk, at=time.now(), key=key,
        ),
        tells=True,
    )  # fmt: skip


def _allocate(case: DemoCase, other: str) -> None:
    """Each of two judgments is owed as much as arrived."""
    own = next(party.name for party in case.parties if party.role == "applicant")
    titles = (case.basis, case.basis.replace("民初", "民终"))

    def verb(key: str, day: dt.date) -> object:
        due = (case.filed_on - dt.timedelta(days=90)).isoformat()
        debts = [
            {
                "id": f"d{number}", "creditor": who, "title": title, "principal": f"{case.amount:.2f}", "interest": "0.00",
                "due_on": due, "stays": [], "preferred": False, "order": 0,
            }
            for number, (who, title) in enumerate(zip((own, other), titles, strict=True), start=1)
        ]  # fmt: skip
        cost = {"id": "fee", "creditor": "本院", "amount": "0.00", "court": True}
        receipt = receipt_of(case, 1)
        claims = {
            "first_day": "next", "debts": debts, "costs": [cost],
            "valued": {str(receipt.pk): receipt.arrived_on.isoformat()},
        }  # fmt: skip
        return allocate_receipt(
            receipt_id=receipt.pk, claims=claims, actor=case.handler, at=time.now(), key=key
        )

    case.do(verb)


def _deposit(case: DemoCase, place: int, bidder: str, amount: Decimal) -> None:
    """A bidder's money is found, set aside as his deposit and put on its account."""
    case.do(
        lambda key, day: arrive(
            case.bench, amount, serial_of(case, place), bidder, f"{case.number}竞买保证金", key, day
        )
    )
    case.do(
        lambda key, _day: identify_receipt(
            receipt_id=receipt_of(case, place).pk, about=case.about, actor=case.who("fund_officer"), at=time.now(),
            key=key,
        ),
        tells=True,
    )  # fmt: skip
    case.do(
        lambda key, day: set_deposit_aside(
            case_id=case.case_id, receipt_id=receipt_of(case, place).pk, subject_id=item_of(case, CAR).subject_id,
            bidder=bidder, on=day, actor=case.handler, at=time.now(), key=key,
        )
    )  # fmt: skip
    case.do(
        lambda key, day: hold_transfer(
            case_id=case.case_id, transfer_id=_of(case, place).pk, body="", on=day, actor=case.who("fund_officer"),
            at=time.now(), key=key,
        )
    )  # fmt: skip


def _held(case: DemoCase, place: int, end: str) -> None:
    """What becomes of a deposit: pay, or release into the price."""

    def verb(key: str, day: dt.date) -> object:
        made = _of(case, place)
        common = {"case_id": case.case_id, "transfer_id": made.pk, "on": day, "at": time.now(), "key": key}
        if end == "pay":
            return pay_transfer(bank_ref=f"BZJ{made.pk:06d}", actor=case.who("finance"), **common)
        return release_transfer(reason="成交，抵作拍卖价款。", actor=case.who("fund_officer"), **common)

    case.do(verb)


def _of(case: DemoCase, place: int) -> Transfer:
    return Transfer.objects.get(kind="deposit", receipt=receipt_of(case, place))


def _assent(case: DemoCase, key: str) -> None:
    """Everybody whom the packs name assents in turn."""
    request = Request.objects.filter(about=case.about).latest("pk")
    for role in request.chain:
        assent(request_id=request.pk, actor=case.who(role), at=time.now(), key=f"{key}:{role}")
