"""Money of the demo that is not paid the usual way: escrow, refund, insurance, a distribution plan, old money."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions import transfers
from cases.models import Case
from closing.actions.distributing import draft_plan, serve_plan
from closing.distribution import Claimed
from closing.models import DistributionPlan
from enforcement.demo.case import DemoCase
from enforcement.demo.money import arrive, receipt_of
from funds.actions.receipts import receive_for_case
from funds.actions.tracing import trace
from funds.actions.vouchers import issue_voucher, print_voucher
from funds.models import Book, Receipt, Transfer
from kernel import time


def note_cause(case: DemoCase, cause: str, steps: str) -> DemoCase:
    """未发放原因 of the first receipt."""
    return case.do(
        lambda key, _day: transfers.note_cause(
            case_id=case.case_id, receipt_id=receipt_of(case, 1).pk, cause=cause, steps=steps, actor=case.handler,
            at=time.now(), key=key,
        )
    )  # fmt: skip


def ask(case: DemoCase, kind: str, share: str, ground: str, *, cause: str = "", body: str = "") -> DemoCase:
    """提请 of a share of the first receipt; aid is of no receipt."""

    def verb(key: str, _day: dt.date) -> object:
        of = None if kind in ("relief", "insurance") else receipt_of(case, 1).pk
        amount = (case.amount * Decimal(share)).quantize(Decimal("0.01"))
        return transfers.ask_transfer(
            case_id=case.case_id, kind=kind, amount=amount, ground=ground, receipt_id=of, cause=cause, body=body,
            actor=case.handler, at=time.now(), key=key,
        )  # fmt: skip

    return case.do(verb, tells=True)


def grant(case: DemoCase, *roles: str) -> DemoCase:
    """批准 by each in turn."""
    for role in roles:
        case.do(
            lambda key, _day, role=role: assent(
                request_id=Request.objects.filter(about=case.about).latest("pk").pk, actor=case.who(role),
                at=time.now(), key=key,
            ),
            tells=True,
        )  # fmt: skip
    return case


def hold(case: DemoCase, body: str = "") -> DemoCase:
    """转入专门科目."""
    return case.do(
        lambda key, day: transfers.hold_transfer(
            case_id=case.case_id, transfer_id=_transfer(case).pk, body=body, on=day, actor=case.who("fund_officer"),
            at=time.now(), key=key,
        )
    )  # fmt: skip


def pay(case: DemoCase) -> DemoCase:
    """登记付款."""
    return case.do(
        lambda key, day: transfers.pay_transfer(
            case_id=case.case_id, transfer_id=_transfer(case).pk, bank_ref=f"ZX{_transfer(case).pk:06d}", on=day,
            actor=case.who("finance"), at=time.now(), key=key,
        )
    )  # fmt: skip


def share(case: DemoCase) -> DemoCase:
    """拟定分配方案 with a creditor of an earlier case of the court, and serve it to its first party."""

    def verb(key: str, _day: dt.date) -> object:
        open_books = Book.objects.filter(court_id=case.bench.court.pk).values("case_id")
        other = Case.objects.filter(pk__in=open_books).exclude(pk=case.case_id).order_by("pk").first()
        claims = [Claimed(case.case_id, _applicant(case.case_id), "debt", case.amount * 2)]
        if other is not None:
            claims.append(Claimed(other.pk, _applicant(other.pk), "debt", other.claim_amount))
        return draft_plan(
            case_id=case.case_id, receipt_id=receipt_of(case, 1).pk, claims=claims, actor=case.handler, at=time.now(),
            grounds="被执行人财产不足以清偿全部债务，各普通债权按比例受偿。", key=key,
        )  # fmt: skip

    def served(key: str, day: dt.date) -> object:
        plan = DistributionPlan.objects.get(case_id=case.case_id)
        party = plan.parties.earliest("pk")
        return serve_plan(
            plan_id=plan.pk, party_id=party.pk, on=day, actor=case.handler, at=time.now(), key=key
        )

    case.do(verb)
    return case.wait(1).do(served)


def voucher(case: DemoCase, what: str) -> DemoCase:
    """开具并打印: of the first receipt, or of the latest transfer."""

    def verb(key: str, _day: dt.date) -> object:
        by = {"actor": case.who("fund_officer"), "at": time.now()}
        of = receipt_of(case, 1).pk if what == "receipt" else _transfer(case).pk
        made = issue_voucher(what=what, of=of, case_number=case.number, key=key, **by)
        return print_voucher(voucher_id=made.pk, reason="", key=f"{key}:print", **by)

    return case.do(verb)


def give_up(case: DemoCase, reason: str) -> DemoCase:
    """取消 of what was approved, by who asked for it."""
    return case.do(
        lambda key, _day: transfers.cancel_transfer(
            case_id=case.case_id, transfer_id=_transfer(case).pk, reason=reason, actor=case.handler, at=time.now(), key=key,
        )
    )  # fmt: skip


def give_old_back(case: DemoCase) -> DemoCase:
    """Money of more than three years ago is found to be this case's, paid by mistake, and given back: it is cleared."""
    serial, amount = "LT" + "".join(filter(str.isdigit, case.number)), Decimal("860.00")

    def found(key: str, day: dt.date) -> object:
        long_ago = day.replace(year=day.year - 3, day=min(day.day, 28)) - dt.timedelta(days=25)
        return receive_for_case(
            about=case.about, court=case.bench.court, amount=amount, arrived_on=long_ago, account_tail="2217",
            payer_name="云州某运输户", bank_serial=serial, remark="执行款", actor=case.who("fund_officer"), at=time.now(),
            key=key,
        )  # fmt: skip

    def asked(key: str, _day: dt.date) -> object:
        of = Receipt.objects.get(court=case.bench.court, bank_serial=serial).pk
        return transfers.ask_transfer(
            case_id=case.case_id, kind="refund", amount=amount, ground="经付款行查明系误付，退还付款人。", receipt_id=of,
            actor=case.handler, at=time.now(), key=key,
        )  # fmt: skip

    case.do(found, tells=True)
    case.do(asked, tells=True)
    grant(case, "bureau_director")
    return pay(hold(case))


def find_old(case: DemoCase) -> DemoCase:
    """A receipt of more than three years ago that nobody claimed, traced to its paying bank."""
    serial = "LS" + "".join(filter(str.isdigit, case.number))

    def verb(key: str, day: dt.date) -> object:
        long_ago = day.replace(year=day.year - 3, day=min(day.day, 28)) - dt.timedelta(days=40)
        return arrive(case.bench, Decimal("12300.00"), serial, "云州某建材经营部", "执行款", key, long_ago)

    case.do(verb)
    for step, note in (
        ("payer_bank", "流水显示付款行为云州农商银行。"),
        ("asked", "已发函查询付款人开户信息。"),
    ):
        case.wait(1).do(
            lambda key, day, step=step, note=note: trace(
                receipt_id=Receipt.objects.get(court=case.bench.court, bank_serial=serial).pk, step=step, on=day,
                note=note, actor=case.who("fund_officer"), at=time.now(), key=key,
            )
        )  # fmt: skip
    return case


def _transfer(case: DemoCase) -> Transfer:
    return Transfer.objects.filter(about=case.about).latest("pk")


def _applicant(case_id: int) -> str:
    found = Case.objects.get(pk=case_id).parties.filter(role="applicant").order_by("pk")
    return found.values_list("name", flat=True)[0]
