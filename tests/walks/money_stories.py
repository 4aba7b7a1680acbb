"""The fund desk in the journeys: unclaimed money brings the judge to it, and only the fund desk pays."""

from __future__ import annotations

from cases.actions.money import approve_payout, draft_payout, send_payout
from funds.actions.reminding import remind_unclaimed
from kernel import time
from notices.models import Message
from tests.factories.cases import applicant, assigned, filing, house, key, respondent
from tests.factories.courts import person
from tests.factories.statements import arrived, bank_account
from tests.walks.stage import Story, money, on, payee, refused


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
            communication_record="",
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
