"""Money of a case of the demo: it arrives, is identified, asked for, checked by a second person, sent, confirmed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from cases.actions.keeping import keep_files
from cases.actions.money import approve_payout, draft_payout, finance_received, hand_to_finance, send_payout
from courts.models import User
from enforcement.demo.case import DemoCase, undertaking
from enforcement.demo.people import Bench
from funds.actions.payoutpapers import Talk, attach_slips
from funds.actions.payouts import confirm_paid, return_payout
from funds.actions.receipts import identify_receipt, record_receipt
from funds.actions.vouchers import issue_voucher
from funds.models import Payee, Payout, Receipt
from kernel import time

SMALL = Decimal(100_000)
"""Above it the papers go through finance (JZ 三(一)2)."""


def arrive(
    bench: Bench, amount: Decimal, serial: str, payer: str, remark: str, key: str, day: dt.date
) -> Receipt:
    """到账登记; which case it belongs to is not said."""
    return record_receipt(
        court=bench.court,
        amount=amount,
        arrived_on=day,
        payer_name=payer,
        account_tail=serial[-4:],
        bank_serial=serial,
        remark=remark,
        actor=bench.who("fund_officer"),
        at=time.now(),
        key=key,
    )


def receive(case: DemoCase, amount: Decimal, place: int = 1) -> DemoCase:
    """Money arrives and is found to be this case's. place: the how manieth."""
    serial = serial_of(case, place)
    payer = case.respondents[0].name
    case.do(lambda key, day: arrive(case.bench, amount, serial, payer, case.number, key, day))
    return case.do(
        lambda key, _day: identify_receipt(
            receipt_id=receipt_of(case, place).pk,
            about=case.about,
            actor=case.who("fund_officer"),
            at=time.now(),
            key=key,
        ),
        tells=True,
    )


def told(case: DemoCase, key: str, words: str) -> Talk:
    """沟通记录 of a talk by telephone a quarter of an hour ago, with a picture of the call."""
    picture = SimpleUploadedFile("通话记录截图.png", undertaking(), content_type="image/png")
    files = keep_files(
        case_id=case.case_id, uploads=[picture], actor=case.handler, at=time.now(), key=f"{key}:talk"
    )
    who = next(party.name for party in case.parties if party.role == "applicant")
    at = time.now() - dt.timedelta(minutes=15)
    return Talk("phone", at, who, words, tuple(file.pk for file in files))


def ask_payout(case: DemoCase, place: int = 1) -> DemoCase:
    """提交发放申请 of all of a receipt."""

    def verb(key: str, day: dt.date) -> object:
        receipt = receipt_of(case, place)
        return draft_payout(
            case_id=case.case_id,
            receipt_id=receipt.pk,
            payee_id=Payee.objects.get(about=case.about).pk,
            amount=receipt.amount,
            communication_record=told(case, key, "电话告知发放数额和账户，其无异议。"),
            actor=case.handler,
            at=time.now(),
            key=key,
        )

    return case.do(verb)


def to_finance(case: DemoCase, place: int = 1) -> DemoCase:
    """发放材料交财务."""
    return case.do(
        lambda key, day: hand_to_finance(
            case_id=case.case_id,
            payout_id=payout_of(case, place).pk,
            file_ids=[],
            on=day,
            actor=case.handler,
            at=time.now(),
            key=key,
        )
    )


def at_finance(case: DemoCase, place: int = 1) -> DemoCase:
    """财务接收."""
    return case.do(
        lambda key, day: finance_received(
            case_id=case.case_id,
            payout_id=payout_of(case, place).pk,
            on=day,
            actor=case.who("finance"),
            at=time.now(),
            key=key,
        )
    )


def check(case: DemoCase, place: int = 1) -> DemoCase:
    """审批发放 by a second person."""
    return case.do(
        lambda key, _day: approve_payout(
            case_id=case.case_id,
            payout_id=payout_of(case, place).pk,
            actor=case.who("bureau_director"),
            at=time.now(),
            key=key,
        )
    )


def send(case: DemoCase, place: int = 1) -> DemoCase:
    """付款."""
    return case.do(
        lambda key, _day: send_payout(
            case_id=case.case_id,
            payout_id=payout_of(case, place).pk,
            actor=payer_of(case, place),
            at=time.now(),
            key=key,
        )
    )


def confirm(case: DemoCase, place: int = 1) -> DemoCase:
    """银行确认."""
    return case.do(
        lambda key, day: confirm_paid(
            payout_id=payout_of(case, place).pk,
            bank_ref=f"HD{case.story:04d}{place:02d}{key.rpartition(':')[2]}",
            paid_on=day,
            actor=payer_of(case, place),
            at=time.now(),
            key=key,
        ),
        tells=True,
    )


def slip(case: DemoCase, place: int = 1) -> DemoCase:
    """回单归卷: the scan of the bank's slip is attached, the confirmation issued."""

    def verb(key: str, _day: dt.date) -> object:
        payout, who = payout_of(case, place), payer_of(case, place)
        scan = SimpleUploadedFile("银行回单.png", undertaking(), content_type="image/png")
        by = {"actor": who, "at": time.now()}
        files = keep_files(case_id=case.case_id, uploads=[scan], key=f"{key}:scan", **by)
        attach_slips(payout_id=payout.pk, file_ids=[file.pk for file in files], key=key, **by)
        return issue_voucher(what="payout", of=payout.pk, case_number=case.number, key=f"{key}:voucher", **by)

    return case.do(verb)


def give_back(case: DemoCase, place: int = 1) -> DemoCase:
    """退票."""
    return case.do(
        lambda key, day: return_payout(
            payout_id=payout_of(case, place).pk,
            reason="户名与账号不符，银行退票。",
            on=day,
            actor=payer_of(case, place),
            at=time.now(),
            key=key,
        ),
        tells=True,
    )


def pay_out(case: DemoCase, amount: Decimal, place: int = 1) -> DemoCase:
    """The whole way of a payout, through finance where the amount asks for it."""
    ask_payout(case, place)
    if amount > SMALL:
        to_finance(case.wait(1), place)
        at_finance(case.wait(1), place)
    check(case, place)
    send(case.wait(1), place)
    confirm(case, place)
    return slip(case.wait(1), place) if amount > SMALL else case


def serial_of(case: DemoCase, place: int) -> str:
    """The bank's number of a receipt."""
    return f"SK{case.filed_on:%y}{case.story:05d}{place:02d}"


def receipt_of(case: DemoCase, place: int) -> Receipt:
    """A receipt of the case."""
    return Receipt.objects.get(court=case.bench.court, bank_serial=serial_of(case, place))


def payout_of(case: DemoCase, place: int) -> Payout:
    """The latest payout of a receipt."""
    return Payout.objects.filter(receipt=receipt_of(case, place)).latest("pk")


def payer_of(case: DemoCase, place: int) -> User:
    """Who sends: finance what went through it, the fund officer the rest."""
    return case.who("finance" if payout_of(case, place).route["via_finance"] else "fund_officer")
