"""The fund desk in the journeys: unclaimed money brings the judge to it, and only the fund desk pays."""

from __future__ import annotations

from decimal import Decimal

from django.db import DatabaseError, transaction

from approvals.actions.requests import assent
from approvals.models import Request
from cases.actions.money import approve_payout, draft_payout, send_payout
from cases.actions.transfers import ask_transfer, hold_transfer, pay_transfer
from cases.models import Case
from events.models import Event
from funds.actions.payouts import confirm_paid
from funds.actions.reminding import remind_unclaimed
from funds.audit import differences
from funds.models import Journal, Line
from funds.selectors import money_of
from kernel import time
from notices.models import Message
from tests.factories.cases import House, applicant, assigned, filing, house, key, respondent
from tests.factories.courts import person
from tests.factories.statements import arrived, bank_account
from tests.walks.stage import Story, banked, money, on, payee, refused


def unclaimed(story: Story) -> None:
    """E2E-10: money of a respondent arrives and nobody claims it."""
    home = house(packs=("LY-2021",), features=("tianjin",))
    with on("2025-03-03 09:30"):
        account = bank_account(home.court, home.finance)
        case = assigned(home, filing("2025-03-03", applicant(), respondent("云州甲公司")))
    with on("2025-03-07"):
        arrived(account, home.finance, "500.00", payer="云州甲公司")
    told = Message.objects.filter(about=case.about, rule_id="TJ-U-01", to_user=home.handler)
    with on("2025-03-09"):
        early = remind_unclaimed(at=time.now())
    with on("2025-03-10"):
        remind_unclaimed(at=time.now())
    story.expect("unclaimed: reminder to the judge", lambda: (early, told.count()) == (0, 1))


def fund_desk(story: Story) -> None:
    """E2E-12, February 2025: a handler asks for a payout and cannot pay it; the dispatch group pays."""
    home = house(packs=("SQ-2022",))
    desk = person(home.court, "dispatch_group")
    with on("2025-02-03 09:30"):
        case = assigned(home, filing("2025-02-03"))
        to = payee(home, case)
    with on("2025-02-10"):
        receipt = money(home, case, "500.00", "S1")
    with on("2025-02-10 11:00"):
        payout = draft_payout(
            case_id=case.pk,
            receipt_id=receipt.pk,
            payee_id=to,
            amount=receipt.amount,
            communication_record=None,
            actor=home.handler,
            at=time.now(),
            key=key(),
        )
        given = {"case_id": case.pk, "payout_id": payout.pk, "at": time.now()}
        approve_payout(actor=home.director, key=key(), **given)
        others = [
            refused(lambda who=who: send_payout(actor=who, key=key(), **given))
            for who in (home.handler, home.leader, home.director)
        ]
        sent = send_payout(actor=desk, key=key(), **given)
    story.expect(
        "fund desk: only 指挥调度组 pays",
        lambda: sent.state == "sent" and all("FUNDS-RIGHT" in words for words in others),
    )
    story.expect("fund desk: others may request", lambda: payout.requester_id == home.handler.pk)


MOVING = ("receipt.identified", "payout.sent", "payout.paid", "transfer.held", "transfer.paid")


def refunded(story: Story, home: House, case: Case) -> None:
    """E2E-06, 2024-06-03: of 100 yuan 60 are paid and 40 go back to who paid them, each movement in the case's book."""
    vice = person(home.court, "vice_president", name="韩副院")
    with on("2024-05-27"):
        to = payee(home, case)
        receipt = banked(home, case, "100.00", "E2E06")
    with on("2024-05-28"):
        payout = draft_payout(
            case_id=case.pk, receipt_id=receipt.pk, payee_id=to, amount=Decimal("60.00"), communication_record=None,
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
        given = {"case_id": case.pk, "payout_id": payout.pk, "at": time.now()}
        approve_payout(actor=home.director, key=key(), **given)
        send_payout(actor=home.funds, key=key(), **given)
        paid = {"bank_ref": "E2E06-1", "paid_on": time.today(), "actor": home.funds, "at": time.now()}
        confirm_paid(payout_id=payout.pk, key=key(), **paid)
    with on("2024-06-03"):
        made = ask_transfer(
            case_id=case.pk, kind="refund", amount=Decimal("40.00"), ground="多付，退还付款人", receipt_id=receipt.pk,
            actor=home.handler, at=time.now(), key=key(),
        )  # fmt: skip
        request = Request.objects.latest("pk")
        for each in (home.director, vice)[: len(request.chain)]:
            assent(request_id=request.pk, actor=each, at=time.now(), key=key())
    with on("2024-06-04"):
        given = {
            "case_id": case.pk,
            "transfer_id": made.pk,
            "actor": home.funds,
            "at": time.now(),
            "on": time.today(),
        }
        hold_transfer(body="", key=key(), **given)
        pay_transfer(bank_ref="E2E06-2", key=key(), **given)
    story.expect("refund: all movements in the one-case-one-account ledger", lambda: _all_in_book(case))


def _all_in_book(case: Case) -> bool:
    """Every movement has its journal with a line of the case's book, nothing can be edited, the books agree."""
    moved = Event.objects.filter(kind__in=MOVING, data__about=case.about)
    booked = Line.objects.filter(book__about=case.about).values_list("journal__event_id", flat=True)
    found = money_of(case.about)
    return (
        {event.kind for event in moved} == set(MOVING)
        and {event.pk for event in moved} <= set(booked)
        and (found.custody, found.refund, found.paid, found.received) == tuple(map(Decimal, (0, 0, 100, 60)))
        and not _edited()
        and list(differences(chains=False)) == []
    )


def _edited() -> bool:
    try:
        with transaction.atomic():
            return Journal.objects.update(amount=1) > 0
    except DatabaseError:
        return False
